-- Counts trials by state, their epochs and their seconds without reading their rows.
CREATE INDEX trials_by_state ON trials
  (state, in_space, diverged, promoted, stopped_by, epochs_done, wall_seconds);

-- The trials of `ranking`, of each budget in the order of their values.
CREATE INDEX trials_by_value ON trials (budget, objective_value, trial_id)
WHERE in_space = 1 AND promoted = 0
  AND (state = 'completed' OR (state = 'stopped' AND (diverged = 1 OR stopped_by IS NOT NULL)));

-- A trial's place by the sweep's metric, mode and scope. With a pruner those of the highest budget
-- come first, and a point has the trials of its highest budget alone. Of equal budgets: trials by
-- value, then those without a value and diverged ones (NULL); equal values by trial_id. Values
-- computed from several epochs are rounded to 12 decimals, so that equal means are equal whatever
-- the order of summation.
CREATE VIEW ranking AS
SELECT
  row_number() OVER (
    ORDER BY
      t.budget DESC,
      t.objective_value IS NULL,
      CASE s.mode WHEN 'min' THEN t.objective_value ELSE -t.objective_value END,
      t.trial_id
  ) AS place,
  t.trial_id, t.scheduler, t.objective_value AS value, t.state, t.diverged, t.seed, t.group_id, t.epochs_done,
  t.wall_seconds, t.params, t.budget
FROM trials AS t, sweep AS s
WHERE t.in_space = 1 AND t.promoted = 0
  AND (t.state = 'completed' OR (t.state = 'stopped' AND (t.diverged = 1 OR t.stopped_by IS NOT NULL)))
ORDER BY place;
