#include "sweep/coordinator/pack_execution.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include "data/sha256.h"

namespace lrsweep {
namespace {

using Clock = std::chrono::steady_clock;
// Often enough for people, rarely enough for a coordinator of hundreds of workers.
constexpr auto kProgressInterval = std::chrono::milliseconds(500);
constexpr double kCheckpointBytesPerSecond = 20e6;  // of all workers together

std::string HostName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

/// Turns what an executor reports into events, and orders into what its members do.
class PackReporter : public PackObserver {
 public:
  PackReporter(StartedExecutor& started, const PackTask& pack, const EventSink& sink,
               const std::function<Order()>& pack_order)
      : started_(started),
        trials_(pack.trials),
        sink_(sink),
        pack_order_(pack_order),
        members_(pack.trials.size(), Member{Clock::now(), Clock::now()}) {}

  void OnEpoch(size_t member, EpochRecord record) override {
    members_.at(member).epoch = record.epoch;
    Report(EpochFinished{Worker(), IdOf(member), std::move(record)});
  }

  AfterEpoch OnEpochEnd(size_t member) override {
    if (pack_order_() != Order::kContinue) return AfterEpoch::kHold;
    if (started_.to_end.contains(IdOf(member))) return AfterEpoch::kEnd;
    if (IsHeldHere(member)) return AfterEpoch::kHold;
    return IsBranch(member) || IsCheckpointDue(member) ? AfterEpoch::kCheckpoint
                                                       : AfterEpoch::kContinue;
  }

  bool IsStopping() override { return pack_order_() != Order::kContinue; }

  void OnCheckpoint(size_t member, int64_t epoch, std::string data) override {
    started_.checkpoint_bytes = data.size();
    members_.at(member).last_checkpoint = Clock::now();
    std::string sha256 = Sha256Hex(data);
    Report(CheckpointMade{Worker(), IdOf(member), epoch, std::move(sha256), std::move(data)});
  }

  void OnEnd(size_t member, TrialState state) override {
    members_.at(member).has_ended = true;
    Report(TrialEnded{Worker(), IdOf(member), state, ""});
  }

  bool OnProgress(size_t member, const TrialProgress& progress) override {
    Clock::time_point& last = members_.at(member).last_report;
    if (Clock::now() - last >= kProgressInterval) {
      last = Clock::now();
      Report(TrialProgressed{Worker(), IdOf(member), progress});
    }
    return pack_order_() != Order::kStopNow;
  }

  /// Reports the end of the members that have not ended.
  void EndRest(TrialState state, const std::function<std::string(size_t member)>& error) {
    for (size_t member = 0; member < trials_.size(); ++member) {
      if (!members_[member].has_ended) {
        sink_(TrialEnded{Worker(), IdOf(member), state, error(member)});
      }
    }
  }

  /// Reports that the members that have not ended did so unasked.
  void EndUnasked(const std::string& why) {
    for (size_t member = 0; member < trials_.size(); ++member) {
      if (members_[member].has_ended) continue;
      sink_(TrialEnded{Worker(), IdOf(member), TrialState::kPending, why, true});
    }
  }

  void RethrowSinkFailure() const {
    if (sink_failure_) std::rethrow_exception(sink_failure_);
  }

 private:
  struct Member {
    Clock::time_point last_report, last_checkpoint;
    int64_t epoch = 0;  // the last one that has ended
    bool has_ended = false;
  };

  int64_t Worker() const { return started_.setup.worker; }
  const std::string& IdOf(size_t member) const { return trials_.at(member).trial_id; }

  /// Remembers what the sink throws: it passes through the executor, and must not count as a
  /// failure of the trials.
  void Report(Event event) {
    try {
      sink_(std::move(event));
    } catch (...) {
      sink_failure_ = std::current_exception();
      throw;
    }
  }

  /// Whether the trial is to be trained no further for now.
  bool IsHeldHere(size_t member) const {
    const int64_t until = trials_.at(member).until;
    return until > 0 && members_.at(member).epoch >= until;
  }

  /// Whether other trials need the state after this epoch.
  bool IsBranch(size_t member) const {
    const std::vector<int64_t>& branches = trials_.at(member).branch_epochs;
    return std::binary_search(branches.begin(), branches.end(), members_.at(member).epoch);
  }

  /// A program saves checkpoints when it likes.
  bool IsCheckpointDue(size_t member) const {
    if (started_.setup.program) return false;
    const double all_bytes = static_cast<double>(started_.checkpoint_bytes * trials_.size()) *
                             static_cast<double>(started_.setup.workers);
    const double seconds =
        std::max(started_.setup.checkpoint_seconds, all_bytes / kCheckpointBytesPerSecond);
    const std::chrono::duration<double> age = Clock::now() - members_.at(member).last_checkpoint;
    return age.count() >= seconds;
  }

  StartedExecutor& started_;
  const std::vector<TrialTask>& trials_;
  const EventSink& sink_;
  const std::function<Order()>& pack_order_;
  std::vector<Member> members_;
  std::exception_ptr sink_failure_;
};

/// Keeps an executor to the end of the process: its destructor would use the device that has
/// failed.
void Abandon(std::unique_ptr<Executor> executor) {
  static auto* const abandoned = new std::vector<std::unique_ptr<Executor>>;  // never destroyed
  abandoned->push_back(std::move(executor));
}

}  // namespace

std::optional<StartedExecutor> StartExecutor(const MakeExecutor& make, const WorkerSetup& setup,
                                             const EventSink& sink) {
  std::unique_ptr<Executor> executor;
  WorkerReady ready;
  try {
    executor = make(setup);
    ready.info = executor->Describe();
  } catch (const std::exception& error) {
    sink(WorkerRefused{setup.worker, HostName(), error.what()});
    return std::nullopt;
  }
  ready.info.worker = setup.worker;
  ready.info.host = HostName();
  sink(std::move(ready));
  return StartedExecutor{std::move(executor), setup};
}

void ExecutePack(StartedExecutor& started, const PackTask& pack, const EventSink& sink,
                 const std::function<Order()>& pack_order) {
  PackReporter reporter(started, pack, sink, pack_order);
  try {
    started.executor->Execute(pack, reporter);
    reporter.EndRest(TrialState::kPending, [](size_t) { return ""; });
  } catch (const UnusableCheckpoint& unusable) {
    reporter.EndRest(TrialState::kPending, [&unusable](size_t member) {
      return member == unusable.member ? unusable.what() : "";
    });
  } catch (const EndedUnasked& ended) {
    reporter.EndUnasked(ended.what());
  } catch (const ExecutorUnusable& unusable) {
    Abandon(std::move(started.executor));
    sink(WorkerRefused{started.setup.worker, HostName(), unusable.what()});
    throw;
  } catch (const std::exception& failure) {
    reporter.RethrowSinkFailure();
    reporter.EndRest(TrialState::kFailed, [&failure](size_t) { return failure.what(); });
  }
  for (const TrialTask& trial : pack.trials) started.to_end.erase(trial.trial_id);
}

}  // namespace lrsweep
