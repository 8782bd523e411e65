#include "worker/torch/epoch_losses.h"

#include <array>
#include <numeric>

namespace lrsweep {
namespace {

/// Computes a batch's mean loss from the losses of its images, added in the order of LibTorch's
/// nll_loss on the CPU: sums of 16 terms, then sums of 16 of those, and so on (cascade_sum in
/// ATen/native/LossNLL.cpp).
float MeanLoss(const float* losses, int64_t rows) {
  std::array<float, 8> sums{};
  for (int64_t i = 0; i < rows; ++i) {
    sums[0] += losses[i];
    for (size_t level = 0; level + 1 < sums.size() && (i >> (4 * level)) % 16 == 0; ++level) {
      sums[level + 1] += sums[level];
      sums[level] = 0;
    }
  }
  return std::accumulate(sums.begin(), sums.end(), 0.0F) / static_cast<float>(rows);
}

}  // namespace

void EpochLosses::Begin(size_t members, at::Tensor table) {
  table_ = std::move(table);
  means_.assign(members, {});
  for (std::vector<float>& member : means_) member.reserve(static_cast<size_t>(batches_.Count()));
  first_ = 0;
  end_ = 0;
}

void EpochLosses::Fetch(int64_t end) {
  Average();
  end_ = end;
  const auto columns = static_cast<int64_t>(means_.size()) * batches_.size;
  fetched_ =
      table_.narrow(0, first_, end_ - first_).narrow(1, 0, columns).to(at::kCPU).contiguous();
}

float EpochLosses::Mean(int64_t step, size_t member) const {
  const int64_t rows = batches_.RowsOf(step);
  const float* row = fetched_.data_ptr<float>() + (step - first_) * fetched_.size(1);
  return MeanLoss(row + static_cast<int64_t>(member) * rows, rows);
}

void EpochLosses::Average() {
  for (size_t member = 0; member < means_.size(); ++member) {
    for (int64_t step = first_; step < end_; ++step) means_[member].push_back(Mean(step, member));
  }
  first_ = end_;
}

}  // namespace lrsweep
