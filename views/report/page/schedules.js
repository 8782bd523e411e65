// The learning rates that were applied, over each whole training.

/// A line for each distinct curve of rates: trials that applied the same rates share one.
function rateLinesOf(some, clock) {
  const lines = new Map();
  for (const trial of some.filter((each) => each.stepsPerEpoch)) {
    const key = trial.rate ? `${raw.steps.rate_of[trial.index]} ${trial.stepsPerEpoch}` : trial.index;
    if (!lines.has(key)) {
      lines.set(key, { trials: [], scheduler: trial.scheduler, points: ratePoints(trial, clock) });
    }
    lines.get(key).trials.push(trial);
  }
  return [...lines.values()].filter((line) => line.points.length > 0);
}

/// Two points a span: its least and its greatest rate, in their order in time, at the span's ends. Where
/// steps are not recorded, the rates by epoch.
function ratePoints(trial, clock) {
  if (!trial.rate) return epochPoints(trial, trial.epochRates, clock);
  const { v } = trial.rate;
  return spansOf(trial.rate, raw.steps.rate_span, 2, trial, clock).flatMap(({ from, to, at }) =>
    [{ x: from, y: v[at] }, { x: to, y: v[at + 1] }]);
}

function drawSchedules() {
  const section = makeSection("schedules", "Learning-rate schedules",
    "The rate that the optimizer applied, as recorded. Schedules that gave the same rates share a line.");
  const figure = new Figure(section, {
    name: "schedules", followsPicks: true,
    draw: () => drawRates(figure, which(), scale(), clock()),
    mark: () => markRates(figure, clock()),
    describe: () => `Learning rate over ${clock() === "steps" ? "optimizer steps" : "epochs"}: ` +
      `${count(figure.lines.length, "line")} of ${count(schedulers.length, "scheduler")}.`,
    table: ratesTable,
  });
  const which = addSelect(figure, "Show", "lines",
    [["best", "the best of each scheduler"], ["all", "all groups"]], "best");
  const scale = addSelect(figure, "Scale", "scale",
    [["log", "logarithmic"], ["linear", "linear"]], "linear");
  const clock = addSelect(figure, "Over", "clock", CLOCKS, "epochs");
}

function rateLines(which, clock) {
  const best = new Set(bestGroups());
  return rateLinesOf(shownTrials().filter((trial) => which === "all" || best.has(trial.group)), clock);
}

function drawRates(figure, which, scaleName, clock) {
  const width = figure.width;
  const frame = { left: 56, right: width - 28, top: 26, bottom: 290 };
  const lines = figure.lines = rateLines(which, clock);
  const scaled = [...lines, ...rateLinesOf(shownPicks(), clock)];
  figure.setSize(width, 336);
  const xs = d3.max(scaled, (line) => d3.max(line.points, (point) => point.x)) || 1;
  const rates = scaled.flatMap((line) => line.points.map((point) => point.y))
    .filter((rate) => rate !== null);
  const log = scaleName === "log";
  const positive = rates.filter((rate) => rate > 0);
  const floor = Math.max(d3.min(positive) || 1e-6, (d3.max(positive) || 1) * 1e-6);
  const x = d3.scaleLinear([0, Math.ceil(xs)], [frame.left, frame.right]);
  const y = log
    ? d3.scaleLog([floor, d3.max(positive) || 1], [frame.bottom, frame.top]).clamp(true).nice()
    : d3.scaleLinear([0, d3.max(rates) || 1], [frame.bottom, frame.top]).nice();
  drawAxes(figure.svg, frame, x, y, {
    xLabel: clock === "steps" ? "optimizer step" : "epoch", yLabel: "learning rate",
    yFormat: log ? shortNumber : null });
  figure.frame = frame;
  figure.x = x;
  figure.y = (rate) => y(log ? Math.max(rate, floor) : rate);
  figure.path = linePath(figure.x, figure.y);
  const many = lines.length > 12;
  clipped(figure.svg, frame).attr("class", many ? "lines many" : "lines")
    .selectAll("path").data(lines).enter().append("path")
    .attr("class", (line) => `line ${colourClass(line.scheduler)}`)
    .attr("stroke-dasharray", (line) => dashOf(line.scheduler))
    .attr("d", (line) => figure.path(line.points));
  figure.setLegend(which === "all" ? schedulerLegend(lines.flatMap((line) => line.trials)) : lines.map((line) =>
    legendItem(line.scheduler, rateName(line))));
  figure.note.textContent = !recordsSteps ? "Steps were not recorded: the rate at each epoch's last step."
    : raw.steps.rate_span > 1 ? `Thinned to the least and the greatest rate of every ${raw.steps.rate_span} steps.`
      : "";
  followPointer(figure, (px, py) => nearestRate(figure, px, py));
}

const groupsOf = (line) => [...new Set(line.trials.map((trial) => trial.group))];

/// The names of a line's groups, with seeds where not all trials of a group share the line.
function rateName(line) {
  const names = groupsOf(line).map((group) => {
    const seeds = line.trials.filter((trial) => trial.group === group).map((trial) => trial.seed);
    return seeds.length === group.trials.length ? groupName(group)
      : `${group.label} (seed ${seeds.join(", ")})`;
  });
  return names.length > 2 ? `${names[0]} and ${count(names.length - 1, "more group")}` : names.join(", ");
}

function nearestRate(figure, px, py) {
  const nearest = nearestOnLines(figure, px, py);
  if (!nearest) return null;
  const { line, point } = nearest;
  const names = groupsOf(line).map(groupName);
  return {
    pick: line.trials.filter((trial) => trial.group === line.trials[0].group),
    lines: [...names.slice(0, 4), ...(names.length > 4 ? [`and ${names.length - 4} more groups`] : []),
      `lr ${shortNumber(point.y)}`],
    near: strengthen(figure, line),
  };
}

function markRates(figure, clock) {
  const letters = [];
  for (const trial of shownPicks()) {
    const [line] = rateLinesOf([trial], clock);
    if (!line) continue;
    figure.marks.append("path").attr("data-trial", trial.id)
      .attr("class", `line strong ${colourClass(trial.scheduler)}`)
      .attr("stroke-dasharray", dashOf(trial.scheduler)).attr("d", figure.path(line.points));
    const { x, y } = line.points[line.points.length - 1];
    letters.push({ x: figure.x(x) + 10, y: figure.y(y), trial });
  }
  drawLetters(figure.marks, letters, figure.frame);
}

function ratesTable() {
  const kept = raw.epochs.kept;
  return {
    caption: "Learning rate at each epoch's last step",
    columns: [
      { name: "name", title: "Trial", heads: true, value: (trial) => trialName(trial), text: trialName },
      { name: "peak", title: "Highest", number: true, value: (trial) => trial.peak,
        text: (trial) => shortNumber(trial.peak) },
      ...kept.map((epoch, i) => ({ name: `e${epoch}`, title: `Epoch ${epoch}`, number: true,
        value: (trial) => trial.epochRates[i] ?? null,
        text: (trial) => shortNumber(trial.epochRates[i]) })),
    ],
    rows: shownTrials().filter((trial) => trial.epochs > 0),
  };
}
