// The sweep's database: the only SQL of the program. The schema is results/schema.sql.
//
// One process writes (rank 0). Any number may read at the same time, also with other SQLite
// clients; on a network file system readers and writer wait for each other (Journal). Not
// thread-safe: one Store per thread. Errors: std::logic_error for an unknown trial or an attempt
// that is not running, which are bugs of the caller; StoreError for everything else.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "results/excluded_worker.h"
#include "results/ranking.h"
#include "results/step_trace.h"
#include "results/trial_labels.h"
#include "trial/decided.h"
#include "trial/program.h"
#include "trial/trial.h"

namespace lrsweep {

/// SQLite's journal while a Store writes. `kWal`: readers and the writer never wait for each other;
/// not for network file systems. `kDelete`, a rollback journal: a commit waits for readers, and
/// they for it. `kAuto`: kDelete on a network file system, else kWal.
enum class Journal { kAuto, kWal, kDelete };

/// From "auto", "wal" or "delete". Throws std::invalid_argument.
Journal ParseJournal(const std::string& word);

/// The database cannot be used: which file, what is wrong, what to do.
struct StoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// There is no file of that name: a mistake in the command, where it reads only.
struct NoDatabase : StoreError {
  using StoreError::StoreError;
};

struct SweepRecord {
  std::string name;
  std::string config_yaml;  // as run, --set included
  Objective objective;
  std::string engine;
  std::string dataset_sha256;
  std::string created_at;  // set by the store
  std::string version;     // of the program
  bool record_steps = true;
  std::optional<std::string> started_at, ended_at;  // its attempts: set by the store
  std::string journal;  // "wal" or "delete", of the last run: set by the store
  /// How trials name what they train on. 2: a data set in a folder by its content; held-back images
  /// are drawn. 1, of lrsweep 0.1.0: by its path; they are the last ones.
  int64_t identity = 2;
  std::optional<double> race_confidence;  // of the race over seeds; none: there is none
  /// What is known of the metrics that the user's program reports: for writing; read by Metrics().
  MetricTable reported_metrics;

  /// Whether its trials are a user's program, of which lrsweep knows no data and no built-in
  /// metric.
  bool IsOfProgram() const { return engine == kCommandEngine; }
};

/// A row of `trials` for reading.
struct TrialRow {
  int64_t index = 0;  // position in the search space, from 0
  std::string trial_id;
  std::string group_id;
  std::string state;
  std::string scheduler;
  std::string params_json;
  int64_t seed = 0;
  std::optional<std::string> error;
  std::optional<std::string> started_at;
  double wall_seconds = 0;
  int64_t epochs_done = 0;
  bool diverged = false;
  int64_t shared_epochs = 0;  // of epochs_done, those whose row names another trial
  bool in_space = true;
  std::optional<double> objective_value;  // by the sweep's objective, where the trial has a value
  // Of a search with budgets, as in results/schema.sql.
  std::optional<std::string> point = {};
  std::optional<int64_t> budget = {}, rung = {}, bracket = {};
  std::optional<std::string> stopped_by = {};
  bool promoted = false;
  bool dropped = false;  // with its group, by a race
};

/// A trial of the space with its value by an objective.
struct ScoredTrial {
  std::string trial_id, group_id, state, scheduler;
  int64_t seed = 0;
  bool diverged = false;
  std::optional<double> value;  // of a trial that completed or that a search stopped, if it has one
  std::string params_json = {};  // of the first trial of each group, else empty
  int64_t budget = 0;            // epochs; 0: the sweep has no budgets
  bool was_pruned = false;       // stopped by the search: it has a value
  bool dropped = false;          // with its group, by a race, which the objective decides
};

/// Whether a trial of the space has a place: it completed, diverged, or was stopped by a search.
bool IsRanked(const std::string& state, bool diverged, bool was_pruned);

/// How many trials there are of a kind.
struct TrialCount {
  std::string state;
  bool in_space = true;
  bool diverged = false;
  int64_t trials = 0;
  int64_t epochs_done = 0;  // of them together
  bool promoted = false;    // their points went on to higher budgets
  bool was_pruned = false;  // stopped by the search

  bool operator==(const TrialCount&) const = default;
  /// Whether they are in the ranking.
  bool IsRanked() const;
  /// Whether they are still to be trained, at least in part.
  bool IsLeft() const;
};

/// What a sweep's epochs took. Recorded counts an epoch with each trial that has it, trained once.
struct WorkDone {
  int64_t epochs_recorded = 0, epochs_trained = 0;
  double seconds_recorded = 0, seconds_trained = 0;

  bool IsShared() const { return epochs_trained < epochs_recorded; }
};

/// How far a rung of a search is.
struct RungCount {
  int64_t bracket = 0, rung = 0, budget = 0;
  int64_t points = 0;  // that came so far
  int64_t trials = 0;  // of them, with this budget
  int64_t ended = 0;   // of these, those that have ended, or went on

  bool operator==(const RungCount&) const = default;
};

struct EpochRow {
  int64_t epoch = 0;
  int64_t steps_done = 0;
  std::optional<double> lr;  // at its last step
  Metrics metrics;  // all that the sweep knows; NaN where a value was NaN, infinite or missing
  double wall_seconds = 0;
  std::string trained_by{};  // the trial of which this epoch is a copy; empty: none
};

struct AttemptRow {
  int64_t attempt = 0;
  WorkerInfo by;
  int64_t pack_size = 1;
  std::string started_at;
  /// None while it runs. The outcome is the state that the trial then has, "interrupted",
  /// "held" or "lost".
  std::optional<std::string> ended_at, outcome, error;
  int64_t first_epoch = 1;
};

/// Where a trial can continue.
struct Checkpoint {
  int64_t epoch = 0;   // the last one done
  std::string sha256;  // of data: 64 lower-case hex digits, from where the data was made
  std::string data;    // bytes
  /// Of a user's program: the trial in whose folder the files are that `data` names; empty: its
  /// own.
  std::string saved_by{};
};

/// A checkpoint that was checked, or its defect; both are empty where the trial has none.
struct StoredCheckpoint {
  std::optional<Checkpoint> checkpoint;
  std::string defect;
};

/// A checkpoint whose files are needed no more.
struct RetiredCheckpoint {
  int64_t number = 0;
  std::string trial_id;
  std::string data;  // Checkpoint::data
};

/// Ids of trials that a search has decided and that were known before.
struct KnownDecided {
  std::vector<std::string> back;       // that an earlier decision had left out: they may have ended
  std::vector<std::string> continued;  // that another search had stopped: they are pending again
};

/// How many trials a changed search space gained, lost, and has again.
struct SpaceChange {
  int64_t added = 0, left = 0, returned = 0;
};

class Store {
 public:
  /// Makes a new database of `count` pending trials, `trial_at(0)` to `trial_at(count - 1)`, and
  /// opens it for writing. It appears under `path` complete with the sweep and its trials, or not
  /// at all. Throws StoreError, also if `path` exists: nothing is overwritten.
  static Store Create(const std::filesystem::path& path, const SweepRecord& sweep, size_t count,
                      const std::function<Trial(size_t)>& trial_at,
                      Journal journal = Journal::kAuto);
  /// Opens for reading a snapshot: everything read is what the file holds now. Open anew to see
  /// later changes. Close it soon beside a writer, whose journal grows meanwhile. Throws StoreError
  /// for a file that is missing, not a database of ours, or of a newer version; one of an older
  /// layout is read unchanged.
  static Store Open(const std::filesystem::path& path);
  /// Opens for writing, to continue the sweep. What a crash left running is pending again, its
  /// attempt interrupted. Throws StoreError as Open, and where another process writes the file or
  /// it is damaged; nothing is written then. A file of an older layout is upgraded. A process must
  /// not open a file twice for writing.
  static Store OpenForWriting(const std::filesystem::path& path, Journal journal = Journal::kAuto);

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  /// Without Close, what was not committed is lost, and the file keeps its journal mode.
  ~Store();

  // Writing. Changes are collected in a transaction until Commit: this Store reads them at once,
  // others after the commit. A StoreError undoes what was not committed.
  /// Marks the trial running, in a pack of `pack_size` trials, from `first_epoch` on: the epoch
  /// after that of its checkpoint, or 1 where it has none. Keeps the epochs before it, the last of
  /// which must be recorded, and removes later ones of an earlier attempt. Returns the number of
  /// this attempt, from 1.
  int64_t BeginAttempt(const std::string& trial_id, const WorkerInfo& worker,
                       int64_t first_epoch = 1, int64_t pack_size = 1);
  /// Writes the epoch. A built-in metric that it lacks is NULL; one that is not built in goes into
  /// the table of reported metrics.
  void AddEpoch(const std::string& trial_id, const EpochRecord& epoch);
  /// Gives a trial that is not running the first `epochs` epochs of the trial `from`, in place of
  /// its own: both are the same training up to there. The steps are stored once. `checkpoint`: the
  /// state after these epochs, from which the trial is to continue; null where it ends with them.
  void ShareEpochs(const std::string& from, const std::string& trial_id, int64_t epochs,
                   const Checkpoint* checkpoint = nullptr);
  /// Replaces the running trial's checkpoint by this one, of an epoch that was added. It is kept
  /// until the trial ends.
  void SaveCheckpoint(const std::string& trial_id, const Checkpoint& checkpoint);
  /// Ends the attempt. `state` kPending means interrupted: the trial is to be trained again, from
  /// its checkpoint if it has one. `error` is stored unless empty.
  void EndAttempt(const std::string& trial_id, TrialState state, const std::string& error);
  /// Ends the attempt of a trial that is to wait: it is pending, with its checkpoint.
  void HoldAttempt(const std::string& trial_id);
  /// Ends an attempt whose worker was lost, for the reason `error`; the trial is pending again.
  void LoseAttempt(const std::string& trial_id, const std::string& error);
  /// Ends a trial that no attempt is training: after several attempts that failed.
  void EndTrial(const std::string& trial_id, TrialState state, const std::string& error);
  /// Removes the trial's unusable checkpoint; the row of the last attempt says `why`.
  void DropCheckpoint(const std::string& trial_id, const std::string& why);
  /// Notes that the files which a checkpoint of a user's program names are to be removed, once that
  /// is committed.
  void RetireCheckpoint(const std::string& trial_id, const std::string& data);
  /// They are removed.
  void ForgetRetired(int64_t number);
  /// Notes with the latest attempt of the worker that has ended that the worker gets no trials any
  /// more, and why.
  void RecordExclusion(const ExcludedWorker& excluded);
  /// Makes the failed trials of the space pending again. Returns how many.
  int64_t RetryFailed();
  /// Changes the search space to `trial_at(0)` ... `trial_at(count - 1)`. Takes over `sweep`'s
  /// configuration, objective and record_steps, and computes the trials' values by the objective.
  /// New trials are added as pending, with indices after the old ones; trials that the space lacks
  /// keep their rows and are no longer in_space; those that it has again are. The caller checks
  /// that engine and data are those of the database.
  SpaceChange ChangeSpace(const SweepRecord& sweep, size_t count,
                          const std::function<Trial(size_t)>& trial_at);
  /// Changes the trials to those that `decide` gives, which the search decides from the values that
  /// are stored, by the new objective; else as the other ChangeSpace. `decide` may write.
  SpaceChange ChangeSpace(const SweepRecord& sweep, const std::function<Decided()>& decide);
  /// Adds trials that a search has decided, pending, and marks those whose points go on. A trial
  /// that is known keeps what is recorded of it, and gets its new place in the search.
  KnownDecided AddDecided(const Decided& decided);
  /// Notes what ends the trial early, before it is ended: "pruner" or "race".
  void MarkStoppedBy(const std::string& trial_id, const std::string& by);
  void Commit();
  /// Commits, and leaves one portable file without a journal beside it; while another program has
  /// the file open, the journal stays, but its content is in the file. The Store cannot be used
  /// after it.
  void Close();

  // Reading.
  SweepRecord Sweep() const;
  std::vector<TrialRow> Trials() const;  // in the order in which they were added
  /// Calls `visit` with each of them, in the same order, so that only one is in memory. `visit` may
  /// read from this Store, not write.
  void EachTrial(const std::function<void(const TrialRow&)>& visit) const;
  std::vector<TrialRow> TrialsInState(TrialState state) const;  // in the same order
  /// Ids of the trials of the space that are to be trained.
  std::vector<std::string> PendingIds() const;
  /// The epochs of the checkpoints that there are, by trial id.
  std::map<std::string, int64_t> CheckpointEpochs() const;
  /// Ids of the pending trials whose last attempt ended with the loss of its worker.
  std::vector<std::string> LostIds() const;
  /// Ids of the pending trials whose last attempt broke off with the process that ran it, a lone
  /// one.
  std::vector<std::string> BrokenOffIds() const;
  /// Attempts at the trial, alone in its pack, that ended with the loss of their worker. Of those
  /// that broke off with a lone process, which may have been killed for any reason, only the ones
  /// that began at the present checkpoint.
  int64_t LostAttempts(const std::string& trial_id) const;
  TrialRow TrialById(const std::string& trial_id) const;
  /// The first `limit` trials, by id, whose id begins with `prefix` (hexadecimal digits).
  std::vector<TrialRow> TrialsByPrefix(const std::string& prefix, int64_t limit) const;
  /// How many trials there are of each kind. Does not read the trials.
  std::vector<TrialCount> CountTrials() const;
  /// Of all trials. Does not read the trials, and of the epochs those that are shared.
  WorkDone CountWork() const;
  /// The rungs that have trials, bracket by bracket, the least budget first; none without a pruner.
  /// Reads the trials.
  std::vector<RungCount> Rungs() const;
  /// The parameters that tell the trials apart. Does not read the trials.
  TrialLabels Labels() const;
  /// The built-in metrics, those of the test images only where images are held back for validation;
  /// then those that are reported, by name. Of a user's program only the
  /// latter: those that it declares, and others that it reported.
  MetricTable Metrics() const;
  std::vector<EpochRow> Epochs(const std::string& trial_id) const;
  /// In the order of the trial's optimizer steps; none where steps are not recorded. Every number
  /// is the recorded one to the last bit.
  std::vector<StepRow> Steps(const std::string& trial_id) const;
  /// The momentum at each epoch's last step; no epoch where steps are not recorded.
  std::map<int64_t, double> MomentumByEpoch(const std::string& trial_id) const;
  /// Reads the trial's checkpoint and checks its size, its hash by `sha256` (64 lower-case hex
  /// digits), and that its epochs are recorded. `known`: a checkpoint that was read before; where
  /// the trial's data are the same, they are taken from there.
  StoredCheckpoint ReadCheckpoint(const std::string& trial_id,
                                  const std::function<std::string(std::string_view)>& sha256,
                                  const Checkpoint& known = {}) const;
  /// The other trials that share an epoch with the trial, in the order in which they were added.
  /// One of them was trained for it where it has epochs and no attempt.
  std::vector<std::string> SharersOf(const std::string& trial_id) const;
  /// When its first epoch began to be trained, as this trial or as another one that shares it;
  /// empty where it has no epoch.
  std::string FirstTrainedAt(const std::string& trial_id) const;
  /// Those whose files no checkpoint names any more. A file that is in use is retired later.
  std::vector<RetiredCheckpoint> RetiredCheckpoints() const;
  /// The trials whose checkpoint is of a later epoch than this one and in the folder of `trial_id`.
  std::vector<std::string> BorrowedBeyond(const std::string& trial_id, int64_t epoch) const;
  /// The trials that have a checkpoint of another trial in their folder.
  std::set<std::string> Lenders() const;
  std::vector<AttemptRow> Attempts(const std::string& trial_id) const;
  /// The workers that were excluded at their latest attempt, by number. Reads all attempts.
  std::vector<ExcludedWorker> ExcludedWorkers() const;
  /// The first `limit` (0: all) of the completed and diverged trials in order of place. For the
  /// sweep's own objective an index has the order; for another one all epochs are read. Throws
  /// std::invalid_argument as Check.
  std::vector<RankedTrial> Ranking(const Objective& objective, size_t limit) const;
  /// How many of the trials with a place have exactly this value; with budgets, of those of the
  /// highest one. Costs and throws as Ranking.
  int64_t CountWithValue(const Objective& objective, double value) const;
  /// Every trial of the space, or of one of its groups, in the order in which they were added; of
  /// the space without those whose point went on to a higher budget.
  /// Costs (of a group that of its trials) and throws as Ranking.
  std::vector<ScoredTrial> Scores(const Objective& objective,
                                  const std::string& group_id = "") const;
  /// The trials of one budget, those whose point went on included; else as Scores.
  std::vector<ScoredTrial> ScoresOfBudget(const Objective& objective, int64_t budget) const;
  /// The first `limit` groups of the space, by id, whose id begins with `prefix` (hexadecimal
  /// digits).
  std::vector<std::string> GroupIdsByPrefix(const std::string& prefix, int64_t limit) const;
  /// The place of one trial by the sweep's objective; none where it is not ranked.
  std::optional<RankedTrial> PlaceOf(const std::string& trial_id) const;

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Of the SQLite that reads and writes databases: "3.40.1".
std::string SqliteVersion();

}  // namespace lrsweep
