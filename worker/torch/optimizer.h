// torch.optim's SGD, Adam and AdamW for the members of a pack: their formulas, with their
// operations in their order.
//
// A step takes no number from the host, because a CUDA graph would freeze it (repeated_work.h).
// Before each epoch the host computes, in double as PyTorch does, the numbers that every step needs
// for each member (a learning rate, a momentum, a bias correction) and copies them to a table on
// the device. A step selects its row of the table by a counter that is on the device too. So
// members and steps differ in numbers only, never in operations: a momentum of 0 is a row of
// numbers that keeps the buffer and takes the gradient. An operation that would change nothing in
// the whole epoch, for any member, is left out: this changes no member's bits.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "trial/trial.h"
#include "worker/engine.h"
#include "worker/train_config.h"

namespace lrsweep {

/// How SGD's momentum buffer is computed: keep * buffer + gain * gradient.
enum class MomentumForm {
  kPyTorch,  // rounds keep * buffer, as torch.optim does: its bits
  kOnePass,  // buffer = addcmul(gain * gradient, buffer, keep): reads and writes the buffer once,
             // and does not round keep * buffer where addcmul fuses (LibTorch's does on x86)
};

/// The optimizer of a pack. Call every function within a ComputeScope. Not thread-safe.
class Optimizer {
 public:
  /// Makes the optimizer of stacked parameters (float32 [rows, row]), each row of `count`
  /// parameters and then zeros. There is a member for each config, all of the same type of
  /// optimizer; further rows are ghosts, which train as the first member does, at rate 0.
  static std::unique_ptr<Optimizer> Make(const std::vector<TrainConfig>& configs,
                                         const at::Tensor& parameters, int64_t count,
                                         MomentumForm form);
  virtual ~Optimizer() = default;

  /// Makes the table for the next epoch, of `steps` steps. Returns whether Step will do other
  /// operations than in the epoch before, so that a captured graph is no longer valid.
  bool PlanEpoch(const std::vector<StepRates>& rates, int64_t steps);

  /// Does step `step` (int64 [1], on the device) of the planned epoch for every member. Overwrites
  /// `gradient`.
  void Step(const at::Tensor& step, at::Tensor& parameters, at::Tensor& gradient);

  /// Drops all members but these. `rows` holds their indices on the device, and then those of the
  /// rows that become the ghosts'.
  virtual void Keep(const std::vector<size_t>& members, const at::Tensor& rows);

  /// Save and restore the optimizer's part of the state: momentum, second_moment and steps.
  virtual void Save(size_t member, TrainingState& state) const;
  virtual void Restore(size_t member, const TrainingState& state);

 protected:
  Optimizer(const std::vector<TrainConfig>& configs, const at::Tensor& parameters, int64_t count,
            size_t columns);

  struct Member {
    TrainConfig config;
    int64_t steps = 0;        // steps done, including those of the planned epoch
    bool has_buffer = false;  // whether any step has written its row of the buffers
  };

  /// Computes the numbers of the member's next step, which is already counted in `steps`.
  virtual void WriteRow(Member& member, double lr, double momentum,
                        std::vector<double>& row) const = 0;
  virtual void Update(at::Tensor& parameters, at::Tensor& gradient) = 0;

  /// The part of the member's row of `stacked` that holds its `count` values.
  at::Tensor RowOf(const at::Tensor& stacked, size_t member) const {
    return stacked.select(0, static_cast<int64_t>(member)).narrow(0, 0, count_);
  }

  /// One column of the current step's row, float32 [rows, 1].
  const at::Tensor& Column(size_t column) const { return now_[column]; }
  /// Whether the column is 0, or 1, at every step of the planned epoch for every member.
  bool IsZero(size_t column) const { return contents_[column].only_zeros; }
  bool IsOne(size_t column) const { return contents_[column].only_ones; }

  std::vector<Member> members_;
  at::Tensor first_moment_;  // as the parameters: SGD's momentum, Adam's exp_avg

 private:
  /// Whether a column holds only zeros, or only ones, in the planned epoch.
  struct Content {
    bool only_zeros = true;
    bool only_ones = true;
    bool operator==(const Content&) const = default;
  };

  void Arrange(int64_t steps);
  void WriteGhosts(double momentum);
  std::vector<float> Table(const std::vector<StepRates>& rates, int64_t steps);
  std::vector<Content> Contents(const std::vector<float>& table) const;

  int64_t count_;
  size_t columns_;
  at::Tensor table_;               // [steps, columns, rows]
  at::Tensor row_;                 // [1, columns, rows]: the current step's row
  std::vector<at::Tensor> now_;    // views of its columns, [rows, 1] each
  std::vector<Content> contents_;  // by column
};

}  // namespace lrsweep
