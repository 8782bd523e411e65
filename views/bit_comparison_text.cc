#include "views/bit_comparison_text.h"

#include <fmt/format.h>

#include <cmath>

#include "params/text.h"

namespace lrsweep {
namespace {}  // namespace

std::string WhereText(const Difference& difference) {
  return difference.step ? fmt::format("step {} (epoch {})", *difference.step, difference.epoch)
                         : fmt::format("the end of epoch {}", difference.epoch);
}

std::string AmountText(const Difference& difference) {
  const double size = difference.Size();
  return std::isfinite(size) ? fmt::format("by {:.3g}", size) : "one of them NaN or infinite";
}

std::string ExactText(double number) {
  if (!std::isfinite(number)) return "NaN";
  const auto single = static_cast<float>(number);
  return single == number ? fmt::format("{}", single) : fmt::format("{}", number);
}

std::string ComparedText(const BitComparison& comparison) {
  const std::string epochs = Counted(comparison.epochs, "epoch");
  if (comparison.steps == 0) return epochs + "; steps are not recorded";
  return epochs + ", " + Counted(comparison.steps, "step") + " (loss, lr, momentum)";
}

Json ToJson(const std::optional<Difference>& difference, const std::string& first,
            const std::string& second) {
  if (!difference) return nullptr;
  return {{"epoch", difference->epoch},
          {"step", OrNull(difference->step)},
          {"what", difference->what},
          {first, FiniteOrNull(difference->first)},
          {second, FiniteOrNull(difference->second)}};
}

}  // namespace lrsweep
