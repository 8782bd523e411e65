-- The database of an lrsweep sweep. Query `sweep`, `trials`, `attempts`, `epochs`, `metrics`,
-- `steps`, `ranking` and `groups`: their names and meanings stay, columns may be added. The other
-- tables and the indexes serve lrsweep itself, and may change with the file's version (PRAGMA
-- user_version).
-- Times are ISO 8601 in UTC with milliseconds. A NaN or infinite number is stored as NULL.

-- The sweep: one row.
CREATE TABLE sweep (
  name TEXT NOT NULL,
  config_yaml TEXT NOT NULL,     -- the configuration as run, --set included
  metric TEXT NOT NULL,          -- what ranks: a metric by its name in `metrics`, or derived from
                                 --   one: epochs_to(val_accuracy, 0.975), steps_to, seconds_to,
                                 --   area_under(val_loss), final_minus_best,
  mode TEXT NOT NULL,            --   max or min,
  scope TEXT NOT NULL,           --   of a trial's epochs the last, the best, or a mean (avg,
                                 --   last-5-avg, last-10-avg); last for a derived metric
  engine TEXT NOT NULL,          -- that computes the training: cpu or torch; command: a user's
                                 --   program
  dataset_sha256 TEXT NOT NULL,  -- of the images and labels; empty for a user's program
  record_steps INTEGER NOT NULL, -- 1: `steps` is recorded; 0: it stays empty
  created_at TEXT NOT NULL,
  version TEXT NOT NULL,         -- of the program that made this file
  started_at TEXT,               -- of the first attempt
  ended_at TEXT,                 -- of the attempt that ended last
  identity INTEGER NOT NULL DEFAULT 1, -- 2: a data set in a folder is named by its content, and
                                 --   held-back images are drawn; 1, of lrsweep 0.1.0: by its path,
                                 --   and they are the last
  first_number INTEGER NOT NULL DEFAULT 0, -- added to the numbers that a search gives its trials,
                                 --   where earlier configurations have used these
  race_confidence REAL,          -- of the race over seeds; NULL: there is none
  journal TEXT NOT NULL          -- of the latest run: wal, or delete (SQLite's rollback journal,
                                 --   for network file systems)
) STRICT;

-- A trial: one assignment of every parameter, seed included.
CREATE TABLE trials (
  number INTEGER PRIMARY KEY,    -- its index in the search space, from 0; trials that a changed
                                 --   configuration added come after
  trial_id TEXT NOT NULL UNIQUE, -- 16 hex digits, a hash of the parameters
  group_id TEXT NOT NULL,        -- the same without the seed: equal for repetitions
  state TEXT NOT NULL,           -- pending, running, completed, stopped (by a rule) or failed
  scheduler TEXT NOT NULL,       -- its type: StepLR
  params TEXT NOT NULL,          -- JSON, nested as in the configuration, defaults filled in
  seed INTEGER NOT NULL,
  error TEXT,                    -- why it failed
  started_at TEXT,               -- of its first attempt
  wall_seconds REAL NOT NULL DEFAULT 0,    -- the sum over its rows in `epochs`
  epochs_done INTEGER NOT NULL DEFAULT 0,
  diverged INTEGER NOT NULL DEFAULT 0,     -- 1: a loss became NaN or infinite
  shared_epochs INTEGER NOT NULL DEFAULT 0, -- its rows in `epochs` that name another trial
  in_space INTEGER NOT NULL DEFAULT 1,     -- 1: the configuration has it; 0: not ranked
  point TEXT,                    -- with a pruner the group_id of the full-length trials of the same
                                 --   parameters, else NULL, as the next three
  budget INTEGER,                -- epochs that its rung grants: values of different budgets are not
                                 --   compared
  rung INTEGER,                  -- from 0, that of the lowest budget
  bracket INTEGER,               -- of Hyperband, from 0
  stopped_by TEXT,               -- pruner: ended a stopped trial; else NULL
  promoted INTEGER NOT NULL DEFAULT 0,     -- 1: its point went on to a higher budget; not ranked
  dropped INTEGER NOT NULL DEFAULT 0,      -- 1: the race has shown its group to be behind, and gives
                                 --   it no more seeds
  objective_value REAL           -- of a completed trial, or one that the search stopped, by the
                                 --   sweep's metric, mode and scope;
                                 --   NULL where one of its epochs lacks the metric (of a user's
                                 --   program: all of them; else those that have it count), or
                                 --   where the trial never reached the threshold
) STRICT;

-- The parameters of each scheduler's trials, and whether they differ among them: for labels, without
-- reading all trials.
CREATE TABLE parameters (
  scheduler TEXT NOT NULL,
  path TEXT NOT NULL,            -- in `params`, dotted: optimizer.lr
  varies INTEGER NOT NULL,       -- 1: not all trials of this scheduler have the same value
  PRIMARY KEY (scheduler, path)
) STRICT, WITHOUT ROWID;

-- An attempt to train a trial.
CREATE TABLE attempts (
  trial_id TEXT NOT NULL REFERENCES trials (trial_id),
  attempt INTEGER NOT NULL,      -- from 1
  worker INTEGER NOT NULL,       -- MPI rank; 0 where the coordinator trains itself
  host TEXT NOT NULL,
  device TEXT NOT NULL,          -- cpu, cuda:0
  engine TEXT NOT NULL,
  cpu_target TEXT NOT NULL,      -- the CPU instructions that the engine uses
  pack_size INTEGER NOT NULL,    -- trials that the worker trained together, this one included
  started_at TEXT NOT NULL,
  ended_at TEXT,                 -- NULL while it runs, and where its sweep crashed
  first_epoch INTEGER NOT NULL,  -- the epoch it began with; above 1 where it resumed
  outcome TEXT,                  -- completed, stopped or failed; interrupted, held (by a pruner) or
                                 --   lost (its worker died or was silent): the trial is not over
  error TEXT,
  PRIMARY KEY (trial_id, attempt)
) STRICT, WITHOUT ROWID;

-- A trial's epoch; of a user's program, the epochs since its row before. What a program reports under
-- the name of a column means what the program says.
CREATE TABLE epochs (
  trial_id TEXT NOT NULL REFERENCES trials (trial_id),
  epoch INTEGER NOT NULL,        -- from 1
  steps_done INTEGER NOT NULL,   -- optimizer steps of the whole trial, this epoch included
  lr REAL,                       -- learning rate applied at the epoch's last step
  train_loss REAL,               -- mean of the losses of the epoch's batches, while training
  val_loss REAL,                 -- mean cross-entropy over the evaluation images: those that
                                 --   dataset.validation holds back, else the test images
  val_accuracy REAL,             -- share of them that is classified correctly, 0 to 1
  wall_seconds REAL NOT NULL,    -- elapsed, evaluation included, whatever the pack's size
  test_loss REAL,                -- where images are held back: as val_loss, over the test images;
                                 --   NULL where not, and in epochs of layouts before 6
  test_accuracy REAL,            --   as val_accuracy
  trained_by TEXT,               -- where several trials are the same training up to this epoch, the
                                 --   one of them with the lowest number; NULL in that trial itself,
                                 --   and where no other one is. Sums of wall_seconds count each
                                 --   training once: WHERE trained_by IS NULL
  PRIMARY KEY (trial_id, epoch)
) STRICT, WITHOUT ROWID;

-- The steps of an epoch, packed into one value, for all trials that share the epoch with that of
-- trial_id; query `steps` instead.
CREATE TABLE step_traces (
  trial_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  first_step INTEGER NOT NULL,   -- of the whole trial, from 0
  lr REAL,                       -- the same at every step of the epoch, or
  momentum REAL,                 --   NULL: it is in the trace
  trace TEXT NOT NULL,           -- JSON: [loss, ...]; [[loss, lr], ...] where the column lr is
                                 --   NULL; [[loss, lr, momentum], ...] where momentum is too. Of
                                 --   steps without losses their number; [lr, ...] where lr is NULL
  PRIMARY KEY (trial_id, epoch),
  FOREIGN KEY (trial_id, epoch) REFERENCES epochs (trial_id, epoch) ON DELETE CASCADE
) STRICT;
