// Trains one pack of 784-128-10 networks on an engine and prints seconds and numbers as JSON.
// scripts/check-gpu compares engines, devices and sizes of packs by it.
//
//   pack_benchmark FOLDER ENGINE MEMBERS EPOCHS [LOSSES [PACK_SIZE]]
//
// FOLDER holds the four IDX files; ENGINE is `cpu` or `torch`. Member k has the seed k; all have
// the batch size 64, a learning rate of 0.1 and a momentum of 0.9. LOSSES is a file to write: for
// each member its losses, its evaluations and a checksum of its parameters, one per line, floats in
// hexadecimal, so that equal files mean equal bits. PACK_SIZE fills the pack up to so many members.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "worker/cpu/cpu_engine.h"
#include "worker/engine.h"
#include "worker/torch/torch_loader.h"

namespace lrsweep {
namespace {

struct EpochSeconds {
  double training = 0;
  double evaluation = 0;
};

/// What the members of the pack gave, by member.
struct Results {
  std::vector<std::vector<float>> losses;
  std::vector<std::vector<Evaluation>> evaluations;
};

std::vector<TrainConfig> Configs(int64_t members) {
  std::vector<TrainConfig> configs;
  for (int64_t member = 0; member < members; ++member) {
    TrainConfig config;
    config.hidden = {128};
    config.batch_size = 64;
    config.seed = static_cast<uint64_t>(member);
    configs.push_back(config);
  }
  return configs;
}

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

EpochSeconds RunEpoch(PackTraining& pack, Results& results) {
  const Tick tick = [](const StepProgress&) { return true; };
  const std::vector<StepRates> rates(results.losses.size(), {.lr = {0.1}, .momentum = {0.9}});
  EpochSeconds seconds;
  auto start = std::chrono::steady_clock::now();
  const auto losses = pack.TrainEpoch(rates, tick);
  seconds.training = SecondsSince(start);
  start = std::chrono::steady_clock::now();
  const auto evaluations = pack.Evaluate(Split::kTest, tick);
  seconds.evaluation = SecondsSince(start);
  for (size_t member = 0; member < losses.size(); ++member) {
    auto& all = results.losses[member];
    all.insert(all.end(), losses[member].begin(), losses[member].end());
    results.evaluations[member].push_back(evaluations[member]);
  }
  return seconds;
}

/// FNV-1a over the bits of the numbers.
uint64_t Checksum(const std::vector<float>& numbers) {
  uint64_t sum = 0xcbf29ce484222325u;
  for (const float number : numbers) {
    uint32_t bits = 0;
    std::memcpy(&bits, &number, sizeof bits);
    sum = (sum ^ bits) * 0x100000001b3u;
  }
  return sum;
}

void WriteResults(const std::string& path, const Results& results, const PackTraining& pack) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) throw std::runtime_error("cannot write " + path);
  for (size_t member = 0; member < results.losses.size(); ++member) {
    for (const float loss : results.losses[member]) {
      std::fprintf(file, "%zu loss %a\n", member, static_cast<double>(loss));
    }
    for (const Evaluation& evaluation : results.evaluations[member]) {
      std::fprintf(file, "%zu evaluation %a %a\n", member, evaluation.loss, evaluation.accuracy);
    }
    std::fprintf(file, "%zu parameters %016llx\n", member,
                 static_cast<unsigned long long>(Checksum(pack.State(member).parameters)));
  }
  if (std::fclose(file) != 0) throw std::runtime_error("cannot write " + path);
}

void Print(const Engine& engine, double start_seconds, const std::vector<EpochSeconds>& epochs) {
  std::printf("{\"engine\": \"%s\", \"device\": \"%s\", \"target\": \"%s\",\n",
              engine.Name().c_str(), engine.Device().c_str(), engine.CpuTarget().c_str());
  std::printf(" \"start_seconds\": %.3f, \"epochs\": [", start_seconds);
  for (const EpochSeconds& epoch : epochs) {
    std::printf("%s[%.5f, %.5f]", &epoch == &epochs.front() ? "" : ", ", epoch.training,
                epoch.evaluation);
  }
  std::printf("]}\n");
}

int Run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 4 || arguments.size() > 6) {
    throw std::invalid_argument(
        "usage: pack_benchmark FOLDER ENGINE MEMBERS EPOCHS [LOSSES [PACK_SIZE]]");
  }
  const std::shared_ptr<const Dataset> dataset = LoadDataset(arguments[0]);
  const auto start = std::chrono::steady_clock::now();
  const auto engine = arguments[1] == "cpu" ? MakeCpuEngine() : LoadTorchEngine(0);
  if (arguments.size() == 6) engine->FixPackSize(std::stoull(arguments[5]));
  const auto configs = Configs(std::stoll(arguments[2]));
  const auto pack = engine->StartPack(configs, dataset);
  const double start_seconds = SecondsSince(start);

  Results results{std::vector<std::vector<float>>(configs.size()),
                  std::vector<std::vector<Evaluation>>(configs.size())};
  std::vector<EpochSeconds> epochs;
  for (int64_t epoch = 0; epoch < std::stoll(arguments[3]); ++epoch) {
    epochs.push_back(RunEpoch(*pack, results));
  }
  Print(*engine, start_seconds, epochs);
  if (arguments.size() >= 5) WriteResults(arguments[4], results, *pack);
  return 0;
}

}  // namespace
}  // namespace lrsweep

int main(int argc, char** argv) {
  try {
    return lrsweep::Run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "pack_benchmark: %s\n", error.what());
    return 1;
  }
}
