#include "sweep/search/rungs.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lrsweep {
namespace {

/// Hyperband's number of points for the bracket that begins `halvings` rungs below the last of
/// `rungs`, up to a common factor: ceil(rungs / (halvings + 1) · factor^halvings).
double WeightOf(size_t rungs, size_t halvings, int64_t factor) {
  const double share = static_cast<double>(rungs) / static_cast<double>(halvings + 1);
  return std::ceil(share * std::pow(static_cast<double>(factor), static_cast<double>(halvings)));
}

/// Integers in the proportions of the weights that add up to `total`, by the largest remainder;
/// of equal remainders the first gets more.
std::vector<size_t> Apportion(size_t total, const std::vector<double>& weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<size_t> shares;
  std::vector<double> rest;
  size_t given = 0;
  for (const double weight : weights) {
    const double exact = static_cast<double>(total) * weight / sum;
    shares.push_back(static_cast<size_t>(exact));
    rest.push_back(exact - std::floor(exact));
    given += shares.back();
  }
  std::vector<size_t> order(weights.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&rest](size_t a, size_t b) { return rest[a] > rest[b]; });
  for (size_t i = 0; given < total; ++i, ++given) ++shares[order[i % order.size()]];
  return shares;
}

}  // namespace

std::vector<int64_t> Budgets(int64_t epochs, int64_t grace_period, int64_t factor) {
  std::vector<int64_t> budgets = {epochs};
  while (budgets.back() / factor >= std::max<int64_t>(grace_period, 1)) {
    budgets.push_back(budgets.back() / factor);
  }
  std::reverse(budgets.begin(), budgets.end());
  return budgets;
}

std::vector<Rung> RungsOf(int64_t points, const std::vector<int64_t>& budgets, size_t first,
                          int64_t factor) {
  std::vector<Rung> rungs;
  for (size_t i = first; i < budgets.size(); ++i) {
    const bool is_last = i + 1 == budgets.size();
    if (points > 1 || is_last) rungs.push_back({static_cast<int64_t>(i), budgets[i], points});
    points = std::max<int64_t>(1, points / factor);
  }
  return rungs;
}

std::vector<Bracket> DivideIntoBrackets(const std::vector<std::string>& ids,
                                        const std::vector<int64_t>& budgets, int64_t factor,
                                        int64_t brackets) {
  std::vector<size_t> order(ids.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&ids](size_t a, size_t b) { return ids[a] < ids[b]; });
  std::vector<double> weights;
  for (size_t i = 0; i < static_cast<size_t>(brackets); ++i) {
    weights.push_back(WeightOf(budgets.size(), budgets.size() - 1 - i, factor));
  }
  const std::vector<size_t> sizes = Apportion(ids.size(), weights);
  std::vector<Bracket> divided;
  auto next = order.begin();
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == 0) continue;
    const auto end = next + static_cast<ptrdiff_t>(sizes[i]);
    Bracket bracket{static_cast<int64_t>(i), std::vector<size_t>(next, end), {}};
    std::sort(bracket.points.begin(), bracket.points.end());
    bracket.rungs = RungsOf(static_cast<int64_t>(sizes[i]), budgets, i, factor);
    divided.push_back(std::move(bracket));
    next = end;
  }
  return divided;
}

std::optional<double> MeanOfSeeds(const std::vector<std::optional<double>>& values) {
  double sum = 0;
  for (const auto& value : values) {
    if (!value) return std::nullopt;
    sum += *value;
  }
  if (values.empty()) return std::nullopt;
  return std::round(sum / static_cast<double>(values.size()) * 1e12) / 1e12;
}

std::vector<size_t> PlacesOf(const std::vector<std::optional<double>>& values,
                             bool more_is_better) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (!values[a] || !values[b]) return values[a].has_value() && !values[b].has_value();
    return more_is_better ? *values[a] > *values[b] : *values[a] < *values[b];
  });
  std::vector<size_t> places(values.size());
  for (size_t place = 0; place < order.size(); ++place) places[order[place]] = place;
  return places;
}

}  // namespace lrsweep
