"""The reader, python/lrsweep_reader.py, with pandas, on a database made of lrsweep's own schema.
Run by scripts/test-programs."""

import contextlib
import json
import pathlib
import sqlite3
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "python"))
import lrsweep  # noqa: E402

IDS = ["00000000000000aa", "11111111111111bb"]


def insert(db, table, **values):
    marks = ", ".join("?" * len(values))
    db.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))


def make_database(path):
    """Two trials of two epochs of two steps, which differ in the width."""
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        schema = ROOT / "results/schema.sql"
        others = sorted(set(schema.parent.glob("*.sql")) - {schema})
        for file in (schema, *others):
            db.executescript(file.read_text())
        insert(db, "sweep", name="s", config_yaml="", metric="f1", mode="max", scope="last",
               engine="command", dataset_sha256="", record_steps=1, created_at="", version="",
               journal="wal")
        insert(db, "metric_names", name="f1", mode="max")
        for number, trial in enumerate(IDS):
            params = {"params": {"width": 64 * (number + 1), "net": {"depth": 3}}, "scheduler": {}}
            insert(db, "trials", number=number, trial_id=trial, group_id=trial, state="completed",
                   scheduler="StepLR", params=json.dumps(params), seed=0, epochs_done=2,
                   objective_value=number)
            for epoch in (1, 2):
                insert(db, "epochs", trial_id=trial, epoch=epoch, steps_done=2 * epoch,
                       lr=0.1 / epoch, val_loss=0.5 / epoch, wall_seconds=1)
                insert(db, "step_traces", trial_id=trial, epoch=epoch, first_step=2 * epoch - 2,
                       lr=0.1 / epoch, momentum=0.9, trace="[0.75, 0.25]")
            insert(db, "reported_metrics", trial_id=trial, epoch=2, name="f1", value=number)


class ReaderTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="the reader ")
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "100% of it?.db"
        make_database(self.path)
        self.sweep = lrsweep.read(self.path)

    def test_parameters_are_columns(self):
        for frame in (self.sweep.trials, self.sweep.groups.sort_values("group_id"),
                      self.sweep.ranking.sort_values("trial_id")):
            self.assertEqual(list(frame["params.width"]), [64, 128])
            self.assertEqual(list(frame["params.net.depth"]), [3, 3])

    def test_the_ranking_has_the_best_first(self):
        self.assertEqual(list(self.sweep.ranking.trial_id), IDS[::-1])
        self.assertEqual(list(self.sweep.ranking.value), [1, 0])

    def test_metrics_of_any_name_are_columns_and_those_that_nobody_reports_are_not(self):
        epochs = self.sweep.epochs
        self.assertEqual(list(epochs.columns), [
            "trial_id", "epoch", "steps_done", "lr", "val_loss", "wall_seconds", "trained_by", "f1"])
        self.assertEqual(list(epochs.val_loss), [0.5, 0.25, 0.5, 0.25])
        self.assertEqual(list(epochs.f1.fillna(-1)), [-1, 0, -1, 1])

    def test_the_steps_of_a_trial_are_found_by_the_beginning_of_its_id(self):
        steps = self.sweep.steps("11")
        self.assertEqual(list(steps.step), [0, 1, 2, 3])
        self.assertEqual(list(steps.lr), [0.1, 0.1, 0.05, 0.05])
        self.assertEqual(list(steps.loss), [0.75, 0.25] * 2)

    def test_no_trial_or_several_are_an_error(self):
        for trial, count in (("2", 0), ("", 2)):
            with self.assertRaisesRegex(KeyError, f"{count} trials have an id that begins with"):
                self.sweep.steps(trial)

    def test_a_database_that_is_not_there_is_an_error_and_stays_so(self):
        missing = self.path.with_name("none.db")
        with self.assertRaisesRegex(FileNotFoundError, "none.db: there is no such database"):
            lrsweep.read(missing)
        self.assertFalse(missing.exists())

    def test_a_database_of_lrsweep_0_1_0_has_no_other_metrics(self):
        with contextlib.closing(sqlite3.connect(self.path)) as db:
            db.execute("DROP VIEW metrics")
        self.assertIn("val_accuracy", self.sweep.epochs)


if __name__ == "__main__":
    unittest.main()
