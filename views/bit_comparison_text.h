// A comparison bit by bit: in words, and as JSON.
#pragma once

#include <optional>
#include <string>

#include "analysis/bit_comparison.h"
#include "views/json_rows.h"

namespace lrsweep {

/// "step 17 (epoch 1)", "the end of epoch 1".
std::string WhereText(const Difference& difference);

/// "by 0.01", "one of them NaN or infinite".
std::string AmountText(const Difference& difference);

/// The shortest decimals that read back to the same bits, of a float where it is one; "NaN".
std::string ExactText(double number);

/// "20 epochs, 18760 steps (loss, lr, momentum)".
std::string ComparedText(const BitComparison& comparison);

/// {"epoch", "step", "what", `first`: its first number, `second`: its second one}; null for none.
Json ToJson(const std::optional<Difference>& difference, const std::string& first,
            const std::string& second);

}  // namespace lrsweep
