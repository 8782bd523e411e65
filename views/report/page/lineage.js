// Who trained the epochs of trials that are the same training for some. Such trials share their first
// epochs: of those that share one, each names the same trial.

/// The trial's epochs as spans of {id (of the trial that they name, or its own), last}.
function lineageOf(trial) {
  const shared = (raw.lineage.trained_by[trial.index] ?? [])
    .map(([named, last]) => ({ id: raw.lineage.named[named], last }));
  const last = shared.length > 0 ? shared[shared.length - 1].last : 0;
  return trial.epochs > last ? [...shared, { id: trial.id, last: trial.epochs }] : shared;
}

const families = new Map();  // trials that share their first epoch
for (const trial of trials) {
  trial.lineage = lineageOf(trial);
  if (trial.lineage.length === 0) continue;
  const first = `${raw.trials.sweep[trial.index]} ${trial.lineage[0].id}`;
  if (!families.has(first)) families.set(first, []);
  trial.family = families.get(first);
  trial.family.push(trial);
}
const sharesEpochs = trials.some((trial) => trial.family && trial.family.length > 1);

/// How many epochs two trials of a family share.
function sharedUntil(a, b) {
  return d3.max(a.lineage, ({ id, last }) => {
    const same = b.lineage.find((span) => span.id === id);
    return same ? Math.min(last, same.last) : 0;
  });
}

/// The other trials that share an epoch from this one on, as [{trial, until}].
function sharersFrom(trial, epoch) {
  return (trial.family ?? []).filter((other) => other !== trial)
    .map((other) => ({ trial: other, until: sharedUntil(trial, other) }))
    .filter(({ until }) => until >= epoch);
}

/// Equal for trials that share the epoch.
function trainingKey(trial, epoch) {
  const span = trial.lineage.find(({ last }) => epoch <= last);
  return `${raw.trials.sweep[trial.index]} ${span ? span.id : trial.id} ${epoch}`;
}

/// Tells for the points of each line which lines share them. A line has `ended`, its trials, a point
/// `epoch`. {lines: [line, ...]} is the same object for all of them, and the first one draws the point.
function markShared(lines) {
  const shared = new Map();
  for (const line of lines) {
    for (const point of line.points) {
      const key = line.ended.map((trial) => trainingKey(trial, point.epoch)).sort().join();
      if (!shared.has(key)) shared.set(key, { lines: [] });
      point.shared = shared.get(key);
      point.shared.lines.push(line);
    }
  }
}

/// What is to be drawn of a line, in parts of {points, isTrunk (several lines share it), isMixed (they
/// have different schedulers)}. A branch begins with the last point that it shares.
function partsOf(line) {
  const parts = [];
  const first = line.points.findIndex((point) => point.shared.lines[0] === line);
  if (first < 0) return parts;
  for (let i = Math.max(first, 1); i < line.points.length; ++i) {
    const { lines } = line.points[i].shared;
    const isMixed = lines.some((other) => other.scheduler !== line.scheduler);
    const last = parts[parts.length - 1];
    if (last && last.isTrunk === lines.length > 1 && last.isMixed === isMixed) last.points.push(line.points[i]);
    else parts.push({ points: line.points.slice(i - 1, i + 1), isTrunk: lines.length > 1, isMixed });
  }
  return parts;
}

/// The attempts among `some` in which another trial was trained for this one, those of its last epochs
/// first.
function foreignAttempts(trial, some) {
  return some.filter((each) => each.trial !== trial && trial.family && trial.family === each.trial.family)
    .map((attempt) => ({ attempt, until: sharedUntil(trial, attempt.trial) }))
    .filter(({ attempt, until }) => attempt.firstEpoch <= until)
    .sort((a, b) => b.until - a.until || b.attempt.firstEpoch - a.attempt.firstEpoch)
    .map(({ attempt }) => attempt);
}
