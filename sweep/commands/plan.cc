#include "sweep/commands/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "params/errors.h"
#include "params/text.h"
#include "sweep/commands/commands.h"
#include "sweep/commands/output.h"
#include "sweep/commands/plan_rungs.h"
#include "sweep/commands/shared_options.h"
#include "sweep/config/trial_text.h"
#include "sweep/data/sweep_data.h"
#include "sweep/search/race_plan.h"
#include "sweep/search/shared_epochs.h"
#include "sweep/search/tpe/tpe_plan.h"
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

/// What trials share; none where nothing is shared.
std::optional<SharedEpochs> SharedBy(const SearchSpace& space, int64_t images) {
  const auto& program = space.config().program;
  if (program && !program->resumes_exactly) return std::nullopt;
  std::optional<SharedEpochs> shared = CountSharedEpochs(space, images);
  if (shared && shared->all.to_train == shared->all.epochs) return std::nullopt;
  return shared;
}

/// ", 1,920 epochs, 1,438 to train: 25% are shared"
std::string SharedText(const std::optional<SharedEpochs>& shared, bool of_program) {
  if (!shared) return "";
  const EpochCount& all = shared->all;
  const double share = 1 - static_cast<double>(all.to_train) / static_cast<double>(all.epochs);
  return fmt::format(", {}, {}{} to train: {}{:.0f}% are shared{}", Counted(all.epochs, "epoch"),
                     shared->is_most ? "at most " : "", all.to_train,
                     shared->is_most ? "at least " : "", 100 * share,
                     of_program ? ", if the program saves a checkpoint after each epoch" : "");
}

/// Of each scheduler entry by itself: its epochs, and those to train. Then how many of these
/// several entries have in common.
std::string EntriesText(const std::optional<SharedEpochs>& shared) {
  if (!shared || shared->by_entry.size() < 2) return "";
  std::string text =
      fmt::format("\n{:<24}  {:>8}  {:>8}\n", "scheduler, by itself", "epochs", "to train");
  int64_t to_train = 0;
  for (const EpochCount& entry : shared->by_entry) {
    to_train += entry.to_train;
    text += fmt::format("{:<24}  {:>8}  {:>8}\n", entry.scheduler, entry.epochs, entry.to_train);
  }
  const int64_t common = to_train - shared->all.to_train;
  if (common > 0) {
    text += fmt::format("{} of these to train {} shared between schedulers\n", common,
                        common == 1 ? "is" : "are");
  }
  return text;
}

/// A table of the first `limit` of `count` trials (0: all).
std::string TrialsText(size_t count, const std::function<Trial(size_t)>& trial_at, size_t limit,
                       int64_t images) {
  std::string text =
      fmt::format("\n{:<16}  {:>6}  {:>8}  {}\n", "trial", "epochs", "steps", "parameters");
  const size_t shown = limit == 0 ? count : std::min(limit, count);
  for (size_t i = 0; i < shown; ++i) {
    const Trial trial = trial_at(i);
    text += fmt::format("{:<16}  {:>6}  {:>8}  {}\n", trial.id, EpochsText(trial),
                        StepsText(trial, images), ShortText(trial));
  }
  if (shown < count) text += fmt::format("... and {} more (--limit 0 shows all)\n", count - shown);
  return text;
}

/// Says once that a search whose choices are made on the test set has no other images to be judged
/// by.
std::string TestSetNote(const SweepConfig& config) {
  const bool has_validation =
      config.program || FindMetric(config.metrics, kTestAccuracy) != nullptr;
  return has_validation ? ""
                        : "note: the search chooses on the test set, which flatters what it "
                          "chooses: dataset: {validation: 5000} chooses on other images\n";
}

/// Those of the space, and of what its trials share.
std::vector<std::string> NotesOf(const SearchSpace& space) {
  std::vector<std::string> notes = space.notes();
  for (std::string& note : SharingNotes(space.config())) notes.push_back(std::move(note));
  return notes;
}

/// What proposes the points, where that is no grid. `known`: how many there are.
std::string SamplerText(const SearchSpace& space, std::optional<size_t> known = {}) {
  const SearchSettings& search = space.config().search;
  if (search.IsGrid()) return "";
  const size_t points = known ? *known : space.CountPoints();
  const std::string rounds = search.IsTpe() ? fmt::format(", in rounds of {}", search.batch) : "";
  return fmt::format("sampler {}: {}, {} for each scheduler{}, seed {}\n", search.sampler,
                     Counted(static_cast<int64_t>(points), "point"), search.trials, rounds,
                     search.seed);
}

/// The plan of a search with a pruner: its rungs, and the trials of the first ones.
std::string PrunedPlanText(const SearchSpace& space, size_t limit, int64_t images) {
  const HalvingPlan plan(space);
  const std::vector<int64_t> first = plan.FirstNumbers();
  const int64_t trials = static_cast<int64_t>(first.size()) + plan.StillToCome().trials;
  std::string text =
      fmt::format("{}: {}, {}{}\n", space.config().name, Counted(plan.points().size(), "point"),
                  space.config().race ? "at least " : "", Counted(trials, "trial"));
  text += SamplerText(space, plan.points().size());
  for (const std::string& note : NotesOf(space)) text += fmt::format("note: {}\n", note);
  text += TestSetNote(space.config()) + RungsText(space, plan, images);
  const auto trial_at = [&](size_t i) { return plan.TrialAt(first[i]); };
  return text + TrialsText(first.size(), trial_at, limit, images);
}

/// Trials of a race over all points.
int64_t MostRaced(const SearchSpace& space) {
  const std::vector<SpacePoint> points = space.Points();
  return BoundsOf(points.size(), RaceRulesOf(space.config(), points)).most;
}

/// The plan of a race without a pruner: the least and the most that can come, and the trials that
/// come in any case.
std::string RacePlanText(const SearchSpace& space, size_t limit, int64_t images) {
  const std::vector<SpacePoint> points = space.Points();
  const std::vector<int64_t> first = RacePlan(space).FirstNumbers();
  int64_t least = 0, most = 0;
  for (const int64_t index : first) least += space.EpochsAt(static_cast<size_t>(index));
  for (size_t i = 0; i < space.size(); ++i) most += space.EpochsAt(i);
  const bool decides = points.size() > 1 && first.size() < space.size();
  std::string text = fmt::format(
      "{}: {}, {} trials, {}\n", space.config().name, Counted(points.size(), "point"),
      decides ? fmt::format("{} to {}", first.size(), space.size()) : std::to_string(first.size()),
      decides ? fmt::format("{} to {}", least, Counted(most, "epoch")) : Counted(least, "epoch"));
  text += SamplerText(space, points.size());
  for (const std::string& note : space.notes()) text += fmt::format("note: {}\n", note);
  text += RaceText(*space.config().race) + TestSetNote(space.config());
  const auto trial_at = [&](size_t i) { return space.At(static_cast<size_t>(first[i])); };
  return text + TrialsText(first.size(), trial_at, limit, images);
}

/// What decides the points of a search by TPE.
std::string TpeText(const TpePlan& plan) {
  const auto rounds = static_cast<int64_t>(plan.rounds());
  const auto random = static_cast<int64_t>(plan.random_rounds());
  if (random == rounds) {
    return fmt::format(
        "note: all points are random: tpe proposes one when the values of {} are known, and those "
        "of "
        "the round before are not: write more trials, or a smaller batch\n",
        TpeSampler::kStartup);
  }
  return fmt::format("note: the first {} of {} are random; the others follow from values\n", random,
                     Counted(rounds, "round"));
}

/// The plan of a search by TPE: the first rounds, and the most that can come.
std::string TpePlanText(const SearchSpace& space, size_t limit, int64_t images) {
  TpePlan plan(space);
  const std::vector<DecidedTrial> first = plan.Begin().trials;
  int64_t epochs = plan.StillToCome().epochs;
  for (const DecidedTrial& one : first) epochs += EpochsOf(one.trial);
  std::string text =
      fmt::format("{}: at most {}, {}\n", space.config().name,
                  Counted(static_cast<int64_t>(space.size()), "trial"), Counted(epochs, "epoch"));
  text += SamplerText(space);
  for (const std::string& note : NotesOf(space)) text += fmt::format("note: {}\n", note);
  text += TpeText(plan) + TestSetNote(space.config());
  return text + TrialsText(
                    first.size(), [&first](size_t i) { return first[i].trial; }, limit, images);
}

}  // namespace

std::string PlanText(const SearchSpace& space, size_t limit) {
  const int64_t images = ImagesPerEpoch(space.config());
  if (space.config().pruner) return PrunedPlanText(space, limit, images);
  if (space.config().race) return RacePlanText(space, limit, images);
  if (space.config().search.IsTpe()) return TpePlanText(space, limit, images);
  const std::optional<SharedEpochs> shared = SharedBy(space, images);
  std::string text = fmt::format("{}: {}{}\n", space.config().name, Counted(space.size(), "trial"),
                                 SharedText(shared, space.config().program.has_value()));
  text += SamplerText(space);
  for (const std::string& note : NotesOf(space)) text += fmt::format("note: {}\n", note);
  text += EntriesText(shared);
  return text + TrialsText(
                    space.size(), [&space](size_t i) { return space.At(i); }, limit, images);
}

void PlanJson(const SearchSpace& space, const std::function<bool(const std::string&)>& write) {
  const int64_t images = ImagesPerEpoch(space.config());
  List notes;
  for (const std::string& note : NotesOf(space)) notes.emplace_back(note);
  const SweepConfig& config = space.config();
  std::string rungs;
  size_t count = space.size();
  std::function<Trial(size_t)> trial_at = [&space](size_t i) { return space.At(i); };
  if (config.pruner) {
    const auto plan = std::make_shared<const HalvingPlan>(space);
    rungs = fmt::format(R"("rungs":{},)", ToJson(RungsJson(*plan)));
    std::vector<int64_t> first = plan->FirstNumbers();
    count = first.size();
    trial_at = [plan, first = std::move(first)](size_t i) { return plan->TrialAt(first[i]); };
  } else if (config.race) {
    std::vector<int64_t> first = RacePlan(space).FirstNumbers();
    count = first.size();
    const Value race = Map{{"confidence", config.race->confidence},
                           {"least_trials", static_cast<int64_t>(count)},
                           {"most_trials", MostRaced(space)}};
    rungs = fmt::format(R"("race":{},)", ToJson(race));
    trial_at = [&space, first = std::move(first)](size_t i) {
      return space.At(static_cast<size_t>(first[i]));
    };
  } else if (config.search.IsTpe()) {
    TpePlan plan(space);
    std::vector<DecidedTrial> first = plan.Begin().trials;
    count = first.size();
    const Value tpe = Map{{"batch", config.search.batch},
                          {"rounds", static_cast<int64_t>(plan.rounds())},
                          {"random_rounds", static_cast<int64_t>(plan.random_rounds())},
                          {"most_trials", static_cast<int64_t>(space.size())}};
    rungs = fmt::format(R"("tpe":{},)", ToJson(tpe));
    trial_at = [first = std::move(first)](size_t i) { return first[i].trial; };
  }
  const std::string head = fmt::format(
      R"({{"name":{},"sampler":{},"notes":{},"points":{},{}"trials":[)", ToJson(config.name),
      ToJson(config.search.sampler), ToJson(notes), space.points(), rungs);
  if (!write(head)) return;
  for (size_t i = 0; i < count; ++i) {
    Trial trial = trial_at(i);
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
