// How many trials a second go through coordinator, channel and store when training takes no time.
//
//   dispatch_throughput [TRIALS [STEPS [WORKERS]]]      forked workers, 2 by default
//   mpirun -n 3 dispatch_throughput [TRIALS [STEPS]]    over MPI
//
// Rank 0 coordinates with a real store in the temporary folder, the others answer at once. STEPS
// is 0 by default: a trial is one attempt and nothing else. Otherwise it reports one epoch too, of
// that many steps with their losses; an epoch of MNIST has 938 at batch size 64.

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "results/store.h"
#include "sweep/coordinator/coordinator.h"
#include "sweep/forked/forked_workers.h"
#include "sweep/messages/channel_worker_pool.h"
#include "sweep/messages/worker_process.h"
#include "sweep/mpi/mpi_launch.h"
#include "sweep/search/grid_source.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

/// Ends every trial at once, after an epoch record if it is to have one.
class NoTraining : public Executor {
 public:
  explicit NoTraining(int64_t steps) {
    record_.epoch = 1;
    record_.steps_done = steps;
    for (int64_t step = 0; step < steps; ++step) {
      record_.losses.push_back(1.0F / static_cast<float>(step + 1));
    }
    record_.rates = {{0.1}, {0.9}};
    record_.metrics = {{kTrainLoss, 0}, {kValLoss, 0}, {kValAccuracy, 0}};
  }

  WorkerInfo Describe() const override { return {0, "", "none", "none", "none"}; }
  void Execute(const PackTask& pack, PackObserver& observer) override {
    for (size_t member = 0; member < pack.trials.size(); ++member) {
      if (record_.steps_done > 0) observer.OnEpoch(member, record_);
      observer.OnEnd(member, TrialState::kCompleted);
    }
  }

 private:
  EpochRecord record_;
};

/// As many trials as asked for, which differ in seed and rate.
SweepConfig Config(int64_t trials) {
  std::string seeds;
  for (int64_t seed = 0; seed < trials / 10; ++seed) seeds += fmt::format("{}, ", seed);
  return ParseSweepConfig(
      fmt::format("name: t\ntraining: {{epochs: 1, seed: {{grid: [{}]}}}}\n"
                  "optimizer: {{lr: {{grid: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]}}}}\n"
                  "scheduler: {{type: CosineAnnealingLR, T_max: run}}\n",
                  seeds),
      "benchmark");
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void Coordinate(Channel& channel, int64_t trials) {
  const SearchSpace space(Config(trials));
  const fs::path path =
      fs::temp_directory_path() / fmt::format("dispatch_throughput-{}.db", getpid());
  Store store =
      Store::Create(path, {.name = "t"}, space.size(), [&space](size_t i) { return space.At(i); });
  ChannelWorkerPool pool(channel, {});
  ProgressView view;
  GridSource source(space, store.PendingIds());
  Coordinator coordinator(source, store, pool, view, [] { return true; });
  const double cpu = CpuSeconds();
  const auto start = std::chrono::steady_clock::now();
  coordinator.Run();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  fmt::print(
      "{} trials with {} workers in {:.2f} s: {:.0f} a second; the coordinator computed for "
      "{:.0f} us a trial\n",
      coordinator.state().completed, pool.size(), elapsed.count(),
      static_cast<double>(space.size()) / elapsed.count(),
      (CpuSeconds() - cpu) / static_cast<double>(space.size()) * 1e6);
  store.Close();
  fs::remove(path);
}

int Main(int argc, char** argv) {
  const int64_t trials = argc > 1 ? std::atoll(argv[1]) : 20'000;
  const int64_t steps = argc > 2 ? std::atoll(argv[2]) : 0;
  const int64_t workers = argc > 3 ? std::atoll(argv[3]) : 2;
  const auto channel = LaunchedUnderMpi() ? ConnectOverMpi(false) : ForkWorkers(workers, false);
  if (channel->rank() == kCoordinatorRank) {
    Coordinate(*channel, trials);
    ShutDownWorkers(*channel);
  } else {
    RunWorkerProcess(*channel,
                     [steps](const WorkerSetup&) { return std::make_unique<NoTraining>(steps); });
  }
  return 0;
}

}  // namespace
}  // namespace lrsweep

int main(int argc, char** argv) { return lrsweep::Main(argc, argv); }
