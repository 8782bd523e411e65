// torch.optim's SGD, Adam and AdamW for the members of a pack, with their formulas and, SGD and
// Adam alike, their operations in their order.
//
// A step takes no number from the host. Before an epoch the host computes, in double as PyTorch
// does, what every step will need of each member (a learning rate, a momentum, a bias correction),
// and puts it into a table on the device; a step takes its row by a step counter that lives there
// as well. What differs between members and steps are thus numbers alone, never operations: a
// momentum of 0 is a row that lets the buffer be and takes the gradient. A pass over the weights
// that would change nothing in the whole epoch, for no member, is left out.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "trial/trial.h"
#include "worker/engine.h"
#include "worker/train_config.h"

namespace lrsweep {

/// Call every function within a ComputeScope. Not thread-safe.
class Optimizer {
 public:
  /// For stacked `parameters` (float32 [members, parameters]). `configs` agree in the type.
  static std::unique_ptr<Optimizer> Make(const std::vector<TrainConfig>& configs,
                                         const at::Tensor& parameters);
  virtual ~Optimizer() = default;

  /// Makes the table of the next epoch, of `steps` steps. True when Step will do other operations
  /// than in the epoch before.
  bool PlanEpoch(const std::vector<StepRates>& rates, int64_t steps);

  /// One step of every member, the planned epoch's step `step` (int64 [1], on the device).
  /// `gradient` is written to.
  void Step(const at::Tensor& step, at::Tensor& parameters, at::Tensor& gradient);

  /// Goes on with these members; `indices` holds the same on the device.
  virtual void Keep(const std::vector<size_t>& members, const at::Tensor& indices);

  /// The optimizer's part of the state: momentum, second_moment and steps.
  virtual void Save(size_t member, TrainingState& state) const;
  virtual void Restore(size_t member, const TrainingState& state);

 protected:
  Optimizer(const std::vector<TrainConfig>& configs, const at::Tensor& parameters, size_t columns);

  /// What differs from member to member.
  struct Member {
    TrainConfig config;
    int64_t steps = 0;        // done, those of the planned epoch included
    bool has_buffer = false;  // whether a step has written its row of the buffers
  };

  /// Writes the numbers of the member's next step, which `steps` counts already.
  virtual void WriteRow(Member& member, double lr, double momentum,
                        std::vector<double>& row) const = 0;
  virtual void Update(at::Tensor& parameters, at::Tensor& gradient) = 0;

  /// The present step's column, float32 [members, 1].
  const at::Tensor& Column(size_t column) const { return now_[column]; }
  /// Whether the column holds nothing but 0, or 1, in the planned epoch.
  bool IsZero(size_t column) const { return contents_[column].zero; }
  bool IsOne(size_t column) const { return contents_[column].one; }

  std::vector<Member> members_;
  at::Tensor first_moment_;  // [members, parameters]: SGD's momentum, Adam's exp_avg

 private:
  /// What a column holds in the planned epoch and nothing else.
  struct Content {
    bool zero = true;
    bool one = true;
    bool operator==(const Content&) const = default;
  };

  void Arrange(int64_t steps);
  std::vector<float> Table(const std::vector<StepRates>& rates, int64_t steps);
  std::vector<Content> Contents(const std::vector<float>& table) const;

  size_t columns_;
  at::Tensor table_;               // [steps, columns, members]
  at::Tensor row_;                 // [1, columns, members], of the present step
  std::vector<at::Tensor> now_;    // views of its columns, [members, 1]
  std::vector<Content> contents_;  // of each column
};

}  // namespace lrsweep
