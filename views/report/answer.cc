#include "views/report/answer.h"

#include <fmt/format.h>

#include "params/text.h"
#include "views/metric_text.h"
#include "views/verdict_text.h"

namespace lrsweep {
namespace {

std::string Best(const std::vector<RankedGroup>& ranked, const Objective& objective) {
  if (ranked.empty()) return "No trial has ended yet.";
  const std::vector<RankedGroup> groups = OfHighestBudget(ranked);
  const RankedGroup& first = groups.front();
  if (!first.IsSound()) {
    return fmt::format(
        "In {} a trial diverged or {}, so none of them is the best.",
        groups.size() == 1 ? "the one group" : fmt::format("each of the {} groups", groups.size()),
        ParseKnownMetric(objective.metric).HasThreshold() ? "never got there" : "has no value");
  }
  const Summary& summary = *first.summary;
  const auto number = [&objective](double value) { return NumberText(objective.metric, value); };
  const std::string budget =
      first.budget > 0 ? fmt::format(" trained for {}", Counted(first.budget, "epoch")) : "";
  std::string text = fmt::format("Best of {}{} is {}, with {} {}", Counted(groups.size(), "group"),
                                 budget, first.Name(), objective.metric, number(summary.mean));
  const std::string tied = TiedText(TiedWithFirst(groups), "group", "mean");
  if (summary.n == 1) return text + " from one seed" + tied + '.';
  text += fmt::format(" on average over {} seeds", summary.n);
  if (summary.interval95) {
    text += fmt::format(" (95% interval {} to {})", number(summary.interval95->low),
                        number(summary.interval95->high));
  }
  return text + tied + '.';
}

/// What the best group reaches on images that did not choose it; empty where that is not recorded.
std::string OnTheTestImages(const std::vector<RankedGroup>& groups, const Objective& objective,
                            const TestValues& test) {
  if (groups.empty() || !groups.front().IsSound()) return "";
  const std::optional<double> value = test.MeanOf(groups.front());
  if (!value) return "";
  return fmt::format(
      "It was chosen by {} on held-back training images; on the test images its {} is {}{}.",
      objective.metric, *test.Metric(), NumberText(*test.Metric(), *value),
      groups.front().summary->n > 1 ? " on average" : "");
}

}  // namespace

std::vector<std::string> AnswerSentences(const std::vector<RankedGroup>& groups,
                                         const Objective& objective, const MetricTable& metrics,
                                         const TestValues& test) {
  std::vector<std::string> sentences = {Best(groups, objective)};
  const std::string on_test = OnTheTestImages(groups, objective, test);
  if (!on_test.empty()) sentences.push_back(on_test);
  for (const std::string& sentence : Sentences(Judge(groups, objective, metrics))) {
    sentences.push_back(sentence + '.');
  }
  return sentences;
}

}  // namespace lrsweep
