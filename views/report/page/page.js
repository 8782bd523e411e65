// Puts the page together: the answer at the top, every section, the theme, and reloading while the
// sweep runs.

function drawAnswer() {
  const name = [...new Set(sweeps.map((sweep) => sweep.name))].join(", ");
  const section = makeElement("section", { id: "answer", "aria-labelledby": "title" },
    makeElement("h1", { id: "title" }, name),
    sweeps.map((sweep) => makeElement("div", { class: "sentences" },
      severalSweeps ? makeElement("h2", {}, sweep.label) : null,
      sweep.answer.slice(0, 2).map((sentence) => makeElement("p", {}, sentence)),
      makeElement("p", { class: "intro" }, sweep.answer.slice(2).join(" ")))));
  section.append(makeElement("dl", { class: "facts" }, keyFacts().map(([term, text]) =>
    makeElement("div", {}, makeElement("dt", {}, term), makeElement("dd", {}, text)))));
  main.append(section);
}

function keyFacts() {
  const total = (state) => trials.filter((trial) => trial.state === state).length;
  const facts = [["Trials", wholeNumber(trials.length)], ["Completed", wholeNumber(total("completed"))]];
  const diverged = trials.filter((trial) => trial.diverged).length;
  if (diverged > 0) facts.push(["Diverged", wholeNumber(diverged)]);
  for (const state of ["failed", "running", "pending"]) {
    if (total(state) > 0) facts.push([state[0].toUpperCase() + state.slice(1), wholeNumber(total(state))]);
  }
  if (repeated) facts.push(["Groups", wholeNumber(groups.length)]);
  const { lineage } = raw;
  if (lineage.epochs_trained < lineage.epochs_recorded) {
    facts.push(["Epochs recorded", wholeNumber(lineage.epochs_recorded)]);
    facts.push(["Epochs trained", wholeNumber(lineage.epochs_trained)]);
    facts.push(["Training time recorded", durationText(lineage.seconds_recorded)]);
    facts.push(["Training time", durationText(lineage.seconds_trained)]);
  } else {
    facts.push(["Epochs trained", wholeNumber(d3.sum(trials, (trial) => trial.epochs))]);
    facts.push(["Training time", durationText(d3.sum(trials, (trial) => trial.seconds))]);
  }
  return facts;
}

function isDark() {
  return state.theme ? state.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}
function applyTheme() {
  document.documentElement.dataset.theme = isDark() ? "dark" : "light";
  const button = document.getElementById("theme");
  button.textContent = isDark() ? "Light" : "Dark";
  button.setAttribute("aria-label", `Switch to the ${isDark() ? "light" : "dark"} theme`);
}

function drawContents() {
  const links = [...main.querySelectorAll("section[id]")].filter((section) => section.id !== "answer")
    .map((section) => makeElement("a", { href: `#${section.id}` },
      section.querySelector("h2").textContent));
  document.getElementById("contents").replaceChildren(...links);
}

/// Reloads the page: while the sweep runs, lrsweep rewrites this file.
function reloadLater() {
  if (raw.reload_seconds === 0) return;
  setTimeout(() => {
    saveState();
    location.reload();
  }, raw.reload_seconds * 1000);
}

function drawPage() {
  const scroll = restoreState();
  matchesFilter = parseFilterOr(state.filter);
  applyTheme();
  drawAnswer();
  drawRanking();
  drawRungs();
  drawSchedules();
  drawCurves();
  drawScatter();
  drawParallel();
  drawImportance();
  drawConvergence();
  drawUtilization();
  drawProvenance();
  drawContents();
  drawTray();
  document.getElementById("made").textContent =
    `Made by lrsweep ${raw.version} at ${raw.generated_at}` +
    (raw.reload_seconds > 0 ? "; the sweep runs, and this page loads itself again." : ".");
  document.getElementById("theme").addEventListener("click", () => {
    state.theme = isDark() ? "light" : "dark";
    saveState();
    applyTheme();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);
  window.addEventListener("pagehide", saveState);
  if (scroll > 0) window.scrollTo(0, scroll);
  reloadLater();
}

function parseFilterOr(text) {
  try {
    return parseFilter(text);
  } catch (error) {
    state.filter = "";
    return () => true;
  }
}

drawPage();
