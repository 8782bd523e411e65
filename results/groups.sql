-- A group's trials, without reading the others.
CREATE INDEX trials_by_group ON trials (group_id);

-- A group: trials that differ in the seed alone, with the mean of their values by the sweep's
-- objective, its confidence interval and its place. With a pruner those of the highest budget come
-- first, and a point has its group of the highest budget alone. Of equal budgets: with a race those
-- that it has dropped come last, since their means are of fewer seeds; groups with a trial that diverged or never reached the threshold come after the others; equal means by group_id. A
-- group of which no trial has completed or diverged is left out.
CREATE VIEW groups AS
WITH RECURSIVE
ended AS (
  SELECT
    group_id, number, scheduler, state, diverged, budget, dropped,
    CASE WHEN state IN ('completed', 'stopped') THEN objective_value END AS value
  FROM trials
  WHERE in_space = 1 AND promoted = 0
),
centred AS (
  SELECT *, avg(value) OVER (PARTITION BY group_id) AS mean FROM ended
),
sums AS (
  SELECT
    group_id,
    scheduler,
    min(number) AS first,
    max(budget) AS budget,
    max(dropped) AS dropped,
    count(value) AS n,
    round(mean * 1e12) / 1e12 AS mean,  -- so that equal means are equal
    CASE WHEN min(value) = max(value) THEN 0 ELSE sum((value - mean) * (value - mean)) END
      / (count(value) - 1) AS variance,  -- NULL for n = 1
    min(value) AS least,
    max(value) AS greatest,
    sum(state = 'stopped' AND diverged = 1) AS diverged,
    sum(state = 'completed' AND value IS NULL) AS never,
    count(*) AS trials
  FROM centred
  GROUP BY group_id
),
-- Square roots by Newton's method, starting above the root: not every SQLite has sqrt().
newton (square, root) AS (
  SELECT * FROM (
    SELECT variance AS square, (variance + 1) / 2 FROM sums WHERE variance > 0
    UNION
    SELECT variance / n, (variance / n + 1) / 2 FROM sums WHERE variance > 0
  )
  UNION ALL
  SELECT square, (root + square / root) / 2 FROM newton WHERE (root + square / root) / 2 < root
),
roots AS (
  SELECT square, min(root) AS root FROM newton GROUP BY square
  UNION ALL
  SELECT 0, 0
),
-- Student's t by degrees of freedom: |t| exceeds it with a probability of 5%.
student (degrees, t) AS (
  VALUES
  (1, 12.70620473617), (2, 4.302652729749), (3, 3.182446305284), (4, 2.776445105198),
  (5, 2.570581835636), (6, 2.446911851145), (7, 2.364624251593), (8, 2.306004135204),
  (9, 2.262157162798), (10, 2.228138851986), (11, 2.200985160092), (12, 2.178812829667),
  (13, 2.160368656463), (14, 2.144786687918), (15, 2.13144954556), (16, 2.119905299221),
  (17, 2.109815577833), (18, 2.100922040241), (19, 2.093024054408), (20, 2.085963447266)
),
scaled AS (
  SELECT
    sums.*,
    -- Beyond the table by the expansion in 1/degrees (Abramowitz and Stegun 26.7.5), within 2e-7.
    coalesce(
      student.t,
      1.95996398454 + (2.372271230299 + (2.82249861574 + (2.555849679508
        + 1.589534053394 / (n - 1)) / (n - 1)) / (n - 1)) / (n - 1)
    ) * errors.root AS half,
    deviations.root AS sd
  FROM sums
  LEFT JOIN student ON student.degrees = sums.n - 1
  LEFT JOIN roots AS deviations ON deviations.square = sums.variance
  LEFT JOIN roots AS errors ON errors.square = sums.variance / sums.n
)
SELECT
  row_number() OVER (
    ORDER BY
      s.budget DESC,
      s.dropped,
      s.diverged + s.never > 0,
      s.n = 0,
      CASE sweep.mode WHEN 'min' THEN s.mean ELSE -s.mean END,
      s.group_id
  ) AS place,
  s.group_id,
  s.scheduler,
  s.n,                       -- trials with a value; `mean` to `worst` are of these
  s.mean,
  s.sd,                      -- sample standard deviation; NULL for n < 2
  -- The mean's 95% interval by Student's t; NULL for n < 2. That of the built-in model's
  -- accuracy is cut at 0 and 1.
  CASE WHEN sweep.engine <> 'command'
      AND sweep.metric IN ('val_accuracy', 'area_under(val_accuracy)',
        'test_accuracy', 'area_under(test_accuracy)')
    THEN max(s.mean - s.half, 0) ELSE s.mean - s.half END AS low,
  CASE WHEN sweep.engine <> 'command'
      AND sweep.metric IN ('val_accuracy', 'area_under(val_accuracy)',
        'test_accuracy', 'area_under(test_accuracy)')
    THEN min(s.mean + s.half, 1) ELSE s.mean + s.half END AS high,
  CASE sweep.mode WHEN 'min' THEN s.least ELSE s.greatest END AS best,
  CASE sweep.mode WHEN 'min' THEN s.greatest ELSE s.least END AS worst,
  s.diverged,                -- trials that diverged: they have no value
  s.never,                   -- trials that never reached the objective's threshold
  s.trials - s.n - s.diverged - s.never AS unfinished,  -- pending, running or failed
  t.params,                  -- of one of its trials; those of the others differ in the seed
  s.budget,                  -- epochs; NULL without a pruner
  s.dropped                  -- 1: behind in the race, which gives it no more seeds
FROM scaled AS s
JOIN trials AS t ON t.number = s.first
JOIN sweep
WHERE s.n + s.diverged + s.never > 0
ORDER BY place;
