#include "data/held_back.h"

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <utility>

namespace lrsweep {
namespace {

constexpr uint32_t kSeed = 0;

/// A uniform number below `bound`, by rejection: the standard's distributions may differ from
/// library to library.
uint32_t DrawBelow(uint32_t bound, std::mt19937& random) {
  constexpr uint32_t kMost = std::numeric_limits<uint32_t>::max();
  const uint32_t limit = kMost - (kMost % bound + 1) % bound;  // the last number of whole rounds
  uint32_t number = random();
  while (number > limit) number = random();
  return number % bound;
}

/// The indices of each class.
std::vector<std::vector<int64_t>> ByClass(const std::vector<uint8_t>& labels) {
  std::vector<std::vector<int64_t>> classes;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= classes.size()) classes.resize(labels[i] + size_t{1});
    classes[labels[i]].push_back(static_cast<int64_t>(i));
  }
  return classes;
}

/// How many images of each class are drawn.
std::vector<int64_t> SharesOf(const std::vector<std::vector<int64_t>>& classes, int64_t count) {
  std::vector<int64_t> shares(classes.size());
  int64_t left = count;
  while (left > 0) {
    std::vector<size_t> able;
    for (size_t i = 0; i < classes.size(); ++i) {
      if (shares[i] + 1 < static_cast<int64_t>(classes[i].size())) able.push_back(i);
    }
    if (able.empty()) {
      throw DataError("dataset.validation: cannot hold back " + std::to_string(count) +
                      " images and train on every class; at most " + std::to_string(count - left) +
                      " can be held back");
    }
    const int64_t round = std::max<int64_t>(left / static_cast<int64_t>(able.size()), 1);
    for (const size_t i : able) {
      const int64_t most = static_cast<int64_t>(classes[i].size()) - 1 - shares[i];
      const int64_t more = std::min({round, most, left});
      shares[i] += more;
      left -= more;
    }
  }
  return shares;
}

/// Returns the images of `set` in this order.
ImageSet Reordered(const ImageSet& set, const std::vector<int64_t>& order) {
  std::vector<uint8_t> images(set.images.size());
  ImageSet reordered{.count = set.count, .pixels = set.pixels, .images = {}, .labels = {}};
  reordered.labels.reserve(order.size());
  auto to = images.begin();
  for (const int64_t i : order) {
    to = std::copy_n(set.images.data() + i * set.pixels, set.pixels, to);
    reordered.labels.push_back(set.labels[static_cast<size_t>(i)]);
  }
  reordered.images = std::move(images);
  return reordered;
}

}  // namespace

std::vector<int64_t> DrawHeldBack(const std::vector<uint8_t>& labels, int64_t count) {
  std::vector<std::vector<int64_t>> classes = ByClass(labels);
  const std::vector<int64_t> shares = SharesOf(classes, count);
  std::mt19937 random(kSeed);
  std::vector<int64_t> drawn;
  for (size_t i = 0; i < classes.size(); ++i) {
    std::vector<int64_t>& images = classes[i];
    for (int64_t k = 0; k < shares[i]; ++k) {  // the beginning of a Fisher-Yates shuffle
      const auto at = static_cast<size_t>(k);
      const auto rest = static_cast<uint32_t>(images.size() - at);
      std::swap(images[at], images[at + DrawBelow(rest, random)]);
      drawn.push_back(images[at]);
    }
  }
  std::sort(drawn.begin(), drawn.end());
  return drawn;
}

std::shared_ptr<const Dataset> WithHeldBackLast(const Dataset& dataset, int64_t count) {
  const std::vector<int64_t> drawn = DrawHeldBack(dataset.train.labels, count);
  std::vector<int64_t> order;
  order.reserve(static_cast<size_t>(dataset.train.count));
  auto next = drawn.begin();
  for (int64_t i = 0; i < dataset.train.count; ++i) {
    if (next != drawn.end() && *next == i) {
      ++next;
    } else {
      order.push_back(i);
    }
  }
  order.insert(order.end(), drawn.begin(), drawn.end());
  auto arranged = std::make_shared<Dataset>(dataset);
  arranged->train = Reordered(dataset.train, order);
  return arranged;
}

}  // namespace lrsweep
