// Configuration, versions and data of each sweep: enough to repeat it.

function drawProvenance() {
  const section = makeSection("provenance", "Configuration and provenance");
  for (const sweep of sweeps) {
    if (severalSweeps) section.append(makeElement("h3", {}, sweep.label));
    const rows = provenanceRows(sweep).map(([term, text]) => makeElement("tr", {},
      makeElement("th", { scope: "row" }, term), makeElement("td", {}, text)));
    section.append(
      makeElement("table", { class: "facts-table" }, makeElement("caption", { class: "hidden" },
        `Provenance of ${sweep.label}`), makeElement("tbody", {}, rows)),
      makeElement("h3", {}, "Configuration as run"),
      makeElement("pre", { tabindex: "0", class: "config", "aria-label": "configuration" }, sweep.config),
      makeElement("p", { class: "note" },
        "Save it as sweep.yaml and run it again: ", makeElement("code", {}, "lrsweep run sweep.yaml"),
        "; ask the database yourself: ", makeElement("code", {},
          `sqlite3 ${sweep.label} "SELECT place, trial_id, value FROM ranking LIMIT 10"`)));
  }
}

function evaluatedOn(sweep) {
  if (sweep.validation_images === null) return "different images: the trials differ in dataset.validation";
  if (sweep.validation_images > 0) {
    return `${wholeNumber(sweep.validation_images)} training images that were kept back (validation set)${
      sweep.test_metric === null ? "" : "; test_* is measured on the test images"}`;
  }
  return "the test set: the best of many trials on it flatters a little";
}

/// The distinct values, with how many attempts each had where there are several.
function talliedText(some, of) {
  const tally = d3.nest().key(of).rollup((each) => each.length).entries(some)
    .sort((a, b) => b.value - a.value);
  if (tally.length === 1) return tally[0].key;
  return tally.map(({ key, value }) => `${key} (${count(value, "attempt")})`).join(", ");
}

function provenanceRows(sweep) {
  const own = attempts.filter((each) => each.trial.sweep === sweep);
  const states = d3.nest().key((trial) => (trial.diverged ? "diverged" : trial.state))
    .rollup((some) => some.length).entries(trials.filter((trial) => trial.sweep === sweep))
    .sort((a, b) => b.value - a.value).map(({ key, value }) => `${wholeNumber(value)} ${key}`).join(", ");
  return [
    ["Name", sweep.name], ["Database", sweep.label], ["Trials", states],
    ["Objective", sweep.objective],
    ...(sweep.of_program ? [["Engine", "command: a user's program"]] : [
      ["val_* is measured on", evaluatedOn(sweep)],
      ["Data, SHA-256", sweep.dataset_sha256], ["Engine", sweep.engine]]),
    ...(own.length === 0 ? [] : [
      ...(sweep.of_program ? []
        : [["CPU arithmetic", talliedText(own, (each) => each.worker.cpu_target)]]),
      ["Devices", talliedText(own, (each) => each.worker.device)],
      ["Hosts", talliedText(own, (each) => each.worker.host)]]),
    ["Made", `${sweep.created_at} by lrsweep ${sweep.version}`],
    ["Trained", sweep.started_at ? `${sweep.started_at} to ${sweep.ended_at ?? "now"}` : "not yet"],
  ];
}
