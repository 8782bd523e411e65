// lrsweep with an executor whose workers can be broken, for tests: it trains nothing, and reports
// two epochs of each trial. The environment names the worker (its rank) that
//   LRSWEEP_BROKEN_WORKER    fails every trial at once,
//   LRSWEEP_UNUSABLE_WORKER  has an executor that is unusable from its first trial on.
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

#include "sweep/commands/command_line.h"

namespace lrsweep {
namespace {

bool IsNamedBy(const char* variable, int64_t worker) {
  const char* text = std::getenv(variable);
  return text != nullptr && (std::string(text) == "all" || std::to_string(worker) == text);
}

class UnreliableExecutor : public Executor {
 public:
  explicit UnreliableExecutor(const WorkerSetup& setup) : worker_(setup.worker) {}

  WorkerInfo Describe() const override { return {0, "", "cpu", "cpu", "none"}; }

  void Execute(const PackTask& pack, PackObserver& observer) override {
    if (IsNamedBy("LRSWEEP_UNUSABLE_WORKER", worker_)) throw ExecutorUnusable("its device failed");
    if (IsNamedBy("LRSWEEP_BROKEN_WORKER", worker_)) throw std::runtime_error("its driver is gone");
    for (size_t member = 0; member < pack.trials.size(); ++member) {
      for (int64_t epoch = 1; epoch <= 2; ++epoch) {
        // Long enough for the other workers to become ready meanwhile.
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        if (!observer.OnProgress(member, {})) return;
        observer.OnEpoch(member, Epoch(epoch));
      }
      observer.OnEnd(member, TrialState::kCompleted);
    }
  }

 private:
  static EpochRecord Epoch(int64_t number) {
    EpochRecord record;
    record.epoch = number;
    record.steps_done = number;
    record.losses = {0.5F};
    record.rates = {{0.1}, {0.9}};
    record.metrics = {{kTrainLoss, 0.5}, {kValLoss, 0.5}, {kValAccuracy, 0.9}};
    return record;
  }

  int64_t worker_;
};

}  // namespace
}  // namespace lrsweep

int main(int argc, char** argv) {
  const auto make = [](const lrsweep::WorkerSetup& setup) -> std::unique_ptr<lrsweep::Executor> {
    return std::make_unique<lrsweep::UnreliableExecutor>(setup);
  };
  return lrsweep::RunCommandLine(argc, argv, {make, [] { return false; }});
}
