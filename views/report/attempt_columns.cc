#include "views/report/attempt_columns.h"

#include <algorithm>
#include <utility>

#include "results/time_text.h"
#include "views/report/buckets.h"
#include "views/report/distinct.h"

namespace lrsweep {
namespace {

constexpr int kSecondsDigits = 9;

/// Text of ISO 8601 in UTC sorts as time does.
std::string FirstStart(const std::vector<std::vector<AttemptRow>>& attempts,
                       const ReportInput& input, size_t sweep) {
  std::string first;
  for (size_t i = 0; i < attempts.size(); ++i) {
    if (input.trials[i].sweep != sweep) continue;
    for (const AttemptRow& attempt : attempts[i]) {
      if (first.empty() || attempt.started_at < first) first = attempt.started_at;
    }
  }
  return first;
}

}  // namespace

Json AttemptColumns(const std::vector<ReportSource>& sources, const ReportInput& input) {
  std::vector<std::vector<AttemptRow>> attempts;
  attempts.reserve(input.trials.size());
  for (const ReportTrial& trial : input.trials) {
    attempts.push_back(sources[trial.sweep].store.Attempts(trial.row.trial_id));
  }
  std::vector<std::string> starts;
  for (size_t i = 0; i < sources.size(); ++i) starts.push_back(FirstStart(attempts, input, i));

  Distinct workers;
  Distinct outcomes;
  Json columns = {{"workers", nullptr}, {"outcomes", nullptr}};
  Json errors = Json::object();
  for (size_t i = 0; i < attempts.size(); ++i) {
    const size_t sweep = input.trials[i].sweep;
    const auto seconds = [&](const std::string& time) {
      return Rounded(SecondsBetween(starts[sweep], time), kSecondsDigits);
    };
    for (const AttemptRow& row : attempts[i]) {
      const WorkerInfo& by = row.by;
      Json worker = {{"sweep", sweep},
                     {"host", by.host},
                     {"worker", by.worker},
                     {"device", by.device},
                     {"cpu_target", by.cpu_target}};
      if (row.error) errors[std::to_string(columns["trial"].size())] = *row.error;
      columns["trial"].push_back(i);
      columns["attempt"].push_back(row.attempt);
      columns["worker"].push_back(workers.Index(std::move(worker)));
      columns["outcome"].push_back(row.outcome ? static_cast<int64_t>(outcomes.Index(*row.outcome))
                                               : -1);
      columns["start"].push_back(seconds(row.started_at));
      columns["end"].push_back(row.ended_at ? Json(seconds(*row.ended_at)) : Json());
      columns["first_epoch"].push_back(row.first_epoch);
      columns["pack"].push_back(row.pack_size);
    }
  }
  columns["workers"] = workers.All();
  columns["outcomes"] = outcomes.All();
  columns["errors"] = std::move(errors);
  return columns;
}

}  // namespace lrsweep
