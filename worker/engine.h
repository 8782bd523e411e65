// The second seam: what computes a training. The loop of a pack of trials (trial_runner) knows
// schedules and epochs, an engine knows arithmetic. Engines give the same results for the same
// trial, build and kind of device, whoever runs it, however often and in whichever company.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "trial/trial.h"
#include "worker/train_config.h"

namespace lrsweep {

/// Thrown out of a training when its Tick said to stop.
struct TrainingInterrupted {};

/// Where a training stands, told while it works.
struct StepProgress {
  int64_t steps_done = 0;  // of the current epoch
  float loss = 0;          // of the last of these steps
  size_t member = 0;       // of the pack: whose they are
};

/// Called on the training's own thread after an epoch's first step, then at least every 100 ms,
/// while evaluating too (a step or a chunk of images that takes longer is not cut). False: stop
/// now.
using Tick = std::function<bool(const StepProgress&)>;

struct Evaluation {
  double loss = 0;      // mean cross-entropy
  double accuracy = 0;  // 0 to 1
};

/// Where a training stands between two epochs: all that its next epoch depends on. A training of
/// the same config, data, engine, build and kind of device that is restored to it goes on with the
/// same bits. Vectors hold, for each layer from the input, the weight (outputs x inputs,
/// row-major), then the bias.
struct TrainingState {
  std::vector<float> parameters;
  /// SGD's momentum buffers, or Adam's exp_avg; empty before the first step that needs them.
  std::vector<float> momentum;
  std::vector<float> second_moment;  // Adam's exp_avg_sq; empty for SGD and before the first step
  int64_t steps = 0;                 // optimizer steps done: Adam's bias correction counts them
  std::vector<uint8_t> random;       // the random generator's state, in the engine's own form
};

/// One trial in training: its model, optimizer state and random streams. Not thread-safe; stays on
/// the thread that started it.
class Training {
 public:
  virtual ~Training() = default;

  /// Trains one epoch over the shuffled training images and returns the loss of each step.
  /// `rates` holds one value per step of the epoch, or one for all. Throws TrainingInterrupted
  /// when `tick` says so; the training is then of no further use.
  virtual std::vector<float> TrainEpoch(const StepRates& rates, const Tick& tick) = 0;

  /// Loss and accuracy on the evaluation images (Dataset::test). Draws no random number.
  virtual Evaluation Evaluate(const Tick& tick) = 0;

  /// A copy of the state. Restore throws std::invalid_argument when a vector does not fit the
  /// model or the engine.
  virtual TrainingState State() const = 0;
  virtual void Restore(const TrainingState& state) = 0;
};

/// The members of a pack in training, counted from 0 in the order in which they were given. Each is
/// what a Training would be: its numbers do not depend on the others. Not thread-safe; stays on the
/// thread that started it.
class PackTraining {
 public:
  virtual ~PackTraining() = default;

  /// Trains one epoch of every member at its own `rates` and returns each one's losses. A tick
  /// tells of one member; which one is the engine's choice.
  virtual std::vector<std::vector<float>> TrainEpoch(const std::vector<StepRates>& rates,
                                                     const Tick& tick) = 0;

  /// One for each member.
  virtual std::vector<Evaluation> Evaluate(const Tick& tick) = 0;

  /// Goes on with these members, ascending and at least one, which are counted from 0 anew; the
  /// others leave. To be called between epochs.
  virtual void Keep(const std::vector<size_t>& members) = 0;

  virtual TrainingState State(size_t member) const = 0;
  virtual void Restore(size_t member, const TrainingState& state) = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;

  virtual std::string Name() const = 0;       // "torch"
  virtual std::string Device() const = 0;     // "cpu", "cuda:0"
  virtual std::string CpuTarget() const = 0;  // what the bits depend on beside the parameters

  /// A new training at step 0; the model has dataset->train.pixels inputs and dataset->classes
  /// outputs. Throws std::invalid_argument when a set is empty, its vectors do not have the sizes
  /// that its counts say, the two sets differ in their pixels, or a label is not below `classes`.
  /// Not thread-safe. The engine may keep the last data set (and its copy on the device) for the
  /// next training, and must outlive its trainings.
  virtual std::unique_ptr<Training> Start(const TrainConfig& config,
                                          std::shared_ptr<const Dataset> dataset) = 0;

  /// How many trials the engine likes to train together, at least 1. One where it gains nothing:
  /// on a CPU core 4 or 16 stacked trials take as long as one after the other, since their weights
  /// leave the cache, and the first result comes later.
  virtual size_t PackSize() const { return 1; }

  /// A new pack of `configs`, at least one, all at step 0, on the terms of Start. The members must
  /// agree in `hidden`, `batch_size` and `optimizer`; an engine may take others too, or throw
  /// std::invalid_argument. As it is here, trainings of their own take turns, an epoch each.
  virtual std::unique_ptr<PackTraining> StartPack(const std::vector<TrainConfig>& configs,
                                                  const std::shared_ptr<const Dataset>& dataset);
};

/// The LibTorch engine, from the shared library beside the program, loaded at the first call
/// (half a second and 200 MB). `worker_index` is this worker's place among the workers of its
/// node, from 0: with CUDA it chooses the device (device.h). The process computes on one thread
/// from then on (LibTorch, OpenMP and BLAS alike). Throws std::runtime_error if the library or the
/// device cannot be used. Call it before other threads read the environment: it sets
/// OPENBLAS_NUM_THREADS.
std::unique_ptr<Engine> LoadTorchEngine(int worker_index);

}  // namespace lrsweep
