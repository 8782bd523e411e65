// The orders in which the members of a pack see the training images.
//
// The random numbers are those of the usual PyTorch script (pack.h), from a generator per member.
#pragma once

#include <ATen/ATen.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lrsweep {

/// How an epoch is cut into batches; the last one may be short.
struct Batches {
  int64_t images = 0;
  int64_t size = 0;  // of a batch, at most `images`

  int64_t Count() const { return (images + size - 1) / size; }
  int64_t RowsOf(int64_t step) const { return std::min(size, images - step * size); }
};

/// The random generators of a pack's members, and the order of images that each of them drew for
/// the next epoch. An order can be drawn while the device trains the epoch before: State does not
/// show it before the next epoch begins. Not thread-safe.
class EpochOrders {
 public:
  EpochOrders(const std::vector<at::Generator>& generators, const Batches& batches);

  /// The members' generators, from which other numbers may be drawn before the first epoch.
  std::vector<at::Generator> Generators() const;

  /// Draws the next epoch's orders of the first `members`, where they are not drawn yet.
  void Draw(size_t members);

  /// Begins the next epoch, for which Draw draws what is missing. Returns its table, int64 [steps,
  /// members * batch size]: a row holds the members' batches one after the other; the shorter
  /// batches of the last row are packed at its beginning. Valid until the next call of any
  /// function that is not const.
  at::Tensor BeginEpoch();

  /// Drops all members but these.
  void Keep(const std::vector<size_t>& members);

  /// The member's generator as the next epoch will find it.
  std::vector<uint8_t> State(size_t member) const;
  /// Throws std::invalid_argument for a state that is not LibTorch's.
  void Restore(size_t member, const std::vector<uint8_t>& state);

 private:
  struct Member {
    at::Generator generator;  // as the next epoch finds it
    at::Generator after;      // as the order leaves it; undefined without one
    at::Tensor order;         // int64 [images]; undefined while it is not drawn
  };

  void Draw(Member& member) const;
  void Write(size_t member);

  Batches batches_;
  std::vector<Member> members_;
  std::vector<int64_t> table_;  // the next epoch's, as far as its orders are drawn
};

}  // namespace lrsweep
