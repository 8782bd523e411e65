#include "worker/train_config.h"

#include <cmath>
#include <stdexcept>

namespace lrsweep {
namespace {

[[noreturn]] void Refuse(std::string_view path, const std::string& why) {
  throw std::invalid_argument(std::string(path) + ": " + why);
}

[[noreturn]] void RefuseKind(std::string_view path, const Value& value, const std::string& wanted) {
  Refuse(path, "expected " + wanted + ", got " + std::string(KindName(value)));
}

const Value& Require(const Map& params, std::string_view path) {
  const Value* value = Find(params, path);
  if (value == nullptr) Refuse(path, "missing");
  return *value;
}

int64_t AsInteger(std::string_view path, const Value& value, int64_t least) {
  const auto* number = value.As<int64_t>();
  if (number == nullptr) RefuseKind(path, value, "an integer");
  if (*number < least) {
    Refuse(path, std::to_string(*number) + " is less than " + std::to_string(least));
  }
  return *number;
}

int64_t RequireInteger(const Map& params, std::string_view path, int64_t least) {
  return AsInteger(path, Require(params, path), least);
}

std::vector<int64_t> RequireWidths(const Map& params, std::string_view path) {
  const Value& value = Require(params, path);
  const auto* list = value.As<List>();
  if (list == nullptr) RefuseKind(path, value, "a list of integers");
  std::vector<int64_t> widths;
  widths.reserve(list->size());
  for (const Value& width : *list) widths.push_back(AsInteger(path, width, 1));
  return widths;
}

double AsReal(std::string_view path, const Value& value) {
  if (const auto* real = value.As<double>()) return *real;
  if (const auto* integer = value.As<int64_t>()) return static_cast<double>(*integer);
  RefuseKind(path, value, "a number");
}

/// Returns a finite number, or `absent` if the parameter is missing.
double OptionalReal(const Map& params, std::string_view path, double absent) {
  const Value* value = Find(params, path);
  if (value == nullptr) return absent;
  const double number = AsReal(path, *value);
  if (!std::isfinite(number)) Refuse(path, "expected a finite number");
  return number;
}

/// Returns a number of at least 0; 0 if it is missing because the schedule overrides it.
double OptionalRate(const Map& params, std::string_view path) {
  const double number = OptionalReal(params, path, 0);
  if (number < 0) Refuse(path, "expected a number that is at least 0");
  return number;
}

OptimizerType RequireOptimizer(const Map& params) {
  constexpr std::string_view kPath = "optimizer.type";
  const Value& value = Require(params, kPath);
  const auto* type = value.As<std::string>();
  if (type == nullptr) RefuseKind(kPath, value, "a text");
  if (*type == "SGD") return OptimizerType::kSgd;
  if (*type == "Adam") return OptimizerType::kAdam;
  if (*type == "AdamW") return OptimizerType::kAdamW;
  Refuse(kPath, "unknown optimizer '" + *type + "', known are SGD, Adam and AdamW");
}

/// The first of `betas` is null if the schedule overrides it; it becomes 0 then.
void ReadAdam(const Map& params, TrainConfig& config) {
  constexpr std::string_view kPath = "optimizer.betas";
  const auto* betas = Require(params, kPath).As<List>();
  if (betas == nullptr || betas->size() != 2) Refuse(kPath, "expected a pair of numbers");
  const auto beta = [&](const Value& value) {
    const double number = AsReal(kPath, value);
    if (!(number >= 0 && number < 1)) Refuse(kPath, "expected numbers of at least 0 and below 1");
    return number;
  };
  config.momentum = betas->front().IsNull() ? 0 : beta(betas->front());
  config.beta2 = beta(betas->back());
  config.eps = OptionalRate(params, "optimizer.eps");
}

void ReadSgd(const Map& params, TrainConfig& config) {
  config.momentum = OptionalRate(params, "optimizer.momentum");
  config.dampening = OptionalReal(params, "optimizer.dampening", 0);
  const Value* nesterov = Find(params, "optimizer.nesterov");
  if (nesterov == nullptr) return;
  if (nesterov->As<bool>() == nullptr) {
    RefuseKind("optimizer.nesterov", *nesterov, "true or false");
  }
  config.nesterov = *nesterov->As<bool>();
}

}  // namespace

TrainConfig ToTrainConfig(const Map& params) {
  TrainConfig config;
  config.hidden = RequireWidths(params, "model.hidden");
  config.epochs = RequireInteger(params, "training.epochs", 1);
  config.batch_size = RequireInteger(params, "training.batch_size", 1);
  config.seed = static_cast<uint64_t>(RequireInteger(params, "training.seed", 0));
  config.optimizer = RequireOptimizer(params);
  config.lr = OptionalRate(params, "optimizer.lr");
  config.weight_decay = OptionalRate(params, "optimizer.weight_decay");
  if (config.optimizer == OptimizerType::kSgd) {
    ReadSgd(params, config);
  } else {
    ReadAdam(params, config);
  }
  const Value& scheduler = Require(params, "scheduler");
  if (scheduler.As<Map>() == nullptr) RefuseKind("scheduler", scheduler, "a mapping");
  config.scheduler = *scheduler.As<Map>();
  return config;
}

}  // namespace lrsweep
