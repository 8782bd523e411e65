// An axis of a chart: from values to pixels, and its ticks.
#pragma once

#include <string>
#include <vector>

namespace lrsweep {

struct AxisTick {
  double value = 0;
  std::string text;
};

class Scale {
 public:
  /// `low` lies at pixel `from`, `high` at `to`. Where they are equal both are moved apart; a
  /// logarithmic scale needs low > 0.
  Scale(double low, double high, double from, double to, bool logarithmic = false);

  /// The pixel of a value; values outside the range get pixels outside.
  double At(double value) const;

  double low() const { return low_; }
  double high() const { return high_; }

  /// About `count` round numbers (1, 2 or 5 times a power of ten) within the range. A logarithmic
  /// scale that spans a decade or more has powers of ten, and 2 and 5 times these where they are
  /// few. `whole`: whole numbers only.
  std::vector<AxisTick> Ticks(int count, bool whole = false) const;

 private:
  std::vector<AxisTick> LogTicks(int count) const;

  double low_, high_, from_, to_;
  bool logarithmic_;
};

}  // namespace lrsweep
