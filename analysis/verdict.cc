#include "analysis/verdict.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace lrsweep {
namespace {

/// The first's advantage over `other`, seed by seed.
std::vector<double> Differences(const RankedGroup& first, const RankedGroup& other, double sign) {
  std::map<int64_t, double> by_seed;
  for (const Repetition& one : other.repetitions) {
    if (one.value) by_seed.emplace(one.seed, *one.value);
  }
  std::vector<double> differences;
  for (const Repetition& one : first.repetitions) {
    const auto pair = by_seed.find(one.seed);
    if (one.value && pair != by_seed.end()) {
      differences.push_back(sign * (*one.value - pair->second));
    }
  }
  return differences;
}

/// Finds the noise from the pooled spread within groups.
void FindNoise(const std::vector<RankedGroup>& groups, Verdict& verdict) {
  double squares = 0;
  int64_t degrees = 0;
  for (const RankedGroup& group : groups) {
    if (!group.summary || !group.summary->sd) continue;
    const int64_t own = group.summary->n - 1;
    squares += *group.summary->sd * *group.summary->sd * static_cast<double>(own);
    degrees += own;
    ++verdict.noise_groups;
  }
  if (degrees == 0) return;
  const double sd = std::sqrt(squares / static_cast<double>(degrees));
  verdict.noise = StudentQuantile(1 - kSignificance, degrees) * std::sqrt(2.0) * sd;
}

/// What has become of the race of the groups whose budget is the first's.
std::optional<RaceResult> RaceOf(const std::vector<RankedGroup>& groups) {
  const RankedGroup& first = groups.front();
  if (!first.race_confidence) return std::nullopt;
  RaceResult race{.confidence = *first.race_confidence, .seeds = first.summary->n, .is_over = true};
  for (const RankedGroup& group : groups) {
    if (group.budget != first.budget) continue;
    if (group.dropped) {
      ++race.dropped;
      continue;
    }
    ++race.remaining;
    const auto open = std::count_if(group.repetitions.begin(), group.repetitions.end(),
                                    [](const Repetition& one) {
                                      return one.state == ToString(TrialState::kPending) ||
                                             one.state == ToString(TrialState::kRunning);
                                    });
    if (open > 0) race.is_over = false;
    race.seeds = std::min(race.seeds, static_cast<int64_t>(group.repetitions.size()) - open);
  }
  return race;
}

/// Corrects for the number of comparisons, and decides which groups the first is ahead of.
void Conclude(const std::vector<std::vector<double>>& differences, Verdict& verdict) {
  const auto comparisons = static_cast<int64_t>(verdict.compared.size());
  if (comparisons == 0) return;
  verdict.fewest_seeds = FewestPairs(kSignificance, comparisons);
  std::vector<double> p;
  for (const GroupComparison& one : verdict.compared) p.push_back(one.paired.p);
  const std::vector<double> adjusted = HolmAdjusted(p);
  for (size_t i = 0; i < verdict.compared.size(); ++i) {
    GroupComparison& one = verdict.compared[i];
    one.p_adjusted = adjusted[i];
    if (verdict.race) continue;
    one.is_ahead = one.p_adjusted < kSignificance && one.paired.mean > 0;
    const std::optional<double> sd = Summarize(differences[i]).sd;
    if (one.is_ahead || one.paired.mean <= 0 || !sd) continue;
    one.seeds_needed = PairsNeeded(one.paired.mean, *sd, kSignificance, comparisons);
  }
}

}  // namespace

int64_t Verdict::Indistinguishable() const {
  return 1 + std::count_if(compared.begin(), compared.end(),
                           [](const GroupComparison& one) { return !one.is_ahead; });
}

Verdict Judge(const std::vector<RankedGroup>& ranked, const Objective& objective,
              const MetricTable& metrics) {
  const std::vector<RankedGroup> groups = OfHighestBudget(ranked);
  Verdict verdict{.objective = objective,
                  .is_share = IsShare(objective.metric, metrics),
                  .groups = static_cast<int64_t>(groups.size()),
                  .budget = groups.empty() ? 0 : groups.front().budget,
                  .of_lower_budgets = static_cast<int64_t>(ranked.size() - groups.size())};
  verdict.unsound = std::count_if(groups.begin(), groups.end(),
                                  [](const RankedGroup& group) { return !group.IsSound(); });
  verdict.diverged = std::count_if(groups.begin(), groups.end(),
                                   [](const RankedGroup& group) { return group.diverged > 0; });
  if (groups.empty() || !groups.front().IsSound()) return verdict;
  const RankedGroup& first = groups.front();
  verdict.first_id = first.group_id;
  verdict.first = first.Name();
  verdict.seeds = first.summary->n;
  verdict.race = RaceOf(groups);
  FindNoise(groups, verdict);

  const double sign = objective.mode == "min" ? -1 : 1;
  std::vector<std::vector<double>> all;
  for (size_t i = 1; i < groups.size() && groups[i].IsSound(); ++i) {
    std::vector<double> differences = Differences(first, groups[i], sign);
    if (differences.empty() || verdict.compared.size() == kMostCompared) {
      ++verdict.not_compared;
      continue;
    }
    verdict.compared.push_back(
        {groups[i].group_id, groups[i].Name(), groups[i].place, ComparePaired(differences)});
    if (verdict.race) verdict.compared.back().is_ahead = groups[i].dropped;
    all.push_back(std::move(differences));
  }
  Conclude(all, verdict);
  return verdict;
}

}  // namespace lrsweep
