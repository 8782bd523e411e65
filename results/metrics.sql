-- The metrics that a user's program reports: those that have no column of their own in `epochs`.
CREATE TABLE metric_names (
  name TEXT NOT NULL PRIMARY KEY,
  mode TEXT,                     -- max or min: which values are better; NULL: not known
  unit TEXT                      -- NULL: none
) STRICT, WITHOUT ROWID;

-- Their values; query `metrics` instead.
CREATE TABLE reported_metrics (
  trial_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  name TEXT NOT NULL,
  value REAL,
  PRIMARY KEY (trial_id, epoch, name),
  FOREIGN KEY (trial_id, epoch) REFERENCES epochs (trial_id, epoch) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
