// Draws points: the values of all axes that a sampler sets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sweep/config/axis.h"
#include "sweep/config/search_section.h"
#include "sweep/search/drawing.h"

namespace lrsweep {

/// The draws of one scheduler entry with one optimizer entry. Random numbers are counter-based: a
/// value depends on the search's seed, the types of the entries, the axis' path and the number of
/// the draw alone, so that other entries and other axes may come and go. Of `sobol` it depends also
/// on the axis' place, since axes that are drawn evenly together need different coordinates.
/// Immutable.
class PointSampler {
 public:
  /// `entry` names the types. Throws ConfigError where `sobol` has too few dimensions.
  PointSampler(const SearchSettings& search, const std::string& entry,
               const std::vector<const Axis*>& axes);

  /// The value of an axis, by its place, in a draw, from 0.
  Value At(size_t axis, uint32_t draw) const;

  /// The key of random numbers that are drawn for something else than an axis.
  uint64_t KeyOf(const std::string& what) const;

  /// How many different draws there are; none where one axis is real, or they are very many.
  std::optional<uint64_t> Count() const;

 private:
  struct Column {
    uint64_t key;  // of the axis' random numbers
    Drawing drawing;
  };

  bool is_sobol_;
  int64_t seed_;
  std::string entry_;
  std::vector<Column> columns_;
};

}  // namespace lrsweep
