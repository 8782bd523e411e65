// Parts that every chart uses: how a scheduler looks (colour, dash and marker, so that nothing is told
// by colour alone), axes with their units, the tip beside the pointer, the letters of picked trials.

const COLOURS = 6;  // of the palette in style.css
const DASHES = ["", "7 4", "2 3", "9 3 2 3"];
// Markers around a point as relative path commands, so that thousands of them fit into one path.
const GLYPHS = [
  "m-3.6 0a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0 -7.2 0z", "m-3.3 -3.3h6.6v6.6h-6.6z",
  "m0 -4.4l4.2 7.4h-8.4z", "m0 -4.8l3.6 4.8l-3.6 4.8l-3.6 -4.8z",
  "m-1.4 -4.2h2.8v2.8h2.8v2.8h-2.8v2.8h-2.8v-2.8h-2.8v-2.8h2.8z", "m0 4.4l4.2 -7.4h-8.4z",
  "m-4.4 -1.5h8.8v3h-8.8z",
];
const CROSS = "m-3.2 -3.2l6.4 6.4m0 -6.4l-6.4 6.4";  // diverged

const lookIndex = (scheduler) => schedulers.indexOf(scheduler);
const colourClass = (scheduler) => `t${lookIndex(scheduler) % COLOURS}`;
const dashOf = (scheduler) => DASHES[Math.floor(lookIndex(scheduler) / COLOURS) % DASHES.length];
const glyphOf = (scheduler) => GLYPHS[lookIndex(scheduler) % GLYPHS.length];

/// An entry of a legend: a sample and its text.
function legendItem(scheduler, text, { line = true, symbol = false } = {}) {
  const svg = d3.create("svg").attr("width", 34).attr("height", 14).attr("aria-hidden", "true")
    .attr("class", colourClass(scheduler));
  if (line) {
    svg.append("path").attr("class", "line").attr("d", "M1 7H33")
      .attr("stroke-dasharray", dashOf(scheduler));
  }
  if (symbol) {
    svg.append("path").attr("class", "dot").attr("d", `M17 7${glyphOf(scheduler)}`);
  }
  return makeElement("li", {}, svg.node(), makeElement("span", {}, text));
}

/// One entry for each scheduler of the trials, with its numbers of groups and trials.
function schedulerLegend(some, look) {
  const shown = d3.nest().key((trial) => trial.scheduler).entries(some);
  return shown.sort((a, b) => d3.ascending(a.key, b.key)).map(({ key, values }) => {
    const groupCount = new Set(values.map((trial) => trial.group)).size;
    const text = repeated ? `${key} (${count(groupCount, "group")}, ${count(values.length, "trial")})`
      : `${key} (${count(values.length, "trial")})`;
    return legendItem(key, text, look);
  });
}

/// Draws axes below and to the left of the frame {left, top, right, bottom}, with grid lines and labels.
function drawAxes(svg, frame, x, y, { xLabel, yLabel, yFormat = null }) {
  const room = Math.max(3, Math.floor((frame.right - frame.left) / 90));
  const across = xLabel.startsWith("epoch") ? Math.max(2, Math.min(room, Math.floor(x.domain()[1]))) : room;
  const up = Math.max(3, Math.floor((frame.bottom - frame.top) / 45));
  const bottom = d3.axisBottom(x).ticks(across).tickSizeOuter(0);
  const left = d3.axisLeft(y).ticks(up)
    .tickSize(-(frame.right - frame.left)).tickPadding(6).tickSizeOuter(0);
  if (yFormat && y.base) left.ticks(up, yFormat);  // a logarithmic scale leaves out some labels
  else left.tickFormat(yFormat);
  svg.append("g").attr("class", "axis grid").attr("transform", `translate(${frame.left} 0)`)
    .attr("aria-hidden", "true").call(left);
  svg.append("g").attr("class", "axis").attr("transform", `translate(0 ${frame.bottom})`)
    .attr("aria-hidden", "true").call(bottom);
  svg.append("text").attr("class", "label").attr("text-anchor", "end")
    .attr("x", frame.right).attr("y", frame.bottom + 34).text(xLabel);
  svg.append("text").attr("class", "label").attr("x", 4).attr("y", 13).text(yLabel);
}

/// Draws a labelled axis below the drawing, with grid lines up to `top`; `ticks` as for d3's axes;
/// `format` instead of that of `ticks`, if it is not null.
function drawBottomGrid(svg, x, { top, bottom }, ticks, label, format = null) {
  svg.append("g").attr("class", "axis grid").attr("aria-hidden", "true")
    .attr("transform", `translate(0 ${bottom})`)
    .call(d3.axisBottom(x).ticks(...ticks).tickFormat(format).tickSize(top - bottom).tickPadding(6)
      .tickSizeOuter(0));
  svg.append("text").attr("class", "label").attr("text-anchor", "end").attr("x", x.range()[1])
    .attr("y", bottom + 34).text(label);
}

/// Makes a group that is clipped to the frame, and returns it.
let clips = 0;
function clipped(svg, frame) {
  const id = `clip-${++clips}`;
  svg.append("clipPath").attr("id", id).append("rect").attr("x", frame.left).attr("y", frame.top - 1)
    .attr("width", frame.right - frame.left).attr("height", frame.bottom - frame.top + 2);
  return svg.append("g").attr("clip-path", `url(#${id})`);
}

const tip = document.getElementById("tip");
/// Shows the lines of text beside the pointer. (The numbers are in the tables too.)
function showTip(event, lines) {
  tip.replaceChildren(...lines.map((line) => makeElement("div", {}, line)));
  tip.hidden = false;
  const { offsetWidth, offsetHeight } = tip;
  const left = Math.min(event.clientX + 14, document.documentElement.clientWidth - offsetWidth - 8);
  const above = event.clientY - offsetHeight - 12;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${above > 8 ? above : event.clientY + 18}px`;
}
function hideTip() {
  tip.hidden = true;
}

/// Follows the pointer over the drawing: `find(x, y)` gives {lines, pick (trials), near(group)} or null.
function followPointer(figure, find) {
  const layer = figure.svg.append("g").attr("class", "pointed");
  figure.svg.on("pointermove", () => {
    const [x, y] = d3.mouse(figure.svg.node());
    const found = find(x, y);
    layer.selectAll("*").remove();
    figure.svg.classed("can-pick", Boolean(found));
    if (!found) return hideTip();
    found.near(layer);
    return showTip(d3.event, found.lines);
  }).on("pointerleave", () => {
    layer.selectAll("*").remove();
    hideTip();
  }).on("click", () => {
    const [x, y] = d3.mouse(figure.svg.node());
    const found = find(x, y);
    if (found) togglePicks(found.pick);
  });
}

/// Draws the letters of picked trials at {x, y, trial}, moved apart where they would overlap.
function drawLetters(marks, places, frame) {
  const size = 17;
  const sorted = places.slice().sort((a, b) => a.y - b.y ||
    state.picks.indexOf(a.trial) - state.picks.indexOf(b.trial));
  const placed = [];
  for (const place of sorted) {
    let y = Math.max(place.y, frame.top + size / 2);
    for (const other of placed) {
      if (Math.abs(other.x - place.x) < size && Math.abs(other.y - y) < size) y = other.y + size;
    }
    placed.push({ ...place, y });
  }
  // A pile that reaches below the frame moves up.
  for (const place of placed) {
    const pile = placed.filter((other) => Math.abs(other.x - place.x) < size);
    const below = d3.max(pile, (other) => other.y) - (frame.bottom - size / 2);
    if (below > 0 && pile.length > 1) pile.forEach((other) => { other.y -= below; });
  }
  const badge = marks.selectAll("g.badge").data(placed).enter().append("g")
    .attr("class", (place) => `badge ${colourClass(place.trial.scheduler)}`)
    .attr("data-trial", (place) => place.trial.id)
    .attr("transform", (place) => `translate(${place.x} ${place.y})`);
  badge.append("circle").attr("r", size / 2);
  badge.append("text").attr("text-anchor", "middle").attr("dy", "0.35em")
    .text((place) => pickLetter(place.trial));
}

/// The picked trials that the filter shows.
const shownPicks = () => state.picks.filter(matches);

/// A trial as tips and tables name it.
function trialName(trial) {
  return severalSweeps ? `${trial.sweep.label}: ${trial.label}` : trial.label;
}
function groupName(group) {
  const name = severalSweeps ? `${group.sweep.label}: ${group.label}` : group.label;
  return group.trials.length > 1 ? `${name} (${count(group.trials.length, "seed")})` : name;
}
