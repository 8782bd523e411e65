// Measures how much the CPU engine's losses differ from LibTorch's, compared with how much
// LibTorch's own losses differ when the hidden units of the initial network are permuted: the same
// network, summed in another order.
//
//   permutation_gap FOLDER [SEEDS [STARTS]]
//
// Trainings of two epochs (784-128-10, batch 64, rate 0.1, momentum 0.9), for each seed one by the
// CPU engine and STARTS (5) by LibTorch: from the seed's start, then from the same start with its
// hidden units permuted. A gap is the difference between two trainings' mean losses of the second
// epoch. Ends with 1 if the CPU engine's mean gap to LibTorch's trainings is more than twice the
// mean gap between two of those.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <memory>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "worker/cpu/cpu_engine.h"
#include "worker/engine.h"
#include "worker/torch/torch_loader.h"

namespace lrsweep {
namespace {

constexpr size_t kHidden = 128;

TrainConfig Config(uint64_t seed) {
  TrainConfig config;
  config.hidden = {kHidden};
  config.epochs = 2;
  config.batch_size = 64;
  config.seed = seed;
  return config;
}

/// Returns the same network with its hidden units in another order, in the layout of TrainingState.
std::vector<float> Permuted(const std::vector<float>& parameters, size_t inputs, uint64_t seed) {
  std::vector<size_t> order(kHidden);
  std::iota(order.begin(), order.end(), size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937_64(seed));
  const size_t bias = kHidden * inputs;
  const size_t last = bias + kHidden;
  const size_t outputs = (parameters.size() - last) / (kHidden + 1);
  std::vector<float> permuted = parameters;
  for (size_t unit = 0; unit < kHidden; ++unit) {
    const size_t from = order[unit];
    for (size_t i = 0; i < inputs; ++i) {
      permuted[unit * inputs + i] = parameters[from * inputs + i];
    }
    permuted[bias + unit] = parameters[bias + from];
    for (size_t o = 0; o < outputs; ++o) {
      permuted[last + o * kHidden + unit] = parameters[last + o * kHidden + from];
    }
  }
  return permuted;
}

double SecondEpochsMean(Training& training) {
  const auto should_continue = [](const StepProgress&) { return true; };
  const StepRates rates = {.lr = {0.1}, .momentum = {0.9}};
  training.TrainEpoch(rates, should_continue);
  const std::vector<float> losses = training.TrainEpoch(rates, should_continue);
  return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
}

struct Gaps {
  std::vector<double> values;

  void Add(double gap) { values.push_back(std::abs(gap)); }
  double Mean() const {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  }
  double Largest() const { return *std::max_element(values.begin(), values.end()); }
};

/// Returns LibTorch's mean losses of the second epoch, for the seed's initial network and for its
/// permutations.
std::vector<double> TorchMeans(Engine& torch, const std::shared_ptr<const Dataset>& dataset,
                               uint64_t seed, uint64_t starts) {
  std::vector<double> means;
  for (uint64_t start = 0; start < starts; ++start) {
    const auto training = torch.Start(Config(seed), dataset);
    TrainingState state = training->State();
    if (start > 0) {
      const auto inputs = static_cast<size_t>(dataset->train.pixels);
      state.parameters = Permuted(state.parameters, inputs, seed * starts + start);
    }
    training->Restore(state);
    means.push_back(SecondEpochsMean(*training));
  }
  return means;
}

int Run(const std::vector<std::string>& arguments) {
  if (arguments.empty()) throw std::runtime_error("which folder of IDX files?");
  const uint64_t seeds = arguments.size() > 1 ? std::stoull(arguments[1]) : 10;
  const uint64_t starts = arguments.size() > 2 ? std::stoull(arguments[2]) : 5;
  if (seeds < 1 || starts < 2) throw std::runtime_error("at least one seed and two starts");
  const std::shared_ptr<const Dataset> dataset = LoadDataset(arguments[0]);
  const auto torch = LoadTorchEngine(0);
  const auto cpu = MakeCpuEngine();
  Gaps ours, own;
  std::printf(
      "seed: the second epoch's mean loss by cpu | by torch, by torch from permuted starts\n");
  for (uint64_t seed = 0; seed < seeds; ++seed) {
    const double mean = SecondEpochsMean(*cpu->Start(Config(seed), dataset));
    const std::vector<double> means = TorchMeans(*torch, dataset, seed, starts);
    std::printf("%llu: %.7f |", static_cast<unsigned long long>(seed), mean);
    for (size_t i = 0; i < means.size(); ++i) {
      std::printf(" %.7f", means[i]);
      ours.Add(mean - means[i]);
      for (size_t j = 0; j < i; ++j) own.Add(means[i] - means[j]);
    }
    std::printf("\n");
    std::fflush(stdout);
  }
  std::printf("mean gap: cpu to torch %.6f, torch to torch %.6f, ratio %.2f\n", ours.Mean(),
              own.Mean(), ours.Mean() / own.Mean());
  std::printf("largest:  cpu to torch %.6f, torch to torch %.6f\n", ours.Largest(), own.Largest());
  return ours.Mean() <= 2 * own.Mean() ? 0 : 1;
}

}  // namespace
}  // namespace lrsweep

int main(int argc, char** argv) {
  try {
    return lrsweep::Run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "permutation_gap: %s\n", error.what());
    return 2;
  }
}
