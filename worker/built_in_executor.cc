#include "worker/built_in_executor.h"

#include <utility>

#include "worker/trial_runner.h"

namespace lrsweep {
namespace {

class BuiltInExecutor : public Executor {
 public:
  BuiltInExecutor(const BuiltInParts& parts, const WorkerSetup& setup)
      : data_(WithValidationSet(parts.load_dataset(setup), setup.validation_images)),
        engine_(parts.make_engine(setup)) {
    // An engine that trains trials one by one has nothing to fill up.
    if (setup.pack_size != 0 && engine_->PackSize() > 1) {
      engine_->FixPackSize(static_cast<size_t>(setup.pack_size));
    }
  }

  WorkerInfo Describe() const override {
    return {0,
            "",
            engine_->Device(),
            engine_->Name(),
            engine_->CpuTarget(),
            static_cast<int64_t>(engine_->PackSize()),
            engine_->DeviceId()};
  }

  void Execute(const PackTask& pack, PackObserver& observer) override {
    try {
      RunPack(pack, data_, *engine_, observer);
    } catch (const TrainingInterrupted&) {  // the observer knows who has not ended
    }
  }

 private:
  std::shared_ptr<const Dataset> data_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace

MakeExecutor MakeBuiltInExecutor(BuiltInParts parts) {
  return [parts = std::move(parts)](const WorkerSetup& setup) {
    return std::make_unique<BuiltInExecutor>(parts, setup);
  };
}

}  // namespace lrsweep
