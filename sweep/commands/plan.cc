#include "sweep/commands/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "params/errors.h"
#include "params/text.h"
#include "sweep/commands/commands.h"
#include "sweep/commands/output.h"
#include "sweep/commands/shared_options.h"
#include "sweep/commands/sweep_data.h"
#include "sweep/config/trial_text.h"
#include "sweep/search/shared_epochs.h"
#include "sweep/search/trial_shape.h"

namespace lrsweep {
namespace {

struct PlanArguments {
  ConfigArguments config;
  bool json = false;
  bool strict = false;
  size_t limit = 50;  // trials in the table; 0: all
};

int Plan(const PlanArguments& arguments) {
  SweepConfig config = arguments.config.Load();
  NameByContent(config);
  const SearchSpace space(std::move(config));
  ReportLint(space, arguments.strict, false);
  if (!arguments.json) return PrintResult(PlanText(space, arguments.limit));
  PlanJson(space, [](const std::string& text) { return PrintResult(text) == kAllEndedWell; });
  return kAllEndedWell;
}

std::string EpochsText(const Trial& trial) {
  return ToJson(*Find(trial.params, "training.epochs"));
}

/// The trial's optimizer steps; null where they are not known.
Value StepsOf(const Trial& trial, int64_t images) {
  return HasSteps(trial) ? Value(ClockOf(trial, images).TotalSteps()) : Value();
}

std::string StepsText(const Trial& trial, int64_t images) {
  const Value steps = StepsOf(trial, images);
  return steps.IsNull() ? "-" : ToJson(steps);
}

/// What trials share; none of a program's, and where nothing is shared.
std::optional<SharedEpochs> SharedBy(const SearchSpace& space, int64_t images) {
  if (space.config().program) return std::nullopt;
  std::optional<SharedEpochs> shared = CountSharedEpochs(space, images);
  if (shared && shared->all.to_train == shared->all.epochs) return std::nullopt;
  return shared;
}

/// ", 1,920 epochs, 1,438 to train: 25% are shared"
std::string SharedText(const std::optional<SharedEpochs>& shared) {
  if (!shared) return "";
  const EpochCount& all = shared->all;
  const double share = 1 - static_cast<double>(all.to_train) / static_cast<double>(all.epochs);
  return fmt::format(", {}, {}{} to train: {}{:.0f}% are shared", Counted(all.epochs, "epoch"),
                     shared->is_most ? "at most " : "", all.to_train,
                     shared->is_most ? "at least " : "", 100 * share);
}

/// Of each scheduler entry by itself: its epochs, and those to train.
std::string EntriesText(const std::optional<SharedEpochs>& shared) {
  if (!shared || shared->by_entry.size() < 2) return "";
  std::string text =
      fmt::format("\n{:<24}  {:>8}  {:>8}\n", "scheduler, by itself", "epochs", "to train");
  for (const EpochCount& entry : shared->by_entry) {
    text += fmt::format("{:<24}  {:>8}  {:>8}\n", entry.scheduler, entry.epochs, entry.to_train);
  }
  return text;
}

}  // namespace

std::string PlanText(const SearchSpace& space, size_t limit) {
  const int64_t images = ImagesPerEpoch(space.config());
  const std::optional<SharedEpochs> shared = SharedBy(space, images);
  std::string text = fmt::format("{}: {}{}\n", space.config().name, Counted(space.size(), "trial"),
                                 SharedText(shared));
  for (const std::string& note : space.notes()) text += fmt::format("note: {}\n", note);
  text += EntriesText(shared);
  text += fmt::format("\n{:<16}  {:>6}  {:>8}  {}\n", "trial", "epochs", "steps", "parameters");
  const size_t shown = limit == 0 ? space.size() : std::min(limit, space.size());
  for (size_t i = 0; i < shown; ++i) {
    const Trial trial = space.At(i);
    text += fmt::format("{:<16}  {:>6}  {:>8}  {}\n", trial.id, EpochsText(trial),
                        StepsText(trial, images), ShortText(trial));
  }
  if (shown < space.size()) {
    text += fmt::format("... and {} more (--limit 0 shows all)\n", space.size() - shown);
  }
  return text;
}

void PlanJson(const SearchSpace& space, const std::function<bool(const std::string&)>& write) {
  const int64_t images = ImagesPerEpoch(space.config());
  List notes;
  for (const std::string& note : space.notes()) notes.emplace_back(note);
  const std::string head = fmt::format(R"({{"name":{},"notes":{},"points":{},"trials":[)",
                                       ToJson(space.config().name), ToJson(notes), space.points());
  if (!write(head)) return;
  for (size_t i = 0; i < space.size(); ++i) {
    Trial trial = space.At(i);
    Value steps = StepsOf(trial, images);
    const Value row = Map{{"trial_id", trial.id},         {"group_id", trial.group_id},
                          {"scheduler", trial.scheduler}, {"seed", trial.seed},
                          {"steps", std::move(steps)},    {"params", std::move(trial.params)}};
    if (!write((i > 0 ? ",\n" : "\n") + ToJson(row))) return;
  }
  write("\n]}\n");
}

Subcommand PlanCommand() {
  const auto arguments = std::make_shared<PlanArguments>();
  return {.name = "plan",
          .help = "Show the trials of a configuration",
          .options = Join(arguments->config.Options(),
                          {{.name = "--json",
                            .target = &arguments->json,
                            .help = "print JSON, every trial with all parameters"},
                           StrictOption(arguments->strict),
                           {.name = "--limit",
                            .target = &arguments->limit,
                            .help = "trials in the table; 0 shows all",
                            .range = Range{.minimum = 0},
                            .shows_default = true}}),
          .run = [arguments](const CommandContext&) { return Plan(*arguments); }};
}

}  // namespace lrsweep
