#include "sweep/search/trial_shape.h"

#include <algorithm>
#include <array>

#include "sweep/config/trial_id.h"
#include "trial/optimizers.h"

namespace lrsweep {
namespace {

int64_t IntegerAt(const Map& params, const char* path) {
  return std::get<int64_t>(*Find(params, path));
}

/// The optimizer's learning rate, or 0 where the schedule overrides it.
double LrOf(const Map& params) {
  const Value* value = Find(params, "optimizer.lr");
  return value != nullptr ? std::get<double>(*value) : 0.0;
}

/// The parameters and sections that decide the rates of every step, by path.
constexpr std::array kDecideSchedule = {"scheduler", "optimizer.lr", "training.epochs",
                                        "training.batch_size"};
constexpr std::array kDecidePack = {"dataset", "model.hidden", "training.batch_size",
                                    "optimizer.type"};

/// The values under `paths`, one a line; an empty line where there is none.
template <size_t Count>
std::string ValuesText(const Map& params, const std::array<const char*, Count>& paths) {
  std::string text;
  for (const char* path : paths) {
    const Value* value = Find(params, path);
    text += (value != nullptr ? ToJson(*value) : "") + "\n";
  }
  return text;
}

}  // namespace

int64_t ImagesPerEpoch(const SweepConfig& config, int64_t training_images) {
  const int64_t validation_images = IntegerAt(config.fixed, "dataset.validation");
  if (validation_images >= training_images) {
    throw ConfigError({"dataset.validation", 0, 0},
                      "cannot hold back " + std::to_string(validation_images) + " of " +
                          std::to_string(training_images) +
                          " training images: give a number below that");
  }
  return training_images - validation_images;
}

bool HasSteps(const Trial& trial) {
  return ModelOf(trial.params) == Model::kBuiltIn ||
         Find(trial.params, "trial.steps_per_epoch") != nullptr;
}

TrialClock ClockOf(const Trial& trial, int64_t images) {
  if (ModelOf(trial.params) == Model::kProgram) {
    return {
        .epochs = IntegerAt(trial.params, "training.epochs"),
        .steps_per_epoch = HasSteps(trial) ? IntegerAt(trial.params, "trial.steps_per_epoch") : 1};
  }
  const int64_t batch = IntegerAt(trial.params, "training.batch_size");
  return {.epochs = IntegerAt(trial.params, "training.epochs"),
          .steps_per_epoch = (images + batch - 1) / batch};
}

TrialSchedule ScheduleOf(const Trial& trial, int64_t images) {
  return {std::get<Map>(trial.params.at("scheduler")), LrOf(trial.params), MomentumOf(trial.params),
          ClockOf(trial, images)};
}

std::string ScheduleKey(const Trial& trial) { return ValuesText(trial.params, kDecideSchedule); }

std::string PackKey(const Map& params) { return ValuesText(params, kDecidePack); }

bool DecidesSchedule(const Axis& axis) {
  return std::any_of(kDecideSchedule.begin(), kDecideSchedule.end(), [&axis](const char* path) {
    return axis.path == path || axis.path.rfind(std::string(path) + ".", 0) == 0;
  });
}

}  // namespace lrsweep
