#include "views/verdict_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "params/text.h"
#include "views/metric_text.h"

namespace lrsweep {
namespace {

std::string PText(double p) {
  return p < 0.001 ? "p < 0.001" : fmt::format("p = {:.{}f}", p, p < 0.0995 ? 3 : 2);
}

/// "95% interval 0.03 to 0.21, 12 seeds, p = 0.004 after Holm's correction over 11 comparisons".
std::string Evidence(const GroupComparison& one, size_t comparisons, const DifferenceText& text) {
  std::string evidence;
  if (const auto& interval = one.paired.interval95) {
    evidence = fmt::format("95% interval {} to {}, ", text.Number(interval->low),
                           text.Number(interval->high));
  }
  evidence += fmt::format("{}, {}", Counted(one.paired.pairs, "seed"), PText(one.p_adjusted));
  if (comparisons > 1) {
    evidence += fmt::format(" after Holm's correction over {} comparisons", comparisons);
  }
  return evidence;
}

double SizeOf(const PairedComparison& paired) {
  if (!paired.interval95) return paired.mean;
  return std::max(std::abs(paired.interval95->low), std::abs(paired.interval95->high));
}

/// The sentence for groups that have one seed in common.
std::string OneSeed(const Verdict& verdict) {
  if (!verdict.noise) {
    return fmt::format(
        "One seed: the order of near values is not to be trusted, and nothing says how near; sweep "
        "over at least {} seeds, training: {{seed: {{grid: [0, 1, 2, ...]}}}}",
        verdict.fewest_seeds);
  }
  const DifferenceText text(verdict.objective.metric, verdict.is_share, *verdict.noise);
  return fmt::format(
      "One seed: order within {} is not to be trusted: in one case of twenty, two trials that "
      "differ in the seed alone are further apart (from the spread within {})",
      text.WithUnit(*verdict.noise), Counted(verdict.noise_groups, "group"));
}

/// Where the two have different seeds, a greater mean may come from the seeds alone.
std::string NotInFront(const Verdict& verdict) {
  if (verdict.compared.front().paired.mean == 0) {
    return fmt::format("{} and {} have the same mean on their common seeds", verdict.first,
                       verdict.compared.front().name);
  }
  return fmt::format("{} is not in front of {} on their common seeds", verdict.first,
                     verdict.compared.front().name);
}

std::string AgainstNext(const Verdict& verdict) {
  const GroupComparison& next = verdict.compared.front();
  const size_t comparisons = verdict.compared.size();
  const DifferenceText text(verdict.objective.metric, verdict.is_share, SizeOf(next.paired));
  const std::string evidence = Evidence(next, comparisons, text);
  if (next.is_ahead) {
    return fmt::format("{} is ahead of {} by {} ({})", verdict.first, next.name,
                       text.WithUnit(next.paired.mean), evidence);
  }
  if (next.paired.pairs < verdict.fewest_seeds) {
    const std::string corrected =
        comparisons > 1 ? fmt::format(", and {} comparisons are corrected for", comparisons) : "";
    const std::string stand = next.paired.mean > 0
                                  ? fmt::format("{} is in front of {} by {}, but", verdict.first,
                                                next.name, text.WithUnit(next.paired.mean))
                                  : NotInFront(verdict) + ", and";
    return fmt::format(
        "{} {} seeds can show nothing: at least {} are needed (the smallest p that n seeds "
        "can give is 2^(1-n), here {:.3g}{})",
        stand, next.paired.pairs, verdict.fewest_seeds, next.paired.smallest_p, corrected);
  }
  if (next.paired.mean <= 0) return fmt::format("{} ({})", NotInFront(verdict), evidence);
  std::string needed = "more than 1,000 seeds would be needed to show so small a difference";
  if (next.seeds_needed) {
    needed = fmt::format("about {} seeds would be needed if the difference is what it seems",
                         *next.seeds_needed);
  }
  return fmt::format("{} is not shown to be ahead of {} ({}; {}): {}", verdict.first, next.name,
                     text.WithUnit(next.paired.mean), evidence, needed);
}

/// What it would take to tell any group from the first, where none can be: intervals that lie far
/// apart make readers doubt the sentence.
std::string WhatItTakes(const Verdict& verdict) {
  const auto has_too_few = [&verdict](const GroupComparison& one) {
    return one.paired.pairs < verdict.fewest_seeds;
  };
  if (std::all_of(verdict.compared.begin(), verdict.compared.end(), has_too_few)) {
    return fmt::format(
        ", however far apart their intervals lie: to compare so many takes at least {} seeds",
        verdict.fewest_seeds);
  }
  const GroupComparison* clearest = nullptr;
  for (const GroupComparison& one : verdict.compared) {
    const bool is_clearer =
        one.seeds_needed && (clearest == nullptr || *one.seeds_needed < *clearest->seeds_needed);
    if (is_clearer) clearest = &one;
  }
  if (clearest == nullptr) return "";
  return fmt::format("; the clearest difference, from {}, would take about {} seeds",
                     clearest->name, *clearest->seeds_needed);
}

/// Which other groups may be as good as the first.
std::string Equals(const Verdict& verdict) {
  const int64_t equal = verdict.Indistinguishable();
  const auto all = static_cast<int64_t>(verdict.compared.size()) + 1;
  if (equal == 1) {
    return all == 2 ? "" : fmt::format("It is ahead of all {} that it was compared with", all - 1);
  }
  if (equal == all) {
    if (all == 2) return "";
    return fmt::format("None of the other {} groups can be told from the first{}", all - 1,
                       WhatItTakes(verdict));
  }
  const bool in_front =
      std::all_of(verdict.compared.begin(), verdict.compared.begin() + (equal - 1),
                  [](const GroupComparison& one) { return !one.is_ahead; });
  if (in_front) return fmt::format("The best {} of {} cannot be told apart", equal, all);
  return fmt::format("{} of {} groups cannot be told from the first", equal - 1, all - 1);
}

/// What the race shows, and what it cannot.
std::string RaceText(const Verdict& verdict, const RaceResult& race) {
  const int64_t all = race.remaining + race.dropped;
  const std::string seeds = Counted(race.seeds, "seed");
  const std::string confidence = fmt::format(
      "{:.6g}% confidence for the whole race, all groups and "
      "rounds together",
      100 * race.confidence);
  if (!race.is_over) {
    return fmt::format("The race is not over: after {} {} of {} remain", seeds, race.remaining,
                       Counted(all, "group"));
  }
  if (all == 1) return fmt::format("{} has nothing to race with", verdict.first);
  if (race.remaining == 1) {
    return fmt::format("{} has won the race after {}: {} behind beyond doubt ({})", verdict.first,
                       seeds,
                       race.dropped == 1 ? "the other group was"
                                         : fmt::format("each of the other {} was", race.dropped),
                       confidence);
  }
  const std::string dropped =
      race.dropped == 0
          ? "none was dropped"
          : fmt::format("{} behind beyond doubt and dropped",
                        race.dropped == 1 ? "one was" : fmt::format("{} were", race.dropped));
  return fmt::format(
      "The race has used up its {} and names no winner: {} groups remain that it "
      "cannot tell apart, {} in front; {} ({})",
      seeds, race.remaining, verdict.first, dropped, confidence);
}

std::string LeftOut(const Verdict& verdict) {
  std::vector<std::string> parts;
  const auto add = [&parts](int64_t groups, const char* why) {
    if (groups > 0) parts.push_back(Counted(groups, "group") + ' ' + why);
  };
  add(verdict.diverged, "of which a trial diverged");
  add(verdict.unsound - verdict.diverged, ParseKnownMetric(verdict.objective.metric).HasThreshold()
                                              ? "of which a trial never reached the threshold"
                                              : "of which a trial has no value");
  add(verdict.not_compared, "further behind or without a common seed");
  const std::string fewer = fmt::format("with fewer than {} epochs", verdict.budget);
  add(verdict.of_lower_budgets, fewer.c_str());
  return parts.empty() ? "" : fmt::format("Not compared: {}", fmt::join(parts, "; "));
}

}  // namespace

std::vector<std::string> Sentences(const Verdict& verdict) {
  if (verdict.first.empty()) return {};
  if (verdict.race) return {RaceText(verdict, *verdict.race)};
  std::vector<std::string> sentences;
  if (!verdict.compared.empty() && verdict.compared.front().paired.pairs == 1) {
    sentences.push_back(OneSeed(verdict));
  } else if (!verdict.compared.empty()) {
    sentences.push_back(AgainstNext(verdict));
    sentences.push_back(Equals(verdict));
  }
  sentences.push_back(LeftOut(verdict));
  std::erase_if(sentences, [](const std::string& sentence) { return sentence.empty(); });
  return sentences;
}

Json ToJson(const Verdict& verdict) {
  if (verdict.first.empty()) return nullptr;
  Json compared = Json::array();
  for (const GroupComparison& one : verdict.compared) {
    compared.push_back({{"place", one.place},
                        {"group_id", one.group_id},
                        {"name", one.name},
                        {"seeds", one.paired.pairs},
                        {"difference", one.paired.mean},
                        {"low", LowOf(one.paired.interval95)},
                        {"high", HighOf(one.paired.interval95)},
                        {"p", one.paired.p},
                        {"p_adjusted", one.p_adjusted},
                        {"ahead", one.is_ahead},
                        {"seeds_needed", OrNull(one.seeds_needed)}});
  }
  Json json = {{"first", {{"group_id", verdict.first_id}, {"name", verdict.first}}},
               {"seeds", verdict.seeds},
               {"fewest_seeds", verdict.fewest_seeds},
               {"noise", OrNull(verdict.noise)},
               {"indistinguishable", verdict.Indistinguishable()},
               {"unsound", verdict.unsound},
               {"not_compared", verdict.not_compared},
               {"compared", std::move(compared)},
               {"sentences", Sentences(verdict)}};
  if (verdict.race) {
    json["race"] = {{"confidence", verdict.race->confidence},
                    {"seeds", verdict.race->seeds},
                    {"remaining", verdict.race->remaining},
                    {"dropped", verdict.race->dropped},
                    {"over", verdict.race->is_over}};
  }
  return json;
}

}  // namespace lrsweep
