-- The state from which a partly trained trial resumes. Written together with its epochs.
CREATE TABLE checkpoints (
  trial_id TEXT NOT NULL PRIMARY KEY REFERENCES trials (trial_id),
  epoch INTEGER NOT NULL,        -- that it follows
  size INTEGER NOT NULL,         -- of the state's data, in bytes
  sha256 TEXT NOT NULL REFERENCES states (sha256), -- of the state's data, in hex digits
  saved_by TEXT                  -- of a user's program: the trial in whose folder the file is that
                                 --   data name; NULL: in its own
) STRICT;

CREATE INDEX checkpoints_by_state ON checkpoints (sha256);

-- What checkpoints hold: once for all trials that continue from it.
CREATE TABLE states (
  sha256 TEXT NOT NULL PRIMARY KEY,
  data BLOB NOT NULL             -- what the engine saved; of a user's program JSON that names a
                                 --   file or folder, {"path": ...}
) STRICT;

CREATE TRIGGER states_needed_no_more AFTER DELETE ON checkpoints
WHEN NOT EXISTS (SELECT 1 FROM checkpoints WHERE sha256 = OLD.sha256)
BEGIN
  DELETE FROM states WHERE sha256 = OLD.sha256;
END;
