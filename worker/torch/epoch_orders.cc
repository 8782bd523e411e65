#include "worker/torch/epoch_orders.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "worker/torch/tensors.h"

namespace lrsweep {
namespace {

/// Draws one number, as torch.empty((), dtype=torch.int64).random_() does.
int64_t DrawSeed(const at::Generator& generator) {
  return ToVector<int64_t>(at::empty({}, at::kLong).random_(generator)).front();
}

}  // namespace

EpochOrders::EpochOrders(const std::vector<at::Generator>& generators, const Batches& batches)
    : batches_(batches) {
  for (const at::Generator& generator : generators) members_.push_back({generator, {}, {}});
}

std::vector<at::Generator> EpochOrders::Generators() const {
  std::vector<at::Generator> generators;
  generators.reserve(members_.size());
  for (const Member& member : members_) generators.push_back(member.generator);
  return generators;
}

void EpochOrders::Draw(Member& member) const {
  member.after = member.generator.clone();
  DrawSeed(member.after);  // the loader's base seed, which only its worker processes use
  const auto seed = static_cast<uint64_t>(DrawSeed(member.after));
  member.order = at::randperm(batches_.images, at::detail::createCPUGenerator(seed), at::kLong);
}

/// Writes the member's order into its columns of the table.
void EpochOrders::Write(size_t member) {
  const auto width = static_cast<int64_t>(members_.size()) * batches_.size;
  const int64_t* image = members_[member].order.data_ptr<int64_t>();
  for (int64_t step = 0; step < batches_.Count(); ++step) {
    const int64_t rows = batches_.RowsOf(step);
    std::copy_n(image + step * batches_.size, rows,
                table_.data() + step * width + static_cast<int64_t>(member) * rows);
  }
}

void EpochOrders::Draw(size_t members) {
  table_.resize(static_cast<size_t>(batches_.Count() * batches_.size) * members_.size());
  for (size_t i = 0; i < members; ++i) {
    if (members_[i].order.defined()) continue;
    Draw(members_[i]);
    Write(i);
  }
}

at::Tensor EpochOrders::BeginEpoch() {
  Draw(members_.size());
  for (Member& member : members_) member = {std::move(member.after), {}, {}};
  return View(table_, {batches_.Count(), static_cast<int64_t>(members_.size()) * batches_.size});
}

void EpochOrders::Keep(const std::vector<size_t>& members) {
  std::vector<Member> kept;
  kept.reserve(members.size());
  for (const size_t member : members) kept.push_back(members_.at(member));
  members_ = std::move(kept);
  for (size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].order.defined()) Write(i);  // to its new columns
  }
}

std::vector<uint8_t> EpochOrders::State(size_t member) const {
  return ToVector<uint8_t>(members_.at(member).generator.get_state());
}

void EpochOrders::Restore(size_t member, const std::vector<uint8_t>& state) {
  at::Generator generator = members_.at(member).generator;
  if (state.size() != static_cast<size_t>(generator.get_state().numel())) {
    throw std::invalid_argument("the saved state's random generator is not LibTorch's");
  }
  generator.set_state(View(state, {static_cast<int64_t>(state.size())}).clone());
  members_[member] = {std::move(generator), {}, {}};
}

}  // namespace lrsweep
