// The objective against the highest learning rate that was applied, and against each parameter: every
// trial a point, and where a value was tried several times their mean with its 95% interval.

const CELL = { width: 340, height: 250, slantedRoom: 46 };
const MOST_ORDINAL = 12;  // values that stand side by side, evenly

/// The choices for the x axis: {title, value(trial), ordinal values or null}.
function scatterAxes() {
  const rate = { name: "peak_lr", title: "highest lr applied", value: (trial) => trial.peak, values: null };
  const database = { name: "database", title: "database", value: (trial) => trial.sweep.label,
    values: sweeps.map((sweep) => sweep.label) };
  const scheduler = { name: "scheduler", title: "scheduler", value: (trial) => trial.scheduler,
    values: schedulers };
  const parameters = axes.map((axis) => ({ name: axis.path, title: axis.name,
    value: (trial) => (axis.numbers && axis.text(trial) !== null && axis.values.length > MOST_ORDINAL
      ? Number(axis.text(trial)) : axis.text(trial)),
    values: axis.numbers && axis.values.length > MOST_ORDINAL ? null : axis.values }));
  return [rate, ...(severalSweeps ? [database] : []), ...(schedulers.length > 1 ? [scheduler] : []),
    ...parameters];
}

function drawScatter() {
  const section = makeSection("axes", `${objective.metric} against each parameter`,
    `Each point is a trial, by ${objective.text}. A bar is the 95% interval of the mean of the trials with ` +
    "that value, whatever their other parameters; n says how many they are. Click a point to pick its trial.");
  const figure = new Figure(section, {
    name: "axes",
    draw: () => drawCells(figure),
    mark: () => markCells(figure),
    describe: () => `${objective.metric} of ${count(figure.shown.length, "trial")} against ` +
      `${figure.cells.map((cell) => cell.axis.title).join(", ")}.`,
    table: scatterTable,
  });
}

/// The y scale that all charts here share. The worst tenth is left out and drawn at its end.
function objectiveScale(values, range) {
  const sorted = values.slice().sort(d3.ascending);
  if (sorted.length === 0) return d3.scaleLinear([0, 1], range);
  const domain = higherIsBetter ? [d3.quantile(sorted, 0.1), sorted[sorted.length - 1]]
    : [sorted[0], d3.quantile(sorted, 0.9)];
  const size = Math.abs(domain[0]) || 1;
  const room = 0.01 * (size >= 0.01 && size <= 1 ? 1 : size);
  if (domain[0] === domain[1]) domain[higherIsBetter ? 0 : 1] -= (higherIsBetter ? 1 : -1) * room;
  return d3.scaleLinear(domain, range).nice().clamp(true);
}

function isOutside(y, trial) {
  return trial.value !== null &&
    (higherIsBetter ? trial.value < y.domain()[0] : trial.value > y.domain()[1]);
}

function cellX(axis, shown, frame) {
  const range = [frame.left + 8, frame.right - 8];
  if (axis.values) {  // slanted where names do not fit side by side
    const present = axis.values.filter((value) => shown.some((trial) => axis.value(trial) === value));
    const x = d3.scalePoint(present, range).padding(0.6);
    const step = present.length > 1 ? x.step() : 120;
    const slanted = present.some((value) => Math.max(value.length, 4) > step / 7.4);
    return Object.assign((value) => x(value), { present, step, slanted, axis: d3.axisBottom(x) });
  }
  const values = shown.map(axis.value).filter((value) => value !== null);
  return logX(values, range) || linearX(values, range);
}

function linearX(values, range) {
  const [least, greatest] = d3.extent(values);
  const room = 0.06 * (greatest - least) || 0.4 * Math.abs(greatest) || 1;
  const x = d3.scaleLinear([least - room, greatest + room], range);
  return Object.assign(x, { present: null, step: 0, axis: d3.axisBottom(x).ticks(4) });
}

/// A logarithmic scale with zeros at its left; null where values are negative or span too little.
function logX(values, [left, right]) {
  const nonzero = values.filter((value) => value !== 0);
  const [least, greatest] = d3.extent(nonzero);
  if (!(least > 0 && greatest / least >= 3)) return null;
  const zero = nonzero.length < values.length ? left : null;
  const x = d3.scaleLog([least / 1.4, greatest * 1.4], [zero === null ? left : left + 28, right]);
  return Object.assign((value) => (value === 0 ? zero : x(value)), { present: null, step: 0, zero,
    axis: d3.axisBottom(x).ticks(4, shortNumber) });
}

/// Spreads points of equal x evenly, without randomness: a reload draws the same picture.
const jitter = (trial) => ((trial.index * 0.618034) % 1) - 0.5;

function drawCells(figure) {
  const width = figure.width;
  const columns = Math.max(1, Math.floor(width / CELL.width));
  const cellWidth = width / columns;
  const shown = figure.shown = shownTrials().filter((trial) => trial.hasEnded);
  const shownAxes = scatterAxes().filter((axis) =>
    shown.some((trial) => axis.value(trial) !== null) && (!axis.values || axis.values.length > 1));
  const values = shown.map((trial) => trial.value).filter((value) => value !== null);
  let top = 0;
  figure.cells = [];
  shownAxes.forEach((axis, i) => {
    const left = (i % columns) * cellWidth;
    if (i > 0 && i % columns === 0) top += rowHeight(figure.cells.slice(i - columns, i));
    const frame = { left: left + 52, right: left + cellWidth - 14, top: top + 26, bottom: top + 190 };
    const y = objectiveScale(values, higherIsBetter ? [frame.bottom - 8, frame.top]
      : [frame.bottom, frame.top + 8]);
    const cell = { axis, frame, x: cellX(axis, shown, frame), y };
    cell.points = shown.filter((trial) => axis.value(trial) !== null).map((trial) => ({ trial,
      x: cell.x(axis.value(trial)) + jitter(trial) * Math.min(26, cell.x.step * 0.5),
      y: trial.value !== null ? y(trial.value) : higherIsBetter ? frame.bottom - 2 : frame.top,
      outside: isOutside(y, trial) }));
    drawCell(figure.svg, cell);
    figure.cells.push(cell);
  });
  const inLastRow = figure.cells.length % columns || columns;
  figure.setSize(width, top + rowHeight(figure.cells.slice(-inLastRow)));
  figure.setLegend(schedulerLegend(shown, { line: false, symbol: true }));
  const outside = figure.cells.length === 0 ? 0
    : shown.filter((trial) => isOutside(figure.cells[0].y, trial)).length;
  const without = shown.filter((trial) => trial.value === null);
  figure.note.textContent = [
    outside > 0 ? `${count(outside, "trial")} beyond the scale, hollow at its worse end; an arrow there is a mean.` : "",
    without.length > 0 ? `×: ${count(without.length, "trial")} without a value (` +
      `${[...new Set(without.map(valueText))].join(" or ")}).` : ""].join(" ");
  followPointer(figure, (px, py) => nearestPoint(figure, px, py));
}

const rowHeight = (cells) =>
  CELL.height + (cells.some((cell) => cell.x.slanted) ? CELL.slantedRoom : 0);

function drawCell(svg, { axis, frame, x, y, points }) {
  const bottom = svg.append("g").attr("class", "axis").attr("aria-hidden", "true")
    .attr("transform", `translate(0 ${frame.bottom})`).call(x.axis.tickSizeOuter(0));
  svg.append("g").attr("class", "axis grid").attr("aria-hidden", "true")
    .attr("transform", `translate(${frame.left} 0)`)
    .call(d3.axisLeft(y).ticks(4).tickFormat(axisFormat(y)).tickSize(-(frame.right - frame.left))
      .tickSizeOuter(0).tickPadding(5));
  svg.append("text").attr("class", "label").attr("x", frame.left - 48).attr("y", frame.top - 12)
    .text(`${objective.metric} by ${axis.title}`);
  if (x.zero) bottom.append("text").attr("x", x.zero).attr("y", 9).attr("dy", "0.71em").text("0");
  if (x.present) nameLevels(bottom, x, axis, points, frame);
  const look = svg.append("g").attr("class", "dots");
  for (const scheduler of schedulers) {
    const own = points.filter((point) => point.trial.scheduler === scheduler);
    const path = (some, glyph) => some.map((point) => `M${point.x.toFixed(1)} ${point.y.toFixed(1)}${glyph}`)
      .join("");
    const group = look.append("g").attr("class", colourClass(scheduler));
    group.append("path").attr("class", "dot soft").attr("d",
      path(own.filter((point) => !point.outside && point.trial.value !== null), glyphOf(scheduler)));
    group.append("path").attr("class", "hollow").attr("d",
      path(own.filter((point) => point.outside), glyphOf(scheduler)));
    group.append("path").attr("class", "hollow").attr("d",
      path(own.filter((point) => point.trial.value === null), CROSS));
  }
  if (x.present) drawMeans(svg, x, y, axis, points);
}

/// Labels each value with its number of trials; long names are slanted.
function nameLevels(bottom, x, axis, points, frame) {
  const counts = d3.nest().key((point) => axis.value(point.trial))
    .rollup((some) => some.filter((point) => point.trial.value !== null).length).object(points);
  bottom.selectAll(".tick text").each(function nameLevel(value) {
    const text = d3.select(this);
    if (x.slanted) {
      const room = (x(value) - frame.left + 46) / Math.cos((35 * Math.PI) / 180) - 52;
      const short = fitText(value, Math.min(134, room));
      text.attr("transform", "rotate(-35)").attr("text-anchor", "end").attr("dx", "-0.2em")
        .text(`${short} (n=${counts[value]})`);
    } else {
      text.text(value).append("tspan").attr("x", 0).attr("dy", "1.2em").text(`n=${counts[value]}`);
    }
  });
}

function drawMeans(svg, x, y, axis, points) {
  const finite = points.filter((point) => point.trial.value !== null);
  for (const { key, values } of d3.nest().key((point) => axis.value(point.trial)).entries(finite)) {
    const { n, mean, low, high } = summarize(values.map((point) => point.trial.value));
    const at = x(key);
    const mark = svg.append("g").attr("class", "mean");
    if (n > 1) mark.append("path").attr("d", `M${at} ${y(low)}V${y(high)}`).attr("class", "whisker");
    const beyond = mean < y.domain()[0] || mean > y.domain()[1];
    mark.append("path").attr("class", "bar").attr("d", beyond
      ? higherIsBetter ? `M${at - 5} ${y(mean) - 1}l5 6l5 -6` : `M${at - 5} ${y(mean) + 1}l5 -6l5 6`
      : `M${at - 9} ${y(mean)}H${at + 9}`);
  }
}

function nearestPoint(figure, px, py) {
  let best = null;
  for (const cell of figure.cells) {
    if (px < cell.frame.left - 10 || px > cell.frame.right + 10 ||
        py < cell.frame.top - 10 || py > cell.frame.bottom + 10) continue;
    for (const point of cell.points) {
      const distance = Math.hypot(point.x - px, point.y - py);
      if (distance < 16 && (!best || distance < best.distance)) best = { distance, point };
    }
  }
  if (!best) return null;
  const { trial, x, y } = best.point;
  return {
    pick: [trial],
    lines: [trialName(trial), `${objective.metric} ${valueText(trial)}`,
      `place ${trial.place}, highest lr ${shortNumber(trial.peak)}`],
    near: (layer) => layer.append("circle").attr("class", `ring ${colourClass(trial.scheduler)}`)
      .attr("cx", x).attr("cy", y).attr("r", 8),
  };
}

function markCells(figure) {
  for (const cell of figure.cells) {
    const letters = cell.points.filter((point) => isPicked(point.trial))
      .map(({ x, y, trial }) => ({ x, y, trial }));
    drawLetters(figure.marks, letters, cell.frame);
  }
}

function scatterTable() {
  const rows = [];
  for (const axis of scatterAxes().filter((each) => each.values)) {
    const some = shownTrials().filter((trial) => trial.value !== null && axis.value(trial) !== null);
    for (const { key, values } of d3.nest().key(axis.value).entries(some)) {
      rows.push({ axis: axis.title, level: key, ...summarize(values.map((trial) => trial.value)) });
    }
  }
  return {
    caption: `Mean ${objective.metric} of the trials with a value`,
    columns: [
      { name: "axis", title: "Parameter", heads: true, value: (row) => row.axis, text: (row) => row.axis },
      { name: "level", title: "Value", value: (row) => row.level, text: (row) => row.level },
      { name: "n", title: "Trials", number: true, value: (row) => row.n, text: (row) => String(row.n) },
      { name: "mean", title: "Mean", number: true, value: (row) => row.mean,
        text: (row) => numberText(row.mean) },
      { name: "low", title: "95% interval", value: (row) => row.low, text: (row) => intervalText(row) },
    ],
    rows,
  };
}
