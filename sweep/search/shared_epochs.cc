#include "sweep/search/shared_epochs.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "params/names.h"
#include "sweep/search/build_keys.h"
#include "sweep/search/prefix.h"
#include "sweep/search/trial_shape.h"
#include "trial/command_template.h"

namespace lrsweep {
namespace {

constexpr int64_t kMostSteps = 30'000'000;

class Counting {
 public:
  Counting(int64_t images, const std::optional<ProgramSpec>& program)
      : images_(images), program_(program) {}

  /// Adds the trial's first `epochs` epochs to its entry's and to all.
  void Add(const Trial& trial, int64_t epochs, const Entry* of) {
    const std::vector<uint64_t>& rates = RatesOf(trial);
    const size_t count = std::min(rates.size(), static_cast<size_t>(epochs));
    const size_t entry = EntryOf(of);
    // The hashes of the trial's states after each epoch are equal where all until then is equal.
    uint64_t state = StartState(trial, program_);
    for (size_t epoch = 0; epoch < count; ++epoch) {
      state = NextState(state, rates[epoch]);
      // What a program does in its last epoch is shared with trials of equal length alone.
      const bool is_own = program_ && epoch + 1 == rates.size();
      const uint64_t trained = is_own ? NextState(state, 1) : state;
      seen_.insert(trained);
      seen_by_entry_[entry].insert(trained);
    }
    result_.all.epochs += static_cast<int64_t>(count);
    result_.by_entry[entry].epochs += static_cast<int64_t>(count);
  }

  bool TakesLong() const { return steps_ > kMostSteps; }

  SharedEpochs Result() {
    result_.all.to_train = static_cast<int64_t>(seen_.size());
    for (size_t entry = 0; entry < result_.by_entry.size(); ++entry) {
      result_.by_entry[entry].to_train = static_cast<int64_t>(seen_by_entry_[entry].size());
    }
    return result_;
  }

 private:
  size_t EntryOf(const Entry* entry) {
    const auto [found, is_new] = entries_.try_emplace(entry, entries_.size());
    if (is_new) {
      result_.by_entry.push_back({.scheduler = entry == nullptr ? "" : entry->type});
      seen_by_entry_.emplace_back();
    }
    return found->second;
  }

  /// A hash of the rates of each epoch.
  const std::vector<uint64_t>& RatesOf(const Trial& trial) {
    const std::string key = ScheduleKey(trial);
    const auto [found, is_new] = rates_.try_emplace(key);
    std::vector<uint64_t>& hashes = found->second;
    if (!is_new) return hashes;
    const uint64_t of_key = std::hash<std::string>()(key);
    try {
      const TrialRates rates(trial, images_);
      for (int64_t epoch = 1; epoch <= rates.epochs(); ++epoch) {
        const bool is_known = epoch == 1 || !rates.follows_metric();
        hashes.push_back(is_known ? rates.HashOf(epoch) : of_key);
        steps_ += rates.steps_per_epoch();
      }
      result_.is_most = result_.is_most || rates.follows_metric();
    } catch (const std::invalid_argument&) {  // found by the lint; the trial will fail
      hashes.assign(static_cast<size_t>(ClockOf(trial, images_).epochs), of_key);
    }
    return hashes;
  }

  int64_t images_;
  const std::optional<ProgramSpec>& program_;
  SharedEpochs result_;
  std::map<const Entry*, size_t> entries_;
  std::unordered_map<std::string, std::vector<uint64_t>> rates_;  // by ScheduleKey
  std::unordered_set<uint64_t> seen_;
  std::vector<std::unordered_set<uint64_t>> seen_by_entry_;
  int64_t steps_ = 0;  // whose rates were computed
};

/// How many steps have to be computed at least, known before any is: so that what would take long
/// is not begun.
class LeastSteps {
 public:
  LeastSteps(const SearchSpace& space, int64_t images)
      : space_(space), images_(images), builds_(space) {}

  /// Adds the space's trial, or the one that it is when it is shortened to so many epochs.
  void Add(size_t index, std::optional<int64_t> shortened = {}) {
    if (!CanKnow(space_.SchedulerEntryAt(index))) return;
    const uint64_t epochs = static_cast<uint64_t>(shortened.value_or(0));
    if (!seen_.insert(NextState(space_.ScheduleAt(index), epochs)).second) return;
    const auto [steps, is_new] = steps_of_.try_emplace({builds_.Of(index), epochs}, 0);
    if (is_new) steps->second = StepsOf(index, shortened);
    steps_ += steps->second;
  }

  bool TakesLong() const { return steps_ > kMostSteps; }

 private:
  /// Whether a schedule of the entry that can be built has all its rates: a formula may fail at any
  /// tick of a long run.
  bool CanKnow(const Entry& entry) {
    const auto [found, is_new] = can_know_.try_emplace(&entry, true);
    if (is_new) found->second = !IsOpaque(entry);
    return found->second;
  }

  /// The steps whose rates are computed of a trial: none where its schedule cannot be built.
  int64_t StepsOf(size_t index, const std::optional<int64_t>& shortened) const {
    Trial trial = space_.At(index);
    if (shortened) trial = Shortened(std::move(trial), *shortened);
    try {
      return ScheduleOf(trial, images_).clock().TotalSteps();
    } catch (const std::invalid_argument&) {
      return 0;
    }
  }

  const SearchSpace& space_;
  int64_t images_;
  BuildKeys builds_;
  std::map<const Entry*, bool> can_know_;
  std::unordered_set<uint64_t> seen_;                        // schedules
  std::map<std::pair<size_t, uint64_t>, int64_t> steps_of_;  // by key and epochs
  int64_t steps_ = 0;
};

}  // namespace

std::optional<SharedEpochs> CountSharedEpochs(const SearchSpace& space, int64_t images) {
  LeastSteps least(space, images);
  for (size_t i = 0; i < space.size() && !least.TakesLong(); ++i) least.Add(i);
  if (least.TakesLong()) return std::nullopt;
  Counting counting(images, space.config().program);
  for (size_t i = 0; i < space.size(); ++i) {
    counting.Add(space.At(i), space.EpochsAt(i), &space.SchedulerEntryAt(i));
    if (counting.TakesLong()) return std::nullopt;
  }
  return counting.Result();
}

std::optional<EpochCount> CountSharedEpochs(const SearchSpace& space, const HalvingPlan& plan,
                                            const std::vector<int64_t>& numbers, int64_t images) {
  LeastSteps least(space, images);
  for (const int64_t number : numbers) {
    const HalvingPlan::Grant grant = plan.GrantOf(number);
    least.Add(grant.index, grant.is_shortened ? std::optional(grant.budget) : std::nullopt);
    if (least.TakesLong()) return std::nullopt;
  }
  Counting counting(images, space.config().program);
  for (const int64_t number : numbers) {
    counting.Add(plan.TrialAt(number), plan.GrantOf(number).budget, nullptr);
    if (counting.TakesLong()) return std::nullopt;
  }
  return counting.Result().all;
}

std::vector<std::string> SharingNotes(const SweepConfig& config) {
  if (!config.program || !config.program->resumes_exactly) return {};
  const ProgramSpec& program = config.program.value();
  std::vector<std::string> notes;
  std::set<std::string> passed;
  std::string all;  // {args}
  for (const Placeholder& one : PlaceholdersOf(program.command)) {
    passed.insert(one.name);
    if (one.name.starts_with("args")) all = one.name;
  }
  if (passed.contains("json")) {
    return {
        "{json} gives each trial other arguments, so that trial.resumable: exact has no effect: "
        "let the program read $LRSWEEP_PARAMS"};
  }
  std::vector<std::string> of_schedule;
  bool has_lengths = false;
  for (const std::string& path : program.swept) {
    has_lengths = has_lengths || path == "training.epochs";
    if (path == "training.epochs" || path.starts_with("scheduler.")) of_schedule.push_back(path);
  }
  if (!all.empty() && !of_schedule.empty()) {
    std::sort(of_schedule.begin(), of_schedule.end());
    const bool is_one = of_schedule.size() == 1;
    notes.push_back("{" + all + "} passes " + Listed(of_schedule) + ": trials that differ in " +
                    (is_one ? "it" : "one of these") + " share nothing");
  } else if (has_lengths && !passed.contains("training.epochs")) {
    notes.emplace_back(
        "trials of different lengths share epochs, since trial.resumable: exact says that the "
        "program does not depend on its length: one that does takes {training.epochs} as an "
        "argument");
  }
  return notes;
}

}  // namespace lrsweep
