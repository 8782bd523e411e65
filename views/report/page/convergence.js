// Epochs that each group took to reach a threshold, which the reader moves.

const MOST_ROWS = 24;

/// The first epoch after which the trial's metric is at least as good as the threshold; null: never.
function epochsTo(trial, metric, threshold) {
  const max = METRIC_OF[metric].max;
  const i = trial.curves[metric].findIndex((value) =>
    value !== null && (max ? value >= threshold : value <= threshold));
  return i < 0 ? null : raw.epochs.kept[i];
}

/// The metrics of which it is known whether more is better.
const ORDERED = METRICS.filter((name) => METRIC_OF[name].ordered);

/// The value that half of the trials reach, rounded to three decimals (four digits of great numbers,
/// three of small ones): a threshold that separates them.
function usualThreshold(metric) {
  const max = METRIC_OF[metric].max;
  const bests = trials.map((trial) => (max ? d3.max : d3.min)(trial.curves[metric]))
    .filter((value) => value !== null && value !== undefined).sort(d3.ascending);
  if (bests.length === 0) return 0;
  const middle = d3.quantile(bests, 0.5);
  const size = Math.abs(middle);
  const scale = size === 0 || (size >= 0.01 && size < 10) ? 1000
    : 10 ** ((size < 0.01 ? 2 : 3) - Math.floor(Math.log10(size)));
  return (max ? Math.floor : Math.ceil)(middle * scale) / scale;
}

/// "1 epoch", "2 epochs", "2.3 epochs".
function epochsText(mean) {
  return Number.isInteger(mean) ? count(mean, "epoch") : `${mean.toFixed(1)} epochs`;
}

function drawConvergence() {
  if (ORDERED.length === 0) return;
  const section = makeSection("convergence", "Convergence",
    "Epochs until a metric first reaches a threshold. Groups of which every seed reaches it come first, by " +
    "their mean; a dot is a seed.");
  const figure = new Figure(section, {
    name: "convergence",
    draw: () => drawEpochsTo(figure, metric(), threshold()),
    mark: () => markEpochsTo(figure),
    describe: () => describeConvergence(figure, metric(), threshold()),
    table: () => convergenceTable(metric(), threshold()),
  });
  const known = ORDERED.includes(objective.metric) ? objective.metric : ORDERED[0];
  const metric = addSelect(figure, "Metric", "metric", ORDERED.map((name) => [name, name]), known,
    () => fit());
  const input = makeElement("input", { type: "number", step: "any", id: "threshold" });
  const slider = makeElement("input", { type: "range", step: "any", "aria-label": "threshold" });
  const threshold = () => Number(input.value);
  const set = (value) => {
    input.value = value;
    slider.value = value;
    choose("convergence.threshold", { metric: metric(), value });
  };
  const fit = () => {
    const values = trials.flatMap((trial) => trial.curves[metric()]).filter((value) => value !== null)
      .sort(d3.ascending);
    const ends = METRIC_OF[metric()].max ? [0.1, 1] : [0, 0.9];  // without the worst tenth
    [slider.min, slider.max] = ends.map((share) => d3.quantile(values, share) ?? share);
    const saved = choice("convergence.threshold", null);
    set(saved && saved.metric === metric() ? saved.value : usualThreshold(metric()));
  };
  input.addEventListener("input", () => { if (input.value !== "") { set(input.value); figure.refresh(); } });
  slider.addEventListener("input", () => { set(Number(Number(slider.value).toPrecision(5))); figure.refresh(); });
  figure.controls.append(makeElement("label", { for: "threshold" },
    "threshold"), input, slider);
  fit();
}

/// {group, reached: [{trial, epochs}], of, mean}: groups of which every seed reaches it come first,
/// the fastest in front; then the others, by how many of their seeds reach it.
function convergenceRows(metric, threshold) {
  const rows = shownGroups().map((group) => {
    const reached = group.ended.map((trial) => ({ trial, epochs: epochsTo(trial, metric, threshold) }))
      .filter((each) => each.epochs !== null);
    return { group, reached, of: group.ended.length,
      mean: reached.length > 0 ? d3.mean(reached, (each) => each.epochs) : null };
  });
  const missing = (row) => (row.of - row.reached.length) / row.of;
  return rows.sort((a, b) => missing(a) - missing(b) || (a.mean ?? 0) - (b.mean ?? 0) ||
    a.group.place - b.group.place);
}

function drawEpochsTo(figure, metric, threshold) {
  const all = convergenceRows(metric, threshold);
  const some = all.filter((row) => row.reached.length > 0);
  const rows = figure.rows = some.slice(0, MOST_ROWS);
  const width = figure.width;
  const narrow = width < 560;  // names stand above their rows
  const labels = narrow ? 0 : Math.min(380, width * 0.45);
  const line = narrow ? 40 : 24;
  const frame = figure.frame = { left: labels, right: width - 64, top: 8,
    bottom: Math.max(1, rows.length) * line + 10 };
  figure.setSize(width, frame.bottom + 40);
  figure.rowY = (i) => frame.top + (i + 1) * line - 12;
  const x = figure.x = d3.scaleLinear([0, d3.max(raw.epochs.kept)], [frame.left + 10, frame.right - 8]);
  const ticks = Math.min(d3.max(raw.epochs.kept), Math.floor((width - labels) / 50));
  drawBottomGrid(figure.svg, x, frame, [ticks, "d"], `epochs to ${metric} ${threshold}`);
  figure.svg.selectAll("text.group").data(rows).enter().append("text").attr("class", "label group")
    .attr("x", labels).attr("y", (_, i) => figure.rowY(i) - (narrow ? 18 : 0)).attr("dy", "0.35em")
    .attr("text-anchor", narrow ? "start" : "end")
    .text((each) => fitText(severalSweeps ? `${each.group.sweep.label}: ${each.group.label}`
      : each.group.label, narrow ? width : labels));
  const row = figure.svg.append("g").attr("class", "dots").selectAll("g").data(rows).enter().append("g")
    .attr("class", (each) => colourClass(each.group.scheduler))
    .attr("transform", (_, i) => `translate(0 ${figure.rowY(i)})`);
  row.append("path").attr("class", "whisker thin")
    .attr("d", (each) => { const [a, b] = d3.extent(each.reached, (one) => one.epochs); return `M${x(a)} 0H${x(b)}`; });
  row.append("path").attr("class", "dot soft").attr("d", (each) => each.reached
    .map((one) => `M${x(one.epochs)} 0${glyphOf(each.group.scheduler)}`).join(""));
  row.append("path").attr("class", "bar").attr("d", (each) => `M${x(each.mean)} -8V8`);
  figure.svg.selectAll("text.reached").data(rows).enter().append("text").attr("class", "reached")
    .attr("x", frame.right + 8).attr("y", (_, i) => figure.rowY(i)).attr("dy", "0.35em")
    .text((each) => `${each.reached.length} of ${each.of}`);
  const never = all.length - some.length;
  figure.note.textContent = [
    some.length > rows.length ? `The first ${rows.length} of ${count(some.length, "group")}; the table has all.` : "",
    never > 0 ? `${count(never, "group")} never ${never === 1 ? "reaches" : "reach"} it.` : "",
    raw.epochs.thinned ? `Only epochs ${raw.epochs.kept.join(", ")} are in this file: a group may have been there before.` : "",
    "The bar is the mean of the seeds that reach it; at the right, how many of the finished ones do."].join(" ");
  followPointer(figure, (px, py) => {
    const i = Math.floor((py - frame.top) / line);
    if (i < 0 || i >= rows.length) return null;
    const { group, reached, of, mean } = rows[i];
    return { pick: group.trials, near: () => {},
      lines: [groupName(group), `${reached.length} of ${count(of, "trial")} reached ${threshold}, after ${epochsText(mean)} on average`] };
  });
}

function markEpochsTo(figure) {
  const letters = [];
  figure.rows.forEach((row, i) => {
    for (const { trial, epochs } of row.reached) {
      if (isPicked(trial)) letters.push({ x: figure.x(epochs), y: figure.rowY(i), trial });
    }
  });
  spreadLetters(letters);
  drawLetters(figure.marks, letters, figure.frame);
}

/// Puts the letters of one row side by side.
function spreadLetters(letters) {
  letters.sort((a, b) => a.y - b.y || a.x - b.x);
  letters.forEach((each, i) => {
    const before = letters[i - 1];
    if (before && before.y === each.y && each.x - before.x < 18) each.x = before.x + 18;
  });
}

function describeConvergence(figure, metric, threshold) {
  const first = figure.rows[0];
  return first ? `Epochs to ${metric} ${threshold}: fastest is ${groupName(first.group)}, after ` +
    `${epochsText(first.mean)} on average, ${first.reached.length} of ${count(first.of, "trial")}.`
    : `No trial reaches ${metric} ${threshold}.`;
}

function convergenceTable(metric, threshold) {
  return {
    caption: `Epochs to ${metric} ${threshold}`,
    columns: [
      { name: "name", title: "Group", heads: true, value: (row) => groupName(row.group),
        text: (row) => groupName(row.group) },
      { name: "reached", title: "Reached by", number: true, value: (row) => row.reached.length / row.of,
        text: (row) => `${row.reached.length} of ${row.of}` },
      { name: "mean", title: "Mean epochs", number: true, value: (row) => row.mean,
        text: (row) => (row.mean === null ? "never" : row.mean.toFixed(1)) },
      { name: "each", title: "Each seed", text: (row) => row.reached.map((one) => one.epochs).join(", ") }],
    rows: convergenceRows(metric, threshold),
  };
}
