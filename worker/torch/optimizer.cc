#include "worker/torch/optimizer.h"

#include <cmath>

#include "worker/torch/tensors.h"

namespace lrsweep {
namespace {

/// Copies `values` into the member's row; fills it with zeros if `values` is empty.
void Fill(const std::vector<float>& values, const at::Tensor& row) {
  if (values.empty()) {
    row.zero_();
  } else {
    row.copy_(View(values, {row.numel()}));
  }
}

/// torch.optim.SGD as one formula for all its options: gradient += decay * weights;
/// buffer = keep * buffer + gain * gradient; step = direct * gradient + through * buffer.
class Sgd : public Optimizer {
 public:
  Sgd(const std::vector<TrainConfig>& configs, const at::Tensor& parameters, int64_t count,
      MomentumForm form)
      : Optimizer(configs, parameters, count, kColumns), form_(form) {}

 private:
  enum : size_t { kDecay, kKeep, kGain, kDirect, kThrough, kMinusLr, kColumns };

  void WriteRow(Member& member, double lr, double momentum,
                std::vector<double>& row) const override {
    const TrainConfig& config = member.config;
    row[kDecay] = config.weight_decay;
    row[kMinusLr] = -lr;
    // Without momentum the buffer does not change. The first step with momentum sets it to the
    // gradient.
    const bool uses_buffer = momentum != 0;
    const bool starts = uses_buffer && !member.has_buffer;
    row[kKeep] = !uses_buffer ? 1 : starts ? 0 : momentum;
    row[kGain] = !uses_buffer ? 0 : starts ? 1 : 1 - config.dampening;
    row[kDirect] = uses_buffer && !config.nesterov ? 0 : 1;
    row[kThrough] = !uses_buffer ? 0 : config.nesterov ? momentum : 1;
    member.has_buffer = member.has_buffer || uses_buffer;
  }

  void Update(at::Tensor& parameters, at::Tensor& gradient) override {
    at::Tensor& buffer = first_moment_;
    if (!IsZero(kDecay)) gradient.addcmul_(parameters, Column(kDecay));
    UpdateBuffer(gradient);
    const bool is_buffer = IsZero(kDirect) && IsOne(kThrough);
    if (!is_buffer && !IsOne(kDirect)) gradient.mul_(Column(kDirect));
    if (!is_buffer && !IsZero(kThrough)) gradient.addcmul_(buffer, Column(kThrough));
    parameters.addcmul_(is_buffer ? buffer : gradient, Column(kMinusLr));
  }

  void UpdateBuffer(const at::Tensor& gradient) {
    at::Tensor& buffer = first_moment_;
    if (form_ == MomentumForm::kOnePass) {
      if (IsZero(kGain) && IsOne(kKeep)) return;
      at::addcmul_out(buffer, Scaled(gradient), buffer, Column(kKeep));
      return;
    }
    if (!IsOne(kKeep)) buffer.mul_(Column(kKeep));
    if (!IsZero(kGain)) buffer.addcmul_(gradient, Column(kGain));
  }

  /// Returns gain * gradient.
  at::Tensor Scaled(const at::Tensor& gradient) {
    if (IsOne(kGain)) return gradient;
    if (!scaled_.defined() || scaled_.sizes() != gradient.sizes()) {
      scaled_ = at::empty_like(gradient);
    }
    return at::mul_out(scaled_, gradient, Column(kGain));
  }

  MomentumForm form_;
  at::Tensor scaled_;  // undefined while every gain is 1
};

/// torch.optim.Adam and AdamW. The schedule's momentum is betas[0].
class Adam : public Optimizer {
 public:
  Adam(const std::vector<TrainConfig>& configs, const at::Tensor& parameters, int64_t count)
      : Optimizer(configs, parameters, count, kColumns),
        second_moment_(at::zeros_like(parameters)),
        scratch_(at::empty_like(parameters)) {}

  void Keep(const std::vector<size_t>& members, const at::Tensor& rows) override {
    Optimizer::Keep(members, rows);
    SelectRows(second_moment_, rows);
    if (scratch_.sizes() != second_moment_.sizes()) scratch_ = at::empty_like(second_moment_);
  }

  void Save(size_t member, TrainingState& state) const override {
    Optimizer::Save(member, state);
    if (members_[member].has_buffer) {
      state.second_moment = ToVector<float>(RowOf(second_moment_, member));
    }
  }

  void Restore(size_t member, const TrainingState& state) override {
    Optimizer::Restore(member, state);
    Fill(state.second_moment, RowOf(second_moment_, member));
  }

 private:
  enum : size_t {
    kDecay,   // Adam's weight decay: times the weights, it is added to the gradient
    kShrink,  // AdamW's weight decay: the weights are multiplied by 1 - lr * weight_decay
    kBeta1,
    kGain1,  // 1 - beta1
    kBeta2,
    kGain2,  // 1 - beta2
    kRoot2,  // the square root of the second moment's bias correction
    kEps,
    kMinusStep,  // -lr / the first moment's bias correction
    kColumns
  };

  void WriteRow(Member& member, double lr, double beta1, std::vector<double>& row) const override {
    const TrainConfig& config = member.config;
    const auto step = static_cast<double>(member.steps);
    const bool decoupled = config.optimizer == OptimizerType::kAdamW;
    row[kDecay] = decoupled ? 0 : config.weight_decay;
    row[kShrink] = decoupled ? 1 - lr * config.weight_decay : 1;
    row[kBeta1] = beta1;
    row[kGain1] = 1 - beta1;
    row[kBeta2] = config.beta2;
    row[kGain2] = 1 - config.beta2;
    row[kRoot2] = std::sqrt(1 - std::pow(config.beta2, step));
    row[kEps] = config.eps;
    row[kMinusStep] = -(lr / (1 - std::pow(beta1, step)));
    member.has_buffer = true;
  }

  void Update(at::Tensor& parameters, at::Tensor& gradient) override {
    if (!IsZero(kDecay)) gradient.addcmul_(parameters, Column(kDecay));
    if (!IsOne(kShrink)) parameters.mul_(Column(kShrink));
    first_moment_.mul_(Column(kBeta1)).addcmul_(gradient, Column(kGain1));
    at::mul_out(scratch_, gradient, Column(kGain2));
    second_moment_.mul_(Column(kBeta2)).addcmul_(scratch_, gradient);
    at::sqrt_out(scratch_, second_moment_);
    scratch_.div_(Column(kRoot2)).add_(Column(kEps));
    at::mul_out(gradient, first_moment_, Column(kMinusStep));
    parameters.addcdiv_(gradient, scratch_);
  }

  at::Tensor second_moment_;  // exp_avg_sq, as the parameters
  at::Tensor scratch_;        // as the parameters
};

}  // namespace

std::unique_ptr<Optimizer> Optimizer::Make(const std::vector<TrainConfig>& configs,
                                           const at::Tensor& parameters, int64_t count,
                                           MomentumForm form) {
  if (configs.front().optimizer == OptimizerType::kSgd) {
    return std::make_unique<Sgd>(configs, parameters, count, form);
  }
  return std::make_unique<Adam>(configs, parameters, count);
}

Optimizer::Optimizer(const std::vector<TrainConfig>& configs, const at::Tensor& parameters,
                     int64_t count, size_t columns)
    : first_moment_(at::zeros_like(parameters)),
      count_(count),
      columns_(columns),
      contents_(columns) {
  for (const TrainConfig& config : configs) members_.push_back({.config = config});
}

/// Allocates the table, unless the current one has the right shape.
void Optimizer::Arrange(int64_t steps) {
  const int64_t rows = first_moment_.size(0);
  const auto columns = static_cast<int64_t>(columns_);
  if (table_.defined() && table_.size(0) == steps && table_.size(2) == rows) return;
  table_ = at::empty({steps, columns, rows}, first_moment_.options());
  row_ = at::empty({1, columns, rows}, first_moment_.options());
  now_.clear();
  for (int64_t column = 0; column < columns; ++column) {
    now_.push_back(row_.select(1, column).view({rows, 1}));
  }
}

/// Writes the ghosts' columns of the table: at every step the first member's numbers at rate 0.
void Optimizer::WriteGhosts(double momentum) {
  const auto members = static_cast<int64_t>(members_.size());
  const int64_t ghosts = table_.size(2) - members;
  if (ghosts == 0) return;
  Member ghost = members_.front();
  ++ghost.steps;
  std::vector<double> row(columns_);
  WriteRow(ghost, 0, momentum, row);
  const std::vector<float> numbers(row.begin(), row.end());
  const at::Tensor column = View(numbers, {1, static_cast<int64_t>(columns_), 1});
  table_.narrow(2, members, ghosts).copy_(column.to(table_.device()));
}

/// Computes the members' columns of the epoch's table, [steps, columns, members].
std::vector<float> Optimizer::Table(const std::vector<StepRates>& rates, int64_t steps) {
  const size_t members = members_.size();
  std::vector<float> table(static_cast<size_t>(steps) * columns_ * members);
  std::vector<double> row(columns_);
  for (size_t i = 0; i < members; ++i) {
    for (size_t step = 0; step < static_cast<size_t>(steps); ++step) {
      ++members_[i].steps;
      WriteRow(members_[i], rates[i].LrAt(step), rates[i].MomentumAt(step), row);
      float* target = table.data() + step * columns_ * members + i;
      for (size_t column = 0; column < columns_; ++column) {
        target[column * members] = static_cast<float>(row[column]);
      }
    }
  }
  return table;
}

std::vector<Optimizer::Content> Optimizer::Contents(const std::vector<float>& table) const {
  std::vector<Content> contents(columns_);
  for (size_t i = 0; i < table.size(); ++i) {
    Content& content = contents[i / members_.size() % columns_];
    content.only_zeros = content.only_zeros && table[i] == 0;
    content.only_ones = content.only_ones && table[i] == 1;
  }
  return contents;
}

bool Optimizer::PlanEpoch(const std::vector<StepRates>& rates, int64_t steps) {
  Arrange(steps);
  WriteGhosts(rates.front().MomentumAt(0));
  const std::vector<float> table = Table(rates, steps);
  const auto members = static_cast<int64_t>(members_.size());
  table_.narrow(2, 0, members).copy_(View(table, {steps, table_.size(1), members}));
  std::vector<Content> contents = Contents(table);
  const bool differs = contents != contents_;
  contents_ = std::move(contents);
  return differs;
}

void Optimizer::Step(const at::Tensor& step, at::Tensor& parameters, at::Tensor& gradient) {
  at::index_select_out(row_, table_, 0, step);
  Update(parameters, gradient);
}

void Optimizer::Keep(const std::vector<size_t>& members, const at::Tensor& rows) {
  std::vector<Member> kept;
  kept.reserve(members.size());
  for (const size_t member : members) kept.push_back(members_.at(member));
  members_ = std::move(kept);
  SelectRows(first_moment_, rows);
}

void Optimizer::Save(size_t member, TrainingState& state) const {
  state.steps = members_.at(member).steps;
  if (members_[member].has_buffer) state.momentum = ToVector<float>(RowOf(first_moment_, member));
}

void Optimizer::Restore(size_t member, const TrainingState& state) {
  members_.at(member).steps = state.steps;
  members_[member].has_buffer = !state.momentum.empty();
  Fill(state.momentum, RowOf(first_moment_, member));
}

}  // namespace lrsweep
