// The entries of the catalog, and what their families share. For catalog*.cc alone.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "schedulers/catalog.h"

namespace lrsweep {

// decay, in catalog_decay.cc
SchedulerType StepLrType();
SchedulerType MultiStepLrType();
SchedulerType ConstantLrType();
SchedulerType LinearLrType();
SchedulerType ExponentialLrType();
SchedulerType PolynomialLrType();
// in catalog_cosine.cc
SchedulerType CosineAnnealingLrType();
SchedulerType CosineAnnealingWarmRestartsType();
// cycles and range test, in catalog_cyclic.cc
SchedulerType CyclicLrType();
SchedulerType OneCycleLrType();
SchedulerType LrRangeTestType();
// in catalog_plateau.cc
SchedulerType ReduceLrOnPlateauType();
// in catalog_compose.cc
SchedulerType SequentialLrType();
SchedulerType ChainedSchedulerType();
// beyond PyTorch, in catalog_practice.cc
SchedulerType WsdType();
SchedulerType InverseSqrtType();
SchedulerType PiecewiseLinearType();

/// The type's parameters in their own types; what is left out stays out, what is not the type's is
/// dropped. Throws std::invalid_argument where one is out of range or missing.
Map CoerceParameters(const SchedulerType& type, const Map& parameters);

/// Sets `field` if the parameter is there and not null; else the field keeps its default.
/// Throws std::invalid_argument where the value is not of the parameter's type.
template <typename Field, typename Stored = Field>
void Read(const Map& parameters, std::string_view name, Field& field) {
  const Value* value = Find(parameters, name);
  if (value == nullptr || value->IsNull()) return;
  const auto* stored = value->As<Stored>();
  if (stored == nullptr) {
    throw std::invalid_argument(std::string(name) +
                                " has the wrong type: " + std::string(KindName(*value)));
  }
  field = *stored;
}

/// Sets `field` to the option that the parameter's text names in `names`.
template <typename Enum>
void ReadChoice(const Map& parameters, std::string_view name,
                const std::vector<std::pair<std::string, Enum>>& names, Enum& field) {
  std::string text;
  Read(parameters, name, text);
  if (text.empty()) return;
  for (const auto& [known, option] : names) {
    if (known == text) {
      field = option;
      return;
    }
  }
  throw std::invalid_argument(std::string(name) + " " + text + " is not known");
}

/// Whether the parameter is "run", or (with `by_default`) is left out or null.
bool IsRun(const Map& parameters, std::string_view name, bool by_default = false);

/// Sets `field` to a horizon: a number of ticks, or "run" for all that the schedule has. Throws
/// std::invalid_argument where "run" is no tick at all.
void ReadTicks(const Map& parameters, std::string_view name, const ScheduleContext& context,
               int64_t& field, bool run_by_default = false);

/// A list of integers.
void ReadIntegers(const Map& parameters, std::string_view name, std::vector<int64_t>& field);

/// The optimizer's rates.
inline Rates Optimizer(const ScheduleContext& context) { return {context.lr, context.momentum}; }

/// For types that override nothing, and whose parameters cannot contradict one another.
inline std::vector<std::string> OverridesNothing(const Map&) { return {}; }
inline void NothingToContradict(const Map&) {}

}  // namespace lrsweep
