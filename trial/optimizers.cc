#include "trial/optimizers.h"

#include <stdexcept>

#include "params/find_by_name.h"

namespace lrsweep {
namespace {

Parameter Type() {
  // SGD for all types: ids leave out values equal to the default, so Adam's name stays in them.
  return {.name = "type", .kind = Kind::kText, .default_value = "SGD", .help = "as in torch.optim"};
}

Parameter WeightDecay(double default_value, const std::string& help) {
  return {.name = "weight_decay",
          .kind = Kind::kReal,
          .default_value = default_value,
          .range = {.minimum = 0},
          .help = help};
}

OptimizerKind Sgd() {
  return {"SGD",
          {Type(),
           {.name = "lr",
            .kind = Kind::kReal,
            .range = {.minimum = 0},
            .help = "learning rate; the schedule's base"},
           {.name = "momentum",
            .kind = Kind::kReal,
            .default_value = 0.0,
            .range = {.minimum = 0},
            .help = "share of the last step's direction that is kept"},
           {.name = "dampening",
            .kind = Kind::kReal,
            .default_value = 0.0,
            .help = "share of the gradient that the momentum leaves out"},
           WeightDecay(0, "times the weights, added to the gradient"),
           {.name = "nesterov",
            .kind = Kind::kBoolean,
            .default_value = false,
            .help = "Nesterov's momentum; needs momentum, and no dampening"}}};
}

OptimizerKind AdamLike(const std::string& name, const Parameter& weight_decay) {
  return {name,
          {Type(),
           {.name = "lr",
            .kind = Kind::kReal,
            .default_value = 0.001,
            .range = {.minimum = 0},
            .help = "learning rate; the schedule's base"},
           {.name = "betas",
            .kind = Kind::kRealPair,
            .default_value = List{0.9, 0.999},
            .range = {.minimum = 0, .maximum = 1, .open_maximum = true},
            .help = "of the running means of the gradient and of its square; where a schedule "
                    "cycles the momentum, it is the first"},
           {.name = "eps",
            .kind = Kind::kReal,
            .default_value = 1e-8,
            .range = {.minimum = 0},
            .help = "added to the denominator"},
           weight_decay}};
}

}  // namespace

const std::vector<OptimizerKind>& OptimizerKinds() {
  static const std::vector<OptimizerKind> kKinds = {
      Sgd(), AdamLike("Adam", WeightDecay(0, "times the weights, added to the gradient")),
      AdamLike("AdamW", WeightDecay(0.01, "times lr and the weights, taken from the weights"))};
  return kKinds;
}

const OptimizerKind* FindOptimizer(const std::string& name) {
  return FindByName(OptimizerKinds(), name);
}

const OptimizerKind& OptimizerOf(const Map& optimizer) {
  const Value* type = Find(optimizer, "type");
  if (type == nullptr) return OptimizerKinds().front();
  const auto* name = type->As<std::string>();
  const OptimizerKind* kind = name != nullptr ? FindOptimizer(*name) : nullptr;
  if (kind == nullptr) throw std::invalid_argument("type: not an optimizer that is known");
  return *kind;
}

void CheckOptimizer(const Map& optimizer) {
  const Value* nesterov = Find(optimizer, "nesterov");
  if (nesterov == nullptr || *nesterov != Value(true)) return;
  const Value* momentum = Find(optimizer, "momentum");
  if (momentum != nullptr && std::get<double>(*momentum) == 0) {
    throw std::invalid_argument("nesterov needs a momentum above 0");
  }
  if (std::get<double>(*Find(optimizer, "dampening")) != 0) {
    throw std::invalid_argument("nesterov needs a dampening of 0");
  }
}

double MomentumOf(const Map& params) {
  const Value* value = Find(params, "optimizer.momentum");
  if (value == nullptr) value = Find(params, "optimizer.betas.0");
  return value == nullptr || value->IsNull() ? 0 : std::get<double>(*value);
}

void OverrideOptimizer(Map& params, const std::string& path) {
  const bool in_betas = path == "optimizer.momentum" && Find(params, path) == nullptr;
  if (in_betas && Find(params, "optimizer.betas.0") != nullptr) {
    SetAt(params, "optimizer.betas.0", Value());
  } else {
    EraseAt(params, path);
  }
}

}  // namespace lrsweep
