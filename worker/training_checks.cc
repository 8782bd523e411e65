#include "worker/training_checks.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace lrsweep {
namespace {

void CheckSet(const ImageSet& set, const Dataset& dataset, const std::string& name) {
  if (set.count < 1 || set.pixels < 1) throw std::invalid_argument("no " + name + " images");
  if (set.pixels != dataset.train.pixels) {
    throw std::invalid_argument("training and " + name + " images differ in size");
  }
  if (set.images.size() != static_cast<size_t>(set.count * set.pixels) ||
      set.labels.size() != static_cast<size_t>(set.count)) {
    throw std::invalid_argument("the " + name + " images and labels do not match their counts");
  }
  const auto largest = std::max_element(set.labels.begin(), set.labels.end());
  if (*largest >= dataset.classes) {
    throw std::invalid_argument("the " + name + " label " + std::to_string(*largest) +
                                " is not below the " + std::to_string(dataset.classes) +
                                " classes");
  }
}

void CheckOnePerStep(const std::vector<double>& values, int64_t steps) {
  if (values.size() != 1 && values.size() != static_cast<size_t>(steps)) {
    throw std::invalid_argument("expected one rate or " + std::to_string(steps) + ", got " +
                                std::to_string(values.size()));
  }
}

}  // namespace

void CheckDataset(const Dataset& dataset) {
  CheckSet(dataset.train, dataset, "training");
  CheckSet(dataset.test, dataset, "test");
  if (dataset.HasValidation()) CheckSet(dataset.validation, dataset, "validation");
}

void CheckPack(const std::vector<TrainConfig>& configs) {
  if (configs.empty()) throw std::invalid_argument("a pack has at least one member");
  const TrainConfig& first = configs.front();
  for (const TrainConfig& config : configs) {
    if (config.hidden != first.hidden || config.batch_size != first.batch_size ||
        config.optimizer != first.optimizer) {
      throw std::invalid_argument(
          "the members of a pack differ in hidden layers, batch size or type of optimizer");
    }
  }
}

void CheckRates(const StepRates& rates, int64_t steps) {
  CheckOnePerStep(rates.lr, steps);
  CheckOnePerStep(rates.momentum, steps);
}

const ImageSet& ImagesOf(Split split, const Dataset& dataset) {
  if (split == Split::kTest) return dataset.test;
  if (!dataset.HasValidation()) throw std::invalid_argument("no validation images");
  return dataset.validation;
}

std::vector<int64_t> LayerWidths(const TrainConfig& config, const Dataset& dataset) {
  std::vector<int64_t> widths = {dataset.train.pixels};
  widths.insert(widths.end(), config.hidden.begin(), config.hidden.end());
  widths.push_back(dataset.classes);
  return widths;
}

void CallTick(const Tick& tick, const StepProgress& progress) {
  if (tick && !tick(progress)) throw TrainingInterrupted{};
}

}  // namespace lrsweep
