// The metrics while training (of the built-in model loss and accuracy): each group's mean over its seeds
// with their spread, or single trials, over epochs or optimizer steps.

/// The choice of the loss of every step. As in that of a share's rest ("1 - val_accuracy") there is a
/// space in it, which no metric's name has.
const STEP_LOSS = "step loss";
const REST = "1 - ";
const MOST_KIN = 60;  // lines that are highlighted together

/// What can be shown: each metric, of a share also what it lacks to 1, and the loss of every step.
const CURVES = [
  ...METRICS.flatMap((name) => (METRIC_OF[name].share
    ? [[name, name], [REST + name, `1 − ${name}`]] : [[name, name]])),
  ...(trials.some((trial) => trial.loss) ? [[STEP_LOSS, "batch loss"]] : []),
];
function curveUnit(name) {
  if (name === STEP_LOSS) return ofPrograms ? "loss of a step" : "loss of a batch (cross-entropy, nats)";
  return name.startsWith(REST) ? `1 − ${METRIC_OF[name.slice(REST.length)].label}` : METRIC_OF[name].label;
}

/// A trial's points; for the batch loss one point a span: its mean, with its least and greatest value.
function curvePoints(trial, { metric, clock }) {
  if (!trial.stepsPerEpoch) return [];
  if (metric === STEP_LOSS) return lossPoints(trial, clock);
  const isRest = metric.startsWith(REST);
  const points = epochPoints(trial, trial.curves[isRest ? metric.slice(REST.length) : metric], clock);
  return points.map(({ x, y, epoch }) => {
    const shown = isRest ? 1 - y : y;
    return { x, y: shown, low: shown, high: shown, epoch };
  });
}

function lossPoints(trial, clock) {
  if (!trial.loss) return [];
  const { v } = trial.loss;
  return spansOf(trial.loss, raw.steps.loss_span, 3, trial, clock).map(({ from, to, at }) => ({
    x: (from + to) / 2, y: v[at + 2],
    epoch: Math.ceil((clock === "steps" ? to / trial.stepsPerEpoch : to) - 1e-9),
    low: v[at] === null ? null : Math.min(v[at], v[at + 1]),
    high: v[at] === null ? null : Math.max(v[at], v[at + 1]),
  }));
}

/// The mean, least and greatest value over those of a group's trials that have ended, wherever all of
/// them have a value. It ends where a seed diverged: the mean of the remaining seeds would look too good.
function meanPoints(group, settings) {
  const curves = group.ended.map((trial) => curvePoints(trial, settings));
  if (curves.length === 1) return curves[0];
  if (curves.length === 0) return [];
  const at = curves.map((curve) => new Map(curve.map((point) => [point.x, point.y])));
  return curves[0].flatMap(({ x, epoch }) => {
    const here = at.map((values) => values.get(x) ?? null);
    if (here.includes(null)) return [];
    return [{ x, y: d3.mean(here), low: d3.min(here), high: d3.max(here), epoch }];
  });
}

/// The best group of every scheduler, in order of place.
function bestGroups() {
  const seen = new Set();
  return shownGroups().filter((group) => {
    const key = `${group.sweep.label} ${group.scheduler}`;
    if (seen.has(key)) return false;
    return seen.add(key);
  });
}

function drawCurves() {
  const section = makeSection("curves", ofPrograms ? "Metrics while training" : "Loss and accuracy",
    repeated ? "A line is the mean over a group's seeds, the band around it reaches from their least to " +
      "their greatest. Click a line to pick its trials." : "A line is a trial. Click one to pick it.");
  const figure = new Figure(section, {
    name: "curves", followsPicks: true,
    draw: () => drawLines(figure, settings()),
    mark: () => markLines(figure, settings()),
    describe: () => describeCurves(figure, settings()),
    table: () => curvesTable(figure, settings()),
  });
  const known = METRICS.includes(objective.metric) ? objective.metric : METRICS[0];
  const metric = addSelect(figure, "Show", "metric",
    CURVES, known);
  const lines = addSelect(figure, "of", "lines", [
    ["best", "the best of each scheduler"],
    ...(repeated ? [["groups", "all groups"]] : []), ["trials", "all trials"]], "best");
  const clock = addSelect(figure, "over", "clock", CLOCKS, "epochs");
  const scale = addSelect(figure, "Scale", "scale",
    [["zoom", "where most values lie"], ["all", "all values"], ["log", "logarithmic"]], "zoom");
  const settings = () => ({ metric: metric(), lines: lines(), clock: clock(), scale: scale() });
}

function curveLines(settings) {
  const { lines } = settings;
  const ofTrial = (trial) => ({ trials: [trial], ended: [trial], n: 1, scheduler: trial.scheduler,
    name: trialName(trial), points: curvePoints(trial, settings) });
  const ofGroup = (group) => ({ trials: group.trials, ended: group.ended, n: group.ended.length,
    scheduler: group.scheduler, name: groupName(group), points: meanPoints(group, settings) });
  const all = (lines === "trials" ? shownTrials().map(ofTrial)
    : (lines === "groups" ? shownGroups() : bestGroups()).map(ofGroup))
    .filter((line) => line.points.some((point) => point.y !== null));
  if (sharesEpochs) markShared(all);
  return all;
}

/// The parts of a line as they are drawn, with the look of each.
function drawnParts(line) {
  const dash = dashOf(line.scheduler);
  if (!sharesEpochs) return [{ points: line.points, look: "", dash }];
  return partsOf(line).map(({ points, isTrunk, isMixed }) => (
    { points, look: isMixed ? "trunk mixed" : isTrunk ? "trunk" : "", dash: isMixed ? "" : dash }));
}

/// The range of the axis: all values, or all but the worst tenth, which may be far away.
function curveDomain(lines, { metric, scale }) {
  const values = Float64Array.from(lines.flatMap((line) => line.points.flatMap((point) =>
    (point.low === null ? [] : [point.low, point.high])))).sort();
  if (values.length === 0) return [0, 1];
  const [least, greatest] = [values[0], values[values.length - 1]];
  if (scale === "log") {
    return [values.find((value) => value > 0) || 1e-6, greatest || 1];
  }
  const { max = false, ordered = true, from_0: fromZero = true } = METRIC_OF[metric] ?? {};
  const floor = fromZero && !max ? Math.min(0, least) : least;
  if (scale === "all" || !ordered) return [floor, greatest];
  return max ? [d3.quantile(values, 0.1), greatest] : [floor, d3.quantile(values, 0.9)];
}

function drawLines(figure, settings) {
  const width = figure.width;
  const frame = { left: 56, right: width - 28, top: 26, bottom: 340 };
  const lines = figure.lines = curveLines(settings);
  const scaled = [...lines, ...pickLines(settings)];
  const domain = curveDomain(scaled, settings);
  const makeScale = settings.scale === "log" ? d3.scaleLog : d3.scaleLinear;
  const first = d3.min(scaled, (line) => line.points[0].x);
  const last = d3.max(scaled, (line) => line.points[line.points.length - 1].x);
  figure.setSize(width, 386);
  figure.frame = frame;
  figure.x = d3.scaleLinear([settings.metric === STEP_LOSS ? 0 : first || 0, last || 1],
    [frame.left, frame.right]);
  figure.y = makeScale(domain, [frame.bottom, frame.top]).clamp(settings.scale === "log").nice();
  drawAxes(figure.svg, frame, figure.x, figure.y, {
    xLabel: settings.clock === "steps" ? "optimizer steps" : "epochs",
    yLabel: curveUnit(settings.metric), yFormat: settings.scale === "log" ? shortNumber : axisFormat(figure.y) });
  figure.path = linePath(figure.x, figure.y);
  figure.band = d3.area().defined((point) => point.low !== null)
    .x((point) => figure.x(point.x)).y0((point) => figure.y(point.low))
    .y1((point) => figure.y(point.high));

  const inside = clipped(figure.svg, frame).attr("class", lines.length > 12 ? "lines many" : "lines");
  for (const line of lines.slice().reverse()) {
    const look = inside.append("g").attr("class", colourClass(line.scheduler));
    for (const part of drawnParts(line)) {
      const isBand = settings.lines === "best";
      if (isBand) look.append("path").attr("class", `band ${part.look}`).attr("d", figure.band(part.points));
      look.append("path").attr("class", `line ${part.look}`).attr("stroke-dasharray", part.dash)
        .attr("d", figure.path(part.points));
    }
  }
  const legend = settings.lines === "best" ? lines.map((line) => legendItem(line.scheduler, line.name))
    : schedulerLegend(lines.flatMap((line) => line.trials));
  if (!inside.select(".mixed").empty()) legend.push(trunkLegend());
  figure.setLegend(legend);
  figure.note.textContent = curveNote(lines, figure.y.domain(), settings);
  followPointer(figure, (px, py) => nearestCurve(figure, px, py, settings));
}

function trunkLegend() {
  const svg = d3.create("svg").attr("width", 34).attr("height", 14).attr("aria-hidden", "true");
  svg.append("path").attr("class", "line trunk mixed").attr("d", "M1 7H33");
  return makeElement("li", {}, svg.node(), makeElement("span", {}, "shared by different schedules"));
}

function curveNote(lines, [least, greatest], { metric, scale }) {
  const outside = d3.sum(lines, (line) => line.points.filter((point) =>
    point.y !== null && (point.y < least - 1e-9 || point.y > greatest + 1e-9)).length);
  const notes = [];
  if (scale === "zoom" && outside > 0) {
    notes.push(`${count(outside, "value")} outside of this range: choose the scale “all values” to see them.`);
  }
  if (metric === STEP_LOSS && raw.steps.loss_span > 1) {
    notes.push(`Thinned to spans of ${raw.steps.loss_span} steps: the line is a span's mean; of a picked ` +
      "trial the band is its least to its greatest batch loss.");
  } else if (raw.epochs.thinned) {
    notes.push(`Thinned: of the epochs, ${raw.epochs.kept.join(", ")} are in this file.`);
  }
  if (sharesEpochs && lines.some((line) => line.points.some((point) => point.shared.lines.length > 1))) {
    notes.push("What several lines have in common was trained once, and is drawn once, thicker.");
  }
  return notes.join(" ");
}

function nearestCurve(figure, px, py, { metric, clock }) {
  const nearest = nearestOnLines(figure, px, py);
  if (!nearest) return null;
  const { line, point } = nearest;
  const spread = point.low === point.high ? "" : `, ${metricText(point.low)} to ${metricText(point.high)}`;
  const when = clock === "steps" ? `step ${wholeNumber(point.x)}` : `epoch ${shortNumber(point.x)}`;
  const kin = point.shared ? point.shared.lines.filter((other) => other !== line) : [];
  return { pick: line.trials, lines: [line.name, `${metric} ${metricText(point.y)}${spread}`, when,
    ...(kin.length > 0 ? [`shared with ${count(kin.length, "other line")}`] : [])],
  near: (layer) => {
    for (const other of kin.slice(0, MOST_KIN)) {
      layer.append("path").attr("class", `line ${colourClass(other.scheduler)}`).attr("d", figure.path(other.points));
    }
    strengthen(figure, line)(layer);
  } };
}

function pickLines(settings) {
  return shownPicks().map((trial) => ({ trial,
    points: curvePoints(trial, settings).filter((point) => point.y !== null) }))
    .filter((line) => line.points.length > 0);
}

function markLines(figure, settings) {
  const { metric } = settings;
  const letters = [];
  const inside = clipped(figure.marks, figure.frame);
  for (const { trial, points } of pickLines(settings)) {
    const look = inside.append("g").attr("class", colourClass(trial.scheduler))
      .attr("data-trial", trial.id);
    if (metric === STEP_LOSS) look.append("path").attr("class", "band").attr("d", figure.band(points));
    look.append("path").attr("class", "line strong").attr("stroke-dasharray", dashOf(trial.scheduler))
      .attr("d", figure.path(points));
    const last = points[points.length - 1];
    const y = Math.min(Math.max(figure.y(last.y), figure.frame.top), figure.frame.bottom);
    letters.push({ x: figure.x(last.x) + 12, y, trial });
  }
  drawLetters(figure.marks, letters, figure.frame);
}

function describeCurves(figure, { metric, clock }) {
  const ends = figure.lines.slice(0, 3).map((line) => {
    const points = line.points.filter((point) => point.y !== null);
    return `${line.name} ends at ${metricText(points[points.length - 1].y)}`;
  });
  return `${metric} over ${clock}: ${count(figure.lines.length, "line")}. ${ends.join("; ")}.`;
}

function curvesTable(figure, { metric, clock }) {
  const xs = [...new Set(figure.lines.flatMap((line) => line.points.map((point) => point.x)))]
    .sort(d3.ascending);
  const shown = xs.length <= 60 ? xs : d3.range(60).map((i) => xs[Math.floor((i * xs.length) / 60)]);
  return {
    caption: `${metric} over ${clock}`,
    columns: [
      { name: "name", title: "Line", heads: true, value: (line) => line.name, text: (line) => line.name },
      { name: "n", title: "Trials", number: true, value: (line) => line.n,
        text: (line) => String(line.n) },
      ...shown.map((x) => ({ name: `x${x}`, number: true,
        title: clock === "steps" ? wholeNumber(x) : shortNumber(x),
        value: (line) => valueAt(line, x),
        text: (line) => (valueAt(line, x) === null ? "" : metricText(valueAt(line, x))) })),
    ],
    rows: figure.lines,
  };
}

function valueAt(line, x) {
  const point = line.points.find((each) => each.x === x);
  return point ? point.y : null;
}
