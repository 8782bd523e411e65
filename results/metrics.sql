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

-- A metric of an epoch: the columns of `epochs`, and what a user's program reports. Of a program
-- there is no row where an epoch lacks a metric.
CREATE VIEW metrics (trial_id, epoch, name, value) AS
SELECT trial_id, epoch, 'train_loss', train_loss FROM epochs
WHERE train_loss IS NOT NULL OR (SELECT engine FROM sweep) <> 'command'
UNION ALL
SELECT trial_id, epoch, 'val_loss', val_loss FROM epochs
WHERE val_loss IS NOT NULL OR (SELECT engine FROM sweep) <> 'command'
UNION ALL
SELECT trial_id, epoch, 'val_accuracy', val_accuracy FROM epochs
WHERE val_accuracy IS NOT NULL OR (SELECT engine FROM sweep) <> 'command'
UNION ALL
SELECT trial_id, epoch, name, value FROM reported_metrics;
