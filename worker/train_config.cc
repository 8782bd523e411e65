#include "worker/train_config.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "params/find_by_name.h"
#include "params/option_table.h"
#include "trial/optimizers.h"
#include "trial/trial_parameters.h"

namespace lrsweep {
namespace {

[[noreturn]] void Refuse(const std::string& path, const std::string& why) {
  throw std::invalid_argument(path + ": " + why);
}

/// A section of a trial's parameters, read by the table that parses it in the configuration, so
/// that kinds and ranges are the same.
class SectionReader {
 public:
  SectionReader(const Map& params, std::string name, const std::vector<Parameter>& table)
      : params_(params), name_(std::move(name)), table_(table) {}

  /// Throws where the parameter is absent.
  template <typename T>
  T Required(const std::string& name) const {
    const Value* value = Find(name);
    if (value == nullptr) Refuse(PathOf(name), "missing");
    return Read<T>(name, *value);
  }

  template <typename T>
  T Optional(const std::string& name, T absent) const {
    const Value* value = Find(name);
    return value == nullptr ? absent : Read<T>(name, *value);
  }

  /// The value as it was sent, or nullptr.
  const Value* Find(const std::string& name) const { return lrsweep::Find(params_, PathOf(name)); }

  template <typename T>
  T Read(const std::string& name, const Value& value) const {
    try {
      return MemberType<T>::FromValue(Coerce(*FindByName(table_, name), value));
    } catch (const std::invalid_argument& error) {
      Refuse(PathOf(name), error.what());
    }
  }

 private:
  std::string PathOf(const std::string& name) const { return name_ + "." + name; }

  const Map& params_;
  std::string name_;
  const std::vector<Parameter>& table_;
};

SectionReader ReaderOf(const Map& params, const std::string& name) {
  return {params, name, FindByName(TrialSections(), name)->parameters};
}

OptimizerType TypeOfOptimizer(const Map& params) {
  const std::string path = "optimizer.type";
  const Value* value = Find(params, path);
  if (value == nullptr) Refuse(path, "missing");
  if (*value == Value("SGD")) return OptimizerType::kSgd;
  if (*value == Value("Adam")) return OptimizerType::kAdam;
  if (*value == Value("AdamW")) return OptimizerType::kAdamW;
  Refuse(path, "expected SGD, Adam or AdamW, not " + ToJson(*value));
}

/// The first of `betas` may be null, where the schedule overrides it: 0 then.
void ReadAdam(const SectionReader& optimizer, TrainConfig& config) {
  Value sent = optimizer.Find("betas") != nullptr ? *optimizer.Find("betas") : Value();
  auto* pair = std::get_if<List>(&sent);
  if (pair != nullptr && !pair->empty() && pair->front().IsNull()) pair->front() = 0.0;
  const List betas = optimizer.Read<List>("betas", sent);
  config.momentum = std::get<double>(betas.front());
  config.beta2 = std::get<double>(betas.back());
  config.eps = optimizer.Optional<double>("eps", 0);
}

void ReadSgd(const SectionReader& optimizer, TrainConfig& config) {
  config.momentum = optimizer.Optional<double>("momentum", 0);
  config.dampening = optimizer.Optional<double>("dampening", 0);
  config.nesterov = optimizer.Optional<bool>("nesterov", false);
}

}  // namespace

TrainConfig ToTrainConfig(const Map& params) {
  TrainConfig config;
  config.hidden = ReaderOf(params, "model").Required<std::vector<int64_t>>("hidden");
  const SectionReader training = ReaderOf(params, "training");
  config.epochs = training.Required<int64_t>("epochs");
  config.batch_size = training.Required<int64_t>("batch_size");
  config.seed = static_cast<uint64_t>(training.Required<int64_t>("seed"));
  config.optimizer = TypeOfOptimizer(params);
  const auto& type = std::get<std::string>(*Find(params, "optimizer.type"));
  const SectionReader optimizer(params, "optimizer", FindOptimizer(type)->parameters);
  config.lr = optimizer.Optional<double>("lr", 0);
  config.weight_decay = optimizer.Optional<double>("weight_decay", 0);
  if (config.optimizer == OptimizerType::kSgd) {
    ReadSgd(optimizer, config);
  } else {
    ReadAdam(optimizer, config);
  }
  const Value* scheduler = Find(params, "scheduler");
  if (scheduler == nullptr) Refuse("scheduler", "missing");
  const Map* section = scheduler->As<Map>();
  if (section == nullptr) {
    Refuse("scheduler", "expected a mapping, not " + std::string(KindName(*scheduler)));
  }
  config.scheduler = *section;
  return config;
}

}  // namespace lrsweep
