#include "tests/simulation/scenario.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tests/simulation/draws.h"

namespace lrsweep::simulation {
namespace {

constexpr std::array<std::string_view, kFaults> kNames = {
    "death",      "freeze",    "silence",   "unusable",  "late-start", "refusal",
    "broken",     "hiccup",    "slow",      "kill",      "power-cut",  "torn-write",
    "pause",      "slow-disk", "interrupt", "disk-full", "disk-error", "damage",
    "unreadable", "edit",      "reader",    "retry",     "unasked"};

struct Range {
  Fault fault;
  double least, most;  // the chance at each opportunity
};

/// Opportunities are: an epoch of a worker; a worker's start; a message; an action of the
/// coordinator; a reading of its clock; a question whether to continue; a write or sync; a
/// checkpoint; the beginning of a run.
constexpr std::array<Range, kFaults> kRates = {{
    {Fault::kDeath, 0.003, 0.2},      {Fault::kFreeze, 0.003, 0.1},
    {Fault::kSilence, 0.003, 0.1},    {Fault::kUnusable, 0.003, 0.1},
    {Fault::kLateStart, 0.05, 0.5},   {Fault::kRefusal, 0.05, 0.5},
    {Fault::kBroken, 0.05, 0.4},      {Fault::kHiccup, 0.003, 0.1},
    {Fault::kSlow, 0.001, 0.1},       {Fault::kKill, 0.0003, 0.02},
    {Fault::kPowerCut, 0.0001, 0.01}, {Fault::kTornWrite, 0.001, 0.03},
    {Fault::kPause, 0.0001, 0.01},    {Fault::kSlowDisk, 0.001, 0.1},
    {Fault::kInterrupt, 0.001, 0.05}, {Fault::kDiskFull, 0.001, 0.01},
    {Fault::kDiskError, 0.001, 0.01}, {Fault::kDamage, 0.01, 0.5},
    {Fault::kUnreadable, 0.01, 0.3},  {Fault::kEdit, 0.1, 0.5},
    {Fault::kReader, 0.1, 0.9},       {Fault::kRetry, 0.1, 0.5},
    {Fault::kUnasked, 0.003, 0.1},
}};

std::string Grid(std::vector<std::string> values, Draws& draws, size_t most) {
  while (values.size() > 1 && (values.size() > most || draws.Chance(0.4))) {
    values.erase(values.begin() + draws.Between(0, static_cast<int64_t>(values.size()) - 1));
  }
  return values.size() == 1 ? values[0] : fmt::format("{{grid: [{}]}}", fmt::join(values, ", "));
}

const std::vector<std::string> kSchedulers = {
    "{type: ConstantLR, factor: 1.0, total_iters: 1}",
    "{type: StepLR, step_size: {grid: [1, 2]}, gamma: 0.5}",
    "{type: StepLR, step_size: 4, gamma: 0.1}",
    "{type: ExponentialLR, gamma: 0.9}",
    "{type: CosineAnnealingLR, T_max: run, interval: step}",
    "{type: LinearLR, start_factor: 1.0, end_factor: 0.1, total_iters: run}",
    "{type: WSD, num_warmup_steps: {grid: [0, 1]}, num_decay_steps: 40%}",
    "{type: WSD, num_warmup_steps: 0, num_decay_steps: 50%, decay_type: cosine}",
    "{type: OneCycleLR, max_lr: 0.3, total_steps: run}",
    "{type: ReduceLROnPlateau, metric: val_loss, factor: 0.5, patience: {grid: [0, 1]}}",
    "{type: ReduceLROnPlateau, metric: train_loss, factor: 0.3, patience: 0}",
};

std::string Seeds(int64_t count) {
  std::vector<int64_t> seeds;
  for (int64_t seed = 0; seed < count; ++seed) seeds.push_back(seed);
  return fmt::format("{{grid: [{}]}}", fmt::join(seeds, ", "));
}

std::string ObjectiveLine(Draws& draws) {
  const char* metric =
      draws.Chance(0.5) ? "metric: val_accuracy, mode: max" : "metric: val_loss, mode: min";
  const char* scope = draws.Chance(0.4) ? "last" : draws.Chance(0.5) ? "best" : "avg";
  return fmt::format("objective: {{{}, scope: {}}}\n", metric, scope);
}

/// The text of the configuration but for the seeds, which stand as "@".
std::string Template(Draws draws) {
  std::vector<std::string> schedulers = kSchedulers;
  while (schedulers.size() > 3 || (schedulers.size() > 1 && draws.Chance(0.4))) {
    schedulers.erase(schedulers.begin() +
                     draws.Between(0, static_cast<int64_t>(schedulers.size()) - 1));
  }
  const std::string objective = ObjectiveLine(draws);
  std::string yaml = "name: t\n";
  yaml += fmt::format("model: {{hidden: {}}}\n", Grid({"[8]", "[16, 8]"}, draws, 2));
  yaml += fmt::format("training: {{epochs: {}, batch_size: {}, seed: @}}\n",
                      Grid({"1", "2", "3", "5", "8"}, draws, 2), draws.Chance(0.8) ? 64 : 32);
  yaml += fmt::format("optimizer: {{type: {}, lr: {}}}\n", draws.Chance(0.7) ? "SGD" : "Adam",
                      Grid({"0.1", "0.2", "0.05"}, draws, 2));
  yaml += "scheduler:\n";
  for (const std::string& scheduler : schedulers) yaml += "  - " + scheduler + "\n";
  return yaml + objective;
}

const std::vector<std::string> kSearchedSchedulers = {
    "{type: ConstantLR, factor: 1.0, total_iters: 1}",
    "{type: StepLR, step_size: {grid: [1, 3]}, gamma: 0.5}",
    "{type: StepLR, step_size: {choice: [40%, 70%]}, gamma: {uniform: [0.1, 0.9]}, interval: step}",
    "{type: ExponentialLR, gamma: {uniform: [0.5, 1]}}",
    "{type: CosineAnnealingLR, T_max: run, interval: step, eta_min: {loguniform: [0.0001, 0.01]}}",
    "{type: OneCycleLR, max_lr: {loguniform: [0.1, 1]}, total_steps: run}",
    "{type: WSD, num_warmup_steps: 5%, num_decay_steps: {grid: [40%, 70%]}, decay_type: linear}",
    "{type: ReduceLROnPlateau, metric: val_loss, factor: 0.5, patience: {choice: [0, 1, 2]}}",
};

std::string WithSeeds(std::string text, int64_t seeds) {
  return text.replace(text.find('@'), 1, Seeds(seeds));
}

/// The section of a pruner, for trials of so many epochs.
std::string Pruner(Draws& draws, int64_t epochs) {
  std::string section = draws.Chance(0.5) ? "{type: Hyperband" : "{type: SuccessiveHalving";
  const int64_t factor = draws.Between(2, 3);
  section += fmt::format(", grace_period: {}, reduction_factor: {}, rungs: {}, rung_seeds: {}}}",
                         draws.Between(1, std::min<int64_t>(2, epochs / factor)), factor,
                         draws.Chance(0.6) ? "shortened" : "truncated", draws.Between(1, 3));
  return "pruner: " + section + "\n";
}

/// The configuration of a search by values: sampled or a grid, with a pruner, a race, or both.
void DrawSearch(Draws draws, Scenario& scenario) {
  const int64_t epochs = draws.Between(3, 9);
  const bool has_race = draws.Chance(0.5);
  const bool has_pruner = !has_race || draws.Chance(0.6);
  std::vector<std::string> schedulers = kSearchedSchedulers;
  while (schedulers.size() > 3 || (schedulers.size() > 1 && draws.Chance(0.3))) {
    schedulers.erase(schedulers.begin() +
                     draws.Between(0, static_cast<int64_t>(schedulers.size()) - 1));
  }
  const int batch = draws.Chance(0.8) ? 64 : 32;
  const int64_t least_seeds = has_race ? 3 : 1;
  const int64_t seeds = draws.Between(least_seeds, has_race ? 6 : 4);
  std::string yaml = fmt::format(
      "name: t\nmodel: {{hidden: [8]}}\ntraining: {{epochs: {}, batch_size: {}, seed: @}}\n",
      epochs, batch);
  yaml += fmt::format("optimizer: {{type: SGD, lr: {}}}\nscheduler:\n",
                      draws.Chance(0.7) ? "{loguniform: [0.01, 1]}" : "{grid: [0.05, 0.2]}");
  for (const std::string& scheduler : schedulers) yaml += "  - " + scheduler + "\n";
  const bool is_sampled =
      yaml.find("uniform: ") != std::string::npos || yaml.find("choice: ") != std::string::npos;
  if (is_sampled) {
    const char* sampler = draws.Chance(0.5) ? "random" : "sobol";
    yaml += fmt::format("search: {{sampler: {}, trials: {}, seed: {}}}\n", sampler,
                        draws.Between(1, 5), draws.Between(0, 9));
  }
  yaml += ObjectiveLine(draws);
  if (draws.Chance(0.4)) scenario.plain_yaml = WithSeeds(yaml, seeds);
  if (has_pruner) yaml += Pruner(draws, epochs);
  if (has_race) yaml += "replicate: {axis: seed, race: {confidence: 0.9}}\n";
  scenario.yaml = WithSeeds(yaml, seeds);
  scenario.smaller_yaml = WithSeeds(yaml, draws.Between(least_seeds, seeds));
  scenario.noise_bits = draws.Chance(0.3) ? 21 : static_cast<int>(draws.Between(12, 20));
  scenario.tied_bits = draws.Chance(0.6) ? 0 : static_cast<int>(draws.Between(17, 20));
}

/// In its place a search by TPE.
void DrawTpe(Draws draws, Scenario& scenario) {
  std::string yaml = fmt::format(
      "name: t\nmodel: {{hidden: [8]}}\ntraining: {{epochs: {}, batch_size: 64, seed: @}}\n"
      "optimizer: {{type: SGD, lr: {{loguniform: [0.01, 1]}}}}\nscheduler:\n",
      draws.Between(1, 3));
  std::vector<std::string> schedulers = kSearchedSchedulers;
  for (int64_t i = draws.Between(1, 2); i > 0; --i) {
    const auto at = schedulers.begin() + draws.Between(0, std::ssize(schedulers) - 1);
    yaml += "  - " + *at + "\n";
    schedulers.erase(at);
  }
  yaml += fmt::format("search: {{sampler: tpe, trials: {}, batch: {}, seed: {}}}\n",
                      draws.Between(12, 16), draws.Between(1, 3), draws.Between(0, 9));
  yaml += ObjectiveLine(draws);
  const int64_t seeds = draws.Between(1, 2);
  scenario.yaml = WithSeeds(yaml, seeds);
  scenario.smaller_yaml = WithSeeds(yaml, draws.Between(1, seeds));
  scenario.plain_yaml.clear();
}

void SetRate(Scenario& scenario, Fault fault, double rate) {
  scenario.rates.at(static_cast<size_t>(fault)) = rate;
}

void DrawRates(Draws draws, Scenario& scenario) {
  const double share = draws.Share();  // of the kinds that strike
  for (const Range& range : kRates) {
    const double rate = draws.LogBetween(range.least, range.most);
    if (draws.Chance(share)) SetRate(scenario, range.fault, rate);
  }
}

/// In place of other faults: runs that get far, each with another configuration than the one
/// before.
void DrawEdits(Draws& draws, Scenario& scenario) {
  scenario.rates = {};
  SetRate(scenario, Fault::kEdit, 0.5);
  SetRate(scenario, Fault::kInterrupt, draws.LogBetween(0.0003, 0.01));
  if (draws.Chance(0.5)) SetRate(scenario, Fault::kKill, draws.LogBetween(0.0001, 0.003));
  if (draws.Chance(0.5)) SetRate(scenario, Fault::kDiskError, draws.LogBetween(0.001, 0.01));
}

}  // namespace

std::string_view NameOf(Fault fault) { return kNames.at(static_cast<size_t>(fault)); }

Scenario MakeScenario(uint64_t seed) {
  Scenario scenario;
  scenario.seed = seed;
  Draws draws(seed, "scenario");
  const std::string text = Template(Draws(seed, "configuration"));
  const int64_t seeds = draws.Between(1, 4);
  scenario.yaml = WithSeeds(text, seeds);
  scenario.smaller_yaml = WithSeeds(text, draws.Between(1, seeds));
  scenario.rule = draws.Chance(0.6) ? Rule::kGrid : draws.Chance(0.5) ? Rule::kEnds : Rule::kRung;
  if (draws.Chance(0.3)) {
    scenario.rule = Rule::kSearch;
    DrawSearch(Draws(seed, "search"), scenario);
    Draws tpe(seed, "tpe");
    if (tpe.Chance(0.15)) DrawTpe(tpe, scenario);
  }
  scenario.rung = draws.Between(1, 3);
  scenario.journal = draws.Chance(0.7) ? Journal::kWal : Journal::kDelete;
  scenario.max_attempts = draws.Between(1, 4);
  scenario.worker_timeout = std::chrono::seconds(draws.Chance(0.5) ? 60 : 20);
  scenario.is_alone = draws.Chance(0.05);
  scenario.most_workers = draws.Between(1, draws.Chance(0.8) ? 4 : 9);
  scenario.most_hosts = draws.Between(1, 3);
  scenario.most_pack_size = draws.Chance(0.5) ? 1 : draws.Between(2, 6);
  scenario.epoch_seconds = draws.LogBetween(0.002, 5);
  scenario.latency_seconds = draws.LogBetween(0.00005, 0.02);
  scenario.checkpoint_seconds = draws.Chance(0.5) ? 0 : draws.LogBetween(0.1, 20);
  if (draws.Chance(0.4)) scenario.diverging = draws.LogBetween(0.003, 0.1);
  if (draws.Chance(0.4)) scenario.failing = draws.LogBetween(0.003, 0.1);
  if (draws.Chance(0.25)) scenario.deadly = draws.LogBetween(0.003, 0.05);
  DrawRates(Draws(seed, "rates"), scenario);
  Draws epochs(seed, "long epochs");
  if (epochs.Chance(0.1)) {  // longer than the timeout, in which workers report their progress
    scenario.epoch_seconds = epochs.LogBetween(15, 60);
    scenario.worker_timeout = std::chrono::seconds(12);
    SetRate(scenario, Fault::kInterrupt, epochs.LogBetween(0.001, 0.01));
  }
  scenario.runs = draws.Between(1, 12);
  Draws shares(seed, "shares");
  scenario.shares = scenario.rule != Rule::kEnds && shares.Chance(0.7);
  scenario.branch_bytes = shares.Chance(0.8) ? 1'000'000 : shares.Between(0, 200);
  const auto turn_off = [&scenario](Fault fault) { SetRate(scenario, fault, 0); };
  const bool is_searched = scenario.rule == Rule::kSearch;
  Draws edits(seed, "edits");
  if (is_searched && edits.Chance(0.3)) DrawEdits(edits, scenario);
  // A rung's decisions depend on every trial: no trial may fail for its workers' faults.
  if (scenario.rule == Rule::kRung || is_searched) {
    scenario.max_attempts = 1'000'000;
    scenario.deadly = 0;
    for (const Fault fault : {Fault::kBroken, Fault::kHiccup}) turn_off(fault);
    if (!is_searched) {
      for (const Fault fault : {Fault::kEdit, Fault::kRetry}) turn_off(fault);
    }
  }
  // A lone process has no network, and its coordinator shares its worker's fate.
  if (scenario.is_alone) {
    scenario.most_workers = scenario.most_hosts = 1;
    scenario.deadly = 0;
    for (const Fault fault :
         {Fault::kDeath, Fault::kFreeze, Fault::kSilence, Fault::kLateStart, Fault::kSlow}) {
      turn_off(fault);
    }
  }
  return scenario;
}

}  // namespace lrsweep::simulation
