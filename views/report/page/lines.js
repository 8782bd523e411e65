// Lines over training, for the charts of losses and of learning rates. A line is {trials, scheduler,
// name, points}; a point is {x, y} and further members that its chart defines.

const CLOCKS = [["epochs", "epochs"], ["steps", "optimizer steps"]];

/// The x of a number of the trial's steps: steps or epochs, by the chosen clock.
const byClock = (steps, trial, clock) => (clock === "steps" ? steps : steps / trial.stepsPerEpoch);

/// The points of a curve by epoch, at the ends of its epochs. Epochs without a value are left out, and
/// bridged by the line: a program need not report a metric every time.
function epochPoints(trial, values, clock) {
  return values.map((y, i) => (
    { x: byClock(raw.epochs.kept[i] * trial.stepsPerEpoch, trial, clock), y, epoch: raw.epochs.kept[i] }))
    .filter((point) => point.y !== null);
}

/// The spans of a curve that is thinned to spans of so many steps (curve_columns.h): where each begins
/// and ends by the clock, and at which index its `per` values begin.
function spansOf(curve, span, per, trial, clock) {
  return d3.range(curve.v.length / per).map((i) => ({
    from: byClock(i * span, trial, clock),
    to: byClock(Math.min((i + 1) * span, curve.n), trial, clock), at: i * per }));
}

function linePath(x, y) {
  return d3.line().defined((point) => point.y !== null).x((point) => x(point.x))
    .y((point) => y(point.y));
}

/// The line's point that is nearest to the pointer, if it is near: {line, point}, or null.
function nearestOnLines(figure, px, py) {
  let best = null;
  let least = 24;
  for (const line of figure.lines) {
    for (const point of line.points) {
      if (point.y === null) continue;
      const distance = Math.hypot(figure.x(point.x) - px, figure.y(point.y) - py);
      if (distance < least) [best, least] = [{ line, point }, distance];
    }
  }
  return best;
}

/// Highlights the line under the pointer.
function strengthen(figure, line) {
  return (layer) => layer.append("path").attr("class", `line strong ${colourClass(line.scheduler)}`)
    .attr("d", figure.path(line.points));
}
