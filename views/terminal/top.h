// `lrsweep top`: the trials, or the groups of trials, in order of place; whether the first place is
// more than luck; and which parameters matter.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "analysis/ranked_sweep.h"
#include "results/store.h"
#include "views/terminal/style.h"

namespace lrsweep {

struct TopOptions {
  ObjectiveOptions objective = {};
  size_t limit = 20;                      // rows; 0: all
  bool by_group = false;                  // trials that differ in the seed alone are one row
  std::vector<std::string> columns = {};  // instead of the usual ones (named_rows.h)
  std::string where = "";                 // only rows for which this SQL condition holds
  std::string pareto = "";  // two metrics, "A, B": only rows that no other row beats in both
  /// Whether to print the verdict and what matters; not given: up to kMostJudged trials.
  std::optional<bool> verdict = {};
  bool effects = false;  // also the mean of every value of every parameter
};

/// Trials up to which a verdict is given by default.
inline constexpr int64_t kMostJudged = 10'000;

/// A title, the table, what it leaves out; the verdict and what matters. Throws
/// std::invalid_argument for an unknown metric, mode, scope or column, with the known ones, and for
/// a condition that SQLite does not accept.
std::string TopText(const Store& store, const TopOptions& options = {}, const Style& style = {});

/// {"name", "metric", "mode", "scope", "validation_images" (0: val_* is the test set; null: the
/// trials differ, or are a user's program), "test_metric" (of analysis/test_value.h; null: none),
/// "trials" (how many), "states": {state: count}, "ranked" (how many trials), "by" ("trial" or
/// "group"), "ranking": [{"place", "value", "test_value" (null: none), and the columns of
/// `trials`}], "verdict",
/// "what_matters" (views/verdict_text.h, views/importance_text.h; null where not asked
/// for)}. By group the rows have the columns of the view `groups`, "label", and "trials":
/// [{"trial_id", "seed", "state", "value"}]. With a Pareto front there is "pareto": [A, B], and
/// both metrics in each row. With chosen columns the rows have these alone. Throws as TopText.
std::string TopJson(const Store& store, const TopOptions& options = {});

}  // namespace lrsweep
