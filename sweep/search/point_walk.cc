#include "sweep/search/point_walk.h"

#include <algorithm>
#include <utility>

#include "trial/optimizers.h"

namespace lrsweep {

PointWalk::PointWalk(const SweepConfig& config, const Entry& scheduler, const Entry& optimizer,
                     const std::vector<const Axis*>& axes)
    : scheduler_entry_(scheduler),
      optimizer_entry_(optimizer),
      model_(ModelOf(config.fixed)),
      params_(config.fixed) {
  params_.insert_or_assign("scheduler", scheduler.section);
  params_.insert_or_assign("optimizer", optimizer.section);
  for (const auto& [name, section] : params_) sections_.push_back({name, "", "", true});
  const auto place_of = [this](const std::string& name) {
    const auto found =
        std::find_if(sections_.begin(), sections_.end(),
                     [&name](const Section& section) { return section.name == name; });
    return static_cast<size_t>(found - sections_.begin());
  };
  scheduler_ = place_of("scheduler");
  for (const Axis* axis : axes) {
    digits_.push_back({axis, place_of(axis->path.substr(0, axis->path.find('.')))});
    Set(digits_.back(), 0);
  }
  WriteChanged();
}

void PointWalk::Next() {
  for (auto digit = digits_.rbegin(); digit != digits_.rend(); ++digit) {
    const bool carry = digit->value + 1 == digit->axis->values.size();
    Set(*digit, carry ? 0 : digit->value + 1);
    if (!carry) break;
  }
  WriteChanged();
}

void PointWalk::Set(Digit& digit, size_t value) {
  digit.value = value;
  SetAt(params_, digit.axis->path, digit.axis->values[value]);
  sections_[digit.section].changed = true;
}

void PointWalk::WriteChanged() {
  if (sections_[scheduler_].changed) {
    trial_scheduler_ = TrialScheduler(scheduler_entry_, std::get<Map>(params_.at("scheduler")));
    auto overridden = OverriddenBy(scheduler_entry_, trial_scheduler_);
    if (overridden != overridden_) {
      overridden_ = std::move(overridden);
      for (Section& section : sections_) section.changed = true;
    }
  }
  for (Section& section : sections_) {
    if (std::exchange(section.changed, false)) Write(section);
  }
}

void PointWalk::Write(Section& section) const {
  const bool is_scheduler = section.name == "scheduler";
  Map kept = {{section.name, is_scheduler ? trial_scheduler_ : params_.at(section.name)}};
  for (const std::string& path : overridden_) OverrideOptimizer(kept, path);
  if (section.name == "optimizer") {
    const Map& optimizer = std::get<Map>(kept.at(section.name));
    if (model_ == Model::kBuiltIn) CheckOptimizerEntry(optimizer_entry_, optimizer);
  }
  const auto write = [&section](const Map& values) {
    return values.empty() ? "" : ToJson(section.name) + ":" + ToJson(values);
  };
  Map canonical = CanonicalSection(model_, section.name, std::get<Map>(kept.at(section.name)));
  section.json = write(canonical);
  section.json_without_seed =
      section.name == "training" && canonical.erase("seed") > 0 ? write(canonical) : section.json;
}

std::string PointWalk::Join(std::string Section::*text) const {
  std::string json = "{";
  for (const Section& section : sections_) {
    const std::string& part = section.*text;
    if (part.empty()) continue;
    if (json.size() > 1) json += ',';
    json += part;
  }
  return json + "}";
}

}  // namespace lrsweep
