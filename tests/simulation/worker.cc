#include "tests/simulation/worker.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "data/sha256.h"

namespace lrsweep::simulation {
namespace {

// Longer than anything waits.
constexpr double kForever = 1e7;
constexpr double kStartSeconds = 2;
constexpr double kFailSeconds = 0.005;  // until a trial has failed that cannot begin
constexpr double kLongSeconds = 4;      // of an epoch in which more than one progress is reported

}  // namespace

Worker::Worker(World& world, std::vector<Execution>& executions, WorkerInfo info, bool tells_end)
    : world_(world),
      executions_(executions),
      info_(std::move(info)),
      draws_(world.scenario().seed, "worker",
             static_cast<uint64_t>(world.run() * 1000 + info_.worker)),
      tells_end_(tells_end) {
  double seconds = draws_.LogBetween(0.01, kStartSeconds);
  refuses_ = world_.Strikes(Fault::kRefusal);
  if (world_.Strikes(Fault::kLateStart)) {
    was_struck_ = true;
    seconds = draws_.Chance(0.3) ? kForever : draws_.LogBetween(5, 600);
    world_.Say("worker {} will be ready after {:.0f} s", info_.worker, seconds);
  }
  Next(Phase::kStarting, seconds);
}

void Worker::Send(Time arrives, Command command) {
  if (is_dead_) return;
  if (!commands_.empty()) arrives = std::max(arrives, commands_.back().first);
  commands_.emplace_back(arrives, std::move(command));
}

std::optional<Time> Worker::NextTime() const {
  if (is_dead_) return std::nullopt;
  std::optional<Time> next = next_;
  if (phase_ == Phase::kWaiting && !commands_.empty()) {
    next = next ? std::min(*next, commands_.front().first) : commands_.front().first;
  }
  if (next) next = std::max(*next, frozen_until_);
  return next;
}

void Worker::Run() {
  for (auto next = NextTime(); next && *next <= world_.now(); next = NextTime()) {
    next_.reset();
    if (phase_ != Phase::kStarting) TakeCommands();
    if (is_dead_) return;
    switch (phase_) {
      case Phase::kStarting:
        Start();
        break;
      case Phase::kWaiting:
        BeginPack();
        break;
      case Phase::kMidEpoch:
        InMidEpoch();
        break;
      case Phase::kEpochEnd:
        EndEpoch();
        break;
    }
  }
}

void Worker::Next(Phase phase, double seconds) {
  phase_ = phase;
  next_ = world_.now() + Seconds(seconds);
}

void Worker::Start() {
  phase_ = Phase::kWaiting;
  if (refuses_) return Report(WorkerRefused{info_.worker, info_.host, "it cannot begin"});
  Report(WorkerReady{info_});
}

/// Takes the commands that have arrived.
void Worker::TakeCommands() {
  while (!commands_.empty() && commands_.front().first <= world_.now()) {
    Command command = std::move(commands_.front().second);
    commands_.pop_front();
    std::visit([this](auto&& what) { OnCommand(std::forward<decltype(what)>(what)); },
               std::move(command));
  }
}

void Worker::OnCommand(const EndTrial& order) {
  for (Member& member : members_) {
    if (member.trial_id == order.trial_id && !member.has_ended) member.is_to_end = true;
  }
}

/// Begins the next of its packs, if it has one and may.
void Worker::BeginPack() {
  members_.clear();
  phase_ = Phase::kWaiting;
  if (packs_.empty() || is_unusable_ || refuses_) return;
  const PackTask pack = std::move(packs_.front());
  packs_.pop_front();
  if (is_stopping_) {
    for (const TrialTask& task : pack.trials) {
      Report(TrialEnded{info_.worker, task.trial_id, TrialState::kPending, ""});
    }
    return Next(Phase::kWaiting, 0);
  }
  for (const TrialTask& task : pack.trials) {
    members_.push_back({task.trial_id, Training(task.params, world_.scenario()),
                        static_cast<int64_t>(executions_.size()), task.branch_epochs, task.until,
                        /*is_to_end=*/false, world_.now()});
    executions_.push_back({world_.run(), info_.worker, info_.host, task.trial_id,
                           task.epochs_done + 1, static_cast<int64_t>(pack.trials.size())});
  }
  if (!ResumeMembers(pack)) return Next(Phase::kWaiting, 0);
  if (!is_broken_ && world_.Strikes(Fault::kBroken)) is_broken_ = true;
  const bool has_hiccup = world_.Strikes(Fault::kHiccup);
  had_hiccup_ = had_hiccup_ || has_hiccup;
  if (is_broken_ || has_hiccup) {
    return Next(Phase::kEpochEnd, kFailSeconds);
  }
  BeginEpoch();
}

/// False: one of the checkpoints could not be used, and the pack has ended.
bool Worker::ResumeMembers(const PackTask& pack) {
  for (size_t i = 0; i < members_.size(); ++i) {
    const TrialTask& task = pack.trials[i];
    if (task.checkpoint.empty()) continue;
    try {
      if (world_.Strikes(Fault::kUnreadable)) throw std::invalid_argument("of another version");
      members_[i].training.Resume(task.checkpoint, task.epochs_done, task.metric_history);
    } catch (const std::invalid_argument& error) {
      const std::string why = std::string("its checkpoint could not be used: ") + error.what();
      for (size_t k = 0; k < members_.size(); ++k) {
        EndMember(members_[k], TrialState::kPending, k == i ? why : "");
      }
      return false;
    }
  }
  return true;
}

void Worker::BeginEpoch() {
  const double members = static_cast<double>(members_.size());
  epoch_seconds_ =
      world_.scenario().epoch_seconds * draws_.LogBetween(0.7, 1.5) * (0.8 + 0.2 * members);
  parts_left_ = 1 + static_cast<int64_t>(epoch_seconds_ / kLongSeconds);
  part_seconds_ = epoch_seconds_ / static_cast<double>(parts_left_ + 1);
  Next(Phase::kMidEpoch, part_seconds_);
}

/// What can happen to a worker happens here.
void Worker::InMidEpoch() {
  if (world_.Strikes(Fault::kDeath)) return Die();
  if (world_.Strikes(Fault::kUnusable)) {
    is_unusable_ = was_struck_ = true;
    members_.clear();
    packs_.clear();
    phase_ = Phase::kWaiting;
    return Report(WorkerRefused{info_.worker, info_.host, "its device has failed"});
  }
  if (world_.Strikes(Fault::kFreeze)) {
    was_struck_ = true;
    const double seconds = draws_.Chance(0.2) ? kForever : draws_.LogBetween(0.5, 300);
    frozen_until_ = world_.now() + Seconds(seconds);
    world_.Say("worker {} stands still for {:.1f} s", info_.worker, seconds);
  }
  if (world_.Strikes(Fault::kSilence)) {
    was_struck_ = true;
    const double seconds = draws_.Chance(0.2) ? kForever : draws_.LogBetween(0.5, 300);
    silent_until_ = world_.now() + Seconds(seconds);
    world_.Say("worker {} is not heard for {:.1f} s", info_.worker, seconds);
  }
  for (const Member& member : members_) {
    if (member.has_ended) continue;
    const Fate fate = member.training.NextFate();
    if (fate == Fate::kKillsItsWorker) return Die();
    if (draws_.Chance(0.5) || epoch_seconds_ > 1) {
      const TrialProgress progress{member.training.epochs_done() + 1, 1, 0.5, 0.1};
      Report(TrialProgressed{info_.worker, member.trial_id, progress});
    }
  }
  --parts_left_;
  Next(parts_left_ > 0 ? Phase::kMidEpoch : Phase::kEpochEnd, part_seconds_);
}

void Worker::EndEpoch() {
  const bool has_begun = epoch_seconds_ > 0;
  if (!has_begun) return FailPack(is_broken_ ? "the device is broken" : "a hiccup");
  epoch_seconds_ = 0;
  for (const Member& member : members_) {
    if (!member.has_ended && member.training.NextFate() == Fate::kFails) {
      return FailPack("it fails by itself");
    }
  }
  std::vector<Member*> remaining;
  for (Member& member : members_) {
    if (member.has_ended) continue;
    EpochRecord record = member.training.TrainEpoch();
    record.wall_seconds = static_cast<double>(member.execution);
    if (!EndsWith(member, std::move(record))) remaining.push_back(&member);
  }
  for (Member* member : remaining) Continue(*member);
  const bool is_over = std::all_of(members_.begin(), members_.end(),
                                   [](const Member& member) { return member.has_ended; });
  if (is_over) return Next(Phase::kWaiting, 0);
  BeginEpoch();
}

/// Reports the epoch, and the end of a member whose last one it is: then true.
bool Worker::EndsWith(Member& member, EpochRecord record) {
  const bool diverged = record.diverged;
  Report(EpochFinished{info_.worker, member.trial_id, std::move(record)});
  if (!diverged && !member.training.IsOver()) return false;
  EndMember(member, diverged ? TrialState::kStopped : TrialState::kCompleted);
  return true;
}

/// Does what the coordinator wants of a member that has not ended.
void Worker::Continue(Member& member) {
  if (!is_stopping_ && member.is_to_end) return EndMember(member, TrialState::kStopped);
  const bool is_held =
      is_stopping_ || (member.until > 0 && member.training.epochs_done() >= member.until);
  const bool is_branch = std::binary_search(
      member.branch_epochs.begin(), member.branch_epochs.end(), member.training.epochs_done());
  if (is_held || is_branch || IsCheckpointDue(member)) {
    SendCheckpoint(member);
    member.last_checkpoint = world_.now();
  }
  if (is_held) return EndMember(member, TrialState::kPending);
  if (members_.size() == 1 && world_.Strikes(Fault::kUnasked)) EndUnasked(member);
}

void Worker::EndUnasked(Member& member) {
  was_left_ = member.has_ended = true;
  SendCheckpoint(member);
  Report(
      TrialEnded{info_.worker, member.trial_id, TrialState::kPending, "it ended by itself", true});
}

bool Worker::IsCheckpointDue(const Member& member) const {
  return ToSeconds(world_.now() - member.last_checkpoint) >= world_.scenario().checkpoint_seconds;
}

void Worker::SendCheckpoint(const Member& member) {
  std::string data = member.training.Checkpoint();
  std::string sha256 = Sha256Hex(data);
  if (world_.Strikes(Fault::kDamage)) data[data.size() / 2] ^= 1;
  Report(CheckpointMade{info_.worker, member.trial_id, member.training.epochs_done(),
                        std::move(sha256), std::move(data)});
}

void Worker::FailPack(const std::string& error) {
  for (Member& member : members_) {
    if (!member.has_ended) EndMember(member, TrialState::kFailed, error);
  }
  Next(Phase::kWaiting, 0);
}

void Worker::EndMember(Member& member, TrialState state, const std::string& error) {
  member.has_ended = true;
  Report(TrialEnded{info_.worker, member.trial_id, state, error});
}

/// Its process ends. Of what is on its way to the coordinator the last messages may be lost.
void Worker::Die() {
  was_struck_ = true;
  const auto arrived = [this](const Message& message) { return message.arrives <= world_.now(); };
  auto lost = std::find_if_not(sent_.begin(), sent_.end(), arrived);
  lost += draws_.Between(0, sent_.end() - lost);
  world_.Say("worker {} dies; {} messages are lost", info_.worker, sent_.end() - lost);
  if (lost != sent_.end()) world_.Count("messages lost with their worker");
  sent_.erase(lost, sent_.end());
  End();
}

void Worker::End() {
  if (std::exchange(is_dead_, true) || !tells_end_) return;
  Report(WorkerGone{info_.worker, "its process was ended by SIGKILL"});
}

/// Sends the event. Messages of one worker do not overtake each other.
void Worker::Report(Event event) {
  double seconds = world_.scenario().latency_seconds * draws_.LogBetween(0.5, 5);
  if (world_.Strikes(Fault::kSlow)) seconds = draws_.LogBetween(0.1, 5);
  Time arrives = std::max(world_.now(), silent_until_) + Seconds(seconds);
  if (!sent_.empty()) arrives = std::max(arrives, sent_.back().arrives);
  sent_.push_back({arrives, std::move(event)});
}

}  // namespace lrsweep::simulation
