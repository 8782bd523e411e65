// The rungs of a search: which points reached which budget, and how they stood among each other there.
// A point's line goes from rung to rung; values of different budgets are never on one scale.

const MOST_NAMED = 14;  // points that are named at the right of the last rung

/// The trial's value by the objective after so many epochs, from its curve; null where that is not
/// known. For a trial that goes on from rung to rung.
function valueAfter(trial, epochs) {
  const curve = trial.curves[objective.metric];
  const last = raw.epochs.kept.indexOf(epochs);
  if (!curve || raw.epochs.thinned || last < 0 || last >= curve.length) return null;
  const values = curve.slice(0, last + 1).filter((value) => value !== null);
  if (values.length === 0) return null;
  if (objective.scope === "last") return curve[last];
  if (objective.scope === "best") return (higherIsBetter ? d3.max : d3.min)(values);
  const some = objective.scope.match(/^last-(\d+)-avg$/);
  return d3.mean(some ? values.slice(-Number(some[1])) : values);
}

/// A value with as many digits as curves have, so that equal ones are equal.
const asInCurves = (value) => (value === null ? null : Number(value.toPrecision(5)));

/// The brackets of all searches: {sweep, bracket, rungs: [{rung, budget, entries}]}, where an entry is
/// {point, trials, value (the mean of those that have one; null: none has), place}.
function searchBrackets() {
  const searched = trials.filter((trial) => trial.budget !== null);
  const key = (trial) => `${sweeps.indexOf(trial.sweep)} ${trial.bracket}`;
  return d3.nest().key(key).entries(searched).map(({ values }) => {
    const rungs = d3.nest().key((trial) => trial.rung).entries(values)
      .map(({ values: some }) => ({ rung: some[0].rung, budget: some[0].budget, entries: entriesOf(some) }))
      .sort((a, b) => a.rung - b.rung);
    rungs.slice().reverse().forEach((rung, i, fromTop) => {
      if (i > 0) addThoseThatWentOn(rung, fromTop[i - 1]);
    });
    rungs.forEach(({ entries }, at) => {  // of equal values those that went on are first
      const next = new Set((rungs[at + 1]?.entries ?? []).map((entry) => entry.point));
      entries.sort((a, b) => byValue(asInCurves(a.value), asInCurves(b.value)) || next.has(b.point) - next.has(a.point));
      entries.forEach((entry, i) => { entry.place = i + 1; });
    });
    return { sweep: values[0].sweep, bracket: values[0].bracket, rungs };
  }).sort((a, b) => sweeps.indexOf(a.sweep) - sweeps.indexOf(b.sweep) || a.bracket - b.bracket);
}

function entriesOf(some) {
  return d3.nest().key((trial) => trial.point).entries(some).map(({ key, values }) => {
    const known = values.map((trial) => trial.value).filter((value) => value !== null);
    const isWhole = known.length === values.filter((trial) => trial.hasEnded).length;
    return { point: key, trials: values, value: known.length > 0 && isWhole ? d3.mean(known) : null };
  });
}

/// A point that has no trial of this rung, but of the next one, was not trained anew for it. What counts
/// are the seeds that the others have here: the last rung may have more.
function addThoseThatWentOn(rung, next) {
  const here = new Set(rung.entries.map((entry) => entry.point));
  const seeds = new Set(rung.entries.flatMap((entry) => entry.trials.map((trial) => trial.seed)));
  for (const { point, trials: some } of next.entries.filter((entry) => !here.has(entry.point))) {
    const counted = some.filter((trial) => seeds.size === 0 || seeds.has(trial.seed));
    const values = counted.map((trial) => valueAfter(trial, rung.budget));
    rung.entries.push({ point, trials: some, value: values.includes(null) ? null : d3.mean(values) });
  }
}

function drawRungs() {
  const brackets = searchBrackets();
  if (brackets.length === 0) return;
  const section = makeSection("rungs", "Rungs",
    "A line is a point of the search, from rung to rung; at each it stands by its place among those that were " +
    `trained for as many epochs, by ${objective.text}. It ends with a ring where the point got no more ` +
    "epochs. Click one to pick its trials.");
  brackets.forEach((bracket, i) => {
    const figure = new Figure(section, {
      name: `rungs${brackets.length > 1 ? `-${i}` : ""}`, title: bracketTitle(bracket, brackets),
      draw: () => drawBracket(figure, bracket),
      mark: () => markBracket(figure),
      describe: () => `${bracketText(bracket)}. First at the end: ` +
        `${pointName(bracket.rungs[bracket.rungs.length - 1].entries[0])}.`,
      table: () => bracketTable(bracket),
    });
  });
}

function bracketTitle(bracket, brackets) {
  const words = severalSweeps ? [bracket.sweep.label] : [];
  if (brackets.some((other) => other.bracket !== bracket.bracket)) words.push(`bracket ${bracket.bracket}`);
  return words.length > 0 ? words.join(", ") : null;
}

const bracketText = ({ rungs }) => rungs.map(({ budget, entries }) =>
  `${count(entries.length, "point")} at ${count(budget, "epoch")}`).join(", ");

/// The point by its parameters; those of its trials that the search chose, not the seed.
function pointName(entry) {
  const [trial] = entry.trials;
  const words = axes.filter((axis) => !axis.isSeed && axis.path !== "training.epochs" &&
    axis.text(trial) !== null && variesWithin(trial.scheduler, axis))
    .map((axis) => `${axis.name}=${axis.text(trial)}`);
  return [trial.scheduler, ...words].join(" ");
}

/// The points that the filter shows, each with its entries from the first rung that it has.
function pointLines({ rungs }) {
  const lines = new Map();
  rungs.forEach((rung, at) => rung.entries.forEach((entry) => {
    if (!entry.trials.some(matchesFilter)) return;
    if (!lines.has(entry.point)) lines.set(entry.point, { point: entry.point, entries: [] });
    lines.get(entry.point).entries.push({ ...entry, at, budget: rung.budget });
  }));
  return [...lines.values()].map((line) => {
    const last = line.entries[line.entries.length - 1];
    return { ...line, last, scheduler: last.trials[0].scheduler, name: pointName(last),
      trials: [...new Set(line.entries.flatMap((entry) => entry.trials))] };
  });
}

function drawBracket(figure, bracket) {
  const { rungs } = bracket;
  const width = figure.width;
  const lines = pointLines(bracket);
  const finalists = lines.filter((line) => line.last.at === rungs.length - 1)
    .sort((a, b) => a.last.place - b.last.place);
  const named = width >= 700 && finalists.length <= MOST_NAMED;
  const most = d3.max(rungs, (rung) => rung.entries.length);
  const frame = figure.frame = { left: 44, right: width - (named ? Math.min(420, width * 0.36) : 24), top: 46,
    bottom: 46 + Math.max(120, Math.min(420, most * 12)) };
  figure.setSize(width, frame.bottom + 20);
  const x = d3.scalePoint(d3.range(rungs.length), [frame.left + 26, frame.right - 14]);
  const y = d3.scaleLog([1, Math.max(2, most)], [frame.top + 6, frame.bottom - 6]);
  drawRungAxes(figure, rungs, frame, x, y);
  figure.points = lines.flatMap((line) => line.entries.map((entry) =>
    ({ line, entry, x: x(entry.at), y: y(entry.place) })));
  figure.path = (line) => `M${line.entries.map((entry) => `${x(entry.at)} ${y(entry.place)}`).join("L")}`;
  const inside = figure.svg.append("g").attr("class", lines.length > 12 ? "lines many" : "lines");
  for (const line of lines.sort((a, b) => a.last.at - b.last.at || b.last.place - a.last.place)) {
    const look = inside.append("g").attr("class", colourClass(line.scheduler));
    look.append("path").attr("class", line.last.at === rungs.length - 1 ? "line best" : "line")
      .attr("stroke-dasharray", dashOf(line.scheduler)).attr("d", figure.path(line));
    const isOver = line.last.at < rungs.length - 1;
    look.append("circle").attr("class", isOver ? "stop" : "dot").attr("r", 3.4)
      .attr("cx", x(line.last.at)).attr("cy", y(line.last.place));
  }
  if (named) {
    figure.svg.append("g").selectAll("text").data(finalists).enter().append("text").attr("class", "label")
      .attr("x", frame.right).attr("y", (line) => y(line.last.place)).attr("dy", "0.35em")
      .text((line) => fitText(line.name, width - frame.right));
  }
  figure.setLegend(d3.nest().key((line) => line.scheduler).entries(lines)
    .sort((a, b) => d3.ascending(a.key, b.key)).map(({ key, values }) => legendItem(key,
      `${key}: ${rungs.map((_, at) => values.filter((line) => line.entries.some((entry) => entry.at === at)).length)
        .join(" → ")}`)));
  figure.note.textContent = "The legend says how many points of each scheduler reached each rung. The scale of the " +
    "places is logarithmic.";
  followPointer(figure, (px, py) => nearestPoint(figure, px, py));
}

function drawRungAxes(figure, rungs, frame, x, y) {
  const places = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]
    .filter((place) => place <= y.domain()[1]);
  const grid = figure.svg.append("g").attr("class", "axis grid").attr("aria-hidden", "true");
  grid.selectAll("line").data(places).enter().append("line").attr("x1", frame.left).attr("x2", frame.right - 6)
    .attr("y1", (place) => y(place)).attr("y2", (place) => y(place));
  grid.selectAll("text").data(places).enter().append("text").attr("x", frame.left - 6).attr("text-anchor", "end")
    .attr("dy", "0.35em").attr("y", (place) => y(place)).text((place) => place);
  figure.svg.append("text").attr("class", "label").attr("x", 4).attr("y", 13).text("place");
  const head = figure.svg.append("g").selectAll("g").data(rungs).enter().append("g")
    .attr("transform", (_, at) => `translate(${x(at)} 0)`);
  head.append("text").attr("class", "label").attr("text-anchor", "middle").attr("y", 13)
    .text((rung) => count(rung.budget, "epoch"));
  head.append("text").attr("text-anchor", "middle").attr("y", 30)
    .text((rung) => (figure.width < 560 ? String(rung.entries.length) : count(rung.entries.length, "point")));
}

function nearestPoint(figure, px, py) {
  let best = null;
  let least = 18;
  for (const point of figure.points) {
    const distance = Math.hypot(point.x - px, point.y - py);
    if (distance < least) [best, least] = [point, distance];
  }
  if (!best) return null;
  const { line } = best;
  return { pick: line.last.trials, lines: [line.name, ...line.entries.map((entry) =>
    `${count(entry.budget, "epoch")}: place ${entry.place}` +
    `${entry.value === null ? "" : `, ${objective.metric} ${numberText(entry.value)}`}`)],
  near: (layer) => layer.append("path").attr("class", `line strong ${colourClass(line.scheduler)}`)
    .attr("d", figure.path(line)) };
}

function markBracket(figure) {
  const letters = [];
  for (const line of new Set(figure.points.map((point) => point.line))) {
    const picked = line.trials.filter(isPicked);
    if (picked.length === 0) continue;
    figure.marks.append("path").attr("class", `line strong ${colourClass(line.scheduler)}`)
      .attr("data-trial", picked[0].id).attr("d", figure.path(line));
    const { x, y } = figure.points.find((point) => point.line === line && point.entry === line.last);
    picked.forEach((trial, i) => letters.push({ x: x - 14 - 18 * i, y, trial }));  // names are at the right
  }
  drawLetters(figure.marks, letters, figure.frame);
}

function bracketTable(bracket) {
  const lines = pointLines(bracket);
  const at = (line, i) => line.entries.find((entry) => entry.at === i) ?? null;
  return {
    caption: "Points by rung",
    columns: [
      { name: "point", title: "Point", heads: true, value: (line) => line.name, text: (line) => line.name },
      ...bracket.rungs.flatMap(({ budget }, i) => [
        { name: `place${i}`, title: `Place, ${count(budget, "epoch")}`, number: true,
          value: (line) => at(line, i)?.place ?? null, text: (line) => String(at(line, i)?.place ?? "") },
        { name: `value${i}`, title: objective.metric, number: true, value: (line) => at(line, i)?.value ?? null,
          text: (line) => (at(line, i) ? (at(line, i).value === null ? "–" : numberText(at(line, i).value)) : "") }])],
    rows: lines.sort((a, b) => b.last.at - a.last.at || a.last.place - b.last.place),
  };
}
