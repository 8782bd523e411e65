#include "sweep/search/prefix.h"

#include <bit>
#include <functional>
#include <stdexcept>

#include "sweep/config/trial_id.h"
#include "sweep/search/trial_shape.h"
#include "trial/command_template.h"
#include "trial/optimizers.h"

namespace lrsweep {
namespace {

bool IsSameBits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

uint64_t Mix(uint64_t hash, double value) {
  return NextState(hash, std::bit_cast<uint64_t>(value));
}

/// The parameters but for the schedule and the number of epochs.
Map OutsideSchedule(const Trial& trial) {
  Map params = trial.params;
  params.erase("scheduler");
  std::get<Map>(params.at("training")).erase("epochs");
  return params;
}

/// A program may use the optimizer's rate and momentum as it likes.
std::string ProgramKey(const Trial& trial, const ProgramSpec& program) {
  const std::vector<std::string> argv = Resolve(
      program.command, {trial.params, program.swept, "{dir}", "{schedule_file}", "{params_file}"});
  const Value* metric = Find(trial.params, "scheduler.metric");
  return ToJson(List{OutsideSchedule(trial), List(argv.begin(), argv.end()),
                     metric == nullptr ? Value() : *metric});
}

}  // namespace

std::string PrefixKey(const Trial& trial, const std::optional<ProgramSpec>& program) {
  if (program) return ProgramKey(trial, *program);
  if (ModelOf(trial.params) == Model::kProgram) return trial.id;
  Map params = OutsideSchedule(trial);
  OverrideOptimizer(params, "optimizer.lr");
  OverrideOptimizer(params, "optimizer.momentum");
  return ToJson(params);
}

uint64_t StartState(const Trial& trial, const std::optional<ProgramSpec>& program) {
  return std::hash<std::string>()(PrefixKey(trial, program));
}

uint64_t NextState(uint64_t state, uint64_t rates) {
  state = (state ^ rates) * 0x9e3779b97f4a7c15U;
  return state ^ (state >> 32U);
}

TrialRates::TrialRates(const Trial& trial, int64_t images) : schedule_(ScheduleOf(trial, images)) {}

/// Whether the rates are the same at every step of an epoch, whatever epoch.
bool TrialRates::IsConstantInEpochs() const {
  return !schedule_.per_step() && schedule_.warmup_steps() == 0;
}

bool TrialRates::AreEqual(const TrialRates& other, int64_t epoch) const {
  const int64_t first = (epoch - 1) * steps_per_epoch();
  const bool is_one = IsConstantInEpochs() && other.IsConstantInEpochs();
  const int64_t end = is_one ? first + 1 : first + steps_per_epoch();
  for (int64_t step = first; step < end; ++step) {
    const Rates mine = schedule_.At(step), theirs = other.schedule_.At(step);
    if (!IsSameBits(mine.lr, theirs.lr) || !IsSameBits(mine.momentum, theirs.momentum))
      return false;
  }
  return true;
}

/// Hashes each run of equal rates with its length, so that a rate that is constant in the epoch is
/// computed once.
uint64_t TrialRates::HashOf(int64_t epoch) const {
  const int64_t first = (epoch - 1) * steps_per_epoch(), end = first + steps_per_epoch();
  uint64_t hash = 0xcbf29ce484222325;
  int64_t start = first;
  Rates run = schedule_.At(first);
  for (int64_t step = IsConstantInEpochs() ? end : first + 1; step <= end; ++step) {
    const Rates now = step < end ? schedule_.At(step) : run;
    const bool goes_on = IsSameBits(now.lr, run.lr) && IsSameBits(now.momentum, run.momentum);
    if (step < end && goes_on) continue;
    hash = Mix(Mix(Mix(hash, run.lr), run.momentum), static_cast<double>(step - start));
    start = step;
    run = now;
  }
  return hash;
}

size_t FirstEpochKey(const Trial& trial, int64_t images,
                     const std::optional<ProgramSpec>& program) {
  try {
    return NextState(StartState(trial, program), TrialRates(trial, images).HashOf(1));
  } catch (const std::invalid_argument&) {
    return std::hash<std::string>()(trial.id);
  }
}

}  // namespace lrsweep
