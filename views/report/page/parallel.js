// Parallel coordinates: a line per group through its parameters to its value. Where a
// scheduler does not have a parameter, its lines pass below the axis, at "none".

const NONE_ROOM = 26;

function drawParallel() {
  const section = makeSection("parallel", "Parameters together",
    "A line is a group, from its parameters on the left to its mean on the right; it passes below an axis " +
    "where its scheduler has no such parameter. Press a value to filter by it.");
  const figure = new Figure(section, {
    name: "parallel",
    draw: () => drawCoordinates(figure),
    mark: () => markCoordinates(figure),
    describe: () => `Parallel coordinates of ${count(figure.lines.length, "group")} over ` +
      `${figure.columns.map((column) => column.title).join(", ")}.`,
    table: parallelTable,
  });
  figure.plot.classList.add("scroll");
  figure.plot.tabIndex = 0;
  figure.plot.setAttribute("role", "region");
  figure.plot.setAttribute("aria-label", "Parallel coordinates");
}

function parallelColumns() {
  const database = { name: "database", title: "database", values: sweeps.map((sweep) => sweep.label),
    text: (trial) => trial.sweep.label };
  const scheduler = { name: "scheduler", title: "scheduler", values: schedulers,
    text: (trial) => trial.scheduler };
  const parameters = axes.filter((axis) => !axis.isSeed).map((axis) => ({
    name: Object.hasOwn(OWN_FIELDS, axis.name) ? axis.path : axis.name,  // as the filter knows it
    title: axis.name, values: axis.values, text: axis.text }));
  return [...(severalSweeps ? [database] : []), scheduler, ...parameters];
}

function drawCoordinates(figure) {
  const shown = shownGroups();
  const columns = parallelColumns().filter((column) =>
    column.values.length > 1 && shown.some((group) => column.text(group.trials[0]) !== null));
  const width = Math.max(figure.width, 84 * columns.length + 200);
  const frame = { left: 142, right: width - 58, top: 42, bottom: 330 };
  figure.setSize(width, 348);
  figure.svg.style("max-width", "none");
  figure.frame = frame;
  const place = d3.scalePoint(d3.range(columns.length + 1), [frame.left, frame.right]);
  figure.columns = columns.map((column, i) => {
    const present = column.values.filter((value) =>
      shown.some((group) => column.text(group.trials[0]) === value));
    const y = d3.scalePoint(present, [frame.bottom - NONE_ROOM, frame.top]).padding(0.2);
    return { ...column, present, x: place(i), y,
      lacking: shown.some((group) => column.text(group.trials[0]) === null) };
  });
  const values = shown.map((group) => group.mean).filter((value) => value !== null);
  figure.value = objectiveScale(values, higherIsBetter ? [frame.bottom - NONE_ROOM, frame.top]
    : [frame.top, frame.bottom - NONE_ROOM]);
  figure.valueX = place(columns.length);
  figure.lines = shown.map((group) => ({ group, points: coordinates(figure, group) }));

  const best = new Set(bestGroups());
  const look = figure.svg.append("g").attr("class", shown.length > 12 ? "lines many" : "lines");
  for (const line of figure.lines.slice().reverse()) {
    look.append("path").attr("class", `line ${colourClass(line.group.scheduler)}` +
      `${best.has(line.group) ? " best" : ""}`).attr("d", d3.line()(line.points));
  }
  for (const column of figure.columns) drawColumn(figure, column);
  const right = figure.svg.append("g").attr("class", "axis solid").attr("aria-hidden", "true")
    .attr("transform", `translate(${figure.valueX} 0)`)
    .call(d3.axisRight(figure.value).ticks(6).tickFormat(axisFormat(figure.value))
      .tickSizeOuter(0));
  right.append("text").attr("class", "label").attr("y", 14).attr("x", 56).attr("text-anchor", "end")
    .text(repeated ? `mean ${objective.metric}` : objective.metric);
  if (shown.some((group) => group.mean === null)) {
    right.append("text").attr("x", 9).attr("y", frame.bottom).attr("dy", "0.35em").attr("text-anchor", "start")
      .text("none");
  }
  figure.setLegend(schedulerLegend(shown.flatMap((group) => group.trials)));
  followPointer(figure, (px, py) => nearestCoordinates(figure, px, py));
}

function coordinates(figure, group) {
  const none = figure.frame.bottom;
  const points = figure.columns.map((column) => {
    const value = column.text(group.trials[0]);
    return [column.x, value === null ? none : column.y(value)];
  });
  return [...points, [figure.valueX, group.mean === null ? none : figure.value(group.mean)]];
}

function drawColumn(figure, column) {
  const { frame } = figure;
  const axis = figure.svg.append("g").attr("class", "axis solid")
    .attr("transform", `translate(${column.x} 0)`);
  axis.append("path").attr("d", `M0 ${frame.top}V${frame.bottom - NONE_ROOM}`);
  axis.append("text").attr("class", "label").attr("text-anchor", "middle").attr("y", 14).text(column.title);
  if (column.lacking) {
    axis.append("text").attr("class", "none").attr("y", frame.bottom).attr("dy", "0.35em").attr("text-anchor", "middle")
      .text("none");
  }
  const tick = axis.selectAll("g.level").data(column.present).enter().append("g")
    .attr("class", "level").attr("transform", (value) => `translate(0 ${column.y(value)})`)
    .attr("role", "button").attr("tabindex", "0")
    .attr("aria-label", (value) => `filter by ${column.title} ${value}`)
    .on("click", (value) => { d3.event.stopPropagation(); addToFilter(`${column.name}=${value}`); })
    .on("keydown", (value) => {
      if (d3.event.key === "Enter" || d3.event.key === " ") {
        d3.event.preventDefault();
        addToFilter(`${column.name}=${value}`);
      }
    });
  tick.append("path").attr("d", "M-4 0H4");
  tick.append("text").attr("x", -8).attr("dy", "0.35em").attr("text-anchor", "end")
    .text((value) => fitText(value, column.x === frame.left ? 134 : 88));
  tick.append("title").text((value) => value);
}

/// Adds the condition to the filter's text, or removes it where it is there.
function addToFilter(word) {
  const input = document.getElementById("filter");
  if (/\s/.test(word)) return;
  input.value = input.value.split(/\s+/).includes(word)
    ? input.value.split(/\s+/).filter((each) => each !== word).join(" ") : `${input.value} ${word}`.trim();
  input.dispatchEvent(new Event("input"));
}

function nearestCoordinates(figure, px, py) {
  let best = null;
  for (const line of figure.lines) {
    const i = line.points.findIndex((point) => point[0] > px);
    if (i <= 0) continue;
    const [[x0, y0], [x1, y1]] = [line.points[i - 1], line.points[i]];
    const distance = Math.abs(y0 + ((y1 - y0) * (px - x0)) / (x1 - x0) - py);
    if (distance < 10 && (!best || distance < best.distance)) best = { distance, line };
  }
  if (!best) return null;
  const { group, points } = best.line;
  return {
    pick: group.trials,
    lines: [groupName(group), `mean ${objective.metric} ${valueText(group)}`, `place ${group.place}`],
    near: (layer) => layer.append("path").attr("class", `line strong ${colourClass(group.scheduler)}`)
      .attr("d", d3.line()(points)),
  };
}

function markCoordinates(figure) {
  const letters = [];
  for (const trial of shownPicks()) {
    const line = figure.lines.find((each) => each.group === trial.group);
    if (!line) continue;
    figure.marks.append("path").attr("data-trial", trial.id)
      .attr("class", `line strong ${colourClass(trial.scheduler)}`).attr("d", d3.line()(line.points));
    const [x, y] = line.points[line.points.length - 1];
    letters.push({ x: x - 14, y, trial });
  }
  drawLetters(figure.marks, letters, figure.frame);
}

function parallelTable() {
  return {
    caption: "Groups with all their parameters; empty where a scheduler has no such parameter",
    columns: [
      { name: "place", title: "Place", number: true, value: (group) => group.place,
        text: (group) => String(group.place) },
      ...parallelColumns().map((column) => ({ name: column.name, title: column.title,
        value: (group) => column.text(group.trials[0]),
        text: (group) => column.text(group.trials[0]) ?? "" })),
      { name: "mean", title: `Mean ${objective.metric}`, number: true, value: (group) => group.mean,
        text: valueText },
      { name: "n", title: "Seeds", number: true, value: (group) => group.n,
        text: (group) => String(group.n) },
    ],
    rows: shownGroups(),
  };
}
