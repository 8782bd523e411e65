#include "sweep/search/point_sampler.h"

#include <fmt/format.h>

#include <charconv>

#include "sweep/config/trial_id.h"
#include "sweep/search/random_bits.h"
#include "sweep/search/sobol.h"

namespace lrsweep {
namespace {

constexpr uint64_t kVeryMany = uint64_t{1} << 40;

/// The first 64 bits of a hash of the texts.
uint64_t HashOf(const List& texts) {
  const std::string hash = IdOfJson(ToJson(texts));
  uint64_t key = 0;
  std::from_chars(hash.data(), hash.data() + hash.size(), key, 16);
  return key;
}

}  // namespace

PointSampler::PointSampler(const SearchSettings& search, const std::string& entry,
                           const std::vector<const Axis*>& axes)
    : is_sobol_(search.sampler == "sobol"), seed_(search.seed), entry_(entry) {
  if (is_sobol_ && axes.size() > kSobolDimensions) {
    throw ConfigError(search.sampler_at,
                      fmt::format("search.sampler: sobol draws at most {} axes together, but {} "
                                  "has {}: write sampler: random",
                                  kSobolDimensions, entry, axes.size()));
  }
  for (const Axis* axis : axes) {
    columns_.push_back({KeyOf(axis->path), Drawing(*axis->distribution)});
  }
}

uint64_t PointSampler::KeyOf(const std::string& what) const {
  return HashOf({seed_, entry_, what});
}

Value PointSampler::At(size_t axis, uint32_t draw) const {
  const Column& column = columns_[axis];
  const uint64_t fraction =
      is_sobol_ ? OwenScrambled(SobolPoint(axis, draw), column.key) : RandomBits(column.key, draw);
  return column.drawing.At(fraction);
}

std::optional<uint64_t> PointSampler::Count() const {
  uint64_t draws = 1;
  for (const Column& column : columns_) {
    const std::optional<uint64_t> values = column.drawing.Count();
    if (!values || *values > kVeryMany / draws) return std::nullopt;
    draws *= *values;
  }
  return draws;
}

}  // namespace lrsweep
