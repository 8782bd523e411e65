// The reader's choices: picked trials, the filter, the theme. They survive a reload of the page (in
// sessionStorage, if the browser allows it for files), and charts are notified of changes.

const MOST_PICKS = 26;
const state = { picks: [], filter: "", theme: null, choices: {} };
const listeners = { picks: [], filter: [] };
const storageKey = `lrsweep-report ${location.pathname}`;

function tell(kind) {
  saveState();
  for (const listener of listeners[kind]) listener();
}

function saveState() {
  try {
    sessionStorage.setItem(storageKey, JSON.stringify({
      ...state, picks: state.picks.map((trial) => trial.sweep.label + " " + trial.id),
      scroll: window.scrollY }));
  } catch (error) { /* no storage: the page forgets */ }
}

/// Returns where the page was scrolled to.
function restoreState() {
  try {
    const saved = JSON.parse(sessionStorage.getItem(storageKey));
    if (!saved) return 0;
    const known = new Map(trials.map((trial) => [trial.sweep.label + " " + trial.id, trial]));
    Object.assign(state, { filter: saved.filter, theme: saved.theme, choices: saved.choices });
    state.picks = saved.picks.map((id) => known.get(id)).filter(Boolean);
    return saved.scroll;
  } catch (error) {
    return 0;
  }
}

/// A figure's setting, or the default: choice("curves.metric", "val_accuracy").
function choice(name, fallback) {
  return name in state.choices ? state.choices[name] : fallback;
}
function choose(name, value) {
  state.choices[name] = value;
  saveState();
}

const isPicked = (trial) => state.picks.includes(trial);
const pickLetter = (trial) => letter(state.picks.indexOf(trial));

/// Picks the trials; unpicks them if all of them are picked.
function togglePicks(some) {
  if (some.every(isPicked)) {
    state.picks = state.picks.filter((trial) => !some.includes(trial));
  } else {
    const added = some.filter((trial) => !isPicked(trial));
    state.picks = [...state.picks, ...added].slice(0, MOST_PICKS);
  }
  tell("picks");
}
function clearPicks() {
  state.picks = [];
  tell("picks");
}

// The filter: words and comparisons such as max_lr>0.05, all of which must hold.
const COMPARISONS = {
  "=": (a, b) => a === b, "!=": (a, b) => a !== b,
  ">": (a, b) => a > b, "<": (a, b) => a < b, ">=": (a, b) => a >= b, "<=": (a, b) => a <= b,
};
const OWN_FIELDS = {
  [objective.metric]: (trial) => trial.value,
  scheduler: (trial) => trial.scheduler, state: (trial) => trial.state,
  trial_id: (trial) => trial.id, place: (trial) => trial.place, value: (trial) => trial.value,
  epochs: (trial) => trial.epochs, seconds: (trial) => trial.seconds,
  database: (trial) => trial.sweep.label, peak_lr: (trial) => trial.peak,
  seed: (trial) => trial.seed,
  ...(budgets.length > 0 ? { budget: (trial) => trial.budget, rung: (trial) => trial.rung,
    bracket: (trial) => trial.bracket, stopped_by: (trial) => trial.stoppedBy } : {}),
};

function fieldNamed(name) {
  if (Object.hasOwn(OWN_FIELDS, name)) return OWN_FIELDS[name];
  const axis = axes.find((each) => each.name === name || each.path === name);
  return axis ? axis.text : null;
}

/// Compiles the text to a predicate. Throws an Error that says what is wrong with it.
function parseFilter(text) {
  const tests = text.split(/\s+/).filter(Boolean).map((word) => {
    const match = word.match(/^([^<>=!]+)(!=|>=|<=|=|>|<)(.*)$/);
    if (!match) {
      const wanted = word.toLowerCase();
      return (trial) => `${trial.id} ${trial.label} ${trial.state} ${trial.sweep.label}`
        .toLowerCase().includes(wanted);
    }
    const [, name, comparison, wanted] = match;
    const field = fieldNamed(name);
    if (!field) throw new Error(`no parameter or column is named ${name}`);
    return (trial) => compareField(field(trial), COMPARISONS[comparison], wanted);
  });
  return (trial) => tests.every((test) => test(trial));
}

/// Numbers as numbers, words as words. A word is neither more nor less than a number.
function compareField(value, comparison, wanted) {
  if (value === null) return false;
  const a = Number(value);
  const b = Number(wanted);
  if (wanted !== "" && !Number.isNaN(a) && !Number.isNaN(b)) return comparison(a, b);
  const isOrder = ![COMPARISONS["="], COMPARISONS["!="]].includes(comparison);
  if (isOrder && Number.isNaN(a) !== Number.isNaN(b)) return false;
  return comparison(String(value), wanted);
}

/// The budget that is shown; null: the sweep has none.
function shownBudget() {
  return budgets.length === 0 ? null : Number(choice("budget", budgets[0]));
}
const isOfShownBudget = (trial) => trial.budget === null || trial.budget === shownBudget();

let matchesFilter = () => true;
/// Whether the trial is shown: the filter lets it through, and it is of the shown budget.
const matches = (trial) => isOfShownBudget(trial) && matchesFilter(trial);
/// Applies the filter. Returns what is wrong with its text, or "".
function setFilter(text) {
  try {
    matchesFilter = parseFilter(text);
  } catch (error) {
    return error.message;
  }
  state.filter = text;
  tell("filter");
  return "";
}

const shownTrials = () => trials.filter(matches);
/// The groups of which the filter shows a trial.
const shownGroups = () => rankedGroups.filter((group) => group.trials.some(matches));
