-- An optimizer step: the rates applied at it, and the loss of its batch. `step` counts over the
-- whole trial from 0, `epoch` from 1. Losses are 32-bit numbers in their shortest decimal form.
-- Query one trial (WHERE trial_id = ...), which takes milliseconds; all trials take long.
CREATE VIEW steps (trial_id, epoch, step, lr, momentum, loss) AS
SELECT
  e.trial_id,
  e.epoch,
  t.first_step + j.key,
  coalesce(t.lr, iif(j.type = 'array', json_extract(j.value, '$[1]'), j.value)),
  coalesce(t.momentum, json_extract(j.value, '$[2]')),
  CASE WHEN j.type = 'array' THEN json_extract(j.value, '$[0]') WHEN t.lr IS NOT NULL THEN j.value END
FROM epochs AS e
JOIN step_traces AS t ON t.trial_id = coalesce(e.trained_by, e.trial_id) AND t.epoch = e.epoch,
-- A number of steps without losses as so many nulls: a byte of zeros is '00' in hex.
json_each(iif(t.trace LIKE '[%', t.trace,
  '[' || replace(hex(zeroblob(CAST(t.trace AS INTEGER) - 1)), '00', 'null,') || 'null]')) AS j;

-- The epochs that name a trial, and their seconds.
CREATE INDEX epochs_by_trainer ON epochs (trained_by, epoch, wall_seconds)
WHERE trained_by IS NOT NULL;
