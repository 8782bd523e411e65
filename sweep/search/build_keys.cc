#include "sweep/search/build_keys.h"

#include <utility>

#include "schedulers/aliases/alias.h"
#include "schedulers/formula.h"
#include "sweep/search/schedule_parameter.h"
#include "sweep/search/trial_shape.h"

namespace lrsweep {

bool IsOpaque(const Entry& scheduler) {
  return HasAlias(scheduler.section) || HoldsFormula(scheduler.section);
}

bool DecidesBuild(const Entry& scheduler, const Axis& axis) {
  if (!DecidesSchedule(axis)) return false;
  if (IsOpaque(scheduler)) return true;
  if (axis.path == "optimizer.lr") return false;
  if (!axis.path.starts_with(kSchedulerPrefix)) return true;
  const std::string path = axis.path.substr(kSchedulerPrefix.size());
  const Parameter* parameter = ParameterAt(scheduler.section, path);
  // A warm-up is checked only when it is built.
  return parameter == nullptr || parameter->kind != Kind::kReal || parameter->counts_ticks ||
         path.starts_with("warmup.");
}

BuildKeys::BuildKeys(const SearchSpace& space) : space_(space) {
  for (const Block& block : space.blocks()) {
    OfBlock of;
    for (const Dimension& dimension : block.dimensions) {
      std::vector<size_t>& axes = of.axes.emplace_back();
      for (size_t i = 0; i < dimension.axes.size(); ++i) {
        if (DecidesBuild(*block.scheduler, *dimension.axes[i])) axes.push_back(i);
      }
    }
    blocks_.push_back(std::move(of));
  }
}

size_t BuildKeys::Of(size_t index) {
  const uint64_t point = space_.PointAt(index);
  const Block& block = space_.BlockOf(point);
  OfBlock& of = blocks_[static_cast<size_t>(&block - space_.blocks().data())];
  std::string key;
  size_t left = of.axes.size();  // the fastest dimension is visited first
  block.ForEachDimension(point, [&](const Dimension& dimension, uint64_t place) {
    const std::vector<size_t>& axes = of.axes[--left];
    if (axes.empty()) return;
    if (dimension.sampler == nullptr) {
      key += std::to_string(place) + '\n';
      return;
    }
    for (const size_t axis : axes) key += ToJson(dimension.At(axis, place)) + '\n';
  });
  const auto [known, is_new] = of.known.try_emplace(std::move(key), size_);
  if (is_new) ++size_;
  return known->second;
}

}  // namespace lrsweep
