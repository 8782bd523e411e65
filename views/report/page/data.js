"use strict";
// The report's data as the other files use it: trials, groups (trials that differ in the seed alone)
// and axes (parameters that differ among trials), read once from the JSON that lrsweep wrote.

const raw = JSON.parse(document.getElementById("data").textContent);
const objective = raw.objective;
const higherIsBetter = objective.mode === "max";
const sweeps = raw.sweeps;

/// The step curve of an index, or null: {n, v} as curve_columns.h describes it.
const rateOf = (i) => (raw.steps.rate_of[i] < 0 ? null : raw.steps.rates[raw.steps.rate_of[i]]);

const METRICS = raw.metrics.map((metric) => metric.name);
const METRIC_OF = Object.fromEntries(raw.metrics.map((metric) => [metric.name, metric]));

/// The trial's place in a search with budgets.
function searchOf(index) {
  const { point, budget, rung, bracket, promoted, stopped_by: stoppedBy } = raw.trials;
  if (!budget) return { point: null, budget: null, promoted: false, stoppedBy: null };
  return { point: point[index], budget: budget[index], rung: rung[index], bracket: bracket[index],
    promoted: promoted[index] === 1, stoppedBy: stoppedBy[index] };
}

const trials = raw.trials.id.map((id, index) => ({
  index,
  id,
  sweep: sweeps[raw.trials.sweep[index]],
  scheduler: raw.trials.schedulers[raw.trials.scheduler[index]],
  seed: raw.trials.seed[index],
  state: raw.trials.states[raw.trials.state[index]],
  place: raw.trials.place[index],
  value: raw.trials.value[index],
  test: raw.trials.test[index],
  epochs: raw.trials.epochs[index],
  stepsPerEpoch: raw.trials.steps[index],
  seconds: raw.trials.seconds[index],
  diverged: raw.trials.diverged[index] === 1,
  error: raw.trials.errors[index] || null,
  ...searchOf(index),
  curves: Object.fromEntries(METRICS.map((name) => [name, raw.epochs.metrics[name][index]])),
  epochRates: raw.epochs.lr[index],
  loss: raw.steps.loss[index],
  rate: rateOf(index),
}));

/// The highest learning rate that was applied: of all steps where they are recorded, else of the
/// epochs' last steps.
function peakRate(trial) {
  if (trial.rate) return trial.rate.peak;
  const rates = trial.epochRates.filter((rate) => rate !== null);
  return rates.length > 0 ? Math.max(...rates) : null;
}

const axes = raw.axes.map((axis) => ({
  ...axis,
  isSeed: axis.path === "training.seed",
  /// The trial's value as text; null where it has no such parameter.
  text: (trial) => (axis.codes[trial.index] < 0 ? null : axis.values[axis.codes[trial.index]]),
}));

/// "max_lr=0.1 lr=0.05": what tells a group from others of its scheduler.
function labelOf(trial, withSeed) {
  const words = [];
  for (const axis of axes) {
    if (axis.isSeed && !withSeed) continue;
    const text = axis.text(trial);
    if (text !== null && variesWithin(trial.scheduler, axis)) words.push(`${axis.name}=${text}`);
  }
  return words.join(" ");
}

const codesWithin = new Map();
for (const axis of axes) {
  for (const trial of trials) {
    const key = `${trial.scheduler} ${axis.path}`;
    if (!codesWithin.has(key)) codesWithin.set(key, new Set());
    codesWithin.get(key).add(axis.codes[trial.index]);
  }
}
function variesWithin(scheduler, axis) {
  return codesWithin.get(`${scheduler} ${axis.path}`).size > 1;
}

const NO_VALUES = { place: null, sound: false, diverged: 0, never: 0, n: 0, mean: null, sd: null,
  low: null, high: null, least: null, greatest: null };
const groups = raw.groups.map((ended, index) => ({ ...NO_VALUES, ...ended, index, trials: [] }));
trials.forEach((trial, index) => {
  trial.group = groups[raw.trials.group[index]];
  trial.group.trials.push(trial);
  trial.peak = peakRate(trial);
  trial.hasEnded = trial.place !== null || trial.promoted;  // with a value, or without because it diverged
  trial.parameters = labelOf(trial, false);
  trial.label = `${trial.scheduler} ${labelOf(trial, true)}`.trim();
});
for (const group of groups) {
  const first = group.trials[0];
  group.sweep = first.sweep;
  group.scheduler = first.scheduler;
  group.parameters = first.parameters;
  group.label = `${first.scheduler} ${first.parameters}`.trim();
  group.ended = group.trials.filter((trial) => trial.hasEnded);
  group.budget = first.budget;
  group.promoted = first.promoted;
}

/// Compares values: better ones first, missing ones last.
function byValue(a, b) {
  if (a === null || b === null) return (a === null) - (b === null);
  return higherIsBetter ? b - a : a - b;
}
/// The budgets of a search, in epochs, the highest first. Values of different ones are not compared.
const budgets = [...new Set(trials.map((trial) => trial.budget))].filter((budget) => budget !== null)
  .sort(d3.descending);

/// Compares groups by place; groups of several sweeps by their means, since each place is one in its
/// own sweep. Means are rounded to 12 decimals, as in the database's ranking.
const roundedMean = ({ mean }) => (mean === null ? null : Math.round(mean * 1e12));
const rankedGroups = groups
  .filter((group) => group.place !== null)
  .sort((a, b) => b.budget - a.budget || b.sound - a.sound || byValue(roundedMean(a), roundedMean(b)) || a.place - b.place ||
    a.index - b.index);
const rankedTrials = trials
  .filter((trial) => trial.hasEnded)
  .sort((a, b) => b.budget - a.budget || byValue(a.value, b.value) || a.place - b.place);
/// Places of a search are those among the trials of its budget, those whose point went on included.
if (budgets.length > 0) {
  const before = {};
  for (const trial of rankedTrials.filter((each) => each.budget !== null)) {
    const key = `${trial.sweep.label} ${trial.budget}`;
    before[key] = trial.place = (before[key] ?? 0) + 1;
  }
}

/// What the objective chose by held-back images reaches on the test images: the metric's name, or null
/// where no trial has it. A group's value is the mean over its trials that have ended.
const testMetric = sweeps.map((sweep) => sweep.test_metric).find((name) => name !== null &&
  trials.some((trial) => trial.test !== null)) ?? null;
for (const group of groups) {
  const values = group.ended.map((trial) => trial.test);
  group.test = values.length > 0 && !values.includes(null) ? d3.mean(values) : null;
}

const repeated = groups.some((group) => group.trials.length > 1);
const schedulers = [...new Set(trials.map((trial) => trial.scheduler))].sort();
const severalSweeps = sweeps.length > 1;
/// Whether all trials are those of users' programs, of whose data and metrics little is known.
const ofPrograms = sweeps.every((sweep) => sweep.of_program);
const recordsSteps = raw.steps.rates.length > 0;

/// Student's t for a 95% interval of the mean of n values.
function t95(n) {
  return raw.t95[Math.min(n - 1, raw.t95.length) - 1];
}

/// {n, mean, low, high} of values of the objective; low and high are the 95% interval of the mean, null
/// where n is 1. That of a share is cut at 0 and 1.
function summarize(values) {
  const n = values.length;
  const mean = d3.mean(values);
  if (n < 2) return { n, mean, low: null, high: null };
  const half = (t95(n) * d3.deviation(values)) / Math.sqrt(n);
  const [least, greatest] = objective.share ? [0, 1] : [-Infinity, Infinity];
  return { n, mean, low: Math.max(mean - half, least), high: Math.min(mean + half, greatest) };
}
