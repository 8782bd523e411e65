#include "sweep/search/point_walk.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <initializer_list>
#include <utility>

#include "schedulers/aliases/alias.h"
#include "trial/optimizers.h"

namespace lrsweep {
namespace {

uint64_t Mix(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15U;
  return hash ^ (hash >> 32U);
}

/// A hash of the numbers under `names`; of one that is missing too.
uint64_t HashOf(const Map& section, std::initializer_list<const char*> names) {
  uint64_t hash = 0;
  for (const char* name : names) {
    const auto found = section.find(name);
    const auto* real = found == section.end() ? nullptr : found->second.As<double>();
    const auto* integer = found == section.end() ? nullptr : found->second.As<int64_t>();
    hash = Mix(hash, real != nullptr      ? std::bit_cast<uint64_t>(*real)
                     : integer != nullptr ? static_cast<uint64_t>(*integer)
                                          : uint64_t{1} << 63);
  }
  return hash;
}

}  // namespace

PointWalk::PointWalk(const SweepConfig& config, const Entry& scheduler, const Entry& optimizer,
                     const std::vector<Dimension>& dimensions)
    : scheduler_entry_(scheduler),
      optimizer_entry_(optimizer),
      model_(ModelOf(config.fixed)),
      params_(config.fixed) {
  params_.insert_or_assign("scheduler", scheduler.section);
  params_.insert_or_assign("optimizer", optimizer.section);
  for (const auto& [name, section] : params_) sections_.push_back({name, {}, "", "", true});
  const auto place_of = [this](const std::string& name) {
    const auto found =
        std::find_if(sections_.begin(), sections_.end(),
                     [&name](const Section& section) { return section.name == name; });
    return static_cast<size_t>(found - sections_.begin());
  };
  scheduler_ = place_of("scheduler");
  for (const Dimension& dimension : dimensions) {
    Digit digit{&dimension, {}};
    for (const Axis* axis : dimension.axes) {
      digit.sections.push_back(place_of(axis->path.substr(0, axis->path.find('.'))));
    }
    Set(digit, 0);
    digits_.push_back(std::move(digit));
  }
  WriteChanged();
}

void PointWalk::Next() {
  for (auto digit = digits_.rbegin(); digit != digits_.rend(); ++digit) {
    const bool carry = digit->place + 1 == digit->dimension->places();
    Set(*digit, carry ? 0 : digit->place + 1);
    if (!carry) break;
  }
  WriteChanged();
}

void PointWalk::MoveTo(uint64_t place) {
  for (Digit& digit : digits_) {
    const bool is_slowest = &digit == &digits_.front();
    if (is_slowest || digit.place > 0) Set(digit, is_slowest ? place : 0);
  }
  WriteChanged();
}

void PointWalk::Set(Digit& digit, uint64_t place) {
  digit.place = place;
  for (size_t i = 0; i < digit.sections.size(); ++i) {
    SetAt(params_, digit.dimension->axes[i]->path, digit.dimension->At(i, place));
    sections_[digit.sections[i]].changed = true;
  }
}

const Value* PointWalk::At(const std::string& path) const {
  if (mistake_ != nullptr) return Find(params_, path);
  for (const Section& section : sections_) {
    if (path.starts_with(section.name) && path[section.name.size()] == '.') {
      return Find(section.trial, path);
    }
  }
  return nullptr;
}

void PointWalk::Check() const {
  if (mistake_ != nullptr) std::rethrow_exception(mistake_);
}

void PointWalk::WriteChanged() {
  mistake_ = nullptr;
  try {
    WriteSections();
  } catch (const ConfigError&) {
    mistake_ = std::current_exception();
    for (Section& section : sections_) section.changed = true;
  }
}

void PointWalk::WriteSections() {
  if (sections_[scheduler_].changed) {
    const Map& written = std::get<Map>(params_.find("scheduler")->second);
    if (HasAlias(written)) {
      trial_scheduler_ = TrialScheduler(scheduler_entry_, written);
    } else {
      trial_scheduler_ = written;  // as TrialScheduler, but keeps the nodes that there are
    }
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

void PointWalk::Write(Section& section) {
  const bool is_scheduler = section.name == "scheduler";
  const Map& source =
      is_scheduler ? trial_scheduler_ : std::get<Map>(params_.find(section.name)->second);
  Map& kept = std::get<Map>(section.trial.try_emplace(section.name, Map()).first->second);
  kept = source;  // keeps the nodes that there are: this takes a good part of a large space's time
  for (const std::string& path : overridden_) OverrideOptimizer(section.trial, path);
  if (section.name == "optimizer" && model_ == Model::kBuiltIn) {
    CheckOptimizerEntry(optimizer_entry_, kept);
  }
  const auto write = [&section](const Map& values) {
    return values.empty() ? "" : ToJson(section.name) + ":" + ToJson(values);
  };
  Map canonical = CanonicalSection(model_, section.name, kept);
  section.json = write(canonical);
  section.json_without_seed =
      section.name == "training" && canonical.erase("seed") > 0 ? write(canonical) : section.json;
  if (is_scheduler) {
    section.schedule_hash = std::hash<std::string>()(section.json);
  } else if (section.name == "optimizer") {
    section.schedule_hash = HashOf(kept, {"lr"});
  } else if (section.name == "training") {
    section.schedule_hash = HashOf(kept, {"epochs", "batch_size"});
  }
}

uint64_t PointWalk::ScheduleHash() const {
  uint64_t hash = 0;
  for (const Section& section : sections_) hash = Mix(hash, section.schedule_hash);
  return hash;
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
