-- Checkpoints of users' programs that are needed no more, whose files are to be removed.
CREATE TABLE retired_checkpoints (
  number INTEGER PRIMARY KEY,
  trial_id TEXT NOT NULL,
  data BLOB NOT NULL             -- as in states
) STRICT;
