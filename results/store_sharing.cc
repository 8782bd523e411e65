// Epochs that several trials share, since they are the same training up to there: `epochs` has a
// row for each of them, `step_traces` one for all.
#include "results/store.h"
#include "results/store_impl.h"

namespace lrsweep {

std::string Store::Impl::TracesOf() const {
  if (!has_sharing) return "step_traces AS t WHERE t.trial_id = ?1";
  return "epochs AS e JOIN step_traces AS t ON t.trial_id = coalesce(e.trained_by, e.trial_id) AND "
         "t.epoch = e.epoch WHERE e.trial_id = ?1";
}

std::vector<SharedEpoch> Store::Impl::SharedEpochs(std::string_view sql,
                                                   const std::string& trial_id,
                                                   int64_t first_epoch) {
  SQLite::Statement& query = Prepared(sql);
  BindOne(query, 1, trial_id);
  BindOne(query, 2, first_epoch);
  std::vector<SharedEpoch> found;
  while (query.executeStep()) {
    found.push_back({query.getColumn(0).getInt64(), query.getColumn(1).getString(),
                     query.getColumn(2).getString()});
  }
  query.reset();
  return found;
}

void Store::Impl::MoveShared(const SharedEpoch& shared) {
  Run("UPDATE step_traces SET trial_id = ?3 WHERE trial_id = ?2 AND epoch = ?1", shared.epoch,
      shared.owner, shared.heir);
  Run("UPDATE epochs SET trained_by = ?3 WHERE trained_by = ?2 AND epoch = ?1", shared.epoch,
      shared.owner, shared.heir);
  Run("UPDATE epochs SET trained_by = ?3 WHERE trial_id = ?2 AND epoch = ?1", shared.epoch,
      shared.owner, shared.heir);
  Run("UPDATE epochs SET trained_by = NULL WHERE trial_id = ?2 AND epoch = ?1", shared.epoch,
      shared.heir);
}

void Store::Impl::CountShared(const std::string& trial_id) {
  Run("UPDATE trials SET shared_epochs = (SELECT count(*) FROM epochs AS e WHERE e.trial_id = "
      "trials.trial_id AND e.trained_by IS NOT NULL) WHERE trial_id = ?1 OR trial_id IN "
      "(SELECT trial_id FROM epochs WHERE trained_by = ?1)",
      trial_id);
}

void Store::Impl::HandOverShared(const std::string& trial_id, int64_t first_epoch) {
  const auto handed_over = SharedEpochs(
      "SELECT e.epoch, e.trained_by, t.trial_id FROM epochs AS e JOIN trials AS t USING (trial_id) "
      "WHERE e.trained_by = ?1 AND e.epoch >= ?2 "
      "GROUP BY e.epoch HAVING t.number = min(t.number)",
      trial_id, first_epoch);
  for (const SharedEpoch& shared : handed_over) MoveShared(shared);
  for (const SharedEpoch& shared : handed_over) CountShared(shared.heir);
}

void Store::ShareEpochs(const std::string& from, const std::string& trial_id, int64_t epochs,
                        const Checkpoint* checkpoint) {
  impl_->Write([&] {
    impl_->HandOverShared(trial_id, 1);
    impl_->Run("DELETE FROM epochs WHERE trial_id = ?", trial_id);
    impl_->Run(
        "INSERT INTO epochs (trial_id, epoch, steps_done, lr, train_loss, val_loss, val_accuracy, "
        "wall_seconds, test_loss, test_accuracy, trained_by) SELECT ?2, epoch, steps_done, lr, "
        "train_loss, val_loss, val_accuracy, "
        "wall_seconds, test_loss, test_accuracy, coalesce(trained_by, trial_id) FROM epochs "
        "WHERE trial_id = ?1 AND epoch <= ?3",
        from, trial_id, epochs);
    impl_->Run(
        "INSERT INTO reported_metrics SELECT ?2, epoch, name, value FROM reported_metrics "
        "WHERE trial_id = ?1 AND epoch <= ?3",
        from, trial_id, epochs);
    impl_->Run(
        "UPDATE trials SET epochs_done = ?3, objective_value = NULL, wall_seconds = "
        "(SELECT coalesce(sum(wall_seconds), 0) FROM epochs WHERE trial_id = ?2), diverged = "
        "(SELECT diverged "
        "AND epochs_done = ?3 FROM trials WHERE trial_id = ?1) WHERE trial_id = ?2",
        from, trial_id, epochs);
    // The one with the lowest number is the one that the others name.
    const auto taken_over = impl_->SharedEpochs(
        "SELECT e.epoch, e.trained_by, e.trial_id FROM epochs AS e JOIN trials AS t USING "
        "(trial_id) JOIN trials AS o ON o.trial_id = e.trained_by "
        "WHERE e.trial_id = ?1 AND e.epoch >= ?2 AND t.number < o.number",
        trial_id, 1);
    for (const SharedEpoch& shared : taken_over) impl_->MoveShared(shared);
    impl_->CountShared(trial_id);
    impl_->Run("DELETE FROM checkpoints WHERE trial_id = ?", trial_id);
    if (checkpoint != nullptr) impl_->PutCheckpoint(trial_id, *checkpoint);
  });
}

WorkDone Store::CountWork() const {
  return Guarded(impl_->path, [&] {
    SQLite::Statement all(impl_->Db(),
                          "SELECT coalesce(sum(epochs_done), 0), coalesce(sum(wall_seconds), 0.0) "
                          "FROM trials");
    all.executeStep();
    WorkDone work{.epochs_recorded = all.getColumn(0).getInt64(),
                  .epochs_trained = all.getColumn(0).getInt64(),
                  .seconds_recorded = all.getColumn(1).getDouble(),
                  .seconds_trained = all.getColumn(1).getDouble()};
    if (!impl_->has_sharing) return work;
    // A trial's shared epochs are its first ones. A row of a program's may stand for several.
    SQLite::Statement shared(
        impl_->Db(),
        "SELECT coalesce(sum(last), 0), coalesce(sum(seconds), 0.0) FROM (SELECT max(epoch) AS "
        "last, "
        "sum(wall_seconds) AS seconds FROM epochs WHERE trained_by IS NOT NULL GROUP BY trial_id)");
    shared.executeStep();
    work.epochs_trained -= shared.getColumn(0).getInt64();
    work.seconds_trained -= shared.getColumn(1).getDouble();
    return work;
  });
}

std::string Store::FirstTrainedAt(const std::string& trial_id) const {
  const std::string named = impl_->has_sharing ? "coalesce(trained_by, trial_id)" : "trial_id";
  const std::string sharers =
      impl_->has_sharing
          ? "OR trial_id IN (SELECT e.trial_id FROM epochs AS e JOIN first AS f ON e.trained_by = "
            "f.named AND e.epoch = f.epoch)"
          : "";
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(impl_->Db(),
                            "WITH first (epoch, named) AS (SELECT epoch, " + named +
                                " FROM epochs WHERE trial_id = ? ORDER BY epoch LIMIT 1) "
                                "SELECT coalesce(min(started_at), '') FROM attempts "
                                "WHERE trial_id IN (SELECT named FROM first) " +
                                sharers);
    query.bind(1, trial_id);
    query.executeStep();
    return query.getColumn(0).getString();
  });
}

std::vector<std::string> Store::SharersOf(const std::string& trial_id) const {
  if (!impl_->has_sharing) return {};
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(
        impl_->Db(),
        "WITH named (id) AS (SELECT ?1 UNION SELECT trained_by FROM epochs WHERE trial_id = ?1 AND "
        "trained_by IS NOT NULL), sharers (id) AS (SELECT id FROM named UNION SELECT e.trial_id "
        "FROM epochs AS e JOIN named ON e.trained_by = named.id) "
        "SELECT t.trial_id FROM trials AS t JOIN sharers ON t.trial_id = sharers.id "
        "WHERE t.trial_id <> ?1 ORDER BY t.number");
    query.bind(1, trial_id);
    std::vector<std::string> sharers;
    while (query.executeStep()) sharers.push_back(query.getColumn(0).getString());
    return sharers;
  });
}

}  // namespace lrsweep
