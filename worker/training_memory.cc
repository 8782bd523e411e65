#include "worker/training_memory.h"

#include <sys/sysinfo.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "params/text.h"
#include "worker/training_checks.h"

namespace lrsweep {
namespace {

std::string Number(double value, const char* format) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

}  // namespace

TrainingMemory MemoryOf(const TrainConfig& config, const Dataset& dataset) {
  constexpr double kFloat = 4;
  const std::vector<int64_t> widths = LayerWidths(config, dataset);
  TrainingMemory memory;
  double values = 0;  // of all layers, of one image
  for (size_t layer = 0; layer + 1 < widths.size(); ++layer) {
    const auto outputs = static_cast<double>(widths[layer + 1]);
    memory.weights += (static_cast<double>(widths[layer]) + 1) * outputs;
    values += outputs;
  }
  const double copies = config.optimizer == OptimizerType::kSgd ? 2 : 3;
  memory.network_bytes = copies * kFloat * memory.weights;
  memory.batch_images = std::min(config.batch_size, dataset.train.count);
  const double image = static_cast<double>(dataset.train.pixels) + 2 * kFloat * values;
  memory.batch_bytes = static_cast<double>(memory.batch_images) * image;
  return memory;
}

std::string DescribeMemory(const TrainConfig& config, const Dataset& dataset) {
  const TrainingMemory memory = MemoryOf(config, dataset);
  std::string hidden;
  for (const int64_t width : config.hidden) {
    hidden += (hidden.empty() ? "" : ",") + std::to_string(width);
  }
  return "model.hidden [" + hidden + "] is a network of " + Number(memory.weights, "%.0f") +
         " weights and takes at least " + BytesText(memory.network_bytes) + ", a batch of " +
         std::to_string(memory.batch_images) + (memory.batch_images == 1 ? " image" : " images") +
         " (training.batch_size) " + BytesText(memory.batch_bytes);
}

double MachineMemory() {
  struct sysinfo info {};
  if (sysinfo(&info) != 0) return 0;
  return (static_cast<double>(info.totalram) + static_cast<double>(info.totalswap)) * info.mem_unit;
}

}  // namespace lrsweep
