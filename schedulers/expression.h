// Arithmetic written as text: "lr * (1 - t / T) ^ 2". muParser reads and computes it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace lrsweep {

/// A formula over named variables.
///
/// Operators, from the loosest: `c ? a : b`; `||`; `&&`; `< <= > >= == !=`; `+ -`; `* /`; the sign;
/// `^`, a power, from right to left: -2 ^ 2 is -4, 2 ^ 3 ^ 2 is 512. Constants: pi, e. Functions:
/// sin cos tan asin acos atan atan2 sinh cosh tanh exp ln log log2 log10 sqrt pow abs floor ceil
/// min max mod if. As in Python, log is the natural logarithm and mod(a, b) has the sign of b.
/// if(c, a, b) computes both a and b. Each operation is one of double precision, in the order of
/// the text: nothing is rearranged.
///
/// Numbers have a decimal point whatever the locale: muParser reads them by its own.
///
/// A value type whose copies share the variables. Safe to use from several threads: evaluations
/// take turns, because muParser reads its variables from fixed places in memory.
class Expression {
 public:
  static constexpr size_t kLongest = 4999;  // characters; muParser reads no more

  /// Throws std::invalid_argument that names the mistake and its place: `unknown name "bas" at
  /// character 5; did you mean "base"?`. Characters count from 1.
  Expression(const std::string& text, const std::vector<std::string>& variables);

  /// The value where the variables have these values, in the constructor's order.
  double At(const std::vector<double>& values) const;

  bool Uses(const std::string& variable) const;

  /// The names that an expression knows without being told: functions and constants.
  static const std::vector<std::string>& Words();

 private:
  struct Parsed;
  std::shared_ptr<Parsed> parsed_;
};

}  // namespace lrsweep
