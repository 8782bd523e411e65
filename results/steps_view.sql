-- An optimizer step: the rates applied at it, and the loss of its batch. `step` counts over the
-- whole trial from 0, `epoch` from 1. Losses are 32-bit numbers in their shortest decimal form.
-- Query one trial (WHERE trial_id = ...), which takes milliseconds; all trials take long.
CREATE VIEW steps (trial_id, epoch, step, lr, momentum, loss) AS
SELECT
  e.trial_id,
  e.epoch,
  t.first_step + j.key,
  coalesce(t.lr, json_extract(j.value, '$[1]')),
  coalesce(t.momentum, json_extract(j.value, '$[2]')),
  CASE WHEN j.type = 'array' THEN json_extract(j.value, '$[0]') ELSE j.value END
FROM epochs AS e
JOIN step_traces AS t ON t.trial_id = coalesce(e.trained_by, e.trial_id) AND t.epoch = e.epoch,
json_each(t.trace) AS j;

-- The epochs that name a trial, and their seconds.
CREATE INDEX epochs_by_trainer ON epochs (trained_by, epoch, wall_seconds)
WHERE trained_by IS NOT NULL;
