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

constexpr const char* kEpochColumns =
    "SELECT e.trial_id AS trial_id, e.epoch AS epoch, steps_done, wall_seconds, ";

/// Queries of all epochs with their values of a metric.
std::string EpochsWithColumn(const std::string& metric) {
  return fmt::format("{} {} AS reported FROM epochs AS e", kEpochColumns, metric);
}

std::string EpochsWithReported(const std::string& metric) {
  std::string quoted;
  for (const char c : metric) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return fmt::format(
      "{} r.value AS reported FROM epochs AS e LEFT JOIN reported_metrics AS r "
      "ON r.trial_id = e.trial_id AND r.epoch = e.epoch AND r.name = '{}'",
      kEpochColumns, quoted);
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

void ForgetDeclaredMetrics(SQLite::Database& db) {
  db.exec(
      "UPDATE metric_names SET mode = NULL, unit = NULL; "
      "DELETE FROM metric_names WHERE NOT EXISTS "
      "(SELECT 1 FROM metrics WHERE metrics.name = metric_names.name)");
}

MetricSource SourceOf(const Metric& metric, bool of_program) {
  const std::string elapsed = "sum(wall_seconds) OVER (PARTITION BY trial_id ORDER BY epoch)";
  const bool has_column = FindMetric(BuiltInMetrics(), metric.recorded) != nullptr;
  if (has_column && !of_program) return {"epochs", metric.recorded, elapsed};
  const std::string epochs =
      has_column ? EpochsWithColumn(metric.recorded) : EpochsWithReported(metric.recorded);
  if (!of_program) return {"(" + epochs + ")", "reported", elapsed};
  const std::string needed = metric.derivation == Derivation::kSecondsTo ? elapsed : "NULL";
  return {fmt::format("(SELECT * FROM (SELECT *, {} AS elapsed_then FROM ({})) "
                      "WHERE reported IS NOT NULL)",
                      needed, epochs),
          "reported", "elapsed_then"};
}

bool Store::Impl::IsOfProgram() {
  if (!is_of_program) {
    SQLite::Statement query(Db(), "SELECT engine FROM sweep");
    is_of_program = query.executeStep() && query.getColumn(0).getString() == kCommandEngine;
  }
  return *is_of_program;
}

bool Store::Impl::HasValidation() {
  if (!has_test_metrics) return false;
  // A sweep has one number of images; an edited one may keep trials of another.
  return Db().execAndGet(
                 "SELECT EXISTS (SELECT 1 FROM parameters WHERE path = 'dataset.validation' "
                 "AND varies = 1) OR EXISTS (SELECT 1 FROM (SELECT params FROM trials LIMIT 1) "
                 "WHERE CASE WHEN json_valid(params) "
                 "THEN json_extract(params, '$.dataset.validation') END > 0)")
             .getInt() != 0;
}

const MetricTable& Store::Impl::Metrics() {
  if (metrics) return *metrics;
  // A program's val_accuracy means what the program says: it may be in percent, or of anything.
  MetricTable table = IsOfProgram() ? MetricTable() : BuiltInMetrics(HasValidation());
  if (has_reported_metrics) {
    SQLite::Statement query(Db(), "SELECT name, mode, unit FROM metric_names ORDER BY name");
    while (query.executeStep()) {
      const auto mode = TextOrNone(query.getColumn(1));
      table.push_back({.name = query.getColumn(0).getString(),
                       .better = BetterOf(mode),
                       .unit = query.getColumn(2).getString(),
                       .marks_divergence = IsOfProgram() && mode});
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
    const bool has_column = FindMetric(BuiltInMetrics(), name) != nullptr;
    if (has_column && !IsOfProgram()) continue;
    if (Run("INSERT OR IGNORE INTO metric_names (name) VALUES (?)", name) > 0) metrics.reset();
    if (has_column) continue;
    Run("INSERT INTO reported_metrics VALUES (?, ?, ?, ?)", trial_id, epoch.epoch, name, value);
  }
}

void Store::Impl::ReadReported(const std::string& trial_id, std::vector<EpochRow>& epochs) {
  if (epochs.empty() || epochs.front().metrics.size() == Metrics().size()) return;
  for (EpochRow& row : epochs) {
    for (const MetricInfo& metric : Metrics()) row.metrics.try_emplace(metric.name, kNan);
  }
  if (!has_reported_metrics) return;
  SQLite::Statement query(Db(),
                          "SELECT epoch, name, value FROM reported_metrics WHERE trial_id = ? "
                          "ORDER BY epoch");
  query.bind(1, trial_id);
  auto row = epochs.begin();  // a program may leave out epochs
  while (query.executeStep()) {
    const int64_t epoch = query.getColumn(0).getInt64();
    while (row != epochs.end() && row->epoch < epoch) ++row;
    if (row == epochs.end() || row->epoch != epoch) continue;
    row->metrics[query.getColumn(1).getString()] = RealOrNan(query.getColumn(2));
  }
}

MetricTable Store::Metrics() const {
  return Guarded(impl_->path, [&] { return impl_->Metrics(); });
}

}  // namespace lrsweep
