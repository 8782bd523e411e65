// A simulated worker: takes commands, trains packs by the formula, sends events; and everything
// that can happen to a worker happens to it. Follows sweep/messages/worker_process and
// sweep/coordinator/pack_execution, which tell what a worker does in what order.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sweep/coordinator/worker_pool.h"
#include "tests/simulation/training.h"
#include "tests/simulation/world.h"

namespace lrsweep::simulation {

/// One go of a worker at one trial, as it really was. Its number is recorded as `wall_seconds` of
/// every epoch that it trained, so that the database tells who trained what.
struct Execution {
  int64_t run = 0;
  int64_t worker = 0;
  std::string host;
  std::string trial_id;
  int64_t first_epoch = 1;
  int64_t pack_size = 1;
};

struct StopAll {};
struct Shutdown {};
using Command = std::variant<PackTask, EndTrial, StopAll, Shutdown>;

/// An event on its way to the coordinator.
struct Message {
  Time arrives;
  Event event;
};

class Worker {
 public:
  /// `tells_end`: the pool learns at once that its process has ended.
  Worker(World& world, std::vector<Execution>& executions, WorkerInfo info, bool tells_end);

  const WorkerInfo& info() const { return info_; }
  /// Its process has ended.
  bool is_dead() const { return is_dead_; }
  /// Something has happened to it by which it may be taken for lost.
  bool was_struck() const { return was_struck_; }
  /// A trial of it has ended unasked.
  bool was_left() const { return was_left_; }
  /// It fails trials that are not to blame.
  bool is_unreliable() const { return is_broken_ || had_hiccup_; }

  /// The command arrives there at that time.
  void Send(Time arrives, Command command);
  /// When it acts next, if nothing arrives before; none: never.
  std::optional<Time> NextTime() const;
  /// Does what is due by now.
  void Run();

  /// The events that it has sent, in their order; the first ones arrive first.
  std::deque<Message>& sent() { return sent_; }
  const std::deque<Message>& sent() const { return sent_; }

 private:
  enum class Phase { kStarting, kWaiting, kMidEpoch, kEpochEnd };

  /// A trial of the pack in training.
  struct Member {
    std::string trial_id;
    Training training;
    int64_t execution = 0;  // its index
    std::vector<int64_t> branch_epochs;
    int64_t until = 0;       // TrialTask::until
    bool is_to_end = false;  // EndTrial
    Time last_checkpoint;
    bool has_ended = false;
  };

  void Start();
  void TakeCommands();
  void OnCommand(PackTask pack) { packs_.push_back(std::move(pack)); }
  void OnCommand(const EndTrial& order);
  void OnCommand(StopAll /*stop*/) { is_stopping_ = true; }
  void OnCommand(Shutdown /*shutdown*/) { End(); }
  void BeginPack();
  bool ResumeMembers(const PackTask& pack);
  void BeginEpoch();
  void InMidEpoch();
  void EndEpoch();
  bool EndsWith(Member& member, EpochRecord record);
  void Continue(Member& member);
  void EndUnasked(Member& member);
  bool IsCheckpointDue(const Member& member) const;
  void SendCheckpoint(const Member& member);
  void FailPack(const std::string& error);
  void EndMember(Member& member, TrialState state, const std::string& error = "");
  void Die();
  void End();
  void Report(Event event);
  void Next(Phase phase, double seconds);

  World& world_;
  std::vector<Execution>& executions_;
  WorkerInfo info_;
  Draws draws_;
  bool tells_end_;
  bool is_broken_ = false;
  bool was_left_ = false;
  bool had_hiccup_ = false;
  bool is_dead_ = false;
  bool was_struck_ = false;
  bool refuses_ = false;
  bool is_unusable_ = false;
  bool is_stopping_ = false;
  Phase phase_ = Phase::kStarting;
  std::optional<Time> next_;  // the end of its phase
  Time frozen_until_, silent_until_;
  std::deque<std::pair<Time, Command>> commands_;  // in the order of their arrival
  std::deque<PackTask> packs_;                     // those after the one in training
  std::vector<Member> members_;                    // of the pack in training
  double epoch_seconds_ = 0;                       // of this epoch
  int64_t parts_left_ = 0;                         // of this epoch, each followed by a progress
  double part_seconds_ = 0;
  std::deque<Message> sent_;
};

}  // namespace lrsweep::simulation
