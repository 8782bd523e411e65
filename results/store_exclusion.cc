// Excluded workers: noted with an attempt, since what is asked of one is whether it has had a trial
// since then.

#include "results/store_impl.h"

namespace lrsweep {
namespace {

/// Begins the note in `attempts.error`; the reason follows.
const std::string kNote = "the worker gets no trials any more: ";

}  // namespace

void Store::RecordExclusion(const ExcludedWorker& excluded) {
  impl_->Write([&] {
    impl_->Run(
        "UPDATE attempts SET error = coalesce(error || '; ', '') || ?2 || ?3 "
        "WHERE (trial_id, attempt) = (SELECT trial_id, attempt FROM attempts WHERE worker = ?1 AND "
        "outcome IS NOT NULL ORDER BY started_at DESC, ended_at DESC LIMIT 1) "
        "AND instr(coalesce(error, ''), ?2) = 0",
        excluded.worker, kNote, excluded.reason);
  });
}

std::vector<ExcludedWorker> Store::ExcludedWorkers() const {
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(
        impl_->Db(),
        "SELECT worker, host, device, substr(error, instr(error, ?1) + length(?1)) "
        "FROM attempts AS noted WHERE instr(error, ?1) > 0 AND NOT EXISTS (SELECT 1 FROM attempts "
        "AS later WHERE later.worker = noted.worker AND later.started_at > noted.started_at) "
        "GROUP BY worker ORDER BY worker");
    query.bind(1, kNote);
    std::vector<ExcludedWorker> excluded;
    while (query.executeStep()) {
      const auto text = [&query](int i) { return query.getColumn(i).getString(); };
      excluded.push_back({query.getColumn(0).getInt64(), text(1), text(2), text(3)});
    }
    return excluded;
  });
}

}  // namespace lrsweep
