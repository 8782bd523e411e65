#include "trial/objective.h"

#include <algorithm>
#include <stdexcept>

#include "trial/metric_expression.h"

namespace lrsweep {
namespace {

void CheckWord(const std::string& what, const std::string& word,
               const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), word) != known.end()) return;
  std::string names;
  for (const std::string& name : known) names += (names.empty() ? "" : ", ") + name;
  throw std::invalid_argument("unknown " + what + " '" + word + "': it is one of " + names);
}

}  // namespace

const std::vector<std::string>& Scopes() {
  static const std::vector<std::string> kScopes = {"last", "best", "avg", "last-5-avg",
                                                   "last-10-avg"};
  return kScopes;
}

int64_t LastEpochsOf(const std::string& scope) {
  if (scope == "last-5-avg") return 5;
  return scope == "last-10-avg" ? 10 : 0;
}

void Check(const Objective& objective, const MetricTable& table) {
  const Metric metric = ParseMetric(objective.metric, table);
  CheckWord("mode", objective.mode, {"max", "min"});
  CheckWord("scope", objective.scope, Scopes());
  if (metric.IsDerived() && objective.scope != "last") {
    throw std::invalid_argument(ToText(metric) + " looks at all epochs: a scope (" +
                                objective.scope + ") has no meaning for it, leave it out");
  }
}

}  // namespace lrsweep
