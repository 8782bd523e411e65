// The YAML configuration: whatever the bytes, a configuration or a ConfigError.
#include <cstddef>
#include <cstdint>
#include <string>

#include "sweep/config/sweep_config.h"
#include "sweep/search/search_space.h"

namespace {

/// Points that the entries span, or more than it is worth to expand here.
bool IsSmall(const lrsweep::SweepConfig& config) {
  constexpr size_t kMost = 500;
  size_t points = config.schedulers.size() * config.optimizers.size();
  if (!config.search.IsGrid()) points *= static_cast<size_t>(config.search.trials);
  const auto multiply = [&points](const std::vector<lrsweep::Axis>& axes) {
    for (const lrsweep::Axis& axis : axes) {
      if (points <= kMost) points *= axis.values.size();
    }
  };
  multiply(config.axes);
  for (const auto* entries : {&config.schedulers, &config.optimizers}) {
    for (const lrsweep::Entry& entry : *entries) multiply(entry.axes);
  }
  return points <= kMost;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    lrsweep::SweepConfig config = lrsweep::ParseSweepConfig(text, "fuzz.yaml");
    if (!IsSmall(config)) return 0;
    const lrsweep::SearchSpace space(std::move(config));
    for (size_t i = 0; i < space.size(); ++i) {
      if (space.At(i).id.size() != 16) __builtin_trap();
    }
  } catch (const lrsweep::ConfigError&) {  // what is wrong and where: as it should be
  }
  return 0;
}
