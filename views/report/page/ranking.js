// The ranking as a table of groups (means over seeds) or of trials, which sorts, filters and picks.

const rankingColumns = {
  database: { name: "database", title: "Database", value: (row) => row.sweep.label,
    text: (row) => row.sweep.label },
  place: { name: "place", title: "Place", number: true, value: (row) => row.place,
    text: (row) => (row.place === null ? "–" : String(row.place)) },
  scheduler: { name: "scheduler", title: "Scheduler", value: (row) => row.scheduler,
    cell: (row) => schedulerCell(row.scheduler), text: (row) => row.scheduler },
  parameters: { name: "parameters", title: "Parameters", value: (row) => row.parameters,
    text: (row) => row.parameters },
};

function schedulerCell(scheduler) {
  const svg = d3.create("svg").attr("width", 12).attr("height", 12).attr("aria-hidden", "true")
    .attr("class", colourClass(scheduler));
  svg.append("path").attr("class", "dot").attr("d", `M6 6${glyphOf(scheduler)}`);
  return makeElement("span", { class: "scheduler" }, svg.node(), scheduler);
}

/// A row's value on the test images, for quoting; no column where none is recorded.
const testColumns = testMetric === null ? [] : [{ name: "test", title: testMetric, number: true,
  value: (row) => row.test, text: (row) => row.test?.toFixed(4) ?? "–" }];

/// The trial's epochs whose training is that of a trial with a lower number.
const sharedOf = (trial) => d3.max(raw.lineage.trained_by[trial.index] ?? [], ([, last]) => last) ?? 0;

/// What became of a point of a search after this budget.
function fateText(row) {
  if (row.promoted) return "went on";
  const trial = trialsOf(row)[0];
  return trial.budget === budgets[0] ? "reached the top" : trial.hasEnded ? "ended here" : "–";
}
const fateColumns = budgets.length === 0 ? [] : [
  { name: "fate", title: "Search", value: fateText, text: fateText }];

const trialColumns = [
  { ...rankingColumns.place }, ...fateColumns,
  { name: "value", title: objective.metric, number: true, value: (trial) => trial.value,
    text: valueText },
  ...testColumns,
  rankingColumns.scheduler, rankingColumns.parameters,
  { name: "seed", title: "Seed", number: true, value: (trial) => trial.seed,
    text: (trial) => String(trial.seed) },
  { name: "epochs", title: "Epochs", number: true, value: (trial) => trial.epochs,
    text: (trial) => String(trial.epochs) },
  ...(sharesEpochs ? [{ name: "shared_epochs", title: "Shared", number: true, value: sharedOf,
    text: (trial) => String(sharedOf(trial)) }] : []),
  { name: "seconds", title: "Seconds", number: true, value: (trial) => trial.seconds,
    text: (trial) => trial.seconds.toFixed(1) },
  { name: "state", title: "State", value: (trial) => trial.state,
    text: (trial) => (trial.diverged ? "diverged" : trial.state) },
  { name: "trial_id", title: "Trial", value: (trial) => trial.id,
    cell: (trial) => makeElement("code", {}, trial.id), text: (trial) => trial.id },
];

/// The metric after the trial's last epoch; null where it was not finite, or is not in this file. Of a
/// user's program the last value that it reported.
function lastValue(trial, metric) {
  const values = trial.curves[metric];
  if (trial.sweep.of_program && !trial.diverged && !raw.epochs.thinned) {
    return values.filter((value) => value !== null).pop() ?? null;
  }
  return values[raw.epochs.kept.indexOf(trial.epochs)] ?? null;
}

/// The tables' optional columns: each parameter that differs, the rates applied, the metrics.
const extraColumns = [
  ...axes.filter((axis) => !axis.isSeed).map((axis) => ({
    name: axis.path, title: axis.name, number: axis.numbers,
    value: (trial) => (axis.numbers && axis.text(trial) !== null ? Number(axis.text(trial))
      : axis.text(trial)),
    text: (trial) => axis.text(trial) ?? "" })),
  { name: "peak_lr", title: "Peak lr", number: true, value: (trial) => trial.peak,
    text: (trial) => shortNumber(trial.peak) },
  ...METRICS.filter((metric) => metric !== objective.metric).map((metric) => ({
    name: metric, title: `${metric}, last`, number: true, value: (trial) => lastValue(trial, metric),
    text: (trial) => (lastValue(trial, metric) === null ? "–" : metricText(lastValue(trial, metric))) })),
];

const groupColumns = [
  rankingColumns.place, ...fateColumns,
  { name: "mean", title: `Mean ${objective.metric}`, number: true, value: (group) => group.mean,
    text: valueText },
  ...testColumns.map((column) => ({ ...column, title: `Mean ${testMetric}` })),
  rankingColumns.scheduler, rankingColumns.parameters,
  { name: "interval", title: "95% interval", value: (group) => group.low,
    cell: (group) => intervalCell(group), text: (group) => intervalText(group) },
  { name: "n", title: "Seeds", number: true, value: (group) => group.n,
    text: (group) => (group.n < group.ended.length ? `${group.n} of ${group.ended.length}` : String(group.n)) },
  { name: "sd", title: "SD", number: true, value: (group) => group.sd,
    text: (group) => (group.sd === null ? "–" : numberText(group.sd)) },
  { name: "least", title: "Least", number: true, value: (group) => group.least,
    text: (group) => (group.least === null ? "–" : numberText(group.least)) },
  { name: "greatest", title: "Greatest", number: true, value: (group) => group.greatest,
    text: (group) => (group.greatest === null ? "–" : numberText(group.greatest)) },
];

function intervalText(group) {
  return group.low === null ? "–" : `${numberText(group.low)} to ${numberText(group.high)}`;
}

/// The interval as text, and drawn on a scale that all rows share: seeds as ticks, the mean as a dot,
/// the interval as a bar.
const stripScale = d3.scaleLinear().range([4, 136]).clamp(true);
(function fitStrip() {
  const values = rankedGroups.slice(0, Math.max(10, rankedGroups.length / 2))
    .flatMap((group) => [group.least, group.greatest]).filter((value) => value !== null);
  stripScale.domain(values.length > 0 ? d3.extent(values) : [0, 1]);
})();

function intervalCell(group) {
  if (group.mean === null) return "";
  const svg = d3.create("svg").attr("width", 140).attr("height", 16).attr("aria-hidden", "true")
    .attr("class", `strip ${colourClass(group.scheduler)}`);
  svg.append("path").attr("class", "base").attr("d", "M4 8H136");
  if (group.low !== null) {
    svg.append("path").attr("class", "interval")
      .attr("d", `M${stripScale(group.low)} 8H${stripScale(group.high)}`);
  }
  for (const trial of group.trials.filter((each) => each.value !== null)) {
    svg.append("path").attr("class", "tick").attr("d", `M${stripScale(trial.value)} 4V12`);
  }
  svg.append("circle").attr("class", "dot").attr("cx", stripScale(group.mean)).attr("cy", 8).attr("r", 3.5);
  return makeElement("span", { class: "interval-cell" }, svg.node(),
    makeElement("span", {}, intervalText(group)));
}

const trialsOf = (row) => row.trials || [row];

/// The first column: a check box that picks, and the letter of a picked trial in the charts.
const pickColumn = {
  name: "pick", title: "Pick",
  cell: (row) => {
    const some = trialsOf(row);
    const picked = some.filter(isPicked);
    const box = makeElement("input", { type: "checkbox", "data-pick": row.id || `group-${row.index}`,
      "aria-label": `pick ${row.label}`, onchange: () => togglePicks(some) });
    box.checked = picked.length === some.length;
    box.indeterminate = picked.length > 0 && !box.checked;
    return makeElement("span", { class: "pick" }, box,
      picked.map((trial) => badgeElement(trial)));
  },
  text: () => "",
};

function badgeElement(trial) {
  return makeElement("span", { class: `letter ${colourClass(trial.scheduler)}`,
    "data-trial": trial.id }, pickLetter(trial));
}

function drawRanking() {
  const section = makeSection("ranking", "Ranking",
    `By ${objective.text}. Pick trials to make them stand out in every chart; the filter holds for all ` +
    `charts as well${budgets.length > 0 ? ", as does the number of epochs: values after different numbers of " +
      "epochs are not compared" : ""}.`);
  let extras = choice("ranking.extras", []);
  let byGroup = choice("ranking.by", repeated ? "groups" : "trials") === "groups";

  const rows = () => (byGroup ? shownGroups()
    : [...rankedTrials, ...trials.filter((trial) => !trial.hasEnded)].filter(matches));
  const columns = () => [pickColumn, ...(severalSweeps ? [rankingColumns.database] : []),
    ...(byGroup ? groupColumns
      : [...trialColumns, ...extraColumns.filter((column) => extras.includes(column.name))])];
  const table = new DataTable({
    caption: `Ranking by ${objective.text}`, columns: columns(), rows: rows(), pageSize: 15,
    decorate: (line, row) => {
      line.classList.toggle("picked", trialsOf(row).some(isPicked));
      if (row.error) line.title = row.error;
    },
  });
  const redraw = () => table.show(columns(), rows());

  const by = [["groups", "Groups (seeds together)"], ["trials", "Trials"]].map(([value, text]) =>
    makeElement("label", {}, makeElement("input", { type: "radio", name: "by", value,
      checked: (value === "groups") === byGroup, onchange: () => {
        byGroup = value === "groups";
        choose("ranking.by", value);
        extraChoice.hidden = byGroup;
        table.sort = null;
        redraw();
      } }), text));
  const extraChoice = makeElement("details", { class: "columns", hidden: byGroup },
    makeElement("summary", {}, "Columns"),
    makeElement("div", { class: "column-list" }, extraColumns.map((column) => makeElement("label", {},
      makeElement("input", { type: "checkbox", value: column.name,
        checked: extras.includes(column.name), onchange: (event) => {
          extras = event.target.checked ? [...extras, column.name]
            : extras.filter((name) => name !== column.name);
          choose("ranking.extras", extras);
          redraw();
        } }), column.title))));
  section.append(
    makeElement("div", { class: "controls" }, repeated ? makeElement("fieldset", {},
      makeElement("legend", { class: "hidden" }, "Rows"), by) : null, budgetBox(), filterBox(), extraChoice),
    table.element);
  listeners.picks.push(redraw);
  listeners.filter.push(() => { table.page = 0; redraw(); });
}

/// The choice of the budget whose trials the ranking and all charts show; null without budgets.
function budgetBox() {
  if (budgets.length === 0) return null;
  const select = makeElement("select", { id: "budget", onchange: () => {
    choose("budget", select.value);
    tell("filter");
  } }, budgets.map((budget) => {
    const points = new Set(trials.filter((trial) => trial.budget === budget).map((trial) => trial.point)).size;
    return makeElement("option", { value: budget, selected: budget === shownBudget() },
      `${count(budget, "epoch")} (${count(points, "point")})`);
  }));
  return makeElement("label", {}, "Trained for ", select);
}

function filterBox() {
  const problem = makeElement("span", { class: "problem", role: "status" });
  const input = makeElement("input", { type: "search", id: "filter", value: state.filter,
    placeholder: "CyclicLR max_lr>0.05", "aria-describedby": "filter-help", autocomplete: "off",
    spellcheck: "false", oninput: () => {
      problem.textContent = setFilter(input.value) || `${count(shownTrials().length, "trial")} shown`;
    } });
  return makeElement("span", { class: "filter" },
    makeElement("label", { for: "filter" }, "Filter"), input, problem,
    makeElement("span", { id: "filter-help", class: "hint" },
      "Words, or comparisons with parameters and columns: lr>=0.1 state=completed place<20"));
}

/// The strip at the bottom of the page that lists what is picked.
function drawTray() {
  const tray = document.getElementById("picks");
  tray.hidden = state.picks.length === 0;
  document.body.classList.toggle("with-tray", !tray.hidden);
  tray.replaceChildren(
    makeElement("strong", {}, `${count(state.picks.length, "trial")} picked`),
    makeElement("ul", {}, state.picks.map((trial) => makeElement("li", {}, badgeElement(trial),
      makeElement("span", { class: "what" }, `${trialName(trial)}: ${valueText(trial)}`),
      makeElement("button", { type: "button", "aria-label": `let ${trial.label} go`,
        onclick: () => togglePicks([trial]) }, "×")))),
    makeElement("button", { type: "button", id: "clear-picks", onclick: clearPicks }, "Clear"));
}
listeners.picks.push(drawTray);
