// A verdict on a ranking: in sentences, and as JSON.
#pragma once

#include <string>
#include <vector>

#include "analysis/verdict.h"
#include "views/json_rows.h"

namespace lrsweep {

/// Whether the first group is better than the next; which groups cannot be told apart; what was
/// left out. Empty where no group is sound.
std::vector<std::string> Sentences(const Verdict& verdict);

/// {"first": {"group_id", "name"}, "seeds", "fewest_seeds", "noise", "indistinguishable",
/// "unsound", "not_compared", "compared": [{"place", "group_id", "name", "seeds", "difference",
/// "low", "high", "p", "p_adjusted", "ahead", "seeds_needed"}], "sentences": [...]}; null where no
/// group is sound.
Json ToJson(const Verdict& verdict);

}  // namespace lrsweep
