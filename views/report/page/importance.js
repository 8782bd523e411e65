// Which parameters matter: each one's share of the variance, and the mean of each of its values.

function drawImportance() {
  const explained = sweeps.filter((sweep) => sweep.importance && sweep.importance.parameters.length > 0);
  if (explained.length === 0) return;
  const section = makeSection("importance", "What matters",
    `How much of the variance of ${objective.metric} over the trials each parameter explains by itself ` +
    "(functional ANOVA); what only one scheduler has counts by that scheduler's share of the trials.");
  for (const sweep of explained) {
    const suffix = explained.length > 1 ? `-${sweeps.indexOf(sweep)}` : "";
    const bars = new Figure(section, {
      name: `importance${suffix}`,
      title: explained.length > 1 ? sweep.label : null,
      draw: () => drawShares(bars, sweep),
      describe: () => `Share of the variance: ${shareRows(sweep.importance).slice(0, 5)
        .map((row) => `${row.name} ${percent(row.share)}`).join(", ")}.`,
      table: () => sharesTable(sweep.importance),
    });
    const levels = new Figure(section, {
      name: `effects${suffix}`, title: "What each value gives",
      draw: () => drawEffects(levels, sweep.importance),
      describe: () => "Mean of the trials with each value of each parameter, with its 95% interval.",
      table: () => effectsTable(sweep.importance),
    });
  }
}

const percent = (share) => (share < 0.005 ? "under 1%" : `${Math.round(share * 100)}%`);
const parameterName = (parameter) =>
  (parameter.within ? `${parameter.name} of ${parameter.within}` : parameter.name);

function shareRows(importance) {
  const rows = importance.parameters.map((parameter) => ({ name: parameterName(parameter),
    share: parameter.share, scheduler: parameter.within, kind: "parameter" }));
  if (importance.interactions >= 0.005) {
    rows.push({ name: "their interplay", share: importance.interactions, kind: "rest" });
  }
  if (importance.luck > 0) rows.push({ name: "luck (seeds)", share: importance.luck, kind: "rest" });
  return rows;
}

function importanceNote(sweep) {
  const { importance } = sweep;
  const { budget } = importance;
  const trialCount = trials.filter((trial) => trial.sweep === sweep && trial.value !== null &&
    (budget === null || trial.budget === budget)).length;
  return [`Of ${count(trialCount, "trial")} with a value${budget === null ? "" : ` after ${count(budget, "epoch")}`}.`,
    importance.left_out > 0 ? `${count(importance.left_out, "trial")} without a value left out.` : "",
    groups.some((group) => group.sweep === sweep && group.n > 1) ? ""
      : "No trial was repeated, so luck is in these shares.",
    importance.complete ? "" : `The grid is not complete, so the shares are rough: ${importance.missing}.`]
    .join(" ");
}

function drawShares(figure, sweep) {
  const rows = shareRows(sweep.importance);
  const width = Math.min(figure.width, 860);
  const labels = Math.min(260, width * 0.42);
  const line = 26;
  const x = d3.scaleLinear([0, Math.max(0.1, d3.max(rows, (row) => row.share))], [labels, width - 70]).nice();
  figure.setSize(width, rows.length * line + 44);
  const bottom = rows.length * line + 6;
  const ticks = Math.max(2, Math.floor((width - labels - 70) / 70));
  drawBottomGrid(figure.svg, x, { top: 0, bottom }, [ticks, ".0%"], "share of the variance");
  const row = figure.svg.selectAll("g.share").data(rows).enter().append("g").attr("class",
    (each) => `share ${each.kind} ${each.scheduler ? colourClass(each.scheduler) : ""}`)
    .attr("transform", (_, i) => `translate(0 ${i * line + 4})`);
  row.append("text").attr("class", "label").attr("x", labels - 8).attr("y", 15).attr("text-anchor", "end")
    .text((each) => fitText(each.name, labels - 10));
  row.append("rect").attr("x", labels).attr("y", 3).attr("height", 17)
    .attr("width", (each) => Math.max(1, x(each.share) - labels));
  row.append("text").attr("x", (each) => x(each.share) + 6).attr("y", 15).text((each) => percent(each.share));
  figure.note.textContent = importanceNote(sweep);
}

function drawEffects(figure, importance) {
  const rows = importance.parameters.flatMap((parameter) => [
    { head: parameterName(parameter), share: parameter.share },
    ...parameter.values.map((level) => ({ ...level, scheduler: parameter.within }))]);
  const width = Math.min(figure.width, 860);
  const labels = Math.min(200, width * 0.36);
  const line = 22;
  const bottom = rows.length * line + 6;
  const means = rows.filter((row) => !row.head);
  const values = trials.map((trial) => trial.value).filter((value) => value !== null);
  const x = objectiveScale(values, [labels + 8, width - 70]);
  figure.setSize(width, bottom + 40);
  drawBottomGrid(figure.svg, x, { top: 0, bottom }, [Math.max(3, width / 140)],
    `mean ${objective.metric}, 95% interval`, axisFormat(x));
  const row = figure.svg.selectAll("g.effect").data(rows).enter().append("g")
    .attr("class", (each) => `effect ${each.scheduler ? colourClass(each.scheduler) : ""}`)
    .attr("transform", (_, i) => `translate(0 ${i * line + line / 2 + 3})`);
  const head = row.filter((each) => each.head);
  head.append("text").attr("class", "label strong").attr("dy", "0.35em")
    .text((each) => `${each.head} (${percent(each.share)})`);
  const level = row.filter((each) => !each.head);
  level.append("text").attr("class", "label").attr("x", labels).attr("dy", "0.35em").attr("text-anchor", "end")
    .text((each) => fitText(each.value, labels));
  level.filter((each) => each.low !== null).append("path").attr("class", "whisker")
    .attr("d", (each) => `M${x(each.low)} 0H${x(each.high)}`);
  level.append("circle").attr("class", "dot").attr("cx", (each) => x(each.mean)).attr("r", 4.5);
  level.append("text").attr("x", width - 62).attr("dy", "0.35em").text((each) => `n=${each.n}`);
  const outside = means.filter((each) => each.mean < x.domain()[0] || each.mean > x.domain()[1]).length;
  figure.note.textContent = "Over all trials with the value, whatever their other parameters: where the grid " +
    "is not complete, these differ too." + (outside > 0
      ? ` ${count(outside, "mean")} beyond the scale, drawn at its edge: the table has ${outside > 1 ? "them" : "it"}.`
      : "");
}

function sharesTable(importance) {
  return {
    caption: `Share of the variance of ${objective.metric}`,
    columns: [
      { name: "name", title: "Parameter", heads: true, value: (row) => row.name, text: (row) => row.name },
      { name: "share", title: "Share", number: true, value: (row) => row.share,
        text: (row) => `${(row.share * 100).toFixed(1)}%` }],
    rows: shareRows(importance),
  };
}

function effectsTable(importance) {
  return {
    caption: `Mean ${objective.metric} by value`,
    columns: [
      { name: "name", title: "Parameter", heads: true, value: (row) => row.name, text: (row) => row.name },
      { name: "level", title: "Value", value: (row) => row.value, text: (row) => row.value },
      { name: "n", title: "Trials", number: true, value: (row) => row.n, text: (row) => String(row.n) },
      { name: "mean", title: "Mean", number: true, value: (row) => row.mean,
        text: (row) => numberText(row.mean) },
      { name: "low", title: "95% interval", value: (row) => row.low, text: intervalText }],
    rows: importance.parameters.flatMap((parameter) => parameter.values.map((level) =>
      ({ ...level, name: parameterName(parameter) }))),
  };
}
