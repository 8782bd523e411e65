// The metrics of epochs in the database: those with a column in `epochs`, and those that users'
// programs report.
#include <fmt/format.h>

#include "results/store.h"
#include "results/store_impl.h"

namespace lrsweep {
namespace {

Better BetterOf(const std::optional<std::string>& mode) {
  if (!mode) return Better::kUnknown;
  return *mode == "max" ? Better::kMore : Better::kLess;
}

/// The metric of the sweep's objective, which nothing may have reported yet. Its direction is the
/// objective's, where that does not rank by what is derived from it.
void AddObjective(const Objective& objective, MetricTable& table) {
  const Metric metric = ParseKnownMetric(objective.metric);
  if (FindMetric(table, metric.recorded) == nullptr) table.push_back({.name = metric.recorded});
  for (MetricInfo& row : table) {
    if (row.name != metric.recorded || row.better != Better::kUnknown || metric.IsDerived()) {
      continue;
    }
    row.better = BetterOf(objective.mode);
  }
}

}  // namespace

void DeclareMetrics(SQLite::Database& db, const MetricTable& metrics) {
  SQLite::Statement insert(
      db, "INSERT OR REPLACE INTO metric_names VALUES (?, nullif(?, ''), nullif(?, ''))");
  for (const MetricInfo& metric : metrics) {
    const char* mode = metric.better == Better::kMore   ? "max"
                       : metric.better == Better::kLess ? "min"
                                                        : "";
    RunStatement(insert, metric.name, std::string(mode), metric.unit);
  }
}

MetricSource SourceOf(const std::string& metric) {
  if (FindMetric(BuiltInMetrics(), metric) != nullptr) return {"epochs", metric};
  std::string quoted;
  for (const char c : metric) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return {fmt::format("(SELECT e.trial_id AS trial_id, e.epoch AS epoch, steps_done, wall_seconds, "
                      "r.value AS reported FROM epochs AS e LEFT JOIN reported_metrics AS r "
                      "ON r.trial_id = e.trial_id AND r.epoch = e.epoch AND r.name = '{}')",
                      quoted),
          "reported"};
}

const MetricTable& Store::Impl::Metrics() {
  if (metrics) return *metrics;
  MetricTable table = BuiltInMetrics();
  if (has_reported_metrics) {
    SQLite::Statement query(Db(), "SELECT name, mode, unit FROM metric_names ORDER BY name");
    while (query.executeStep()) {
      table.push_back({.name = query.getColumn(0).getString(),
                       .better = BetterOf(TextOrNone(query.getColumn(1))),
                       .unit = query.getColumn(2).getString()});
    }
  }
  SQLite::Statement query(Db(), "SELECT metric, mode FROM sweep");
  if (query.executeStep()) {
    AddObjective({query.getColumn(0).getString(), query.getColumn(1).getString()}, table);
  }
  return metrics.emplace(std::move(table));
}

void Store::Impl::AddReported(const std::string& trial_id, const EpochRecord& epoch) {
  for (const auto& [name, value] : epoch.metrics) {
    if (FindMetric(BuiltInMetrics(), name) != nullptr) continue;
    if (Run("INSERT OR IGNORE INTO metric_names (name) VALUES (?)", name) > 0) metrics.reset();
    Run("INSERT INTO reported_metrics VALUES (?, ?, ?, ?)", trial_id, epoch.epoch, name, value);
  }
}

void Store::Impl::ReadReported(const std::string& trial_id, std::vector<EpochRow>& epochs) {
  const MetricTable& table = Metrics();
  if (table.size() == BuiltInMetrics().size() || epochs.empty()) return;
  for (EpochRow& row : epochs) {
    for (const MetricInfo& metric : table) row.metrics.try_emplace(metric.name, kNan);
  }
  if (!has_reported_metrics) return;
  SQLite::Statement query(Db(),
                          "SELECT epoch, name, value FROM reported_metrics WHERE trial_id = ?");
  query.bind(1, trial_id);
  while (query.executeStep()) {
    const auto place = static_cast<size_t>(query.getColumn(0).getInt64() - epochs.front().epoch);
    if (place >= epochs.size()) continue;
    epochs[place].metrics[query.getColumn(1).getString()] = RealOrNan(query.getColumn(2));
  }
}

MetricTable Store::Metrics() const {
  return Guarded(impl_->path, [&] { return impl_->Metrics(); });
}

}  // namespace lrsweep
