// Workers over time: every attempt as a bar in its worker's lane. Failures, losses and restarts are
// marked. Time in which no worker trained is cut out.

const OUTCOMES = {
  completed: "completed", stopped: "stopped early", diverged: "diverged", failed: "failed",
  interrupted: "interrupted", lost: "worker lost",
};
const outcomeOf = ({ outcome, trial }) =>
  (outcome === "stopped" && trial.diverged ? "diverged" : outcome || "running");
const MOST_SHARERS = 4;  // that a tip names
const LEAST_GAP = 60;  // seconds without training that are cut out, if at least a tenth of the rest

const attempts = (raw.attempts.trial || []).map((trial, i) => ({
  trial: trials[trial],
  attempt: raw.attempts.attempt[i],
  worker: raw.attempts.workers[raw.attempts.worker[i]],
  outcome: raw.attempts.outcome[i] < 0 ? null : raw.attempts.outcomes[raw.attempts.outcome[i]],
  start: raw.attempts.start[i],
  end: raw.attempts.end[i],
  firstEpoch: raw.attempts.first_epoch[i],
  pack: raw.attempts.pack[i],
  error: raw.attempts.errors[i] || null,
}));

/// For each sweep the spans of time in which a worker trained: {start, end, offset}, where `offset` is
/// the time in the spans before it.
function busySpans(some) {
  const sorted = some.map((each) => [each.start, each.until]).sort((a, b) => a[0] - b[0]);
  const spans = [];
  for (const [start, end] of sorted) {
    const last = spans[spans.length - 1];
    if (last && start - last.end < LEAST_GAP) last.end = Math.max(last.end, end);
    else spans.push({ start, end });
  }
  let offset = 0;
  for (const span of spans) {
    span.offset = offset;
    offset += span.end - span.start;
  }
  return spans;
}

function drawUtilization() {
  if (attempts.length === 0) return;
  const section = makeSection("utilization", "Utilization",
    "Each bar is a worker's attempt at a trial. One that trains it again begins with a notch; one that failed, " +
    "was lost or interrupted ends with ×.");
  for (const sweep of sweeps) {
    const own = attempts.filter((each) => each.trial.sweep === sweep);
    if (own.length === 0) continue;
    const trained = new Set(own.map((each) => each.trial));
    const untrained = trials.filter((trial) => trial.sweep === sweep && trial.epochs > 0 && !trained.has(trial));
    const latest = d3.max(own, (each) => each.end ?? each.start);
    for (const each of own) each.until = Math.max(each.start, each.end ?? latest);
    const figure = new Figure(section, {
      name: `utilization${severalSweeps ? `-${sweeps.indexOf(sweep)}` : ""}`,
      title: severalSweeps ? sweep.label : null,
      draw: () => drawGantt(figure, own, untrained),
      mark: () => markGantt(figure, own),
      describe: () => `${count(own.length, "attempt")} of ${count(figure.lanes.length, "worker")}: ` +
        figure.outcomes.map(([name, number]) => `${number} ${OUTCOMES[name] || name}`).join(", ") + ".",
      table: () => attemptsTable(own, untrained),
    });
  }
}

function makeLanes(own) {
  const lanes = d3.nest().key((each) => `${each.worker.host} ${each.worker.worker}`).entries(own)
    .map(({ values }) => ({ worker: values[0].worker, attempts: values }));
  lanes.sort((a, b) => d3.ascending(a.worker.host, b.worker.host) || a.worker.worker - b.worker.worker);
  return lanes;
}

function drawGantt(figure, own, untrained) {
  const width = figure.width;
  const lanes = figure.lanes = makeLanes(own);
  const spans = busySpans(own);
  const total = d3.sum(spans, (span) => span.end - span.start) || 1;
  const line = lanes.length > 40 ? 12 : lanes.length > 12 ? 18 : 26;
  const left = Math.min(190, width * 0.3);
  const frame = figure.frame = { left, right: width - 60, top: 20, bottom: 20 + lanes.length * line };
  figure.setSize(width, frame.bottom + 42);
  const scale = d3.scaleLinear([0, total], [left, frame.right]);
  const x = (time) => {
    const span = spans.find((each) => time <= each.end) || spans[spans.length - 1];
    return scale(span.offset + Math.max(0, time - span.start));
  };
  const unit = total > 7200 ? [3600, "hours"] : total > 180 ? [60, "minutes"] : [1, "seconds"];
  drawBottomGrid(figure.svg, d3.scaleLinear([0, total / unit[0]], [left, frame.right]), frame,
    [Math.floor(width / 110)], width < 600 ? `${unit[1]} of training`
      : `${unit[1]} of training, from the first attempt on`);
  figure.bars = [];
  const paths = {};
  lanes.forEach((lane, i) => {
    const top = frame.top + i * line + 2;
    const busy = drawLane(figure, lane, { top, height: line - 4, x, total, frame, paths });
    if (line >= 12) {
      figure.svg.append("text").attr("class", "label").attr("x", left - 8).attr("y", top + line / 2 - 2)
        .attr("dy", "0.35em").attr("text-anchor", "end")
        .text(fitText(`${lane.worker.host} worker ${lane.worker.worker}`, left - 10));
      figure.svg.append("text").attr("x", frame.right + 8).attr("y", top + line / 2 - 2).attr("dy", "0.35em")
        .text(`${Math.round(100 * busy)}%`);
    }
  });
  figure.svg.append("text").attr("x", frame.right + 8).attr("y", 12).text("busy");
  const look = figure.svg.append("g").attr("class", "bars");
  for (const [name, path] of Object.entries(paths)) {
    look.append("path").attr("class", `attempt ${name}`).attr("d", path);
  }
  for (const span of spans.slice(1)) {
    figure.svg.append("path").attr("class", "cut").attr("d",
      `M${scale(span.offset)} ${frame.top - 6}V${frame.bottom + 4}`);
  }
  describeOutcomes(figure, own, spans, untrained);
  followPointer(figure, (px, py) => findAttempt(figure, px, py));
}

/// Adds the lane's bars to `paths`, which has a path for each style. Returns its share of busy time.
function drawLane(figure, lane, { top, height, x, total, paths }) {
  const add = (name, path) => { paths[name] = (paths[name] || "") + path; };
  let busy = 0;
  let until = -Infinity;
  for (const each of lane.attempts.sort((a, b) => a.start - b.start)) {
    busy += Math.max(0, each.until - Math.max(each.start, until));  // the trials of a pack share their time
    until = Math.max(until, each.until);
    const [from, to] = [x(each.start), x(each.until)];
    const gap = to - from > 3 ? 0.8 : 0;
    add(outcomeOf(each), `M${from.toFixed(1)} ${top}H${(to - gap).toFixed(1)}v${height}H${from.toFixed(1)}z`);
    if (["failed", "lost", "interrupted"].includes(each.outcome)) {
      add("end-mark", `M${to.toFixed(1)} ${top + height / 2}${CROSS}`);
    }
    if (each.attempt > 1) add("restart-mark", `M${from.toFixed(1)} ${top}l6 0l-6 7z`);
    figure.bars.push({ attempt: each, from, to, top, bottom: top + height });
  }
  return busy / total;
}

function describeOutcomes(figure, own, spans, untrained) {
  figure.outcomes = d3.nest().key(outcomeOf).rollup((some) => some.length).entries(own)
    .map(({ key, value }) => [key, value]);
  const restarts = own.filter((each) => each.attempt > 1).length;
  const item = (name, text) => {
    const svg = d3.create("svg").attr("width", 26).attr("height", 14).attr("aria-hidden", "true");
    svg.append("path").attr("class", `attempt ${name}`).attr("d", "M1 2H25v10H1z");
    if (["failed", "lost", "interrupted"].includes(name)) {
      svg.append("path").attr("class", "attempt end-mark").attr("d", `M21 7${CROSS}`);
    }
    if (name === "again") svg.append("path").attr("class", "attempt restart-mark").attr("d", "M1 2l8 0l-8 9z");
    return makeElement("li", {}, svg.node(), makeElement("span", {}, text));
  };
  figure.setLegend([
    ...figure.outcomes.map(([name, number]) => item(name, `${OUTCOMES[name] || name} (${number})`)),
    ...(restarts > 0 ? [item("again", `trained again (${restarts})`)] : [])]);
  const cuts = spans.slice(1).map((span, i) => durationText(span.start - spans[i].end));
  figure.note.textContent = [
    cuts.length > 0 ? `Cut out, at the dashed lines, where no worker trained: ${cuts.join(", ")}.` : "",
    own.some((each) => each.pack > 1) ? "Trials of a pack are trained together, in the same time." : "",
    untrained.length > 0 ? `${count(untrained.length, "trial")} ${untrained.length === 1 ? "has" : "have"} ` +
      "no attempt: the table says as which other one each was trained." : "",
    sharesEpochs ? "Picked trials are framed; with dashes, where another one was trained for them." : ""].join(" ");
}

function findAttempt(figure, px, py) {
  const bar = figure.bars.find((each) =>
    py >= each.top && py <= each.bottom && px >= each.from - 1 && px <= each.to + 1);
  if (!bar) return null;
  const { attempt } = bar;
  return {
    pick: [attempt.trial],
    lines: [trialName(attempt.trial),
      `attempt ${attempt.attempt}, from epoch ${attempt.firstEpoch}, ` +
      `${OUTCOMES[outcomeOf(attempt)] || outcomeOf(attempt)}, ${durationText(attempt.until - attempt.start)}`,
      ...sharersText(attempt),
      ...(attempt.error ? [attempt.error] : [])],
    near: (layer) => layer.append("rect").attr("class", "frame").attr("x", bar.from).attr("y", bar.top)
      .attr("width", Math.max(2, bar.to - bar.from)).attr("height", bar.bottom - bar.top),
  };
}

/// For which other trials the attempt trained as well, as lines of a tip.
function sharersText({ trial, firstEpoch }) {
  const sharers = sharersFrom(trial, firstEpoch);
  if (sharers.length === 0) return [];
  const names = sharers.slice(0, MOST_SHARERS).map((other) =>
    `${trialName(other.trial)}, to epoch ${other.until}`);
  const more = sharers.length - names.length;
  return [`trained for ${count(sharers.length, "other trial")} as well:`, ...names,
    ...(more > 0 ? [`and ${more} more`] : [])];
}

function frameBar(figure, bar, look) {
  figure.marks.append("rect").attr("class", look).attr("data-trial", bar.attempt.trial.id)
    .attr("x", bar.from).attr("y", bar.top).attr("width", Math.max(2, bar.to - bar.from))
    .attr("height", bar.bottom - bar.top);
}

/// Frames the attempts of picked trials, and with dashes those in which others were trained for them. A
/// trial without an attempt has its letter where the last of its epochs were trained.
function markGantt(figure, own) {
  const letters = [];
  const addLetter = (bar, trial) => letters.push(
    { x: (bar.from + bar.to) / 2, y: (bar.top + bar.bottom) / 2, trial });
  const barOf = new Map(figure.bars.map((bar) => [bar.attempt, bar]));
  for (const trial of shownPicks()) {
    const foreign = foreignAttempts(trial, own);
    for (const each of foreign) frameBar(figure, barOf.get(each), "frame foreign");
    if (foreign.length > 0 && !own.some((each) => each.trial === trial)) addLetter(barOf.get(foreign[0]), trial);
  }
  for (const bar of figure.bars.filter((each) => isPicked(each.attempt.trial))) {
    frameBar(figure, bar, "frame");
    if (matches(bar.attempt.trial)) addLetter(bar, bar.attempt.trial);
  }
  spreadLetters(letters);
  drawLetters(figure.marks, letters, figure.frame);
}

/// As which trial one without an attempt was trained.
function trainedAs(trial, own) {
  const [last] = foreignAttempts(trial, own);
  return last ? `trained as ${trialName(last.trial)}` : "not trained by itself";
}

/// A function that computes each of its values once.
function remembered(compute) {
  const values = new Map();
  return (of) => {
    if (!values.has(of)) values.set(of, compute(of));
    return values.get(of);
  };
}

/// The attempts, and the trials that were never trained by themselves.
function attemptsTable(own, untrained) {
  const rows = [...own, ...untrained.map((trial) => ({ trial, isUntrained: true }))];
  const outcomeText = remembered((each) => (each.isUntrained ? trainedAs(each.trial, own)
    : OUTCOMES[outcomeOf(each)] || outcomeOf(each)));
  const sharers = remembered((each) => sharersFrom(each.trial, each.firstEpoch).length);
  const ofAttempt = (each, text) => (each.isUntrained ? "–" : text());
  return {
    caption: "Attempts",
    columns: [
      { name: "trial", title: "Trial", heads: true, value: (each) => each.trial.label,
        text: (each) => each.trial.label },
      { name: "attempt", title: "Attempt", number: true, value: (each) => each.attempt ?? null,
        text: (each) => ofAttempt(each, () => String(each.attempt)) },
      { name: "worker", title: "Worker", value: (each) => ofAttempt(each, () => `${each.worker.host} ${each.worker.worker}`),
        text: (each) => ofAttempt(each, () => `${each.worker.host} ${each.worker.worker}`) },
      { name: "start", title: "Start, s", number: true, value: (each) => each.start ?? null,
        text: (each) => ofAttempt(each, () => each.start.toFixed(1)) },
      { name: "seconds", title: "Seconds", number: true, value: (each) => (each.isUntrained ? null : each.until - each.start),
        text: (each) => ofAttempt(each, () => (each.until - each.start).toFixed(1)) },
      { name: "first", title: "From epoch", number: true, value: (each) => each.firstEpoch ?? null,
        text: (each) => ofAttempt(each, () => String(each.firstEpoch)) },
      ...(sharesEpochs ? [{ name: "sharers", title: "Also for", number: true,
        value: (each) => (each.isUntrained ? null : sharers(each)),
        text: (each) => ofAttempt(each, () => String(sharers(each))) }] : []),
      { name: "outcome", title: "Outcome", value: outcomeText, text: outcomeText },
      { name: "error", title: "Error", value: (each) => each.error ?? null, text: (each) => each.error ?? "" }],
    rows,
  };
}
