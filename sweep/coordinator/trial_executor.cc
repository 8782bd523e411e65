#include "sweep/coordinator/trial_executor.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <utility>
#include <vector>

#include "data/sha256.h"

namespace lrsweep {
namespace {

using Clock = std::chrono::steady_clock;
// Often enough for eyes, seldom enough for a coordinator of hundreds of workers.
constexpr auto kProgressInterval = std::chrono::milliseconds(500);
constexpr double kCheckpointBytesPerSecond = 20e6;  // of all workers together

std::string HostName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

/// Reports a pack in training, trial by trial.
class PackRun {
 public:
  PackRun(const PackTask& pack, const WorkerSetup& setup, const EventSink& sink,
          const std::function<Order()>& order, size_t& checkpoint_bytes)
      : trials_(pack.trials),
        setup_(setup),
        sink_(sink),
        order_(order),
        checkpoint_bytes_(checkpoint_bytes),
        members_(pack.trials.size(), Member{Clock::now(), Clock::now()}) {}

  PackReporter Reporter() {
    PackReporter reporter;
    reporter.on_epoch = [this](size_t member, EpochRecord record) {
      Report(EpochFinished{setup_.worker, IdOf(member), std::move(record)});
    };
    reporter.on_end = [this](size_t member, TrialState state) {
      members_.at(member).over = true;
      Report(TrialEnded{setup_.worker, IdOf(member), state, ""});
    };
    reporter.on_progress = [this](size_t member, const TrialProgressed& progress) {
      return OnProgress(member, progress);
    };
    reporter.wants_checkpoint = [this](size_t member) { return WantsCheckpoint(member); };
    reporter.on_checkpoint = [this](size_t member, int64_t epoch, std::string data) {
      checkpoint_bytes_ = data.size();
      members_.at(member).last_checkpoint = Clock::now();
      std::string sha256 = Sha256Hex(data);
      Report(
          CheckpointMade{setup_.worker, IdOf(member), epoch, std::move(sha256), std::move(data)});
    };
    reporter.stops = [this] { return order_() != Order::kGoOn; };
    return reporter;
  }

  /// Reports the end of those that have not ended.
  void EndRest(TrialState state, const std::function<std::string(size_t member)>& error) {
    for (size_t member = 0; member < trials_.size(); ++member) {
      if (!members_[member].over) {
        sink_(TrialEnded{setup_.worker, IdOf(member), state, error(member)});
      }
    }
  }

  void RethrowSinkFailure() const {
    if (sink_failure_) std::rethrow_exception(sink_failure_);
  }

 private:
  struct Member {
    Clock::time_point last_report, last_checkpoint;
    bool over = false;
  };

  const std::string& IdOf(size_t member) const { return trials_.at(member).trial_id; }

  /// What the sink throws is not the trials' fault: it passes through the training and goes on.
  void Report(Event event) {
    try {
      sink_(std::move(event));
    } catch (...) {
      sink_failure_ = std::current_exception();
      throw;
    }
  }

  bool OnProgress(size_t member, TrialProgressed progress) {
    Clock::time_point& last = members_.at(member).last_report;
    if (Clock::now() - last >= kProgressInterval) {
      last = Clock::now();
      progress.worker = setup_.worker;
      progress.trial_id = IdOf(member);
      Report(std::move(progress));
    }
    return order_() != Order::kStopNow;
  }

  bool WantsCheckpoint(size_t member) const {
    if (order_() != Order::kGoOn) return true;
    const double all_bytes = static_cast<double>(checkpoint_bytes_ * trials_.size()) *
                             static_cast<double>(setup_.workers);
    const double seconds =
        std::max(setup_.checkpoint_seconds, all_bytes / kCheckpointBytesPerSecond);
    return std::chrono::duration<double>(Clock::now() - members_.at(member).last_checkpoint)
               .count() >= seconds;
  }

  const std::vector<TrialTask>& trials_;
  const WorkerSetup& setup_;
  const EventSink& sink_;
  const std::function<Order()>& order_;
  size_t& checkpoint_bytes_;
  std::vector<Member> members_;
  std::exception_ptr sink_failure_;
};

}  // namespace

void ExecutePack(TrialExecutor& executor, const PackTask& pack, const WorkerSetup& setup,
                 const EventSink& sink, const std::function<Order()>& order) {
  PackRun run(pack, setup, sink, order, executor.checkpoint_bytes);
  try {
    executor.Execute(pack, run.Reporter());
    run.EndRest(TrialState::kPending, [](size_t) { return ""; });
  } catch (const UnusableCheckpoint& unusable) {
    run.EndRest(TrialState::kPending, [&unusable](size_t member) {
      return member == unusable.member ? unusable.what() : "";
    });
  } catch (const std::exception& failure) {
    run.RethrowSinkFailure();
    run.EndRest(TrialState::kFailed, [&failure](size_t) { return failure.what(); });
  }
}

std::unique_ptr<TrialExecutor> Announce(const MakeExecutor& make, const WorkerSetup& setup,
                                        const EventSink& sink) {
  std::unique_ptr<TrialExecutor> executor;
  std::string reason;
  try {
    executor = make(setup);
  } catch (const std::exception& error) {
    reason = error.what();
  }
  if (!executor) {
    sink(WorkerRefused{setup.worker, HostName(), reason});
    return nullptr;
  }
  WorkerReady ready{executor->Describe()};
  ready.info.worker = setup.worker;
  ready.info.host = HostName();
  sink(std::move(ready));
  return executor;
}

}  // namespace lrsweep
