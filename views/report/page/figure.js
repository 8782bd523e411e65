// The frame of every chart: a heading, controls, the drawing, a legend, and its numbers as a table.
// A chart is redrawn when its width, the filter or a control changes. Picked trials are marked in a
// layer of their own. Charts out of sight are drawn when they are scrolled to, or when the page is
// idle.

const figures = [];
const main = document.getElementById("main");

function makeSection(id, title, ...intro) {
  const section = makeElement("section", { id, "aria-labelledby": `${id}-title` },
    makeElement("h2", { id: `${id}-title` }, title),
    ...intro.map((text) => makeElement("p", { class: "intro" }, text)));
  main.append(section);
  return section;
}

const sighted = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const figure = figures.find((each) => each.element === entry.target);
    figure.inSight = entry.isIntersecting;
    if (figure.inSight) figure.catchUp();
  }
}, { rootMargin: "200px" });

const resized = new ResizeObserver((entries) => {
  for (const entry of entries) {
    const figure = figures.find((each) => each.plot === entry.target);
    if (Math.abs(figure.drawnWidth - entry.contentRect.width) > 1) figure.refresh();
  }
});

class Figure {
  /// `draw(figure)` fills figure.svg and sets its height; `mark(figure)` fills figure.marks for
  /// state.picks; `describe()` returns the picture in words; `table()` returns its {columns, rows}.
  /// `followsPicks`: the scale includes picked trials, so the chart is redrawn when they change.
  constructor(section, { name, title = null, draw, mark = null, describe, table, followsPicks = false }) {
    Object.assign(this, { name, draw, mark, describe, makeTable: table, followsPicks });
    this.controls = makeElement("div", { class: "controls" });
    this.plot = makeElement("div", { class: "plot" });
    this.legend = makeElement("ul", { class: "legend" });
    this.note = makeElement("p", { class: "note" });
    this.numbers = makeElement("div", { class: "numbers", hidden: true, tabindex: "0",
      role: "region", "aria-label": `${title || section.querySelector("h2").textContent}: table` });
    this.toggle = makeElement("button", { type: "button", class: "as-table", "aria-expanded": "false",
      onclick: () => this.toggleTable() }, "Show as table");
    this.element = makeElement("figure", { id: `figure-${name}` },
      title ? makeElement("h3", {}, title) : null,
      this.controls, this.plot, this.legend, this.note, this.toggle, this.numbers);
    section.append(this.element);
    figures.push(this);
    this.drawnWidth = 0;
    this.stale = true;
    sighted.observe(this.element);
    resized.observe(this.plot);
  }

  /// The width of the drawing, in CSS pixels.
  get width() {
    return Math.max(280, Math.floor(this.plot.clientWidth));
  }

  refresh() {
    if (!this.inSight) {
      this.stale = true;
      drawWhenIdle();
      return;
    }
    this.drawNow();
  }

  catchUp() {
    if (this.stale) this.drawNow();
    else if (this.unmarked) this.markNow();
  }

  drawNow() {
    this.stale = false;
    this.drawnWidth = this.plot.clientWidth;
    this.plot.replaceChildren();
    this.svg = d3.select(this.plot).append("svg").attr("role", "img");
    this.draw(this);
    this.svg.attr("aria-label", this.describe());
    this.marks = this.svg.append("g").attr("class", "marks");
    this.markNow();
    if (!this.numbers.hidden) this.fillTable();
  }

  markNow() {
    this.unmarked = false;
    if (!this.mark) return;
    this.svg.classed("has-picks", state.picks.some(matches));
    this.marks.selectAll("*").remove();
    this.mark(this);
  }

  remark() {
    if (this.followsPicks) {
      this.refresh();
      return;
    }
    this.unmarked = true;
    if (this.inSight) this.catchUp();
    else drawWhenIdle();
  }

  setSize(width, height) {
    this.svg.attr("viewBox", `0 0 ${width} ${height}`).attr("width", width).attr("height", height);
  }

  setLegend(items) {
    this.legend.replaceChildren(...items);
  }

  toggleTable() {
    this.numbers.hidden = !this.numbers.hidden;
    this.toggle.setAttribute("aria-expanded", String(!this.numbers.hidden));
    this.toggle.textContent = this.numbers.hidden ? "Show as table" : "Hide the table";
    if (!this.numbers.hidden) this.fillTable();
  }

  fillTable() {
    const { caption, columns, rows } = this.makeTable();
    this.numbers.replaceChildren(new DataTable({ caption, columns, rows }).element);
  }
}

let idle = null;
function drawWhenIdle() {
  if (idle !== null) return;
  const next = window.requestIdleCallback || ((action) => setTimeout(action, 30));
  idle = next(() => {
    idle = null;
    const waiting = figures.find((figure) => figure.stale || figure.unmarked);
    if (!waiting) return;
    waiting.catchUp();
    drawWhenIdle();
  });
}
function drawAll() {
  for (const figure of figures) figure.catchUp();
}

listeners.filter.push(() => figures.forEach((figure) => figure.refresh()));
listeners.picks.push(() => figures.forEach((figure) => figure.remark()));
window.addEventListener("beforeprint", drawAll);

/// Makes a labelled choice among [value, text]. It is remembered, and redraws `figure`.
function addSelect(figure, label, key, options, fallback, onchange = null) {
  const name = `${figure.name}.${key}`;
  const chosen = choice(name, fallback);
  const select = makeElement("select", { "data-choice": name, onchange: () => {
    choose(name, select.value);
    if (onchange) onchange();
    figure.refresh();
  } }, options.map(([value, text]) =>
    makeElement("option", { value, selected: value === chosen }, text)));
  figure.controls.append(makeElement("label", {}, `${label} `, select));
  return () => select.value;
}
