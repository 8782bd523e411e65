// Measures seconds per epoch (training and evaluation) on one core: the dense matrix products alone
// (OpenBLAS), the CPU engine on each target, and the LibTorch engine. They take turns, so that a
// busy machine slows all of them.
//
//   taskset -c 1 engine_benchmark FOLDER [HIDDEN [ROUNDS [CONTESTANTS]]]
//
// FOLDER holds the four IDX files, or is `dense`: 60,000 images without a zero. HIDDEN lists the
// hidden widths ("128", "256,128", "" for none). CONTESTANTS lists what is measured
// ("products,AVX3"; default: everything); ratios are to the first. If ROUNDS is `serve`, the caller
// decides who trains when (engine.py): the first line of output lists the contestants; then each
// line on stdin names one, which trains an epoch and is answered with "SECONDS ACCURACY".
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "worker/cpu/cpu_engine.h"
#include "worker/engine.h"
#include "worker/torch/torch_loader.h"

namespace lrsweep {
namespace {

constexpr int64_t kBatch = 64;
constexpr int64_t kEvaluationChunk = 1000;

/// cblas_sgemm of the OpenBLAS that LibTorch uses, on one thread.
class OpenBlas {
 public:
  OpenBlas() {
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    void* library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw std::runtime_error(dlerror());
    gemm_ = reinterpret_cast<Gemm*>(dlsym(library, "cblas_sgemm"));
    auto* set_threads = reinterpret_cast<void (*)(int)>(dlsym(library, "openblas_set_num_threads"));
    if (gemm_ == nullptr || set_threads == nullptr) throw std::runtime_error(dlerror());
    set_threads(1);
  }

  /// c [m, n] = a [m, k] times b [k, n], row-major; `ta`, `tb`: stored transposed.
  void Multiply(bool ta, bool tb, int64_t m, int64_t n, int64_t k, const float* a, const float* b,
                float* c) const {
    constexpr int kRowMajor = 101, kPlain = 111, kTransposed = 112;
    const auto i = [](int64_t value) { return static_cast<int>(value); };
    gemm_(kRowMajor, ta ? kTransposed : kPlain, tb ? kTransposed : kPlain, i(m), i(n), i(k), 1.0f,
          a, i(ta ? m : k), b, i(tb ? k : n), 0.0f, c, i(n));
  }

 private:
  using Gemm = void(int, int, int, int, int, int, float, const float*, int, const float*, int,
                    float, float*, int);
  Gemm* gemm_ = nullptr;
};

/// Computes only the matrix products of an epoch.
class Products {
 public:
  Products(std::vector<int64_t> widths, int64_t steps, int64_t evaluation_images)
      : widths_(std::move(widths)), steps_(steps), evaluation_images_(evaluation_images) {
    for (const int64_t width : widths_) {
      rows_.emplace_back(static_cast<size_t>(width * kEvaluationChunk), 0.5f);
      deltas_.emplace_back(static_cast<size_t>(width * kBatch), 0.25f);
    }
    for (size_t i = 0; i + 1 < widths_.size(); ++i) {
      weights_.emplace_back(static_cast<size_t>(widths_[i] * widths_[i + 1]), 0.125f);
      gradients_.push_back(weights_.back());
    }
  }

  void Epoch() {
    for (int64_t step = 0; step < steps_; ++step) {
      Forward(kBatch);
      for (size_t i = weights_.size(); i-- > 0;) Backward(i);
    }
    for (int64_t done = 0; done < evaluation_images_; done += kEvaluationChunk) {
      Forward(std::min(kEvaluationChunk, evaluation_images_ - done));
    }
  }

 private:
  void Forward(int64_t count) {
    for (size_t i = 0; i < weights_.size(); ++i) {
      blas_.Multiply(false, true, count, widths_[i + 1], widths_[i], rows_[i].data(),
                     weights_[i].data(), rows_[i + 1].data());
    }
  }

  void Backward(size_t i) {
    blas_.Multiply(true, false, widths_[i + 1], widths_[i], kBatch, deltas_[i + 1].data(),
                   rows_[i].data(), gradients_[i].data());
    if (i == 0) return;
    blas_.Multiply(false, false, kBatch, widths_[i], widths_[i + 1], deltas_[i + 1].data(),
                   weights_[i].data(), deltas_[i].data());
  }

  OpenBlas blas_;
  std::vector<int64_t> widths_;
  int64_t steps_, evaluation_images_;
  std::vector<std::vector<float>> rows_, deltas_, weights_, gradients_;
};

std::shared_ptr<const Dataset> DenseDataset() {
  const auto images = [](int64_t count) {
    ImageSet set{.count = count, .pixels = 784, .images = {}, .labels = {}};
    std::vector<uint8_t> bytes;
    uint32_t state = 1;
    for (int64_t i = 0; i < count * set.pixels; ++i) {
      state = state * 1664525u + 1013904223u;
      bytes.push_back(static_cast<uint8_t>(1 + (state >> 16) % 255));
    }
    set.images = std::move(bytes);
    for (int64_t i = 0; i < count; ++i) set.labels.push_back(static_cast<uint8_t>(i % 10));
    return set;
  };
  auto dataset = std::make_shared<Dataset>();
  dataset->train = images(60000);
  dataset->test = images(10000);
  dataset->classes = 10;
  return dataset;
}

/// Something to measure: its name, and a function that trains an epoch and returns the test
/// accuracy.
struct Contestant {
  std::string name;
  std::function<double()> epoch;
  std::vector<double> seconds;
};

/// Trains and evaluates an epoch at each call, always of the same training.
Contestant EngineContestant(const std::string& name, const std::shared_ptr<Engine>& engine,
                            const TrainConfig& config, std::shared_ptr<const Dataset> dataset) {
  std::shared_ptr<Training> training = engine->Start(config, std::move(dataset));
  const auto should_continue = [](const StepProgress&) { return true; };
  return {name,
          [engine, training, should_continue] {
            training->TrainEpoch({.lr = {0.1}, .momentum = {0.9}}, should_continue);
            return training->Evaluate(Split::kTest, should_continue).accuracy;
          },
          {}};
}

struct TimedEpoch {
  double seconds = 0;
  double accuracy = 0;
};

TimedEpoch RunEpoch(const Contestant& contestant) {
  const auto start = std::chrono::steady_clock::now();
  const double accuracy = contestant.epoch();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  return {taken.count(), accuracy};
}

void Measure(std::vector<Contestant>& contestants, int rounds) {
  for (int round = -1; round < rounds; ++round) {  // the first one warms up
    for (Contestant& contestant : contestants) {
      const TimedEpoch epoch = RunEpoch(contestant);
      if (round >= 0) contestant.seconds.push_back(epoch.seconds);
    }
  }
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Print(const std::vector<Contestant>& contestants) {
  const double first = Median(contestants.front().seconds);
  std::printf("%-14s %8s %8s %8s %8s\n", "s per epoch", "median", "min", "max", "ratio");
  for (const Contestant& contestant : contestants) {
    const auto [least, most] =
        std::minmax_element(contestant.seconds.begin(), contestant.seconds.end());
    const double median = Median(contestant.seconds);
    std::printf("%-14s %8.4f %8.4f %8.4f %8.3f\n", contestant.name.c_str(), median, *least, *most,
                median / first);
  }
}

std::vector<std::string> SplitAtCommas(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream in(text);
  for (std::string word; std::getline(in, word, ',');) words.push_back(word);
  return words;
}

std::vector<std::string> Everyone() {
  std::vector<std::string> contestants = CpuEngineTargets();
  contestants.insert(contestants.begin(), "products");
  contestants.emplace_back("torch");
  return contestants;
}

Contestant MakeContestant(const std::string& name, const TrainConfig& config,
                          const std::shared_ptr<const Dataset>& dataset) {
  if (name == "torch") return EngineContestant(name, LoadTorchEngine(0), config, dataset);
  if (name != "products") return EngineContestant(name, MakeCpuEngine(name), config, dataset);
  std::vector<int64_t> widths = {dataset->train.pixels};
  widths.insert(widths.end(), config.hidden.begin(), config.hidden.end());
  widths.push_back(dataset->classes);
  const auto products = std::make_shared<Products>(
      widths, config.StepsPerEpoch(dataset->train.count), dataset->test.count);
  const auto epoch = [products] {
    products->Epoch();
    return 0.0;  // it classifies nothing
  };
  return {name, epoch, {}};
}

/// Serves a caller: trains an epoch of the contestant that each line of stdin names. A contestant
/// is made when it is first named.
void Serve(const std::vector<std::string>& names, const TrainConfig& config,
           const std::shared_ptr<const Dataset>& dataset) {
  for (const std::string& name : names) std::cout << name << (name == names.back() ? "\n" : ",");
  std::cout << std::flush;
  std::map<std::string, Contestant> contestants;
  for (std::string name; std::getline(std::cin, name);) {
    if (!contestants.contains(name)) contestants[name] = MakeContestant(name, config, dataset);
    const TimedEpoch epoch = RunEpoch(contestants[name]);
    std::cout << epoch.seconds << " " << epoch.accuracy << std::endl;
  }
}

int Run(const std::vector<std::string>& arguments) {
  if (arguments.empty()) throw std::runtime_error("which folder of IDX files, or `dense`?");
  const std::string& folder = arguments[0];
  TrainConfig config;
  config.batch_size = kBatch;
  for (const std::string& width : SplitAtCommas(arguments.size() > 1 ? arguments[1] : "128")) {
    config.hidden.push_back(std::stoll(width));
  }
  const std::string rounds = arguments.size() > 2 ? arguments[2] : "5";
  const auto names = arguments.size() > 3 ? SplitAtCommas(arguments[3]) : Everyone();
  const auto dataset = folder == "dense" ? DenseDataset() : LoadDataset(folder);
  if (rounds == "serve") {
    Serve(names, config, dataset);
    return 0;
  }
  std::vector<Contestant> contestants;
  contestants.reserve(names.size());
  for (const std::string& name : names) {
    contestants.push_back(MakeContestant(name, config, dataset));
  }
  Measure(contestants, std::stoi(rounds));
  Print(contestants);
  return 0;
}

}  // namespace
}  // namespace lrsweep

int main(int argc, char** argv) {
  try {
    return lrsweep::Run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "engine_benchmark: %s\n", error.what());
    return 1;
  }
}
