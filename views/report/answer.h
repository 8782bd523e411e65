// The report's answer: what a sweep found, in sentences.
#pragma once

#include <string>
#include <vector>

#include "analysis/groups.h"
#include "analysis/test_value.h"
#include "results/ranking.h"

namespace lrsweep {

/// First which group is best and how good it is, on the test images too where `test` has a value of
/// it; then whether that is more than luck, and what was
/// not compared (analysis/verdict.h). `groups` as RankGroups gives them; `metrics`: those that the
/// sweep knows.
std::vector<std::string> AnswerSentences(const std::vector<RankedGroup>& groups,
                                         const Objective& objective, const MetricTable& metrics,
                                         const TestValues& test);

}  // namespace lrsweep
