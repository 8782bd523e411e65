// An axis: where values lie in a picture, and which of them are marked.
#pragma once

#include <string>
#include <vector>

namespace lrsweep {

struct Tick {
  double value = 0;
  std::string text;
};

class Scale {
 public:
  /// `low` lies at pixel `from`, `high` at `to`. Where they are equal both are moved apart; a
  /// logarithmic scale needs low > 0.
  Scale(double low, double high, double from, double to, bool logarithmic = false);

  /// In pixels; of what is outside the range, outside.
  double At(double value) const;

  double low() const { return low_; }
  double high() const { return high_; }

  /// About `count` round numbers (1, 2 or 5 times a power of ten) within the range; on a
  /// logarithmic scale that spans a decade powers of ten, with their halves where these are few.
  /// `whole`: no fractions.
  std::vector<Tick> Ticks(int count, bool whole = false) const;

 private:
  std::vector<Tick> LogTicks(int count) const;

  double low_, high_, from_, to_;
  bool logarithmic_;
};

}  // namespace lrsweep
