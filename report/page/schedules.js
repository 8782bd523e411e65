// The learning rate that was applied, over the whole of each training.

/// Of groups that share their rates one line; groups whose trials differ (a plateau's) give several.
function distinctRates(some) {
  const byRate = new Map();
  for (const trial of some) {
    if (!trial.rate || !trial.stepsPerEpoch) continue;
    if (!byRate.has(trial.rate)) byRate.set(trial.rate, []);
    byRate.get(trial.rate).push(trial);
  }
  return [...byRate].map(([rate, sharing]) => ({ rate, trials: sharing }));
}

/// The points of a thinned curve in epochs: the least and the greatest of a bucket at its ends, in the
/// order in which they came.
function thinnedPoints(curve, perBucket, stepsPerEpoch) {
  const buckets = curve.v.length / perBucket;
  const width = curve.n / buckets / stepsPerEpoch;
  const points = [];
  for (let i = 0; i < buckets; ++i) {
    const [first, second] = [curve.v[i * perBucket], curve.v[i * perBucket + 1]];
    points.push([i * width, first], [(i + 1) * width, second]);
  }
  return points;
}

/// Rates by epoch, where steps are not recorded.
function epochRates(trial) {
  return trial.curves.lr.map((rate, i) => [raw.epochs.kept[i], rate]);
}

function drawSchedules() {
  const section = makeSection("schedules", "Learning-rate schedules",
    "The rate that the optimizer applied, as recorded. Schedules that gave the same rates share a line.");
  const figure = new Figure(section, {
    name: "schedules", followsPicks: true,
    draw: () => drawRates(figure, which(), scale(), clock()),
    mark: () => markRates(figure),
    describe: () => `Learning rate over ${clock() === "steps" ? "optimizer steps" : "epochs"}: ` +
      `${count(figure.lines.length, "line")} of ${count(schedulers.length, "scheduler")}.`,
    table: ratesTable,
  });
  const which = addSelect(figure, "Show", "lines",
    [["best", "the best of each scheduler"], ["all", "all groups"]], "best");
  const scale = addSelect(figure, "Scale", "scale",
    [["log", "logarithmic"], ["linear", "linear"]], "linear");
  const clock = addSelect(figure, "Over", "clock", [["epochs", "epochs"], ["steps", "optimizer steps"]],
    "epochs");
}

function rateLines(which, clock) {
  const best = new Set(bestGroups());
  return linesOf(shownTrials().filter((trial) => which === "all" || best.has(trial.group)), clock);
}

function linesOf(some, clock) {
  const lines = recordsSteps
    ? distinctRates(some).map(({ rate, trials: sharing }) => ({ trials: sharing,
        points: thinnedPoints(rate, 2, sharing[0].stepsPerEpoch) }))
    : some.filter((trial) => trial.curves.lr.length > 0)
      .map((trial) => ({ trials: [trial], points: epochRates(trial) }));
  if (clock === "steps") {
    for (const line of lines) {
      line.points = line.points.map(([x, y]) => [x * line.trials[0].stepsPerEpoch, y]);
    }
  }
  return lines.filter((line) => line.points.length > 0);
}

function drawRates(figure, which, scaleName, clock) {
  const width = figure.width;
  const frame = { left: 56, right: width - 28, top: 26, bottom: 290 };
  const lines = figure.lines = rateLines(which, clock);
  const scaled = [...lines, ...linesOf(shownPicks(), clock)];
  figure.setSize(width, 336);
  const xs = d3.max(scaled, (line) => d3.max(line.points, (point) => point[0])) || 1;
  const rates = scaled.flatMap((line) => line.points.map((point) => point[1]))
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
  figure.path = d3.line().defined((point) => point[1] !== null)
    .x((point) => x(point[0])).y((point) => y(Math.max(point[1], log ? floor : -1)));
  figure.x = x;
  figure.y = (rate) => y(Math.max(rate, log ? floor : 0));
  const many = lines.length > 12;
  clipped(figure.svg, frame).attr("class", many ? "lines many" : "lines")
    .selectAll("path").data(lines).enter().append("path")
    .attr("class", (line) => `line ${colourClass(line.trials[0].scheduler)}`)
    .attr("stroke-dasharray", (line) => dashOf(line.trials[0].scheduler))
    .attr("d", (line) => figure.path(line.points));
  figure.setLegend(which === "all" ? schedulerLegend(lines.flatMap((line) => line.trials)) : lines.map((line) =>
    legendItem(line.trials[0].scheduler, rateName(line))));
  figure.note.textContent = recordsSteps
    ? `Thinned to at most ${raw.steps.lr_buckets} spans of steps, with the least and the greatest rate of each.`
    : "Steps were not recorded: the rate at each epoch's last step.";
  followPointer(figure, (px, py) => nearestLine(figure, px, py));
}

/// The groups of a line; of a group whose trials differ also the seeds.
function rateName(line) {
  const names = [...new Set(line.trials.map((trial) => trial.group))].map((group) => {
    const seeds = line.trials.filter((trial) => trial.group === group).map((trial) => trial.seed);
    return seeds.length === group.trials.length ? groupName(group)
      : `${group.label} (seed ${seeds.join(", ")})`;
  });
  return names.length > 2 ? `${names[0]} and ${count(names.length - 1, "more group")}` : names.join(", ");
}

function nearestLine(figure, px, py) {
  let best = null;
  for (const line of figure.lines) {
    for (const [x, y] of line.points) {
      if (y === null) continue;
      const distance = Math.hypot(figure.x(x) - px, figure.y(y) - py);
      if (distance < 24 && (!best || distance < best.distance)) best = { distance, line, x, y };
    }
  }
  if (!best) return null;
  const { line } = best;
  const names = [...new Set(line.trials.map((trial) => trial.group))];
  return {
    pick: [line.trials[0]],
    lines: [...names.slice(0, 4).map(groupName),
      ...(names.length > 4 ? [`and ${names.length - 4} more groups`] : []),
      `lr ${shortNumber(best.y)}`],
    near: (layer) => layer.append("path")
      .attr("class", `line strong ${colourClass(line.trials[0].scheduler)}`)
      .attr("d", figure.path(line.points)),
  };
}

function markRates(figure) {
  const letters = [];
  for (const trial of shownPicks()) {
    const [line] = linesOf([trial], choice("schedules.clock", "epochs"));
    if (!line) continue;
    figure.marks.append("path").attr("data-trial", trial.id)
      .attr("class", `line strong ${colourClass(trial.scheduler)}`)
      .attr("stroke-dasharray", dashOf(trial.scheduler)).attr("d", figure.path(line.points));
    const [x, y] = line.points[line.points.length - 1];
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
        value: (trial) => trial.curves.lr[i] ?? null,
        text: (trial) => shortNumber(trial.curves.lr[i]) })),
    ],
    rows: shownTrials().filter((trial) => trial.epochs > 0),
  };
}
