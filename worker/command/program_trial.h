// What a program has reported of its trial: turns reports into epoch records, by the rules of the
// protocol. No I/O; not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "schedulers/trial_schedule.h"
#include "trial/executor.h"
#include "worker/command/report_line.h"

namespace lrsweep {

/// A program broke the protocol, or applied another rate than its schedule's: the trial fails.
struct ProtocolError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What a checkpoint's bytes say (TrialTask::checkpoint), as JSON.
struct ProgramCheckpoint {
  std::string path;                    // relative to the trial's folder
  int64_t steps_done = 0;              // of the whole trial
  std::set<std::string> reported;      // metrics so far
  std::vector<double> metric_history;  // of the metric that the schedule follows, by epoch
  std::optional<int64_t> bytes{};      // of its files, where other trials may continue from it
};

std::string EncodeProgramCheckpoint(const ProgramCheckpoint& checkpoint);
/// Throws std::invalid_argument.
ProgramCheckpoint DecodeProgramCheckpoint(const std::string& bytes);

/// The schedule of a trial of a program. `steps_per_epoch` 0: one tick an epoch. Throws
/// std::invalid_argument.
TrialSchedule ProgramSchedule(const Map& params, int64_t steps_per_epoch);

class ProgramTrial {
 public:
  /// `resumed` is the state after `epochs_done` epochs; none where that is 0. Throws
  /// std::invalid_argument for parameters that make no schedule, and UnusableCheckpoint.
  ProgramTrial(const ProgramSpec& program, const TrialTask& task,
               const std::optional<ProgramCheckpoint>& resumed);

  int64_t epochs() const { return schedule_.clock().epochs; }
  int64_t epochs_done() const { return reported_.back().epoch; }
  bool HasAllEpochs() const { return epochs_done() == epochs(); }
  /// Whether the schedule must hear of an epoch before the next one has rates.
  bool FollowsMetric() const { return !schedule_.metric().empty(); }
  const TrialSchedule& schedule() const { return schedule_; }
  const std::vector<double>& metric_history() const { return metric_history_; }
  /// How far it is, for the live view.
  const TrialProgress& progress() const { return progress_; }
  bool HasReported(const std::string& metric) const { return metrics_.contains(metric); }
  bool HasReportedAnyOf(const std::vector<std::string>& metrics) const;

  /// The record of the epochs since the last one. `wall_seconds`: since the last one, too. These
  /// three throw ProtocolError with a sentence that does not repeat the line.
  EpochRecord Take(const EpochReport& report, double wall_seconds);
  EpochRecord Take(const ResultReport& report, double wall_seconds);
  void Take(const ProgressReport& report);

  /// The state at the epoch of a checkpoint whose path was checked. Throws ProtocolError where the
  /// epoch was not reported or has a checkpoint already, or the path was used before.
  ProgramCheckpoint Take(const CheckpointReport& report, std::string relative_path);

 private:
  struct Point {
    int64_t epoch = 0;
    int64_t steps_done = 0;
  };

  bool CountsSteps() const { return program_.steps_per_epoch > 0; }
  void RefuseNested(const std::string& path) const;
  int64_t StepsAfter(const EpochReport& report) const;
  std::vector<float> LossesOf(std::vector<float> losses, int64_t steps) const;
  StepRates RatesSince(const Point& last, const Point& now) const;
  void CheckRates(const AppliedRates& applied, int64_t step, const std::string& where) const;
  void FollowMetric(const EpochRecord& record);
  void ExpectEpoch(const Point& done);

  const ProgramSpec& program_;
  TrialSchedule schedule_;
  std::vector<Point> reported_;  // the beginning of the attempt first
  std::vector<double> metric_history_;
  std::set<std::string> metrics_;      // reported so far
  std::set<std::string> checkpoints_;  // paths
  int64_t last_checkpoint_ = 0;        // its epoch
  TrialProgress progress_;
};

}  // namespace lrsweep
