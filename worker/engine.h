// The engine interface: what computes the training of the built-in model. The loop of a pack
// (trial_runner.h) knows schedules and epochs; an engine knows arithmetic only.
//
// For the same trial, build and CpuTarget, an engine gives the same results: in every run and on
// every worker. On the CPU also in every pack. On CUDA the results depend, in rounding, on the
// number of members of the pack in each epoch: cuBLAS and LibTorch choose other routines, and other
// splits of sums, for other numbers. With a fixed pack size (Engine::FixPackSize) every call has
// the same shape, so the results should not depend on the pack; no GPU has shown this yet.
// (docs/engines.md has the details.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "trial/trial.h"
#include "worker/train_config.h"

namespace lrsweep {

/// Thrown out of a training whose Tick returned false.
struct TrainingInterrupted {};

/// Thrown by an engine whose device or machine has too little memory; so is std::bad_alloc.
struct OutOfMemory : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// How far a training is.
struct StepProgress {
  int64_t steps_done = 0;  // of the current epoch
  float loss = 0;          // of the last of these steps
  size_t member = 0;       // the member of the pack that this is about
};

/// Called on the training's own thread after an epoch's first step, then at least every 100 ms,
/// also during an evaluation. A single step or chunk of images may take longer. Returns false to
/// stop the training now. May be empty.
using Tick = std::function<bool(const StepProgress&)>;

/// The images on which a training is evaluated: Dataset::validation or Dataset::test.
enum class Split { kValidation, kTest };

/// The result of a training on the images of a split.
struct Evaluation {
  double loss = 0;      // mean cross-entropy
  double accuracy = 0;  // 0 to 1
};

/// The state of a training between two epochs: everything on which the next epoch depends. A
/// training of the same config, data, engine, build and kind of device continues from it with the
/// same bits; on CUDA, in a pack of the same size. The vectors of floats hold, for each layer from
/// the input on, the weight [outputs, inputs], row-major, then the bias [outputs].
struct TrainingState {
  std::vector<float> parameters;
  /// SGD's momentum buffers, or Adam's exp_avg; empty before the first step that needs them.
  std::vector<float> momentum;
  std::vector<float> second_moment;  // Adam's exp_avg_sq; empty for SGD and before the first step
  int64_t steps = 0;                 // optimizer steps done, for Adam's bias correction
  std::vector<uint8_t> random;       // the random generator's state, in the engine's own format
};

/// One trial in training: its model, optimizer state and random generator. Not thread-safe; use it
/// only on the thread that started it.
class Training {
 public:
  virtual ~Training() = default;

  /// Trains one epoch over the shuffled training images and returns the loss of each step. `rates`
  /// holds one value per step of the epoch, or a single value for all steps. Throws
  /// TrainingInterrupted if `tick` returns false (the training cannot be used after that), and
  /// std::invalid_argument for another number of rates.
  virtual std::vector<float> TrainEpoch(const StepRates& rates, const Tick& tick) = 0;

  /// Computes loss and accuracy on the images of `split`, which must not be empty. Draws no random
  /// number. Throws TrainingInterrupted if `tick` returns false.
  virtual Evaluation Evaluate(Split split, const Tick& tick) = 0;

  /// Returns a copy of the state.
  virtual TrainingState State() const = 0;
  /// Throws std::invalid_argument if a vector does not fit the model or the engine.
  virtual void Restore(const TrainingState& state) = 0;
};

/// A pack in training. Its members are numbered from 0 in the order in which they were given. The
/// results of each are those of a Training of its own, on CUDA but for rounding: they do not depend
/// on the others' parameters. Not thread-safe; use it only on the thread that started it.
class PackTraining {
 public:
  virtual ~PackTraining() = default;

  /// Trains one epoch of every member at its own `rates`; returns the losses by member. The engine
  /// chooses the member of each tick. Throws as Training::TrainEpoch.
  virtual std::vector<std::vector<float>> TrainEpoch(const std::vector<StepRates>& rates,
                                                     const Tick& tick) = 0;

  /// Evaluates every member as Training::Evaluate; returns the results by member.
  virtual std::vector<Evaluation> Evaluate(Split split, const Tick& tick) = 0;

  /// Drops all members but these, at least one, in ascending order; they are then numbered from 0
  /// again. Call it between epochs.
  virtual void Keep(const std::vector<size_t>& members) = 0;

  /// As Training's.
  virtual TrainingState State(size_t member) const = 0;
  virtual void Restore(size_t member, const TrainingState& state) = 0;
};

/// Trains models on one device. Not thread-safe. Must outlive its trainings. Every function of an
/// engine and of its trainings throws ExecutorUnusable (trial/executor.h) once the device has
/// failed for good.
class Engine {
 public:
  virtual ~Engine() = default;

  virtual std::string Name() const = 0;    // "cpu", "torch"
  virtual std::string Device() const = 0;  // "cpu", "cuda:0"
  /// What else the bits depend on, as parts joined by ", ": "AVX3"; on CUDA the GPU and libraries.
  virtual std::string CpuTarget() const = 0;

  /// Identifies the device among all of its machine, however it is numbered in this process: a
  /// GPU's UUID. Empty for a CPU.
  virtual std::string DeviceId() const { return ""; }

  /// Starts a training at step 0 of a model with dataset->train.pixels inputs and dataset->classes
  /// outputs. The engine may keep the data set, and its copy on the device, for the next training.
  /// Throws std::invalid_argument if the training or test set is empty, if a set's vectors do not
  /// have the sizes that its counts give, if the sets differ in their pixels, or if a label is not
  /// below `classes`.
  virtual std::unique_ptr<Training> Start(const TrainConfig& config,
                                          std::shared_ptr<const Dataset> dataset) = 0;

  /// Returns the number of trials that the engine trains together most efficiently, at least 1. It
  /// is 1 on a CPU core: 4 or 16 stacked trials take as long as one after the other, because their
  /// weights do not fit into the cache together, and the first result arrives later.
  virtual size_t PackSize() const { return 1; }

  /// Fixes the size of every later pack, at least 1: an engine that stacks trials computes as if
  /// there were always so many, however few are given or stay, and PackSize returns `size`. A lone
  /// trial then takes as long as a full pack. Does nothing in an engine that does not stack trials,
  /// whose results do not depend on a pack's size. CpuTarget names the size: "packs of 64".
  virtual void FixPackSize(size_t /*size*/) {}

  /// Starts a pack of `configs`, at least one, all at step 0. `hidden`, `batch_size` and
  /// `optimizer` must be equal in all of them; if not, or if there are more than the fixed size,
  /// an engine may throw std::invalid_argument. Throws as Start. By default, the pack consists of
  /// independent trainings that take turns, an epoch each.
  virtual std::unique_ptr<PackTraining> StartPack(const std::vector<TrainConfig>& configs,
                                                  const std::shared_ptr<const Dataset>& dataset);
};

}  // namespace lrsweep
