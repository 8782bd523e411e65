#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "results/store.h"
#include "results/store_impl.h"

namespace lrsweep {

SweepRecord Store::Sweep() const {
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(
        impl_->Db(),
        "SELECT name, config_yaml, metric, mode, scope, engine, "
        "dataset_sha256, created_at, version, record_steps, started_at, ended_at, journal, " +
            std::string(impl_->has_identity ? "identity" : "1") +
            (impl_->has_search ? ", race_confidence" : ", NULL") + " FROM sweep");
    if (!query.executeStep()) throw StoreError(impl_->path.string() + " holds no sweep");
    const auto text = [&query](int i) { return query.getColumn(i).getString(); };
    return SweepRecord{text(0),
                       text(1),
                       {text(2), text(3), text(4)},
                       text(5),
                       text(6),
                       text(7),
                       text(8),
                       query.getColumn(9).getInt() != 0,
                       TextOrNone(query.getColumn(10)),
                       TextOrNone(query.getColumn(11)),
                       text(12),
                       query.getColumn(13).getInt64(),
                       RealOrNone(query.getColumn(14))};
  });
}

namespace {

std::string SelectTrials(bool has_search) {
  const std::string added =
      has_search ? "shared_epochs, point, budget, rung, bracket, stopped_by, promoted, dropped"
                 : "0, NULL, NULL, NULL, NULL, NULL, 0, 0";
  return "SELECT number, trial_id, group_id, state, scheduler, params, seed, error, started_at, "
         "wall_seconds, epochs_done, diverged, in_space, objective_value, " +
         added + " FROM trials ";
}

std::optional<int64_t> IntegerOrNone(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional<int64_t>(column.getInt64());
}

TrialRow ReadTrial(SQLite::Statement& query) {
  const auto column = [&query](int i) { return query.getColumn(i); };
  return {column(0).getInt64(),      column(1).getString(),     column(2).getString(),
          column(3).getString(),     column(4).getString(),     column(5).getString(),
          column(6).getInt64(),      TextOrNone(column(7)),     TextOrNone(column(8)),
          column(9).getDouble(),     column(10).getInt64(),     column(11).getInt() != 0,
          column(14).getInt64(),     column(12).getInt() != 0,  RealOrNone(column(13)),
          TextOrNone(column(15)),    IntegerOrNone(column(16)), IntegerOrNone(column(17)),
          IntegerOrNone(column(18)), TextOrNone(column(19)),    column(20).getInt() != 0,
          column(21).getInt() != 0};
}

std::vector<TrialRow> ReadTrials(SQLite::Statement& query) {
  std::vector<TrialRow> trials;
  while (query.executeStep()) trials.push_back(ReadTrial(query));
  return trials;
}

}  // namespace

std::vector<TrialRow> Store::Trials() const {
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(impl_->Db(), SelectTrials(impl_->has_search) + "ORDER BY number");
    return ReadTrials(query);
  });
}

void Store::EachTrial(const std::function<void(const TrialRow&)>& visit) const {
  Guarded(impl_->path, [&] {
    SQLite::Statement query(impl_->Db(), SelectTrials(impl_->has_search) + "ORDER BY number");
    while (query.executeStep()) visit(ReadTrial(query));
  });
}

std::vector<TrialRow> Store::TrialsInState(TrialState state) const {
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(impl_->Db(),
                            SelectTrials(impl_->has_search) + "WHERE state = ? ORDER BY number");
    query.bind(1, std::string(ToString(state)));
    return ReadTrials(query);
  });
}

std::vector<std::string> Store::PendingIds() const {
  return impl_->Texts("SELECT trial_id FROM trials WHERE state = 'pending' AND in_space = 1");
}

std::vector<std::string> Store::LostIds() const {
  return impl_->Texts(
      "SELECT trial_id FROM trials WHERE state = 'pending' AND "
      "(SELECT outcome = 'lost' FROM attempts "
      "WHERE attempts.trial_id = trials.trial_id ORDER BY attempt DESC LIMIT 1)");
}

std::vector<std::string> Store::BrokenOffIds() const {
  return impl_->Texts(
      "SELECT trial_id FROM trials WHERE state = 'pending' AND "
      "(SELECT outcome = 'lost' AND ended_at IS NULL FROM attempts "
      "WHERE attempts.trial_id = trials.trial_id ORDER BY attempt DESC LIMIT 1)");
}

int64_t Store::LostAttempts(const std::string& trial_id) const {
  return Guarded(impl_->path, [&] {
    return impl_->Number(
        "SELECT count(*) FROM attempts WHERE trial_id = ?1 AND outcome = 'lost' AND pack_size = 1 "
        "AND (ended_at IS NOT NULL OR first_epoch > "
        "coalesce((SELECT epoch FROM checkpoints WHERE trial_id = ?1), 0))",
        trial_id);
  });
}

TrialRow Store::TrialById(const std::string& trial_id) const {
  static const std::string kById = SelectTrials(true) + "WHERE trial_id = ?";
  static const std::string kByIdUnsearched = SelectTrials(false) + "WHERE trial_id = ?";
  return Guarded(impl_->path, [&] {
    SQLite::Statement& query = impl_->Prepared(impl_->has_search ? kById : kByIdUnsearched);
    query.bind(1, trial_id);
    std::vector<TrialRow> found = ReadTrials(query);
    query.reset();
    if (found.empty()) throw std::logic_error("no such trial: " + trial_id);
    return std::move(found.front());
  });
}

std::vector<TrialRow> Store::TrialsByPrefix(const std::string& prefix, int64_t limit) const {
  return Guarded(impl_->path, [&] {
    // 'g' follows the last hexadecimal digit: a range, which the index of the ids answers.
    SQLite::Statement query(impl_->Db(), SelectTrials(impl_->has_search) +
                                             "WHERE trial_id BETWEEN ?1 AND ?1 || 'g' "
                                             "ORDER BY trial_id LIMIT ?2");
    query.bind(1, prefix);
    query.bind(2, limit);
    return ReadTrials(query);
  });
}

std::vector<std::string> Store::GroupIdsByPrefix(const std::string& prefix, int64_t limit) const {
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(impl_->Db(),
                            "SELECT DISTINCT group_id FROM trials "
                            "WHERE group_id BETWEEN ?1 AND ?1 || 'g' "
                            "AND in_space = 1 ORDER BY group_id LIMIT ?2");
    query.bind(1, prefix);
    query.bind(2, limit);
    std::vector<std::string> ids;
    while (query.executeStep()) ids.push_back(query.getColumn(0).getString());
    return ids;
  });
}

TrialLabels Store::Labels() const {
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(impl_->Db(), "SELECT scheduler, path, varies FROM parameters");
    std::vector<LabelPath> paths;
    while (query.executeStep()) {
      paths.push_back({query.getColumn(0).getString(), query.getColumn(1).getString(),
                       query.getColumn(2).getInt() != 0});
    }
    return TrialLabels(paths);
  });
}

std::vector<EpochRow> Store::Epochs(const std::string& trial_id) const {
  return Guarded(impl_->path, [&] {
    constexpr int kFirstMetric = 5;
    std::vector<std::string> metrics;  // that have a column
    std::string columns = "epoch, steps_done, lr, wall_seconds";
    columns += impl_->has_sharing ? ", coalesce(trained_by, '')" : ", ''";
    for (const MetricInfo& metric : impl_->Metrics()) {
      if (FindMetric(BuiltInMetrics(), metric.name) == nullptr) continue;
      metrics.push_back(metric.name);
      columns += ", " + metric.name;
    }
    SQLite::Statement query(impl_->Db(),
                            "SELECT " + columns + " FROM epochs WHERE trial_id = ? ORDER BY epoch");
    query.bind(1, trial_id);
    std::vector<EpochRow> epochs;
    while (query.executeStep()) {
      EpochRow row{query.getColumn(0).getInt64(),  query.getColumn(1).getInt64(),
                   RealOrNone(query.getColumn(2)), {},
                   RealOrNan(query.getColumn(3)),  query.getColumn(4).getString()};
      for (size_t i = 0; i < metrics.size(); ++i) {
        const auto column = kFirstMetric + static_cast<int>(i);
        row.metrics.emplace(metrics[i], RealOrNan(query.getColumn(column)));
      }
      epochs.push_back(std::move(row));
    }
    impl_->ReadReported(trial_id, epochs);
    return epochs;
  });
}

std::vector<AttemptRow> Store::Attempts(const std::string& trial_id) const {
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(impl_->Db(),
                            "SELECT attempt, worker, host, device, engine, cpu_target, pack_size, "
                            "started_at, ended_at, outcome, error, first_epoch FROM attempts "
                            "WHERE trial_id = ? ORDER BY attempt");
    query.bind(1, trial_id);
    std::vector<AttemptRow> attempts;
    while (query.executeStep()) {
      const auto column = [&query](int i) { return query.getColumn(i); };
      attempts.push_back({column(0).getInt64(),
                          {column(1).getInt64(), column(2).getString(), column(3).getString(),
                           column(4).getString(), column(5).getString()},
                          column(6).getInt64(),
                          column(7).getString(),
                          TextOrNone(column(8)),
                          TextOrNone(column(9)),
                          TextOrNone(column(10)),
                          column(11).getInt64()});
    }
    return attempts;
  });
}

std::vector<StepRow> Store::Steps(const std::string& trial_id) const {
  return Guarded(impl_->path, [&] {
    // Not through the view `steps`: SQLite refuses JSON functions in the views of a file whose
    // schema it is told not to trust, as Open does, and its own reading of a decimal may be off by
    // the last bit.
    SQLite::Statement query(impl_->Db(), "SELECT t.lr, t.momentum, t.trace FROM " +
                                             impl_->TracesOf() + " ORDER BY t.epoch");
    query.bind(1, trial_id);
    std::vector<StepRow> steps;
    while (query.executeStep()) {
      const StepTrace trace{RealOrNone(query.getColumn(0)), RealOrNone(query.getColumn(1)),
                            query.getColumn(2).getString()};
      try {
        ReadStepTrace(trace, steps);
      } catch (const std::invalid_argument& error) {
        throw StoreError(impl_->path.string() + ": trial " + trial_id + ": " + error.what());
      }
    }
    return steps;
  });
}

std::map<int64_t, double> Store::MomentumByEpoch(const std::string& trial_id) const {
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(impl_->Db(),
                            "SELECT t.epoch, coalesce(t.momentum, "
                            "json_extract(t.trace, '$[#-1][2]')) FROM " +
                                impl_->TracesOf());
    query.bind(1, trial_id);
    std::map<int64_t, double> momenta;
    while (query.executeStep()) {
      const auto momentum = RealOrNone(query.getColumn(1));
      if (momentum) momenta.emplace(query.getColumn(0).getInt64(), *momentum);
    }
    return momenta;
  });
}

}  // namespace lrsweep
