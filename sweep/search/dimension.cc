#include "sweep/search/dimension.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "params/text.h"
#include "trial/optimizers.h"

namespace lrsweep {
namespace {

/// The zip that the axis stands in, or nullptr.
const Zip* ZipOf(const SweepConfig& config, const Axis& axis) {
  const auto found = std::find_if(config.zips.begin(), config.zips.end(),
                                  [&axis](const Zip& zip) { return zip.Has(axis.path); });
  return found != config.zips.end() ? &*found : nullptr;
}

void CheckLengths(const Dimension& zip) {
  const Axis& first = *zip.axes.front();
  for (const Axis* axis : zip.axes) {
    if (axis->listed.size() == first.listed.size()) continue;
    throw ConfigError(axis->at,
                      fmt::format("zip: {} has {} and {} has {}: axes that go together have the "
                                  "same number of values",
                                  axis->path, Counted(axis->listed.size(), "value"), first.path,
                                  first.listed.size()));
  }
}

/// The grids, of which those of a zip are one dimension.
std::vector<Dimension> GridDimensions(const SweepConfig& config,
                                      const std::vector<const Axis*>& axes) {
  std::vector<Dimension> dimensions;
  std::vector<const Zip*> zips;  // of each dimension
  for (const Axis* axis : axes) {
    const Zip* zip = ZipOf(config, *axis);
    const auto joined = std::find(zips.begin(), zips.end(), zip);
    if (zip != nullptr && joined != zips.end()) {
      dimensions[static_cast<size_t>(joined - zips.begin())].axes.push_back(axis);
    } else {
      dimensions.push_back({{axis}});
      zips.push_back(zip);
    }
  }
  for (const Dimension& dimension : dimensions) CheckLengths(dimension);
  return dimensions;
}

/// Puts those that the entry overrides behind the others, whose coordinates of Sobol's sequence are
/// then the more even ones.
void PutOverriddenLast(const Entry& scheduler, std::vector<const Axis*>& axes) {
  const std::vector<std::string> overridden = OverriddenAtFirst(scheduler);
  std::stable_partition(axes.begin(), axes.end(), [&overridden](const Axis* axis) {
    return std::find(overridden.begin(), overridden.end(), axis->path) == overridden.end();
  });
}

}  // namespace

uint64_t Dimension::places() const {
  if (!rows.empty()) return rows.size();
  if (sampler) return draws.size();
  return IsZip() ? axes.front()->listed.size() : axes.front()->values.size();
}

Value Dimension::At(size_t axis, uint64_t place) const {
  if (!rows.empty()) return rows[place][axis];
  if (sampler) return sampler->At(axis, draws[place]);
  return IsZip() ? axes[axis]->listed[place] : axes[axis]->values[place];
}

uint64_t Block::GridPoints() const {
  uint64_t product = 1;
  for (const Dimension& dimension : dimensions) {
    if (!dimension.sampler) product *= dimension.places();
  }
  return product;
}

std::string Block::Name(const SweepConfig& config) const {
  if (config.optimizers.size() < 2 || optimizer->type.empty()) return scheduler->type;
  return fmt::format("{} with {}", scheduler->type, optimizer->type);
}

Map ParamsAt(const SweepConfig& config, const Block& block, uint64_t point) {
  Map params = config.fixed;
  params.insert_or_assign("scheduler", block.scheduler->section);
  params.insert_or_assign("optimizer", block.optimizer->section);
  block.ForEachValue(point, [&params](const std::string& path, const Value& value) {
    SetAt(params, path, value);
  });
  Map& scheduler = std::get<Map>(params.at("scheduler"));
  scheduler = TrialScheduler(*block.scheduler, scheduler);
  for (const std::string& path : OverriddenBy(*block.scheduler, scheduler)) {
    OverrideOptimizer(params, path);
  }
  if (!config.program) {
    CheckOptimizerEntry(*block.optimizer, std::get<Map>(params.at("optimizer")));
  }
  return params;
}

std::vector<Dimension> DimensionsOf(const SweepConfig& config, const Entry& scheduler,
                                    const Entry& optimizer) {
  std::vector<const Axis*> grids;
  std::vector<const Axis*> sampled;
  for (const auto* axes : {&scheduler.axes, &config.axes, &optimizer.axes}) {
    for (const Axis& axis : *axes) {
      if (!axis.distribution) grids.push_back(&axis);
    }
  }
  // The scheduler's own last: a further axis of one entry then changes nothing for the common ones.
  for (const auto* axes : {&config.axes, &optimizer.axes, &scheduler.axes}) {
    for (const Axis& axis : *axes) {
      if (axis.distribution) sampled.push_back(&axis);
    }
  }
  std::vector<Dimension> dimensions = GridDimensions(config, grids);
  if (sampled.empty()) return dimensions;
  PutOverriddenLast(scheduler, sampled);
  const std::string entry = scheduler.type + (optimizer.type.empty() ? "" : " ") + optimizer.type;
  auto sampler = std::make_shared<const PointSampler>(config.search, entry, sampled);
  dimensions.insert(dimensions.begin(), Dimension{std::move(sampled), std::move(sampler)});
  return dimensions;
}

uint64_t SeedsOf(const SweepConfig& config) {
  for (const Axis& axis : config.axes) {
    if (axis.path == "training.seed") return axis.values.size();
  }
  return 1;
}

std::vector<std::string> OverriddenAtFirst(const Entry& scheduler) {
  try {
    return OverriddenBy(scheduler, TrialScheduler(scheduler, scheduler.section));
  } catch (const ConfigError&) {  // an exclusion may leave that point out
    return {};
  }
}

}  // namespace lrsweep
