// Texts and numbers for people, and the elements that hold them. Data becomes text, never markup, here
// and everywhere in the page.

/// makeElement("button", {type: "button", onclick: f}, "Clear"): attributes, on... handlers, children.
function makeElement(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) element.append(child);
  }
  return element;
}

/// A value of the objective as `lrsweep top` writes it.
function numberText(value) {
  if (/^(epochs|steps)_to/.test(objective.metric)) {
    return Number.isInteger(value) ? String(value) : value.toFixed(1);
  }
  if (objective.metric.startsWith("seconds_to")) return value.toFixed(2);
  return metricText(value);
}
/// A value of any metric.
function metricText(value) {
  const size = Math.abs(value);
  return value === 0 || (size >= 1e-4 && size < 1e6) ? value.toFixed(4) : value.toExponential(4);
}
/// The value of a trial or group; "diverged", "never" (reached the threshold) or "none", where it has
/// none.
function valueText(row) {
  const value = row.trials ? row.mean : row.value;
  if (value !== null) return numberText(value);
  if (row.place === null && !row.promoted) return "–";
  if (row.diverged) return "diverged";
  return /^(epochs|steps|seconds)_to\(/.test(objective.metric) ? "never" : "none";
}

/// A learning rate or another number of any size, short.
function shortNumber(value) {
  if (value === null || value === undefined) return "";
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1).replace(".0e", "e");
  return String(Number(value.toPrecision(4)));
}

/// How the numbers of an axis are written: null for D3's way, which needs much room for great and for
/// small ones.
function axisFormat(scale) {
  const greatest = Math.max(...scale.domain().map(Math.abs));
  return greatest >= 1e5 || greatest < 1e-3 ? shortNumber : null;
}

function wholeNumber(value) {
  return Math.round(value).toLocaleString("en-US");
}

/// "0.4 s", "12 s", "3 min 05 s", "2 h 03 min".
function durationText(seconds) {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two((whole % 3600) / 60)} min`;
}

/// "1 trial", "3 trials".
function count(number, noun) {
  return `${wholeNumber(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/// "A" for 0 to "Z", then "A2": the letters that mark picked trials.
function letter(i) {
  return String.fromCharCode(65 + (i % 26)) + (i < 26 ? "" : Math.floor(i / 26) + 1);
}

/// The text, cut to about so many pixels in a chart's font.
function fitText(text, pixels) {
  const most = Math.floor(pixels / 7.4);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
