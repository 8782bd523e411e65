"""Reader of lrsweep's databases: a sweep as pandas frames.

    import lrsweep

    sweep = lrsweep.read("resnet.db")
    sweep.ranking.groupby("params.width").value.mean()
    sweep.epochs.query("trial_id == @best").plot(x="epoch", y=["val_accuracy", "val_loss"])

A sweep that is still running may be read too: each access reads what is there by then.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from pathlib import Path
from typing import Sequence, Union

import pandas


class Sweep:
    """A sweep's database, opened for reading only. The frames' columns are those of the database's
    tables and views of the same name; docs/format.md of lrsweep describes them."""

    def __init__(self, database: Union[str, os.PathLike]) -> None:
        self.path = Path(database)
        if not self.path.is_file():
            raise FileNotFoundError(f"{self.path}: there is no such database")

    @property
    def trials(self) -> pandas.DataFrame:
        """The trials, with each of their parameters as a column: params.width, optimizer.lr."""
        return self._with_params("SELECT * FROM trials ORDER BY number")

    @property
    def ranking(self) -> pandas.DataFrame:
        """The trials that are over, the best first, with parameters as columns."""
        return self._with_params("SELECT * FROM ranking")

    @property
    def groups(self) -> pandas.DataFrame:
        """The trials that differ in the seed alone, as one row, with parameters as columns."""
        return self._with_params("SELECT * FROM groups")

    @property
    def epochs(self) -> pandas.DataFrame:
        """The epochs of all trials, with each metric that was reported as a column."""
        epochs = self.query("SELECT * FROM epochs ORDER BY trial_id, epoch")
        if self.query("SELECT 1 FROM sqlite_master WHERE name = 'metrics'").empty:
            return epochs  # of lrsweep 0.1.0, which had no other metrics
        metrics = self.query("SELECT trial_id, epoch, name, value FROM metrics")
        metrics = metrics.pivot(index=["trial_id", "epoch"], columns="name", values="value")
        own = [name for name in metrics if name in epochs]  # columns of `epochs`, too
        unused = [name for name in epochs
                  if name not in ("lr", "trained_by") and epochs[name].isna().all()]
        epochs = epochs.drop(columns=unused)
        return epochs.merge(metrics.drop(columns=own), on=["trial_id", "epoch"], how="left")

    def steps(self, trial_id: str) -> pandas.DataFrame:
        """A trial's optimizer steps: the rates that were applied, and the losses. The first digits
        of its id are enough."""
        ids = self.query("SELECT trial_id FROM trials WHERE trial_id GLOB ? || '*'", [trial_id])
        if len(ids) != 1:
            raise KeyError(f"{self.path}: {len(ids)} trials have an id that begins with "
                           f'"{trial_id}"')
        sql = "SELECT * FROM steps WHERE trial_id = ? ORDER BY step"
        return self.query(sql, list(ids.trial_id))

    def query(self, sql: str, values: Sequence = ()) -> pandas.DataFrame:
        """Any other question, in SQL."""
        uri = self.path.absolute().as_uri() + "?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=10)) as db:
            return pandas.read_sql_query(sql, db, params=list(values))

    def _with_params(self, sql: str) -> pandas.DataFrame:
        rows = self.query(sql)
        params = pandas.json_normalize([json.loads(text) for text in rows.pop("params")])
        return rows.join(params)
