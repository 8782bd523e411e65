#include "views/terminal/compare_sweeps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "analysis/ranked_sweep.h"
#include "analysis/statistics/paired.h"
#include "analysis/sweep_comparison.h"
#include "analysis/verdict.h"
#include "params/text.h"
#include "views/bit_comparison_text.h"
#include "views/json_rows.h"
#include "views/metric_text.h"
#include "views/terminal/table.h"

namespace lrsweep {
namespace {

using Align = Table::Align;

constexpr size_t kMostShown = 20;  // trials that differ

std::string SweepLine(char letter, const NamedSweep& of) {
  const RankedSweep ranked(of.store, of.sweep, of.sweep.objective, 1);
  std::string best = "no trial has a value yet";
  if (const RankedRow* first = ranked.Best()) {
    const std::string label = ranked.Label(first->trial);
    best =
        fmt::format("best by {}: {}  {}  {}{}{}", Describe(of.sweep.objective),
                    NumberText(of.sweep.objective.metric, *first->ranked.value),
                    first->trial.trial_id, first->trial.scheduler, label.empty() ? "" : " ", label);
  }
  return OneLine(fmt::format("{}  {}: {}, {}, engine {}, lrsweep {}", letter, of.db, of.sweep.name,
                             Counted(ranked.Trials(), "trial"), of.sweep.engine,
                             of.sweep.version)) +
         "\n   " + OneLine(best) + '\n';
}

std::string DataText(const NamedSweep& a, const NamedSweep& b, const Style& style) {
  if (a.sweep.IsOfProgram() && b.sweep.IsOfProgram()) return "";  // their data are not known
  if (a.sweep.IsOfProgram() || b.sweep.IsOfProgram()) {
    return fmt::format("{} is of a user's program, {} of the built-in model.\n",
                       a.sweep.IsOfProgram() ? "A" : "B", a.sweep.IsOfProgram() ? "B" : "A");
  }
  if (a.sweep.dataset_sha256 == b.sweep.dataset_sha256) return "The data are the same.\n";
  return style.Paint(Tone::kBad, "The data differ") +
         OneLine(
             fmt::format(": SHA-256 {} and {}", a.sweep.dataset_sha256, b.sweep.dataset_sha256)) +
         ".\n";
}

std::string DifferingTable(const std::vector<SharedTrial>& differ, const Style& style) {
  Table table({{"trial_id"},
               {"scheduler"},
               {"differs from"},
               {"in"},
               {"A", Align::kRight},
               {"B", Align::kRight},
               {differ.front().bits.metric + " A", Align::kRight},
               {"B", Align::kRight}});
  for (size_t i = 0; i < std::min(differ.size(), kMostShown); ++i) {
    const SharedTrial& one = differ[i];
    const Difference& first = *one.bits.earliest;
    const auto& value = one.bits.final_value;
    table.AddRow({one.a.trial_id, one.a.scheduler, WhereText(first), first.what,
                  ExactText(first.first), ExactText(first.second),
                  value ? NumberText(one.bits.metric, value->first) : "same",
                  value ? NumberText(one.bits.metric, value->second) : "same"});
  }
  std::string text = '\n' + table.Text(style);
  if (differ.size() > kMostShown) {
    text += fmt::format("... and {} more (--json has all)\n", differ.size() - kMostShown);
  }
  return text;
}

std::string SharedText(const SweepComparison& comparison, const Style& style) {
  const int64_t differ = comparison.shared - comparison.agree;
  std::string text = "They share no trial that has an epoch in both.\n";
  if (comparison.shared > 0) {
    text = fmt::format("Of {} with epochs in both, ", Counted(comparison.shared, "trial"));
    text += differ == 0 ? style.Paint(Tone::kBest, "all agree in every bit") + ".\n"
                        : fmt::format("{} agree in every bit, ", comparison.agree) +
                              style.Paint(Tone::kBad, fmt::format("{} do not", differ)) + ".\n";
  }
  if (comparison.only_in_a + comparison.only_in_b > 0) {
    text += fmt::format("In A alone: {}; in B alone: {}.\n", Counted(comparison.only_in_a, "trial"),
                        Counted(comparison.only_in_b, "trial"));
  }
  return text;
}

std::string ByTrialText(const SweepComparison& comparison, const NamedSweep& by) {
  if (!comparison.by_trial) return "";
  const PairedComparison& paired = *comparison.by_trial;
  const Objective& objective = by.sweep.objective;
  const bool a_first = paired.mean >= 0;
  const DifferenceText text(objective.metric, IsShare(objective.metric, by.store.Metrics()),
                            std::abs(paired.mean));
  std::string evidence = fmt::format("{}, p = {:.2g}", Counted(paired.pairs, "trial"), paired.p);
  if (const auto& interval = paired.interval95) {
    evidence = fmt::format("95% interval {} to {}, ",
                           text.Number(a_first ? interval->low : -interval->high),
                           text.Number(a_first ? interval->high : -interval->low)) +
               evidence;
  }
  const int64_t fewest = FewestPairs(kSignificance, 1);
  std::string judgement = paired.p < kSignificance ? "more than luck" : "this may be luck";
  if (paired.pairs < fewest)
    judgement = fmt::format("fewer than {} trials can show nothing", fewest);
  return fmt::format(
      "\nTrial by trial, by {}: {}'s values are better than {}'s by {} on the average ({}): {}.\n",
      Describe(objective), a_first ? "A" : "B", a_first ? "B" : "A",
      text.WithUnit(std::abs(paired.mean)), evidence, judgement);
}

Json SweepJson(const NamedSweep& of) {
  const RankedSweep ranked(of.store, of.sweep, of.sweep.objective, 1);
  Json best = nullptr;
  if (const RankedRow* first = ranked.Best()) {
    best = {{"trial_id", first->trial.trial_id},
            {"scheduler", first->trial.scheduler},
            {"value", *first->ranked.value}};
  }
  return {{"db", of.db},
          {"name", of.sweep.name},
          {"trials", ranked.Trials()},
          {"engine", of.sweep.engine},
          {"version", of.sweep.version},
          {"dataset_sha256", of.sweep.dataset_sha256},
          {"best", std::move(best)}};
}

}  // namespace

std::string CompareSweepsText(const NamedSweep& a, const NamedSweep& b, const Style& style) {
  const SweepComparison comparison = CompareSweeps(a, b);
  std::string text = SweepLine('A', a) + SweepLine('B', b) + '\n' + DataText(a, b, style) +
                     SharedText(comparison, style);
  if (!comparison.differ.empty()) text += DifferingTable(comparison.differ, style);
  return text + ByTrialText(comparison, a);
}

std::string CompareSweepsJson(const NamedSweep& a, const NamedSweep& b) {
  const SweepComparison comparison = CompareSweeps(a, b);
  Json differ = Json::array();
  for (const SharedTrial& one : comparison.differ) {
    differ.push_back({{"trial_id", one.a.trial_id},
                      {"scheduler", one.a.scheduler},
                      {"epochs", one.bits.epochs},
                      {"steps", one.bits.steps},
                      {"first_difference", ToJson(one.bits.earliest, "a", "b")},
                      {"greatest_difference_of_a_loss", ToJson(one.bits.greatest, "a", "b")},
                      {a.sweep.IsOfProgram() ? "final_value" : "final_accuracy",
                       ToJson(one.bits.final_value, "a", "b")}});
  }
  Json by_trial = nullptr;
  if (const auto& paired = comparison.by_trial) {
    by_trial = {{"pairs", paired->pairs},
                {"difference", paired->mean},
                {"low", LowOf(paired->interval95)},
                {"high", HighOf(paired->interval95)},
                {"p", paired->p}};
  }
  return Print({{"databases", Json::array({SweepJson(a), SweepJson(b)})},
                {"shared", comparison.shared},
                {"agree", comparison.agree},
                {"differ", std::move(differ)},
                {"only_in", Json::array({comparison.only_in_a, comparison.only_in_b})},
                {"by_trial", std::move(by_trial)}});
}

}  // namespace lrsweep
