#include "worker/command/attempt.h"

#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "params/json_value.h"
#include "params/names.h"
#include "params/text.h"
#include "params/utf8.h"
#include "platform/process_end.h"
#include "trial/command_template.h"
#include "worker/command/answer_pipe.h"
#include "worker/command/attempt_inputs.h"
#include "worker/command/checkpoint_copy.h"
#include "worker/command/child_process.h"
#include "worker/command/file_error.h"
#include "worker/command/output_log.h"
#include "worker/command/program_end.h"
#include "worker/command/program_output.h"
#include "worker/command/program_trial.h"
#include "worker/command/report_file.h"
#include "worker/command/stop_plan.h"
#include "worker/command/trial_folder.h"

namespace lrsweep {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kProgressInterval = std::chrono::milliseconds(50);
constexpr auto kPollInterval = std::chrono::milliseconds(5);  // of what gives no notice of itself
constexpr auto kLockInterval = std::chrono::milliseconds(10);
constexpr auto kLockLimit = std::chrono::minutes(1);  // for an earlier attempt's processes to end
constexpr auto kAnswerLimit = std::chrono::milliseconds(200);  // until an answer is read

// A batch system signals all processes of a job at once: this one learns a little later that the
// sweep is stopped, and the program's end is then no failure.
constexpr auto kStopLimit = std::chrono::seconds(2);

Clock::duration Seconds(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

std::optional<ProgramCheckpoint> CheckpointOf(const TrialTask& task) {
  if (task.checkpoint.empty()) return std::nullopt;
  try {
    return DecodeProgramCheckpoint(task.checkpoint);
  } catch (const std::invalid_argument& error) {
    throw UnusableCheckpoint(0, error.what());
  }
}

class Attempt {
 public:
  Attempt(ProgramRunner& runner, const TrialTask& task, PackObserver& observer)
      : runner_(runner),
        program_(runner.program),
        task_(task),
        observer_(observer),
        resumed_(CheckpointOf(task)),
        trial_(program_, task, resumed_),
        folder_(program_.trials_folder + "/" + task.trial_id),
        plan_(Seconds(program_.grace_seconds)) {}

  /// Ends the program where an exception has left it running.
  ~Attempt() {
    child_.reset();
    runner_.guard.Watch(0);
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  void Run() {
    if (!TakeFolder()) return;
    if (!WriteSchedule(task_, trial_, program_.steps_per_epoch, folder_.Schedule(),
                       [this] { return ShouldContinue(); })) {
      return;
    }
    try {
      Start();
      while (!child_->HasEnded()) {
        Wait();
        output_->Read();
        Attend();
      }
      Conclude(Finish());
    } catch (const EndedUnasked&) {  // the trial is not over
      throw;
    } catch (...) {
      folder_.CleanUp(/*is_over=*/true);
      throw;
    }
  }

 private:
  bool ShouldContinue() { return observer_.OnProgress(0, trial_.progress()); }

  /// Waits until no process of an earlier attempt is left. False: the pack is stopped.
  bool TakeFolder() {
    const auto limit = Clock::now() + kLockLimit;
    while (!folder_.Lock()) {
      if (!ShouldContinue()) return false;
      if (Clock::now() > limit) {
        throw std::runtime_error("a process of an earlier attempt still runs and has " +
                                 folder_.ReportFile() +
                                 " open (fuser names it): end it, then run again with "
                                 "--retry-failed");
      }
      poll(nullptr, 0, static_cast<int>(kLockInterval.count()));
    }
    if (!task_.checkpoint_of.empty() && !TakeOver()) return false;
    if (resumed_ && !folder_.Holds(resumed_->path)) {
      throw UnusableCheckpoint(0, folder_.path() + "/" + resumed_->path + " is gone");
    }
    return true;
  }

  /// Takes over the checkpoint of another trial. False: the pack is stopped.
  bool TakeOver() {
    const std::string of = program_.trials_folder + "/" + task_.checkpoint_of;
    try {
      if (!resumed_) throw std::runtime_error("it names no file");
      return TakeOverCheckpoint(of, folder_.path(), {resumed_->path, resumed_->bytes},
                                [this] { return ShouldContinue(); });
    } catch (const FileError&) {
      throw;
    } catch (const std::runtime_error& error) {
      throw UnusableCheckpoint(0, error.what());
    }
  }

  void Start() {
    const std::string params = ToJson(Value(task_.params));
    folder_.Prepare(params + "\n");
    log_ = std::make_unique<OutputLog>(folder_.path());
    if (!task_.checkpoint_of.empty()) {
      log_->Say("the training of trial " + task_.checkpoint_of + " continues here after epoch " +
                std::to_string(task_.epochs_done) + ", up to which both are the same");
    }
    answers_ = std::make_unique<AnswerPipe>(folder_.AnswerFile());
    reports_ = std::make_unique<ReportFile>(folder_.ReportFile(), runner_.watch);
    Environment environment = runner_.environment;
    environment.merge(VariablesOf(task_, params, trial_, program_.steps_per_epoch, folder_));
    environment[Guard::kVariable] = runner_.guard.mark();
    if (answers_->IsOpen()) environment["LRSWEEP_ANSWER"] = folder_.AnswerFile();
    if (resumed_) environment["LRSWEEP_RESUME"] = folder_.path() + "/" + resumed_->path;
    const std::vector<std::string> argv =
        Resolve(program_.command, {task_.params, program_.swept, folder_.path(),
                                   folder_.Schedule().csv, folder_.ParamsFile()});
    child_ = std::make_unique<ChildProcess>(argv, environment, folder_.lock_fd());
    output_ = std::make_unique<ProgramOutput>(
        child_->out(), child_->err(), *log_, *reports_,
        [this](std::string_view line, bool is_whole) { TakeLine(line, is_whole); });
    runner_.guard.Watch(child_->group());
    started_ = last_report_ = Clock::now();
  }

  /// Waits for output, a report or the end, at most until something else has to be looked at.
  void Wait() {
    std::array<pollfd, 4> fds = {
        pollfd{output_->out(), POLLIN, 0}, pollfd{output_->err(), POLLIN, 0},
        pollfd{runner_.watch.fd(), POLLIN, 0}, pollfd{child_->end_fd(), POLLIN, 0}};
    const bool must_poll = runner_.watch.fd() < 0 || child_->end_fd() < 0 || awaits_reader_;
    const auto idle = must_poll ? kPollInterval : kProgressInterval;
    const auto timeout = output_->has_more_reports() ? std::chrono::milliseconds(0) : idle;
    poll(fds.data(), fds.size(), static_cast<int>(timeout.count()));
  }

  void TakeLine(std::string_view line, bool is_whole) {
    const bool may_report = plan_.why() == Stopping::kNo || plan_.why() == Stopping::kHold ||
                            plan_.why() == Stopping::kInterrupted;
    if (!may_report) return;
    try {
      if (!is_whole) throw ProtocolError("a report is longer than 16 MB");
      std::visit([this](const auto& report) { OnReport(report); }, ParseReport(line));
    } catch (const ProtocolError& error) {
      const std::string why = std::string(error.what()) + "; the report: " +
                              Shortened(OneLine(ValidUtf8(std::string(line.substr(0, 400)))), 200);
      // A handler of SIGTERM may write in the middle of a line. That fails no trial.
      if (plan_.why() != Stopping::kNo) return log_->Say("a report is ignored: " + why);
      error_ = why;
      Stop(Stopping::kFailed);
    }
  }

  double SecondsSinceReport() {
    const auto now = Clock::now();
    return std::chrono::duration<double>(now - std::exchange(last_report_, now)).count();
  }

  void OnReport(const BadReport& report) { throw ProtocolError(report.why); }
  void OnReport(const EpochReport& report) {
    SayIgnored(report.ignored);
    OnEpoch(trial_.Take(report, SecondsSinceReport()));
  }
  void OnReport(const ResultReport& report) {
    SayIgnored(report.ignored);
    if (trial_.HasAllEpochs()) {
      return log_->Say(
          "a report without \"epoch\" is not recorded: it counts for the last epoch, which was "
          "reported before; report all metrics of an epoch together");
    }
    OnEpoch(trial_.Take(report, SecondsSinceReport()));
  }
  void OnReport(const ProgressReport& report) {
    for (const std::string& name : report.ignored) {
      if (!ignored_.insert("progress " + name).second) continue;
      log_->Say("a report with \"steps\" but without \"epoch\" is of progress: its " +
                ToJson(Value(name)) +
                " is not recorded; write the epoch, or for the result of the trial no steps");
    }
    trial_.Take(report);
  }
  void OnReport(const CheckpointReport& report) {
    std::string path;
    try {
      path = folder_.RelativePath(report.path);
    } catch (const std::invalid_argument& error) {
      throw ProtocolError("the checkpoint " + ToJson(Value(report.path)) +
                          " cannot be used: " + error.what());
    }
    ProgramCheckpoint checkpoint = trial_.Take(report, std::move(path));
    if (program_.resumes_exactly)
      checkpoint.bytes = BytesAt(folder_.path() + "/" + checkpoint.path);
    checkpoint_epoch_ = report.epoch;
    observer_.OnCheckpoint(0, report.epoch, EncodeProgramCheckpoint(checkpoint));
  }

  void SayIgnored(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (!ignored_.insert(name).second) continue;
      log_->Say("the member " + ToJson(Value(name)) + " of a report is ignored: it is no number");
    }
  }

  void OnEpoch(EpochRecord record) {
    const int64_t epoch = record.epoch;
    const bool diverged = record.diverged;
    has_habit_ = checkpoint_epoch_ > 0 && checkpoint_epoch_ == previous_epoch_;
    previous_epoch_ = epoch;
    const int64_t per_epoch = trial_.schedule().clock().steps_per_epoch;
    if (trial_.FollowsMetric() && !diverged && !trial_.HasAllEpochs()) {
      ExtendScheduleTable(
          folder_.Schedule(), [this](int64_t step) { return trial_.schedule().At(step); },
          epoch * per_epoch, per_epoch);
    }
    observer_.OnEpoch(0, std::move(record));
    answers_->Write(epoch, AnswerTo(diverged));
  }

  /// Decides what follows an epoch.
  const char* AnswerTo(bool diverged) {
    if (diverged) {
      Stop(Stopping::kDiverged);
      return "end";
    }
    if (plan_.why() != Stopping::kNo) return "hold";
    if (trial_.HasAllEpochs() || is_finished_) return "continue";
    switch (observer_.OnEpochEnd(0)) {
      case AfterEpoch::kHold:
        Stop(Stopping::kHold);
        return "hold";
      case AfterEpoch::kEnd:
        Stop(Stopping::kEnd);
        return "end";
      default:
        return "continue";
    }
  }

  /// Begins to stop the program. Where it may end by itself, after an answer, SIGTERM comes later.
  void Stop(Stopping why) {
    const auto now = Clock::now();
    plan_.Begin(why, now);
    if (why != Stopping::kHold && why != Stopping::kEnd) return;
    // A program that has reported everything, that reads answers, or that writes a checkpoint after
    // every epoch, gets the time for it.
    reads_answers_ = reads_answers_ || answers_->IsRead();
    if (trial_.HasAllEpochs() || reads_answers_ || (why == Stopping::kHold && has_habit_)) {
      plan_.TerminateAt(now + plan_.grace());
    } else if (answers_->IsOpen() && answers_->written() == 0) {
      awaits_reader_ = true;
      plan_.TerminateAt(now + kAnswerLimit);
    }
  }

  /// Reports progress, and sees to limits and to stopping.
  void Attend() {
    const auto now = Clock::now();
    if (answers_->IsRead()) {
      reads_answers_ = true;
      if (std::exchange(awaits_reader_, false)) plan_.TerminateAt(now + plan_.grace());
    }
    if (now >= next_progress_) {
      next_progress_ = now + kProgressInterval / 2;
      child_->ReapOrphans();
      if (!ShouldContinue()) Interrupt(now);
      if (plan_.why() == Stopping::kNo && observer_.IsStopping()) {
        Stop(Stopping::kHold);
        if (!trial_.HasAllEpochs()) plan_.TerminateAt(now);
      }
    }
    const bool is_late =
        program_.timeout_seconds > 0 && now - started_ > Seconds(program_.timeout_seconds);
    if (plan_.why() == Stopping::kNo && is_late) Stop(Stopping::kTimedOut);
    const bool has_checkpoint = plan_.why() == Stopping::kHold && checkpoint_epoch_ > 0 &&
                                checkpoint_epoch_ == trial_.epochs_done();
    if (has_checkpoint && !trial_.HasAllEpochs()) plan_.TerminateAt(now);
    if (const int signal = plan_.DueSignal(now)) child_->Signal(signal);
  }

  /// What was decided of the trial before stays.
  void Interrupt(Clock::time_point now) {
    const Stopping why = plan_.why();
    if (why == Stopping::kNo || why == Stopping::kHold || why == Stopping::kEnd) {
      plan_.Begin(Stopping::kInterrupted, now);
    }
  }

  /// Ends what is left of the program and reads what it wrote last. Returns its wait status.
  int Finish() {
    const int status = child_->Finish();
    is_finished_ = true;
    output_->ReadRest(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return status;
  }

  void Conclude(int status) {
    const bool is_done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    switch (plan_.why()) {
      case Stopping::kFailed:
        throw std::runtime_error(error_);
      case Stopping::kTimedOut:
        throw std::runtime_error(
            WithOutput("was stopped after " + LimitText(program_.timeout_seconds) +
                           " (trial.timeout), with " + Counted(trial_.epochs_done(), "epoch") +
                           " of " + std::to_string(trial_.epochs()) + " done",
                       log_->Tail()));
      case Stopping::kDiverged:
      case Stopping::kEnd:
        return End(TrialState::kStopped);
      case Stopping::kInterrupted:
        return folder_.CleanUp(/*is_over=*/false);
      case Stopping::kHold:
        if (!is_done || !trial_.HasAllEpochs()) return End(TrialState::kPending);
        break;
      case Stopping::kNo:
        break;
    }
    const bool is_early = !is_done || !trial_.HasAllEpochs();
    if (is_early && MayBeOfAStop(status) && SweepStops()) return End(TrialState::kPending);
    if (!is_done) FailBy(status);
    RequireMetric();
    End(TrialState::kCompleted);
  }

  /// Whether the sweep is being stopped, now or in a moment.
  bool SweepStops() {
    const auto limit = Clock::now() + kStopLimit;
    while (Clock::now() < limit) {
      if (observer_.IsStopping() || !ShouldContinue()) return true;
      poll(nullptr, 0, static_cast<int>(kLockInterval.count()));
    }
    return false;
  }

  [[noreturn]] void FailBy(int status) {
    const bool says_stopped = WIFEXITED(status) && WEXITSTATUS(status) == kStoppedStatus;
    if (says_stopped && (checkpoint_epoch_ > 0 || resumed_)) {
      folder_.CleanUp(/*is_over=*/false);
      throw EndedUnasked("the program ended with exit status 75 after epoch " +
                         std::to_string(trial_.epochs_done()) +
                         ", though nothing asked it to stop");
    }
    const std::string why = says_stopped ? ", but reported no checkpoint" : "";
    throw std::runtime_error(WithOutput("the program " + EndText(status) + why, log_->Tail()));
  }

  /// A program that ends well must have said how well.
  void RequireMetric() {
    if (trial_.HasReportedAnyOf(program_.metrics)) return;
    const std::string tail = log_->Tail();
    std::string what =
        "the program ended with exit status 0, but reported no " + Listed(program_.metrics);
    const bool has_report = ("\n" + tail).find("\nlrsweep {") != std::string::npos;
    if (!has_report && tail.find("lrsweep") != std::string::npos) {
      what += "; a report is a line of standard output that begins with \"lrsweep {\"";
    }
    throw std::runtime_error(WithOutput(what, tail));
  }

  void End(TrialState state) {
    folder_.CleanUp(/*is_over=*/state != TrialState::kPending);
    observer_.OnEnd(0, state);
  }

  ProgramRunner& runner_;
  const ProgramSpec& program_;
  const TrialTask& task_;
  PackObserver& observer_;
  std::optional<ProgramCheckpoint> resumed_;
  ProgramTrial trial_;
  TrialFolder folder_;
  std::unique_ptr<OutputLog> log_;
  std::unique_ptr<AnswerPipe> answers_;
  std::unique_ptr<ReportFile> reports_;
  std::unique_ptr<ChildProcess> child_;
  std::unique_ptr<ProgramOutput> output_;
  bool is_finished_ = false;  // the program has ended
  Clock::time_point started_, last_report_, next_progress_{};
  std::set<std::string> ignored_;  // members that were spoken of

  int64_t checkpoint_epoch_ = 0;  // of the last one of this attempt
  int64_t previous_epoch_ = 0;    // that was reported
  bool has_habit_ = false;        // of writing a checkpoint after each epoch
  bool reads_answers_ = false;
  bool awaits_reader_ = false;  // whether it reads answers will be known soon

  StopPlan plan_;
  std::string error_;  // of kFailed
};

}  // namespace

void RunProgram(ProgramRunner& runner, const TrialTask& task, PackObserver& observer) {
  Attempt(runner, task, observer).Run();
}

}  // namespace lrsweep
