#include "tests/simulation/pool.h"

#include <algorithm>
#include <utility>

namespace lrsweep::simulation {
namespace {

std::string Short(const std::string& trial_id) { return trial_id.substr(0, 6); }

std::string Describe(const Event& event) {
  if (const auto* ready = std::get_if<WorkerReady>(&event)) {
    return fmt::format("is ready on {}", ready->info.host);
  }
  if (const auto* refused = std::get_if<WorkerRefused>(&event)) {
    return fmt::format("refuses: {}", refused->reason);
  }
  if (const auto* finished = std::get_if<EpochFinished>(&event)) {
    return fmt::format("finished epoch {} of {}", finished->record.epoch,
                       Short(finished->trial_id));
  }
  if (const auto* made = std::get_if<CheckpointMade>(&event)) {
    return fmt::format("sends the checkpoint of epoch {} of {}", made->epoch,
                       Short(made->trial_id));
  }
  if (const auto* ended = std::get_if<TrialEnded>(&event)) {
    return fmt::format("ended {}: {}{}{}", Short(ended->trial_id), ToString(ended->state),
                       ended->error.empty() ? "" : ": ", ended->error);
  }
  if (const auto* gone = std::get_if<WorkerGone>(&event)) return gone->how;
  return "";
}

}  // namespace

Pool::Pool(World& world, Truth& truth)
    : world_(world),
      truth_(truth),
      draws_(world.scenario().seed, "pool", static_cast<uint64_t>(world.run())) {
  const Scenario& scenario = world.scenario();
  first_ = scenario.is_alone ? 0 : 1;
  are_forked_ = Draws(scenario.seed, "forked").Chance(0.5);
  const int64_t most = std::min(scenario.most_workers, world.limits().workers);
  const int64_t count = world.is_quiet() ? most : draws_.Between(1, most);
  const int64_t most_pack = std::min(scenario.most_pack_size, world.limits().packs);
  for (int64_t number = first_; number < first_ + count; ++number) {
    const int64_t host = draws_.Between(0, scenario.most_hosts - 1);
    WorkerInfo info{number,    fmt::format("host{}", host),        "cpu",
                    "formula", fmt::format("run {}", world.run()), draws_.Between(1, most_pack)};
    const bool is_forked = are_forked_ && host == 0;
    workers_.push_back(
        std::make_unique<Worker>(world, truth.executions, std::move(info), is_forked));
  }
  world.Say("run {} begins with {} workers", world.run(), count);
}

Pool::~Pool() {
  for (const auto& worker : workers_) {
    const auto key = std::make_pair(world_.run(), worker->info().worker);
    if (worker->was_struck()) truth_.struck.insert(key);
    if (worker->was_left()) truth_.left.insert(key);
    if (worker->is_unreliable()) truth_.unreliable.insert(key);
  }
}

Time Pool::Arrival() {
  return world_.now() + Seconds(world_.scenario().latency_seconds * draws_.LogBetween(0.5, 5));
}

void Pool::Start(int64_t worker, const PackTask& pack) {
  world_.Act();
  if (is_delivering_) world_.Fail("a pack is given while events are delivered");
  const Known& known = known_[worker];
  if (!known.is_ready || known.is_lost || known.is_excluded) {
    world_.Fail(fmt::format("worker {} gets a pack although it is {}", worker,
                            !known.is_ready ? "not ready"
                            : known.is_lost ? "lost"
                                            : "excluded"));
  }
  if (pack.trials.empty() ||
      static_cast<int64_t>(pack.trials.size()) > At(worker).info().pack_size) {
    world_.Fail(fmt::format("worker {} gets a pack of {}", worker, pack.trials.size()));
  }
  const bool has_nothing = std::none_of(holders_.begin(), holders_.end(),
                                        [&](const auto& held) { return held.second == worker; });
  for (const TrialTask& task : pack.trials) Assign(worker, task, pack, has_nothing);
  At(worker).Send(Arrival(), pack);
}

void Pool::Assign(int64_t worker, const TrialTask& task, const PackTask& pack,
                  bool begins_at_once) {
  world_.Say("worker {} gets {} from epoch {} on, {} in its pack{}", worker, Short(task.trial_id),
             task.epochs_done + 1, pack.trials.size(), begins_at_once ? "" : ", as its next one");
  const auto [holder, is_free] = holders_.emplace(task.trial_id, worker);
  if (!is_free) {
    world_.Fail(fmt::format("{} is given to worker {} while worker {} has it", Short(task.trial_id),
                            worker, holder->second));
  }
  if (truth_.ended.count(task.trial_id) > 0) {
    world_.Fail(fmt::format("{} is trained again although it was over", Short(task.trial_id)));
  }
  if (task.until > 0 && task.until <= task.epochs_done) {
    world_.Fail(fmt::format("{} is to be held after epoch {}, and resumes after epoch {}",
                            Short(task.trial_id), task.until, task.epochs_done));
  }
  if (task.until > 0) world_.Count("assignments with a hold");
  if (task.checkpoint.empty() != (task.epochs_done == 0)) {
    world_.Fail(fmt::format("{} is to resume after epoch {} without a checkpoint, or the reverse",
                            Short(task.trial_id), task.epochs_done));
  }
  world_.Count("assignments");
  if (task.epochs_done > 0) world_.Count("assignments with a checkpoint");
  if (pack.trials.size() > 1) world_.Count("assignments in a pack");
  if (!begins_at_once) world_.Count("prefetched assignments");
  truth_.assignments[task.trial_id].push_back(
      {world_.run(), At(worker).info(), task.trial_id, task.epochs_done + 1,
       static_cast<int64_t>(pack.trials.size()), world_.now(), begins_at_once});
}

void Pool::Send(int64_t worker, const EndTrial& order) {
  world_.Act();
  world_.Say("worker {} is to end {}", worker, Short(order.trial_id));
  const auto holder = holders_.find(order.trial_id);
  if (holder == holders_.end() || holder->second != worker) {
    world_.Fail(fmt::format("worker {} gets an order for {}, which it does not have", worker,
                            Short(order.trial_id)));
  }
  world_.Count("orders to end");
  At(worker).Send(Arrival(), order);
}

void Pool::StopAll() {
  world_.Act();
  world_.Say("all workers are to stop");
  for (const auto& worker : workers_) worker->Send(Arrival(), simulation::StopAll{});
}

void Pool::Dismiss(int64_t worker) {
  world_.Act();
  Known& known = known_[worker];
  if (!known.is_lost) world_.Fail(fmt::format("worker {} is dismissed, but not lost", worker));
  if (std::exchange(known.is_dismissed, true)) return;
  world_.Count("dismissals");
  At(worker).Send(Arrival(), Shutdown{});
}

/// Only of processes on the coordinator's machine is it certain; of forked ones WorkerGone says it.
bool Pool::IsGone(int64_t worker) const {
  world_.Act();
  return At(worker).is_dead() && At(worker).info().host == "host0" &&
         (!are_forked_ || At(worker).sent().empty());
}

void Pool::RunWorkers() {
  for (const auto& worker : workers_) worker->Run();
}

/// The worker whose event arrives first; nullptr where none is on its way.
Worker* Pool::Next() {
  Worker* first = nullptr;
  for (const auto& worker : workers_) {
    if (worker->sent().empty()) continue;
    const Time arrives = worker->sent().front().arrives;
    if (first == nullptr || arrives < first->sent().front().arrives) first = worker.get();
  }
  return first;
}

void Pool::Wait(std::chrono::milliseconds timeout, const EventSink& sink) {
  world_.Act();
  const Time limit = world_.now() + timeout;
  for (bool has_delivered = false;;) {
    RunWorkers();
    Worker* const next = Next();
    if (next != nullptr && next->sent().front().arrives <= world_.now()) {
      Deliver(*next, sink);
      has_delivered = true;
      if (world_.now() >= limit || draws_.Chance(0.05)) return;
      continue;
    }
    if (has_delivered) return;
    Time until = next != nullptr ? std::min(limit, next->sent().front().arrives) : limit;
    for (const auto& worker : workers_) {
      if (const auto time = worker->NextTime()) until = std::min(until, *time);
    }
    world_.clock().MoveTo(until);
    if (world_.now() >= limit) return;
  }
}

void Pool::Deliver(Worker& worker, const EventSink& sink) {
  const Event event = std::move(worker.sent().front().event);
  worker.sent().pop_front();
  world_.Act();
  OnDelivery(worker, event);
  is_delivering_ = true;
  sink(event);
  is_delivering_ = false;
  const Known& known = known_[worker.info().worker];
  const bool is_gone = std::holds_alternative<WorkerGone>(event);
  if (known.is_lost && known.is_given_up && !known.is_dismissed && !is_gone) {
    world_.Fail(fmt::format("worker {} is not told that it was given up", worker.info().worker));
  }
}

/// Notes what the coordinator knows from now on.
void Pool::OnDelivery(const Worker& worker, const Event& event) {
  const int64_t number = worker.info().worker;
  Known& known = known_[number];
  if (!std::holds_alternative<TrialProgressed>(event)) {
    world_.Say("worker {}{} {}", number, known.is_lost ? ", given up," : "", Describe(event));
  }
  if (known.is_lost) {
    world_.Count("events of workers that are lost");
    return;
  }
  if (std::holds_alternative<WorkerReady>(event)) known.is_ready = true;
  if (std::holds_alternative<WorkerGone>(event)) world_.Count("ends that were told");
  if (std::holds_alternative<WorkerRefused>(event)) {
    known.is_lost = true;
    Release(number);
  }
  const auto* ended = std::get_if<TrialEnded>(&event);
  if (ended == nullptr) return;
  if (ended->state == TrialState::kFailed) {
    int64_t others = 0;
    for (const auto& other : workers_) {
      const Known& what = known_[other->info().worker];
      if (other.get() != &worker && !what.is_lost && !what.is_excluded) ++others;
    }
    truth_.failures[ended->trial_id].push_back({world_.run(), number, ended->error, others});
  }
  const auto holder = holders_.find(ended->trial_id);
  if (holder != holders_.end() && holder->second == number) holders_.erase(holder);
}

/// The worker has no trials any more.
void Pool::Release(int64_t worker) {
  std::erase_if(holders_, [worker](const auto& held) { return held.second == worker; });
}

void Pool::OnLost(int64_t worker) {
  if (!At(worker).was_struck()) {
    world_.Fail(fmt::format("worker {} is given up, but nothing has happened to it", worker));
  }
  world_.Say("worker {} is given up", worker);
  known_[worker].is_lost = known_[worker].is_given_up = true;
  Release(worker);
}

void Pool::OnExcluded(int64_t worker) {
  world_.Say("worker {} is excluded", worker);
  const bool is_last = std::none_of(workers_.begin(), workers_.end(), [&](const auto& other) {
    const Known& what = known_[other->info().worker];
    return other->info().worker != worker && !what.is_lost && !what.is_excluded;
  });
  // The last one that is left may have met three bad trials in a row.
  if (is_last) truth_.unreliable.insert({world_.run(), worker});
  if (!is_last && !At(worker).is_unreliable() && !At(worker).was_struck()) {
    world_.Fail(
        fmt::format("worker {} is excluded, but has failed nothing by its own fault", worker));
  }
  world_.Count("exclusions");
  known_[worker].is_excluded = true;
}

int64_t Pool::ready() const {
  return std::count_if(known_.begin(), known_.end(), [](const auto& known) {
    return known.second.is_ready && !known.second.is_lost;
  });
}

}  // namespace lrsweep::simulation
