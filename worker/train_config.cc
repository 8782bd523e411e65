#include "worker/train_config.h"

#include <limits>
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

/// A number that is at least 0, or 0 where the schedule overrides it and it is absent.
double OptionalRate(const Map& params, std::string_view path) {
  const Value* value = Find(params, path);
  if (value == nullptr) return 0;
  double number = 0;
  if (const auto* real = value->As<double>()) {
    number = *real;
  } else if (const auto* integer = value->As<int64_t>()) {
    number = static_cast<double>(*integer);
  } else {
    RefuseKind(path, *value, "a number");
  }
  // Written so that NaN is refused too.
  if (!(number >= 0 && number <= std::numeric_limits<double>::max())) {
    Refuse(path, "expected a finite number that is at least 0");
  }
  return number;
}

void RequireSgd(const Map& params) {
  constexpr std::string_view kPath = "optimizer.type";
  const Value& value = Require(params, kPath);
  const auto* type = value.As<std::string>();
  if (type == nullptr) RefuseKind(kPath, value, "a text");
  if (*type != "SGD") Refuse(kPath, "unknown optimizer '" + *type + "', known is SGD");
}

}  // namespace

TrainConfig ToTrainConfig(const Map& params) {
  RequireSgd(params);
  TrainConfig config;
  config.hidden = RequireWidths(params, "model.hidden");
  config.epochs = RequireInteger(params, "training.epochs", 1);
  config.batch_size = RequireInteger(params, "training.batch_size", 1);
  config.seed = static_cast<uint64_t>(RequireInteger(params, "training.seed", 0));
  config.lr = OptionalRate(params, "optimizer.lr");
  config.momentum = OptionalRate(params, "optimizer.momentum");
  const Value& scheduler = Require(params, "scheduler");
  if (scheduler.As<Map>() == nullptr) RefuseKind("scheduler", scheduler, "a mapping");
  config.scheduler = *scheduler.As<Map>();
  return config;
}

}  // namespace lrsweep
