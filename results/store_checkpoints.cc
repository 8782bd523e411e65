// Where trials can continue: their checkpoints, the states that these hold, each once, and files of
// users' programs that are needed no more.
#include <fmt/format.h>

#include <stdexcept>

#include "results/store.h"
#include "results/store_impl.h"

namespace lrsweep {
namespace {

/// SQL: the path in a program's checkpoint data.
std::string PathIn(const std::string& data) {
  return fmt::format(
      "iif(json_valid(CAST({0} AS TEXT)), json_extract(CAST({0} AS TEXT), '$.path'), "
      "CAST({0} AS TEXT))",
      data);
}

}  // namespace

void Store::Impl::PutCheckpoint(const std::string& trial_id, const Checkpoint& checkpoint) {
  Run("DELETE FROM checkpoints WHERE trial_id = ?", trial_id);
  // Data that were damaged in the file are replaced. To compare them is to read them, so of trials
  // that take a state one after another the first one does it for all.
  Run(checkpoint.sha256 == whole_state
          ? "INSERT INTO states (sha256, data) VALUES (?1, ?2) ON CONFLICT (sha256) DO NOTHING"
          : "INSERT INTO states (sha256, data) VALUES (?1, ?2) ON CONFLICT (sha256) DO UPDATE SET "
            "data = excluded.data WHERE data <> excluded.data",
      checkpoint.sha256, Blob{checkpoint.data});
  whole_state = checkpoint.sha256;
  Run("INSERT INTO checkpoints (trial_id, epoch, size, sha256, saved_by) VALUES "
      "(?1, ?2, ?3, ?4, nullif(nullif(?5, ''), ?1))",
      trial_id, checkpoint.epoch, static_cast<int64_t>(checkpoint.data.size()), checkpoint.sha256,
      checkpoint.saved_by);
}

void Store::SaveCheckpoint(const std::string& trial_id, const Checkpoint& checkpoint) {
  impl_->Write([&] {
    MustChange(trial_id,
               impl_->Number("SELECT EXISTS (SELECT 1 FROM trials JOIN epochs USING (trial_id) "
                             "WHERE trial_id = ?1 AND state = 'running' AND epoch = ?2)",
                             trial_id, checkpoint.epoch));
    impl_->PutCheckpoint(trial_id, checkpoint);
  });
}

void Store::DropCheckpoint(const std::string& trial_id, const std::string& why) {
  impl_->Write([&] {
    impl_->Run("DELETE FROM checkpoints WHERE trial_id = ?", trial_id);
    impl_->Run(
        "UPDATE attempts SET error = coalesce(error || '; ', '') || ?2 WHERE trial_id = ?1 "
        "AND attempt = (SELECT max(attempt) FROM attempts WHERE trial_id = ?1)",
        trial_id, why);
  });
}

void Store::RetireCheckpoint(const std::string& trial_id, const std::string& data) {
  impl_->Write([&] {
    impl_->Run("INSERT INTO retired_checkpoints (trial_id, data) VALUES (?1, CAST(?2 AS BLOB))",
               trial_id, data);
  });
}

void Store::ForgetRetired(int64_t number) {
  impl_->Write([&] { impl_->Run("DELETE FROM retired_checkpoints WHERE number = ?", number); });
}

std::map<std::string, int64_t> Store::CheckpointEpochs() const {
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(impl_->Db(), "SELECT trial_id, epoch FROM checkpoints");
    std::map<std::string, int64_t> epochs;
    while (query.executeStep()) {
      epochs.emplace(query.getColumn(0).getString(), query.getColumn(1).getInt64());
    }
    return epochs;
  });
}

StoredCheckpoint Store::ReadCheckpoint(const std::string& trial_id,
                                       const std::function<std::string(std::string_view)>& sha256,
                                       const Checkpoint& known) const {
  return Guarded(impl_->path, [&]() -> StoredCheckpoint {
    const bool is_older = !impl_->has_sharing;  // the data are in `checkpoints`
    const std::string saved_by = is_older ? "''" : "coalesce(c.saved_by, '')";
    const std::string states = is_older ? "" : "LEFT JOIN states USING (sha256) ";
    SQLite::Statement query(
        impl_->Db(),
        "SELECT c.epoch, size, sha256, iif(sha256 = ?2, NULL, data), "
        "e.epoch IS NOT NULL, " +
            saved_by + " FROM checkpoints AS c " + states +
            "LEFT JOIN epochs AS e USING (trial_id, epoch) WHERE trial_id = ?1");
    query.bind(1, trial_id);
    query.bind(2, known.sha256);
    if (!query.executeStep()) return {};
    const std::string recorded = query.getColumn(2).getString();
    const bool is_known = recorded == known.sha256;
    const SQLite::Column data = query.getColumn(3);
    const std::string_view bytes = is_known
                                       ? std::string_view(known.data)
                                       : std::string_view(static_cast<const char*>(data.getBlob()),
                                                          static_cast<size_t>(data.getBytes()));
    const int64_t epoch = query.getColumn(0).getInt64();
    const int64_t size = query.getColumn(1).getInt64();
    if (static_cast<int64_t>(bytes.size()) != size) {
      return {{}, fmt::format("its checkpoint has {} bytes of {}", bytes.size(), size)};
    }
    if (!is_known && sha256(bytes) != recorded) {
      return {{}, "its checkpoint is damaged: its SHA-256 is another than recorded"};
    }
    if (query.getColumn(4).getInt() == 0) {
      return {{}, fmt::format("its checkpoint is of epoch {}, which is not recorded", epoch)};
    }
    return {Checkpoint{epoch, recorded, std::string(bytes), query.getColumn(5).getString()}, ""};
  });
}

std::vector<RetiredCheckpoint> Store::RetiredCheckpoints() const {
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(
        impl_->Db(),
        "SELECT number, trial_id, data FROM retired_checkpoints AS r WHERE NOT EXISTS (SELECT 1 "
        "FROM checkpoints AS c JOIN states AS s USING (sha256) "
        "WHERE r.trial_id IN (c.trial_id, c.saved_by) AND " +
            PathIn("s.data") + " = " + PathIn("r.data") + ") ORDER BY number");
    std::vector<RetiredCheckpoint> retired;
    while (query.executeStep()) {
      retired.push_back({query.getColumn(0).getInt64(), query.getColumn(1).getString(),
                         query.getColumn(2).getString()});
    }
    return retired;
  });
}

std::vector<std::string> Store::BorrowedBeyond(const std::string& trial_id, int64_t epoch) const {
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(
        impl_->Db(),
        "SELECT trial_id FROM checkpoints WHERE saved_by = ?1 AND epoch > ?2 ORDER BY trial_id");
    query.bind(1, trial_id);
    query.bind(2, epoch);
    std::vector<std::string> borrowers;
    while (query.executeStep()) borrowers.push_back(query.getColumn(0).getString());
    return borrowers;
  });
}

std::set<std::string> Store::Lenders() const {
  if (!impl_->has_sharing) return {};
  return Guarded(impl_->path, [&] {
    SQLite::Statement query(impl_->Db(),
                            "SELECT DISTINCT saved_by FROM checkpoints WHERE saved_by IS NOT NULL");
    std::set<std::string> lenders;
    while (query.executeStep()) lenders.insert(query.getColumn(0).getString());
    return lenders;
  });
}

}  // namespace lrsweep
