// The executor of the built-in model: a data set, an engine, and the loop of trial_runner.
#pragma once

#include <functional>
#include <memory>

#include "data/dataset.h"
#include "trial/executor.h"
#include "worker/engine.h"

namespace lrsweep {

/// Where the built-in executor gets its parts. Both may throw std::exception.
struct BuiltInParts {
  std::function<std::shared_ptr<const Dataset>(const WorkerSetup&)> load_dataset;
  std::function<std::unique_ptr<Engine>(const WorkerSetup&)> make_engine;
};

/// Makes executors that train on the data of `parts`, less the `validation_images` of their setup,
/// which are split off here. Execute passes on ExecutorUnusable, which the engine throws.
MakeExecutor MakeBuiltInExecutor(BuiltInParts parts);

}  // namespace lrsweep
