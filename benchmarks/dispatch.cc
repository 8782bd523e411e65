// How busy the real coordinator and queue keep a cluster that is larger than this machine.
//
//   dispatch [WORKERS TRIALS SECONDS [uniform|heavy [EPOCHS]]]
//   dispatch forest [WORKERS [TRIALS]]
//
// Without arguments: 64, 256 and 4,096 workers, whose trials get shorter and shorter until they are
// no longer kept busy. The database is real, in the temporary folder (TMPDIR).
//
// The workers are simulated: a clock of the simulation's own says when each event happens. It moves
// on by the time for which the coordinator really computed, what it does for the store and to
// encode and decode messages included, so that a coordinator that cannot keep up shows. Waiting for
// the disk is not charged.
//
// The model: a message arrives kLatency after it was sent, and MPI computes kMpiSeconds to take or
// send it. A coordinator that finds no message looks again after kPoll. A worker reports its
// progress twice a second, and each epoch with its 938 losses. Trials last SECONDS on average:
// "uniform" within 50 % of it, "heavy" with a Pareto tail (shape 1.5) that is cut at 50 times that.
//
// The makespan is compared with a lower bound, which no schedule can beat (the larger of all work
// spread evenly and the longest trial), and with list scheduling, which is the best without knowing
// in advance how long a trial takes: the same trials in the same order, each to the first free
// worker, in no time.
//
// "forest": trials that share epochs, as a study of WSD's lengths and decays has them, trained
// once. An epoch takes a second, and a state kStateBytes. The bound is the larger of the longest
// trial and the different epochs (sweep/search/shared_epochs) spread evenly.

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <numeric>
#include <queue>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "data/sha256.h"
#include "results/store.h"
#include "sweep/coordinator/coordinator.h"
#include "sweep/messages/message.h"
#include "sweep/search/grid_source.h"
#include "sweep/search/shared_epochs.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

constexpr double kLatency = 100e-6;       // between two nodes of a cluster
constexpr double kPoll = 1e-3;            // mpi_channel's, while there is talk
constexpr double kMpiSeconds = 3e-6;      // to send or take a small message
constexpr double kProgressSeconds = 0.5;  // as in pack_execution
constexpr int kStepsPerEpoch = 938;
constexpr int64_t kImages = 60'000;  // of an epoch
constexpr size_t kStateBytes = 50'000;

double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// The simulation's time, in seconds: what it was moved to, and what was computed since then.
class VirtualClock {
 public:
  double Now() const { return moved_ + CpuSeconds() - cpu_then_ - excused_; }
  /// To `time`, unless it is later already.
  void MoveTo(double time) {
    moved_ = std::max(time, Now());
    cpu_then_ = CpuSeconds();
    excused_ = 0;
  }
  void Charge(double seconds) { moved_ += seconds; }
  /// Runs what is the simulation's own work, which takes none of its time.
  template <typename Work>
  void Excuse(const Work& work) {
    const double before = CpuSeconds();
    work();
    excused_ += CpuSeconds() - before;
  }

 private:
  double moved_ = 0;
  double cpu_then_ = CpuSeconds();
  double excused_ = 0;
};

/// How long each trial takes, by its number in the space.
using Durations = std::vector<double>;

Durations Draw(const std::string& kind, size_t count, double mean) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> share(0, 1);
  Durations durations(count);
  for (double& seconds : durations) {
    const double u = share(random);
    // A Pareto distribution of shape 1.5 has a mean of three times its least value.
    const double pareto = std::min(std::pow(1 - u, -1 / 1.5) / 3, 50.0);
    seconds = mean * (kind == "heavy" ? pareto : 0.5 + u);
  }
  return durations;
}

class SimulatedPool : public WorkerPool {
 public:
  SimulatedPool(int64_t workers, std::map<std::string, double> seconds, VirtualClock& clock)
      : free_at_(static_cast<size_t>(workers)), seconds_(std::move(seconds)), clock_(clock) {
    losses_.assign(kStepsPerEpoch, 0.3712345F);
    for (int64_t worker = 0; worker < workers; ++worker) {
      Post(0, worker, WorkerReady{{worker, "node", "cpu", "cpu", "simulated"}});
    }
  }

  int64_t size() const override { return static_cast<int64_t>(free_at_.size()); }
  int64_t first() const override { return 0; }
  void Send(int64_t /*worker*/, const EndTrial& /*order*/) override {}
  void StopAll() override {}
  void Dismiss(int64_t /*worker*/) override {}
  bool IsGone(int64_t /*worker*/) const override { return false; }

  void Start(int64_t worker, const PackTask& pack) override {
    Encode(Command(pack));
    clock_.Charge(kMpiSeconds);
    clock_.Excuse([&] { Train(worker, pack.trials.front()); });
  }

  void Wait(std::chrono::milliseconds timeout, const EventSink& sink) override {
    Sleep(clock_.Now() + std::chrono::duration<double>(timeout).count());
    while (!mail_.empty() && mail_.top().arrives <= clock_.Now()) {
      int64_t worker = 0;
      Bytes bytes;
      clock_.Excuse([&] {
        Mail mail = mail_.top();
        mail_.pop();
        if (auto* finished = std::get_if<EpochFinished>(&mail.event)) {
          finished->record.losses = losses_;
          finished->record.rates = {{0.1}, {0.9}};
        }
        if (auto* made = std::get_if<CheckpointMade>(&mail.event)) {
          made->data = state_;
          made->sha256 = state_sha256_;
        }
        worker = mail.worker;
        bytes = Encode(mail.event);
      });
      clock_.Charge(kMpiSeconds);
      sink(DecodeEvent(bytes, worker));
    }
  }

  /// When the last trial ended.
  double makespan() const { return *std::max_element(free_at_.begin(), free_at_.end()); }
  /// For how long the coordinator slept.
  double asleep() const { return asleep_; }

 private:
  struct Mail {
    double arrives = 0;
    int64_t number = 0;  // of equal times, the first sent first
    int64_t worker = 0;
    Event event;  // of an epoch or a state, without what all share

    bool operator<(const Mail& other) const {  // the next one on top of the queue
      return std::tie(arrives, number) > std::tie(other.arrives, other.number);
    }
  };

  /// Until something has arrived, at most until `limit`.
  void Sleep(double limit) {
    const double now = clock_.Now();
    const double until = mail_.empty() ? limit : std::min(limit, mail_.top().arrives);
    if (until <= now) return;
    const double slept = std::ceil((until - now) / kPoll) * kPoll;
    asleep_ += slept;
    clock_.MoveTo(now + slept);
  }

  /// All that the worker will say of the trial, at its time: nothing that comes later changes it.
  void Train(int64_t worker, const TrialTask& task) {
    const std::string& id = task.trial_id;
    double& free_at = free_at_[static_cast<size_t>(worker)];
    const double begin = std::max(free_at, clock_.Now() + kLatency);
    const auto epochs = std::get<int64_t>(*Find(task.params, "training.epochs"));
    const double epoch_seconds = seconds_.at(id) / static_cast<double>(epochs);
    const double seconds = epoch_seconds * static_cast<double>(epochs - task.epochs_done);
    for (double at = kProgressSeconds; at < seconds; at += kProgressSeconds) {
      Post(begin + at, worker, TrialProgressed{worker, id, {1, 1, 0.5, 0.1}});
    }
    EpochRecord record;
    record.metrics = {{kTrainLoss, 0}, {kValLoss, 0}, {kValAccuracy, 0}};
    record.wall_seconds = epoch_seconds;
    for (int64_t epoch = task.epochs_done + 1; epoch <= epochs; ++epoch) {
      const double at = begin + static_cast<double>(epoch - task.epochs_done) * epoch_seconds;
      record.epoch = epoch;
      record.steps_done = epoch * kStepsPerEpoch;
      Post(at, worker, EpochFinished{worker, id, record});
      if (std::binary_search(task.branch_epochs.begin(), task.branch_epochs.end(), epoch)) {
        Post(at, worker, CheckpointMade{worker, id, epoch, "", ""});
      }
    }
    free_at = begin + seconds;
    Post(free_at, worker, TrialEnded{worker, id, TrialState::kCompleted, ""});
  }

  void Post(double at, int64_t worker, Event event) {
    mail_.push({at + kLatency, posted_++, worker, std::move(event)});
  }

  std::vector<double> free_at_;            // by worker
  std::map<std::string, double> seconds_;  // of each trial, by its id
  VirtualClock& clock_;
  std::vector<float> losses_;
  const std::string state_ = std::string(kStateBytes, 's');
  const std::string state_sha256_ = Sha256Hex(state_);
  std::priority_queue<Mail> mail_;
  int64_t posted_ = 0;
  double asleep_ = 0;
};

/// The makespan when each trial goes to the first free worker in no time.
double ListSchedule(size_t workers, const Durations& durations) {
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
  for (size_t worker = 0; worker < workers; ++worker) free_at.push(0);
  double last = 0;
  for (const double seconds : durations) {
    const double end = free_at.top() + seconds;
    free_at.pop();
    free_at.push(end);
    last = std::max(last, end);
  }
  return last;
}

struct Case {
  int64_t workers = 0;
  int64_t trials = 0;  // in tens
  double seconds = 0;  // of a trial, on average
  std::string kind = "uniform";
  int64_t epochs = 1;  // of a trial
};

/// The space of the case: trials that differ in seed and rate.
SweepConfig Config(const Case& simulated) {
  std::string seeds;
  for (int64_t seed = 0; seed < simulated.trials / 10; ++seed) seeds += fmt::format("{}, ", seed);
  return ParseSweepConfig(
      fmt::format("name: t\ntraining: {{epochs: {}, seed: {{grid: [{}]}}}}\n"
                  "optimizer: {{lr: {{grid: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]}}}}\n"
                  "scheduler: {{type: CosineAnnealingLR, T_max: run}}\n",
                  simulated.epochs, seeds),
      "benchmark");
}

/// How long a sweep took, and for which share of it the coordinator was busy.
struct Taken {
  double makespan = 0, busy = 0;
};

/// Trains the space, each trial in its number of seconds.
Taken Train(const SearchSpace& space, int64_t workers, const Durations& durations, bool shares) {
  const fs::path path = fs::temp_directory_path() / fmt::format("dispatch-{}.db", getpid());
  std::map<std::string, double> by_id;
  Store store = Store::Create(path, {.name = "t"}, space.size(), [&](size_t i) {
    Trial trial = space.At(i);
    by_id[trial.id] = durations[i];
    return trial;
  });
  VirtualClock clock;
  SimulatedPool pool(workers, std::move(by_id), clock);
  ProgressView view;
  const auto now = [&clock] {
    return Coordinator::TimePoint(std::chrono::duration_cast<Coordinator::TimePoint::duration>(
        std::chrono::duration<double>(clock.Now())));
  };
  // Simulated workers say nothing within an epoch, however long it is.
  const CoordinatorOptions options{.worker_timeout = std::chrono::hours(24),
                                   .shares_with_images = shares ? kImages : 0};
  GridSource source(space, store.PendingIds());
  if (shares) source.GatherShared(kImages);
  Coordinator coordinator(
      source, store, pool, view, [] { return true; }, now, options);
  coordinator.Run();
  store.Close();
  fs::remove(path);
  return {pool.makespan(), 1 - pool.asleep() / clock.Now()};
}

/// Runs the case, prints its line, and returns the share of list scheduling's speed.
double Simulate(const Case& simulated) {
  const SearchSpace space(Config(simulated));
  const Durations durations = Draw(simulated.kind, space.size(), simulated.seconds);
  const Taken taken = Train(space, simulated.workers, durations, false);

  const double work = std::accumulate(durations.begin(), durations.end(), 0.0);
  const double longest = *std::max_element(durations.begin(), durations.end());
  const double bound = std::max(work / static_cast<double>(simulated.workers), longest);
  const double list = ListSchedule(static_cast<size_t>(simulated.workers), durations);
  const double share = list / taken.makespan;
  fmt::print("{:>7}  {:>7}  {:>8.4g}  {:>7}  {:>6}  {:>9.2f}  {:>7.1f}%  {:>7.1f}%  {:>10.0f}%\n",
             simulated.workers, space.size(), simulated.seconds, simulated.kind, simulated.epochs,
             taken.makespan, 100 * share, 100 * bound / taken.makespan, 100 * taken.busy);
  std::fflush(stdout);
  return share;
}

void PrintHead() {
  fmt::print("{:>7}  {:>7}  {:>8}  {:>7}  {:>6}  {:>9}  {:>8}  {:>8}  {:>11}\n", "workers",
             "trials", "seconds", "kind", "epochs", "makespan", "of list", "of bound",
             "coordinator");
}

/// Studies of WSD for ten rates and several seeds: five lengths, whose trunks are one, and two ways
/// to decay from it.
SweepConfig Forest(int64_t trials) {
  std::string seeds;
  for (int64_t seed = 0; seed < trials / 100; ++seed) seeds += fmt::format("{}, ", seed);
  return ParseSweepConfig(
      fmt::format("name: t\n"
                  "training: {{epochs: {{grid: [5, 10, 15, 20, 25]}}, seed: {{grid: [{}]}}}}\n"
                  "optimizer: {{lr: {{grid: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]}}}}\n"
                  "scheduler:\n"
                  "  type: WSD\n"
                  "  num_warmup_steps: 0\n"
                  "  num_decay_steps: 20%\n"
                  "  decay_type: {{grid: [linear, cosine]}}\n",
                  seeds),
      "benchmark");
}

void SimulateForest(int64_t workers, int64_t trials) {
  const SearchSpace space(Forest(trials));
  Durations durations;
  for (size_t i = 0; i < space.size(); ++i) {
    durations.push_back(static_cast<double>(space.EpochsAt(i)));
  }
  const EpochCount epochs = CountSharedEpochs(space, kImages).value().all;
  const Taken taken = Train(space, workers, durations, true);
  const double longest = *std::max_element(durations.begin(), durations.end());
  const double work = static_cast<double>(epochs.to_train) / static_cast<double>(workers);
  fmt::print("{:>7}  {:>7}  {:>7}  {:>8}  {:>9.2f}  {:>7.1f}%  {:>10.0f}%\n", workers, space.size(),
             epochs.epochs, epochs.to_train, taken.makespan,
             100 * std::max(longest, work) / taken.makespan, 100 * taken.busy);
  std::fflush(stdout);
}

void SimulateForests() {
  fmt::print("\n{:>7}  {:>7}  {:>7}  {:>8}  {:>9}  {:>8}  {:>11}\n", "workers", "trials", "epochs",
             "to train", "makespan", "of bound", "coordinator");
  SimulateForest(256, 10'000);
  SimulateForest(1'024, 10'000);
}

/// Shorter and shorter trials, until the workers are kept busy for less than 98 %.
void FindTheLimit(Case simulated) {
  while (Simulate(simulated) >= 0.98) simulated.seconds /= 2;
}

int Main(int argc, char** argv) {
  if (argc > 1 && std::string(argv[1]) == "forest") {
    if (argc == 2) {
      SimulateForests();
    } else {
      SimulateForest(std::atoll(argv[2]), argc > 3 ? std::atoll(argv[3]) : 10'000);
    }
    return 0;
  }
  PrintHead();
  if (argc > 3) {
    Simulate({std::atoll(argv[1]), std::atoll(argv[2]), std::atof(argv[3]),
              argc > 4 ? argv[4] : "uniform", argc > 5 ? std::atoll(argv[5]) : 1});
    return 0;
  }
  for (const char* kind : {"uniform", "heavy"}) {
    Simulate({256, 10'000, 1, kind, 1});
    Simulate({256, 10'000, 1, kind, 10});
  }
  FindTheLimit({64, 2'560, 1, "uniform", 1});
  FindTheLimit({256, 10'240, 1, "uniform", 1});
  FindTheLimit({4'096, 81'920, 4, "uniform", 1});
  SimulateForests();
  return 0;
}

}  // namespace
}  // namespace lrsweep

int main(int argc, char** argv) { return lrsweep::Main(argc, argv); }
