#include "sweep/messages/worker_process.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "sweep/coordinator/pack_execution.h"
#include "sweep/messages/message.h"

namespace lrsweep {
namespace {

// Between two checks whether the channel is broken.
constexpr auto kPoll = std::chrono::milliseconds(200);

/// A worker: takes commands, trains packs, reports.
class Worker {
 public:
  Worker(Channel& channel, const MakeExecutor& make) : channel_(channel), make_(make) {}

  /// Runs until the coordinator says shutdown, or until the executor is unusable and it may end.
  void Run() {
    while (TakeCommands() != Order::kStopNow && !(is_unusable_ && channel_.survives_deaths())) {
      if (packs_.empty()) {
        channel_.WaitForMessage(Channel::Clock::now() + kPoll);
      } else {
        TrainFirstPack();
      }
    }
  }

 private:
  /// Takes the commands that have come and returns the order for all packs. Ends the process where
  /// its coordinator or launcher is gone. Signals to a worker alone are ignored: rank 0 gets those
  /// that are meant for the sweep too, and decides.
  Order TakeCommands() {
    while (const auto message = channel_.Receive()) {
      std::visit([this](auto&& command) { OnCommand(std::forward<decltype(command)>(command)); },
                 DecodeCommand(message->bytes));
    }
    if (channel_.IsBroken()) _exit(kOrphanStatus);
    return order_;
  }

  void OnCommand(WorkerSetup setup) {
    setup.worker = channel_.rank();
    setup.worker_index = static_cast<int>(channel_.worker_index());
    setup.workers_of_node = static_cast<int>(channel_.workers_of_node());
    const std::chrono::duration<double> silence(setup.silence_seconds);
    channel_.LimitSilence(std::chrono::duration_cast<Channel::Clock::duration>(silence));
    started_ = StartExecutor(make_, setup, report_);
  }
  /// A pack that was sent before the coordinator knew that the executor is unusable is not trained.
  void OnCommand(PackTask pack) {
    if (!is_unusable_) packs_.push_back(std::move(pack));
  }
  /// An order that comes after its trial has left must not meet the same trial in a later pack.
  void OnCommand(const EndTrial& order) {
    if (HasTrial(order.trial_id)) started_->to_end.insert(order.trial_id);
  }
  void OnCommand(Stop /*stop*/) {
    if (order_ == Order::kContinue) order_ = Order::kHold;
  }
  void OnCommand(Shutdown /*shutdown*/) { order_ = Order::kStopNow; }
  void OnCommand(Alive /*alive*/) {}

  bool HasTrial(const std::string& trial_id) const {
    return std::any_of(packs_.begin(), packs_.end(), [&trial_id](const PackTask& pack) {
      return std::any_of(pack.trials.begin(), pack.trials.end(),
                         [&trial_id](const TrialTask& task) { return task.trial_id == trial_id; });
    });
  }

  void TrainFirstPack() {
    if (order_ == Order::kContinue) {
      try {
        ExecutePack(*started_, packs_.front(), report_, [this] { return TakeCommands(); });
      } catch (const ExecutorUnusable& unusable) {
        return GiveUp(unusable.what());
      }
    } else {  // told to stop: the pack does not start
      for (const TrialTask& trial : packs_.front().trials) {
        report_(TrialEnded{channel_.rank(), trial.trial_id, TrialState::kPending, ""});
      }
    }
    packs_.pop_front();
  }

  void GiveUp(const char* reason) {
    std::fprintf(stderr, "lrsweep: worker %d can train nothing any more: %s\n",
                 static_cast<int>(channel_.rank()), reason);
    is_unusable_ = true;
    packs_.clear();
  }

  Channel& channel_;
  const MakeExecutor& make_;
  const EventSink report_ = [this](const Event& event) {
    channel_.Send(kCoordinatorRank, Encode(event));
  };
  std::optional<StartedExecutor> started_;
  std::deque<PackTask> packs_;  // in order; the first one is in training or next
  Order order_ = Order::kContinue;
  bool is_unusable_ = false;  // the executor
};

}  // namespace

void RunWorkerProcess(Channel& channel, const MakeExecutor& make) { Worker(channel, make).Run(); }

}  // namespace lrsweep
