// A verdict on a ranking: in sentences, and as JSON.
#pragma once

#include <string>
#include <vector>

#include "analysis/verdict.h"
#include "views/json_rows.h"

namespace lrsweep {

/// A sentence on the first and the next; what cannot be told apart; what was left out. None where
/// no group is sound.
std::vector<std::string> Sentences(const Verdict& verdict);

/// {"first": {"group_id", "name"}, "seeds", "fewest_seeds", "noise", "indistinguishable",
/// "unsound", "not_compared", "compared": [{"place", "group_id", "name", "seeds", "difference",
/// "low", "high", "p", "p_adjusted", "ahead", "seeds_needed"}], "sentences": [...]}; null where no
/// group is sound.
Json ToJson(const Verdict& verdict);

}  // namespace lrsweep
