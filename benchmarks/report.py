"""Measures how long a reader of the report waits: for the page, and for each interaction."""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import LRSWEEP, ROOT, Spread, goal, goals_table, say, table

sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tests/browser")]
from small_data import write_data  # noqa: E402
from webdriver import Browser  # noqa: E402

SEEDS = 5

# 100 groups for every 5 learning rates.
CONFIG = """
name: report-benchmark
dataset: {{name: {data}}}
model: {{hidden: [16]}}
training: {{epochs: 20, batch_size: 20, seed: {{grid: {seeds}}}}}
optimizer: {{type: SGD, lr: {{grid: {rates}}}, momentum: 0.9}}
record: {{steps: all}}
scheduler:
  - {{type: StepLR, step_size: {{grid: [2, 5, 10]}}, gamma: {{grid: [0.1, 0.3, 0.5, 0.9]}}}}
  - {{type: ExponentialLR, gamma: {{grid: [0.7, 0.8, 0.9, 1.0e+30]}}}}  # the last one diverges
  - {{type: CosineAnnealingLR, T_max: run, eta_min: {{grid: [0, 0.001]}}}}
  - {{type: OneCycleLR, max_lr: {{grid: {peaks}}}, total_steps: run}}
"""


def make_sweep(folder: Path, trials: int, images: int) -> Path:
    """Makes a database of this many trials (a multiple of 500), of 20 epochs each."""
    data, config, db = (folder / f"{trials}{end}" for end in ("", ".yaml", ".db"))
    write_data(data, images, images // 2)
    count = trials // SEEDS // 20
    rates = [round(0.3 * (i + 1) / count, 6) for i in range(count)]
    peaks = [round(0.5 * (i + 1) / (2 * count), 6) for i in range(2 * count)]
    text = CONFIG.format(data=data, seeds=list(range(SEEDS)), rates=rates, peaks=peaks)
    config.write_text(text)
    subprocess.run([LRSWEEP, "run", config, "--engine", "cpu", "--db", db, "--quiet"], check=True)
    return db


# --- Interactions: name, visible section, what the reader does. i counts from 0. Even ones are timed;
# odd ones undo the even ones where necessary.

WORDS = """
const choose = (name, there, back) => {
  const select = document.querySelector(`[data-choice="${name}"]`);
  select.value = i % 2 ? back : there;
  select.dispatchEvent(new Event("change"));
};
const press = (selector, nth) => document.querySelectorAll(selector)[nth].dispatchEvent(
  new MouseEvent("click", { bubbles: true }));
const set = (selector, value) => {
  const input = document.querySelector(selector);
  input.value = value;
  input.dispatchEvent(new Event("input"));
};
const point = (figure) => {
  const svg = document.querySelector(`#figure-${figure} svg`);
  const box = svg.getBoundingClientRect();
  svg.dispatchEvent(new PointerEvent("pointermove", { bubbles: true,
    clientX: box.left + box.width * (0.2 + 0.05 * i), clientY: box.top + box.height / 2 }));
};
"""
INTERACTIONS = [
    ("sort the ranking", "ranking", "press('#ranking thead button', 1 + i % 4)"),
    ("rank trials, not groups", "ranking", "press('input[name=by]', (i + 1) % 2)"),
    ("turn the ranking's page", "ranking", "press('#ranking .pager button', (i + 1) % 2)"),
    ("type into the filter", "ranking", "set('#filter', i % 2 ? '' : 'StepLR gamma>0.2')"),
    ("pick a group", "ranking", "press('#ranking [data-pick]', 0)"),
    ("all groups' schedules", "schedules", "choose('schedules.lines', 'all', 'best')"),
    ("schedules by steps", "schedules", "choose('schedules.clock', 'steps', 'epochs')"),
    ("point at a schedule", "schedules", "point('schedules')"),
    ("another metric's curves", "curves", "choose('curves.metric', 'val_loss', 'val_accuracy')"),
    ("all groups' curves", "curves", "choose('curves.lines', 'groups', 'best')"),
    ("all trials' curves", "curves", "choose('curves.lines', 'trials', 'best')"),
    ("all trials' batch losses", "curves", "choose('curves.lines', 'trials', 'best');"
     "choose('curves.metric', 'step_loss', 'val_accuracy')"),
    ("point at a curve", "curves", "point('curves')"),
    ("point at a trial", "axes", "point('axes')"),
    ("point at parameters", "parallel", "point('parallel')"),
    ("filter by a parameter", "parallel", "press('#parallel .level', 0)"),
    ("another threshold", "convergence",
     "const { min, max } = document.querySelector('#convergence input[type=range]');"
     "set('#convergence input[type=range]', Number(min) + (max - min) * (0.3 + 0.05 * i))"),
    ("a chart's table", "convergence", "press('#convergence .as-table', 0)"),
    ("the other theme", "curves", "press('#theme', 0)"),
]

# Measures from the event until the frame that shows its effect is on the screen.
TIMED = """
const [section, i] = arguments;
const frame = () => new Promise((done) => requestAnimationFrame(() => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = done;
  port2.postMessage(0);
}));
WORDS
return (async () => {
  document.getElementById(section).scrollIntoView();
  await frame();
  drawAll();
  await frame();
  const start = performance.now();
  ACTION;
  await frame();
  return performance.now() - start;
})();
"""


def interact(browser: Browser, page: Path, rounds: int) -> dict[str, Spread]:
    times = {}
    for name, section, action in INTERACTIONS:
        browser.run("removeEventListener('pagehide', saveState); sessionStorage.clear()")
        browser.open(page)
        script = TIMED.replace("WORDS", WORDS).replace("ACTION", action)
        times[name] = Spread([browser.run(script, section, i) for i in range(2 * rounds)][::2])
    return times


def appear(browser: Browser, page: Path, rounds: int) -> tuple[Spread, Spread]:
    """Milliseconds from opening the page to its first paint, and until all its charts are drawn."""
    paints, drawn = [], []
    for _ in range(rounds):
        browser.open(page)
        drawn.append(browser.run("drawAll(); return performance.now()"))
        paints.append(browser.run("""return new Promise((done) => new PerformanceObserver((list) =>
            done(list.getEntriesByName('first-contentful-paint')[0].startTime))
            .observe({ type: 'paint', buffered: true }))"""))
    return Spread(paints), Spread(drawn)


def measure(folder: Path, trials: int, images: int, rounds: int) -> dict[str, Spread]:
    say(f"a sweep of {trials} trials")
    db, page = make_sweep(folder, trials, images), folder / f"{trials}.html"
    start = time.perf_counter()
    subprocess.run([LRSWEEP, "report", db, "-o", page], check=True, stdout=subprocess.DEVNULL)
    written = 1e3 * (time.perf_counter() - start)
    with Browser(1240, 900) as browser:
        paint, drawn = appear(browser, page, rounds)
        return {
            "the page, MB": Spread([page.stat().st_size / 1e6]),
            "it is written, ms": Spread([written]),
            "first paint, ms": paint,
            "all charts are drawn, ms": drawn,
            **interact(browser, page, rounds),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="lrsweep-") as name:
        small = measure(Path(name), 500, 1000, rounds)
        large = measure(Path(name), 10_000, 100, rounds)
    rows = [[what, *small[what].cells("{:.1f}"), *large[what].cells("{:.1f}")] for what in small]
    head = ["of 20 epochs", "500 trials", "min", "max", "10,000 trials", "min", "max"]
    print(f"Median of {rounds}; interactions in ms:\n\n{table(head, rows)}\n")
    slowest, name = max((small[name].median, name) for name, *_ in INTERACTIONS)
    size, paint = small["the page, MB"].median, small["first paint, ms"].median
    goals = [
        goal("500 trials: a page of at most 3 MB", f"{size:.2f} MB", size <= 3),
        goal("first paint within 1 s", f"{paint / 1e3:.2f} s", paint <= 1000),
        goal("no interaction slower than 100 ms", f"{slowest:.0f} ms: {name}", slowest <= 100),
    ]
    print(goals_table(goals))


if __name__ == "__main__":
    main()
