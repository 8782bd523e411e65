#!/usr/bin/env python3
"""Opens reports in chromium as a reader does: sorts, filters, picks, prints, and compares what is shown
with the database. Needs $LRSWEEP_PROGRAM; keeps pictures in $LRSWEEP_PICTURES."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from webdriver import Browser

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from small_data import write_data  # noqa: E402

PROGRAM = os.environ["LRSWEEP_PROGRAM"]
PICTURES = Path(os.environ.get("LRSWEEP_PICTURES", "report-pictures"))
HOSTILE = "</script><img src=x onerror=alert(1)> & \"quotes\" {{SCRIPT}}"

CONFIG = """
name: {name}
dataset: {{name: {data}}}
model: {{hidden: [32]}}
training: {{epochs: {epochs}, batch_size: 20, seed: {{grid: [0, 1, 2]}}}}
optimizer: {{type: SGD, lr: {{grid: [0.05, 0.2]}}, momentum: 0.9}}
scheduler:
  - {{type: ExponentialLR, gamma: 1.0e+30}}  # diverges, at once
  - {{type: StepLR, step_size: {{grid: [2, 4]}}, gamma: 0.3}}
  - {{type: OneCycleLR, max_lr: {{grid: [0.1, 0.3]}}, total_steps: run}}
"""


# A program that reports its accuracy, in percent, at every fifth epoch alone.
PROGRAM_CONFIG = """
name: program
trial:
  command: [python3, "{folder}/program.py", "{{params.model.width}}", "{{params.augment}}"]
  metrics: {{val/top-1: max, ppl: min}}
  steps_per_epoch: 4
params: {{model: {{width: {{grid: [64, wide]}}}}, augment: {{grid: [none, flip and crop]}}}}
training: {{epochs: 20, seed: {{grid: [0, 1]}}}}
scheduler:
  - {{type: OneCycleLR, max_lr: {{grid: [0.1, 0.3]}}, total_steps: run}}
  - {{type: StepLR, step_size: 5}}
optimizer: {{type: SGD, lr: 0.1}}
objective: {{metric: val/top-1}}
"""
PROGRAM_SOURCE = """
import json, os, sys
best = {"64": 70, "wide": 76}[sys.argv[1]] + (4 if sys.argv[2] == "flip and crop" else 0)
for epoch in range(1, 21):
    report = {"epoch": epoch, "ppl": 100 - best * epoch / 20, "grad_norm": 1e6 / epoch,
              "tiny": 1e-6 * epoch}
    if epoch % 5 == 0:
        report["val/top-1"] = best * epoch / 20 + int(os.environ["LRSWEEP_SEED"])
    print("lrsweep " + json.dumps(report), flush=True)
"""


def run(*words) -> None:
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def query(db: Path, sql: str) -> list[tuple]:
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


class ReportBrowserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.temporary = tempfile.TemporaryDirectory(prefix="lrsweep-browser-")
        cls.folder = Path(cls.temporary.name)
        PICTURES.mkdir(parents=True, exist_ok=True)
        write_data(cls.folder / "data")
        cls.db = cls.make_sweep("schedules", 6)
        cls.page = cls.folder / "report.html"
        run("report", cls.db, "-o", cls.page)
        cls.browser = Browser(1240, 900)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.browser.__exit__()
        cls.temporary.cleanup()

    @classmethod
    def make_sweep(cls, name: str, epochs: int | str) -> Path:
        config = cls.folder / f"{name}.yaml"
        config.write_text(CONFIG.format(name=name, data=cls.folder / "data", epochs=epochs))
        db = cls.folder / f"{name}.db"
        run("run", config, "--engine", "cpu", "--db", db, "-q")
        return db

    def setUp(self) -> None:
        self.open(self.page)

    def tearDown(self) -> None:
        self.assertEqual(self.browser.errors(), [])

    def open(self, page: Path) -> None:
        """As if for the first time."""
        self.browser.run("if (window.saveState) window.removeEventListener('pagehide', saveState);"
                         "if (location.protocol === 'file:') sessionStorage.clear()")
        self.browser.open(page)
        self.draw()

    def draw(self) -> None:
        """Charts out of sight wait for an idle moment: have it now."""
        self.browser.run("drawAll()")

    def assert_soon(self, script: str, expected) -> None:
        """Of what the browser does in its own time."""
        limit = time.monotonic() + 5
        while (found := self.browser.run(script)) != expected and time.monotonic() < limit:
            time.sleep(0.02)
        self.assertEqual(found, expected)

    def press(self, selector: str) -> None:
        self.assertTrue(self.browser.run(
            "const e = document.querySelector(arguments[0]);"
            "if (e) e.dispatchEvent(new MouseEvent('click', {bubbles: true})); return Boolean(e)",
            selector), selector)

    def type_filter(self, text: str) -> None:
        self.browser.run("const box = document.getElementById('filter'); box.value = arguments[0];"
                         "box.dispatchEvent(new Event('input'))", text)
        self.draw()

    def show_trials(self) -> None:
        self.press("input[name=by][value=trials]")

    def choose(self, name: str, value: str) -> None:
        self.browser.run("const s = document.querySelector(`[data-choice='${arguments[0]}']`);"
                         "s.value = arguments[1]; s.dispatchEvent(new Event('change'))", name, value)
        self.draw()

    def changed_copy(self, name: str) -> tuple[Path, Path]:
        """A copy of the database to be changed, and where its report goes."""
        shutil.copy(self.db, self.folder / name)
        return self.folder / name, self.folder / f"{name}.html"

    def cut_short(self, name: str, epochs: int) -> tuple[str, str, Path]:
        """The first seed of a group that did well has done so many epochs only: its trial, its group,
        and a report."""
        db, page = self.changed_copy(name)
        trial, group = query(db, "SELECT trial_id, group_id FROM trials WHERE scheduler = 'OneCycleLR' "
                             "AND seed = 0 ORDER BY number LIMIT 1")[0]
        with sqlite3.connect(db) as connection:
            for table in ("epochs", "step_traces"):
                connection.execute(f"DELETE FROM {table} WHERE trial_id = ? AND epoch > ?", [trial, epochs])
            connection.execute("UPDATE trials SET epochs_done = ?, state = ? WHERE trial_id = ?",
                               [epochs, "completed" if epochs else "pending", trial])
        connection.close()
        run("report", db, "-o", page)
        return trial, group, page

    def rows(self, table: str = "#ranking table") -> list[dict]:
        """Every row of all pages, by the columns' titles."""
        return self.browser.run("""
            const section = document.querySelector(arguments[0]).closest('.scroll').parentElement;
            const titles = [...section.querySelectorAll('thead th')].map((cell) =>
              cell.textContent.replace(/[▲▼]/g, ''));
            const rows = [];
            for (const back = section.querySelector('.pager button'); !back.disabled;) back.click();
            for (;;) {
              for (const line of section.querySelectorAll('tbody tr')) {
                rows.push(Object.fromEntries([...line.cells].map((cell, i) => [titles[i], cell.textContent])));
              }
              const next = section.querySelectorAll('.pager button')[1];
              if (next.disabled) return rows;
              next.click();
            }""", table)

    def test_trials_are_those_of_the_database_in_its_order(self) -> None:
        self.show_trials()
        shown = [(row["Place"], row["Trial"], row["val_accuracy"], row["Epochs"]) for row in self.rows()]
        stored = query(self.db, "SELECT place, trial_id, value, epochs_done FROM ranking ORDER BY place")
        self.assertEqual(len(stored), 24)
        self.assertEqual(shown, [(str(place), trial, "diverged" if value is None else f"{value:.4f}",
                                  str(epochs)) for place, trial, value, epochs in stored])

    def test_groups_are_the_means_of_their_trials(self) -> None:
        shown = sorted(row["Mean val_accuracy"] for row in self.rows() if row["Seeds"] == "3")
        stored = query(self.db, "SELECT avg(value) FROM ranking WHERE value IS NOT NULL GROUP BY group_id")
        self.assertEqual(shown, sorted(f"{mean:.4f}" for mean, in stored))

    def test_curves_are_those_of_the_database(self) -> None:
        self.choose("curves.lines", "trials")
        self.press("#figure-curves .as-table")
        shown = sorted([row[str(epoch)] for epoch in range(1, 7)]
                       for row in self.rows("#figure-curves table"))
        stored = {}
        for trial, accuracy in query(self.db, "SELECT trial_id, val_accuracy FROM epochs ORDER BY 1, epoch"):
            stored.setdefault(trial, []).append("" if accuracy is None else f"{accuracy:.4f}")
        for values in stored.values():
            values.extend([""] * (6 - len(values)))
        self.assertEqual(shown, sorted(stored.values()))

    def test_a_shared_stretch_is_drawn_once_and_a_picked_trial_whole(self) -> None:
        """Trials of 3 epochs are the first half of those of 6: only those with a schedule as long as the run differ."""
        db = self.make_sweep("lineage", "{grid: [3, 6]}")
        page = self.folder / "lineage.html"
        run("report", db, "-o", page)
        self.open(page)
        (recorded, trained, untrained), = query(db, """
            SELECT count(*), count(*) FILTER (WHERE trained_by IS NULL),
              (SELECT count(*) FROM trials WHERE trial_id NOT IN (SELECT trial_id FROM attempts)) FROM epochs""")
        self.assertLess(trained, recorded)
        self.assertGreater(untrained, 0)
        facts = self.browser.run("return Object.fromEntries([...document.querySelectorAll('.facts > div')]"
                                 ".map((each) => [...each.children].map((part) => part.textContent)))")
        self.assertEqual((facts["Epochs recorded"], facts["Epochs trained"]), (str(recorded), str(trained)))
        self.choose("curves.lines", "trials")
        self.choose("curves.scale", "all")
        # From the epoch before to an epoch, and once for each that was trained.
        (segments,), = query(db, "SELECT count(*) FROM epochs WHERE trained_by IS NULL AND epoch > 1 "
                             "AND val_accuracy IS NOT NULL")
        self.assertEqual(self.browser.run("""
            return d3.sum(document.querySelectorAll('#figure-curves .lines path.line'),
              (path) => path.getAttribute('d').split('L').length - 1)"""), segments)
        (trial,), = query(db, "SELECT trial_id FROM trials WHERE epochs_done = 6 AND shared_epochs = 3 LIMIT 1")
        self.browser.run("togglePicks(trials.filter((trial) => trial.id === arguments[0])); drawAll()", trial)
        self.assertEqual(self.browser.run("""
            return d3.sum(document.querySelectorAll(`#figure-curves .marks [data-trial='${arguments[0]}'] path.line`),
              (path) => path.getAttribute('d').split('L').length - 1)""", trial), 5)
        self.press("#figure-utilization .as-table")
        rows = self.rows("#figure-utilization table")
        alone = [row for row in rows if row["Attempt"] == "–"]
        self.assertEqual(len(alone), untrained)
        self.assertTrue(all(row["Outcome"].startswith("trained as ") for row in alone))

    def test_values_of_different_budgets_are_kept_apart(self) -> None:
        """A search of 2 and 6 epochs, of which OneCycleLR alone went on to 6."""
        db = self.make_sweep("rungs", "{grid: [2, 6]}")
        page = self.folder / "rungs.html"
        with sqlite3.connect(db) as connection:
            connection.executescript("""
                UPDATE trials SET budget = params ->> '$.training.epochs',
                  point = json_remove(params, '$.training.epochs', '$.training.seed');
                UPDATE trials SET bracket = 0, rung = budget > 2, promoted = budget = 2 AND scheduler = 'OneCycleLR',
                  in_space = budget = 2 OR scheduler = 'OneCycleLR';""")
        connection.close()
        run("report", db, "-o", page)
        self.open(page)
        (points, finalists), = query(db, """SELECT count(DISTINCT point), count(DISTINCT iif(rung = 1, point, NULL))
                                         FROM trials WHERE in_space = 1""")
        self.assertEqual([points, finalists], self.browser.run("""
            return ['.lines path.line', '.lines circle.dot']
              .map((each) => document.querySelectorAll(`#figure-rungs ${each}`).length)"""))
        self.assertEqual({row["Scheduler"] for row in self.rows()}, {"OneCycleLR"})
        shown = "return [...new Set(figures.find((each) => each.name === 'axes').shown.map((one) => one.budget))]"
        self.assertEqual(self.browser.run(shown), [6])
        self.browser.run("const s = document.getElementById('budget'); s.value = '2';"
                         "s.dispatchEvent(new Event('change')); drawAll()")
        self.assertEqual(self.browser.run(shown), [2])
        rows = self.rows()
        self.assertEqual([row["Place"] for row in rows], [str(i + 1) for i in range(points)])
        self.assertEqual({row["Scheduler"] for row in rows if row["Search"] == "went on"}, {"OneCycleLR"})
        means = query(db, "SELECT avg(objective_value) FROM trials WHERE budget = 2 GROUP BY group_id "
                      "HAVING count(objective_value) = count(*) ORDER BY 1 DESC")
        self.assertEqual([row["Mean val_accuracy"] for row in rows[:len(means)]], [f"{mean:.4f}" for mean, in means])
        self.press("#figure-rungs .as-table")
        self.assertEqual(len(self.rows("#figure-rungs table")), points)

    def test_a_groups_mean_is_of_the_same_steps_of_all_its_seeds(self) -> None:
        cut, group, page = self.cut_short("cut.db", epochs=3)
        self.open(page)
        self.choose("curves.metric", "step loss")
        self.choose("curves.lines", "groups")
        self.choose("curves.clock", "steps")
        points = self.browser.run("""
            const line = figures.find((figure) => figure.name === 'curves').lines.find((line) =>
              line.trials.some((trial) => trial.id === arguments[0]));
            return line.points.map((point) => [point.x, point.y])""", cut)
        size = 2  # 300 steps in at most 200 spans
        self.assertEqual([x for x, _ in points], [i * size + 1 for i in range(3 * 50 // size)])
        for x, mean in points[:: 10]:
            (stored,), = query(self.folder / "cut.db", "SELECT avg(loss) FROM steps JOIN trials USING (trial_id) "
                               f"WHERE group_id = '{group}' AND step BETWEEN {x - 1} AND {x}")
            self.assertAlmostEqual(mean, stored, delta=1e-3 * stored)

    def test_a_seed_that_has_not_begun_does_not_take_its_groups_clock_away(self) -> None:
        cut, _, page = self.cut_short("begun.db", epochs=0)
        self.open(page)
        self.choose("curves.lines", "groups")
        self.choose("curves.clock", "steps")
        self.assertEqual(self.browser.run("""
            const line = figures.find((figure) => figure.name === 'curves').lines.find((line) =>
              line.trials[0].id === arguments[0]);
            return line.points.map((point) => point.x)""", cut), [50, 100, 150, 200, 250, 300])

    def test_groups_stand_in_the_databases_order(self) -> None:
        """Where means differ in their last bit only, that is by group_id."""
        db, page = self.changed_copy("ties.db")
        groups = query(db, "SELECT DISTINCT group_id FROM trials WHERE scheduler = 'OneCycleLR' ORDER BY 1")
        with sqlite3.connect(db) as connection:
            for (group,), values in zip(groups, [(0.37, 0.61, 0.76), (0.13, 0.85, 0.76)]):
                for seed, value in enumerate(values):
                    connection.execute("UPDATE trials SET objective_value = ? WHERE group_id = ? AND seed = ?",
                                       [value, group, seed])
        connection.close()
        run("report", db, "-o", page)
        self.open(page)
        self.assertEqual([row["Place"] for row in self.rows()], [str(i) for i in range(1, 9)])

    def test_a_loss_has_its_best_values_within_the_sliders_reach_and_its_worst_at_the_top(self) -> None:
        page = self.folder / "loss.html"
        run("report", self.db, "-o", page, "--metric", "val_loss")
        self.open(page)
        least, = query(self.db, "SELECT min(val_loss) FROM epochs")[0]
        self.assertAlmostEqual(float(self.browser.run(
            "return document.querySelector('#figure-convergence input[type=range]').min")), least, delta=1e-5)
        diverged, best = self.browser.run("""
            const [cell] = figures.find((figure) => figure.name === 'axes').cells;
            return [cell.points.find((point) => point.trial.diverged).y,
              d3.max(cell.points, (point) => point.y) ]""")
        self.assertLess(diverged, best)
        self.assertLess(diverged, 100)

    def test_zeros_stand_beside_a_logarithmic_axis(self) -> None:
        db, page = self.changed_copy("zeros.db")
        with sqlite3.connect(db) as connection:
            connection.execute("UPDATE trials SET params = json_set(params, '$.optimizer.lr', "
                               "CASE number WHEN 0 THEN 0.0 ELSE 1.0 / (1 << number) END)")
        connection.close()
        run("report", db, "-o", page)
        self.open(page)
        places = self.browser.run("""
            const {x} = figures.find((figure) => figure.name === 'axes').cells
              .find((cell) => cell.axis.title === 'lr');
            return [0, 2 ** -23, 0.5].map(x)""")
        self.assertEqual(places, sorted(places))

    def test_a_parameters_value_filters_by_the_parameter(self) -> None:
        """Not by what the ranking has under the same name: epochs done."""
        db, page = self.changed_copy("epochs.db")
        with sqlite3.connect(db) as connection:
            connection.execute("UPDATE trials SET params = json_set(params, '$.training.epochs', 9) "
                               "WHERE scheduler = 'StepLR'")
            connection.execute("INSERT OR REPLACE INTO parameters VALUES ('StepLR', 'training.epochs', 1)")
        connection.close()
        run("report", db, "-o", page)
        self.open(page)
        self.press("#parallel [aria-label='filter by training.epochs 9']")
        self.show_trials()
        self.assertEqual({row["Scheduler"] for row in self.rows()}, {"StepLR"})

    def test_a_last_value_that_the_file_lacks_is_not_made_up(self) -> None:
        self.assertIsNone(self.browser.run("""
            raw.epochs.kept = [1, 3];  // thinned: this trial ended between two that are kept
            const column = extraColumns.find((each) => each.name === 'val_loss');
            return column.value({ ...trials[0], epochs: 2, curves: { val_loss: [0.5] } })"""))

    def test_shares_without_repetitions_say_that_luck_is_in_them(self) -> None:
        notes = self.browser.run("""
            const repeated = importanceNote(sweeps[0]);
            groups.forEach((group) => { group.n = 1; });
            return [repeated, importanceNote(sweeps[0])]""")
        self.assertEqual(["luck" in note for note in notes], [False, True])

    def test_durations_are_rounded_as_a_whole(self) -> None:
        self.assertEqual(self.browser.run("return [9.97, 59.7, 3599.6, 7384].map(durationText)"),
                         ["10 s", "1 min 00 s", "1 h 00 min", "2 h 03 min"])

    def test_the_table_sorts_by_any_column(self) -> None:
        self.show_trials()
        self.press("#ranking [data-column=seed]")
        seeds = [int(row["Seed"]) for row in self.rows()]
        self.assertEqual(seeds, sorted(seeds))
        self.assertEqual(self.browser.run(
            "return document.querySelector('#ranking th[aria-sort=ascending]').textContent"), "Seed▲")
        self.press("#ranking [data-column=seed]")
        self.assertEqual([int(row["Seed"]) for row in self.rows()], sorted(seeds, reverse=True))

    def test_the_filter_holds_for_table_and_charts(self) -> None:
        self.show_trials()
        self.type_filter("OneCycleLR max_lr>0.2 seed=1")
        self.assertEqual([row["Scheduler"] for row in self.rows()], ["OneCycleLR"])
        self.assertEqual(self.browser.run(
            "return document.querySelectorAll('#figure-parallel .lines path').length"), 1)
        self.type_filter("nonsense>1")
        self.assertIn("no parameter or column is named nonsense",
                      self.browser.run("return document.querySelector('.problem').textContent"))
        self.type_filter("")
        self.assertEqual(len(self.rows()), 24)

    def test_a_picked_trial_stands_out_in_every_chart(self) -> None:
        trial = query(self.db, "SELECT trial_id FROM ranking WHERE place = 1")[0][0]
        self.show_trials()
        self.press(f"[data-pick='{trial}']")
        self.draw()
        for figure in ("schedules", "curves", "axes", "parallel", "convergence", "utilization"):
            self.assertGreater(self.browser.run(
                f"return document.querySelectorAll('#figure-{figure} .marks [data-trial=\"{trial}\"]').length"),
                0, figure)
        self.assertTrue(self.browser.run(
            f"return document.querySelector('[data-pick=\"{trial}\"]').closest('tr').matches('.picked')"))
        self.browser.open(self.page)  # loaded again
        self.assertEqual(self.browser.run("return state.picks.map((each) => each.id)"), [trial])
        self.press("#clear-picks")
        self.draw()
        self.assertEqual(self.browser.run("return document.querySelectorAll('.marks [data-trial]').length"), 0)

    def test_a_click_in_a_chart_picks(self) -> None:
        self.browser.run("""
            const line = figures.find((figure) => figure.name === 'curves');
            const svg = line.svg.node();
            const [point] = line.lines[0].points.slice(-1);
            const box = svg.getBoundingClientRect();
            svg.dispatchEvent(new MouseEvent('click', {bubbles: true,
              clientX: box.left + line.x(point.x), clientY: box.top + line.y(point.y)}))""")
        self.assertEqual(self.browser.run("return state.picks.length"), 3)  # a group's seeds

    def test_hostile_names_show_as_written(self) -> None:
        db, page = self.changed_copy("hostile.db")
        with sqlite3.connect(db) as connection:
            connection.execute("UPDATE sweep SET name = ?1, config_yaml = ?1", [HOSTILE])
            connection.execute("UPDATE attempts SET host = ?", [HOSTILE])
            connection.execute("UPDATE trials SET error = ?", [HOSTILE])
            connection.execute("UPDATE trials SET params = json_set(params, '$.dataset.name', ?) "
                               "WHERE scheduler = 'OneCycleLR'", [HOSTILE])
        connection.close()
        run("report", db, "-o", page)
        self.open(page)
        self.assertEqual(self.browser.run("return document.getElementById('title').textContent"), HOSTILE)
        self.assertEqual(self.browser.run("return document.querySelector('.config').textContent"), HOSTILE)
        self.assertIn(HOSTILE, self.browser.run("return document.getElementById('provenance').textContent"))
        self.assertIn(HOSTILE, self.browser.run("return axes.flatMap((axis) => axis.values)"))
        self.assertTrue(self.browser.run("return document.title").startswith(HOSTILE))
        self.assertEqual(self.browser.run("return document.querySelectorAll('img').length"), 0)

    def test_nothing_is_fetched_and_injected_script_does_not_run(self) -> None:
        self.assertEqual(self.browser.run("return performance.getEntriesByType('resource').length"), 0)
        self.browser.run("const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
                         "document.body.append(s)")
        self.assertIsNone(self.browser.run("return window.ran || null"))
        self.assertIn("Content Security Policy", self.browser.errors()[0])

    def test_every_chart_has_words_and_a_table(self) -> None:
        self.browser.run("document.querySelectorAll('.as-table').forEach((button) => button.click())")
        self.draw()
        for name, label, rows in self.browser.run("""return figures.map((figure) => [figure.name,
                figure.svg.attr('aria-label'), figure.numbers.querySelectorAll('tbody tr').length])"""):
            self.assertGreater(len(label), 20, name)
            self.assertGreater(rows, 0, name)

    def test_everything_that_acts_has_a_name_and_can_be_focused(self) -> None:
        unnamed = self.browser.run("""
            return [...document.querySelectorAll('button, input, select, a, [role=button]')]
              .filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim() ||
                (e.labels && e.labels.length)) || e.tabIndex < 0).map((e) => e.outerHTML)""")
        self.assertEqual(unnamed, [])

    def test_pictures_of_both_themes_a_narrow_window_and_paper(self) -> None:
        self.browser.run("togglePicks(rankedTrials.slice(0, 2))")
        for scheme in ("light", "dark"):
            self.browser.prefer(scheme)
            self.assert_soon("return document.documentElement.dataset.theme", scheme)
            self.draw()
            self.browser.picture(PICTURES / f"{scheme}.png")
        self.browser.resize(390, 800)
        time.sleep(0.3)  # the charts follow the width
        self.draw()
        self.browser.picture(PICTURES / "narrow.png")
        self.assertEqual(self.browser.run("return document.documentElement.scrollWidth"), 390)
        self.browser.resize(1240, 900)
        self.browser.prefer("light")
        self.browser.print(PICTURES / "print.pdf")

    def test_several_databases_have_a_column(self) -> None:
        other = self.make_sweep("shorter", 3)
        page = self.folder / "both.html"
        run("report", self.db, other, "-o", page)
        self.open(page)
        self.show_trials()
        rows = self.rows()
        self.assertEqual(len(rows), 48)
        self.assertEqual({row["Database"] for row in rows}, {"schedules.db", "shorter.db"})

    def test_watching_ends_with_the_sweep(self) -> None:
        config = self.folder / "watched.yaml"
        config.write_text(CONFIG.format(name="watched", data=self.folder / "data", epochs=9999))
        db, page = self.folder / "watched.db", self.folder / "watched.html"
        sweep = subprocess.Popen([PROGRAM, "run", config, "--engine", "cpu", "--db", db, "-q"],
                                 stderr=subprocess.DEVNULL)
        self.addCleanup(sweep.kill)
        while not db.exists():
            self.assertIsNone(sweep.poll())
            time.sleep(0.05)
        watcher = subprocess.Popen([PROGRAM, "report", db, "-o", page, "--watch"],
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(watcher.kill)
        self.addCleanup(watcher.stdout.close)
        while not page.exists():
            self.assertIsNone(watcher.poll(), "ended before two trials had")
            time.sleep(0.05)
        self.open(page)
        reloads = self.browser.run("return raw.reload_seconds")
        sweep.terminate()
        sweep.wait(30)
        self.assertEqual(sweep.returncode, 75)
        sweep = subprocess.run([PROGRAM, "run", config, "--engine", "cpu", "--db", db, "-q",
                                "--set", "training.epochs=1"], check=True)
        told, _ = watcher.communicate(timeout=30)
        self.assertEqual(watcher.returncode, 0, told)
        self.assertIn("every trial has ended", told)
        self.assertGreater(reloads, 0)
        self.open(page)
        self.assertEqual(self.browser.run("return raw.reload_seconds"), 0)


class ProgramReportTest(unittest.TestCase):
    """The report of a user's program: its own metrics, and nothing that holds for the built-in model alone."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.temporary = tempfile.TemporaryDirectory(prefix="lrsweep browser-")
        folder = Path(cls.temporary.name)
        PICTURES.mkdir(parents=True, exist_ok=True)
        (folder / "program.py").write_text(PROGRAM_SOURCE)
        (folder / "program.yaml").write_text(PROGRAM_CONFIG.format(folder=folder))
        run("run", folder / "program.yaml", "--db", folder / "program.db", "-q")
        run("report", folder / "program.db", "-o", folder / "report.html")
        cls.page = folder / "report.html"
        cls.browser = Browser(1240, 900)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.browser.__exit__()
        cls.temporary.cleanup()

    def setUp(self) -> None:
        self.browser.open(self.page)
        self.browser.run("drawAll()")

    def tearDown(self) -> None:
        self.assertEqual(self.browser.errors(), [])

    def text_of(self, selector: str) -> str:
        return self.browser.run("return document.querySelector(arguments[0]).textContent", selector)

    def choose(self, name: str, value: str) -> None:
        self.browser.run("const s = document.querySelector(`[data-choice='${arguments[0]}']`);"
                         "s.value = arguments[1]; s.dispatchEvent(new Event('change')); drawAll()", name, value)

    def options_of(self, name: str) -> list[str]:
        return self.browser.run("return [...document.querySelector(`[data-choice='${arguments[0]}']`).options]"
                                ".map((option) => option.value)", name)

    def test_says_nothing_of_the_built_in_model(self) -> None:
        self.browser.run("figures.forEach((figure) => figure.toggleTable())")
        self.browser.picture(PICTURES / "program.png")
        page = self.text_of("main").replace("val/top-1", "")
        for word in ("val_", "accuracy", "nats", "SHA-256", "CPU arithmetic", "batch", "NaN", "undefined"):
            self.assertNotIn(word, page)

    def test_offers_the_metrics_that_were_reported(self) -> None:
        self.assertEqual(self.options_of("curves.metric"), ["val/top-1", "grad_norm", "ppl", "tiny"])
        self.assertEqual(self.options_of("convergence.metric"), ["val/top-1", "ppl"])
        for metric in self.options_of("curves.metric"):
            for scale in ("zoom", "all", "log"):
                self.choose("curves.metric", metric)
                self.choose("curves.scale", scale)
                ticks = self.browser.run("return [...document.querySelectorAll("
                                         "'#figure-curves .axis.grid .tick text')].map((t) => t.textContent)")
                self.assertTrue(ticks)
                self.assertLessEqual(max(map(len, ticks)), 9, (metric, scale, ticks))

    def test_lines_bridge_the_epochs_without_a_value(self) -> None:
        lines = self.browser.run("return curveLines({metric: 'val/top-1', lines: 'groups', clock: 'epochs'})"
                                 ".map((line) => line.points.map((point) => point.x))")
        self.assertEqual(len(lines), 12)
        self.assertEqual({tuple(line) for line in lines}, {(5, 10, 15, 20)})
        steps = self.browser.run("return curveLines({metric: 'ppl', lines: 'best', clock: 'steps'})"
                                 ".map((line) => line.points[0].x)")
        self.assertEqual(set(steps), {4})

    def test_a_last_value_is_the_last_that_was_reported(self) -> None:
        values = self.browser.run("return trials.map((trial) => [trial.value, lastValue(trial, 'val/top-1')])")
        for value, last in values:
            self.assertAlmostEqual(value, last, places=3)

    def test_the_filter_knows_the_metric_and_parameters_of_both_kinds(self) -> None:
        count = "setFilter(arguments[0]); return shownTrials().length"
        self.assertEqual(self.browser.run(count, "width=wide val/top-1>=80"), 6)
        self.assertEqual(self.browser.run(count, "width=64"), 12)
        self.assertEqual(self.browser.run(count, "width>63"), 12)  # a word is no number
        self.assertEqual(self.browser.run(count, ""), 24)

    def test_the_threshold_has_the_size_of_the_metric(self) -> None:
        self.assertEqual(self.browser.run("return document.getElementById('threshold').value"), "75.5")
        self.choose("convergence.metric", "ppl")
        self.assertEqual(self.browser.run("return document.getElementById('threshold').value"), "25")


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    sys.exit(not result.wasSuccessful() or result.testsRun == 0)
