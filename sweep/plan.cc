#include "sweep/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sweep/trial_shape.h"
#include "sweep/trial_text.h"

namespace lrsweep {
namespace {

std::optional<int64_t> Steps(const Trial& trial, std::optional<int64_t> images) {
  if (!images) return std::nullopt;
  return ClockOf(trial, *images).TotalSteps();
}

std::string Counted(size_t count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string EpochsText(const Trial& trial) {
  return ToJson(*Find(trial.params, "training.epochs"));
}

}  // namespace

std::string PlanText(const SearchSpace& space, size_t limit) {
  const auto images = ImagesPerEpoch(space.config());
  std::string text = fmt::format("{}: {}\n", space.config().name, Counted(space.size(), "trial"));
  for (const std::string& note : space.notes()) text += fmt::format("note: {}\n", note);
  text += fmt::format("\n{:<16}  {:>6}  {:>8}  {}\n", "trial", "epochs", "steps", "parameters");
  const size_t shown = limit == 0 ? space.size() : std::min(limit, space.size());
  for (size_t i = 0; i < shown; ++i) {
    const Trial trial = space.At(i);
    const auto steps = Steps(trial, images);
    text += fmt::format("{:<16}  {:>6}  {:>8}  {}\n", trial.id, EpochsText(trial),
                        steps ? std::to_string(*steps) : "?", ShortText(trial));
  }
  if (shown < space.size()) {
    text += fmt::format("... and {} more (--limit 0 shows all)\n", space.size() - shown);
  }
  return text;
}

std::string PlanJson(const SearchSpace& space) {
  const auto images = ImagesPerEpoch(space.config());
  List notes;
  for (const std::string& note : space.notes()) notes.emplace_back(note);
  List trials;
  for (size_t i = 0; i < space.size(); ++i) {
    Trial trial = space.At(i);
    const auto steps = Steps(trial, images);
    trials.emplace_back(Map{{"trial_id", trial.id},
                            {"group_id", trial.group_id},
                            {"scheduler", trial.scheduler},
                            {"seed", trial.seed},
                            {"steps", steps ? Value(*steps) : Value()},
                            {"params", std::move(trial.params)}});
  }
  return ToJson(Map{{"name", space.config().name},
                    {"points", static_cast<int64_t>(space.points())},
                    {"notes", std::move(notes)},
                    {"trials", std::move(trials)}}) +
         "\n";
}

}  // namespace lrsweep
