#!/usr/bin/env python3
"""Reads what `lrsweep export` wrote with the real pandas, TensorBoard and MLflow.

exports_peers.py PROGRAM DB: exports DB by PROGRAM in each format and compares what the tools read
with what sqlite3 reads from DB. scripts/test-exports runs it. Ends with a line of what was tested.
"""
import contextlib
import json
import math
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"  # of which MLflow 3 has grown tired

import mlflow
import numpy
import pandas
import tensorboard
from tensorboard.backend import json_util
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups

PROGRAM, DB = sys.argv[1:3]


def export(*words):
    subprocess.run([PROGRAM, "export", DB, *map(str, words)], check=True, stdout=subprocess.DEVNULL)


def rows(sql, *values):
    with contextlib.closing(sqlite3.connect(f"file:{DB}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(sql, values)]


def same(a, b):
    return a == b or (a is None or math.isnan(a)) and (b is None or math.isnan(b))


def flat(params, prefix=""):
    for key, value in params.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


TRAINED = rows("SELECT * FROM trials WHERE epochs_done > 0 AND in_space = 1 ORDER BY number")
assert TRAINED


KEYS = {"epochs": ["trial_id", "epoch"], "steps": ["trial_id", "step"],
        "attempts": ["trial_id", "attempt"], "groups": ["group_id"]}


def agree(name, got, wanted):
    """Whether pandas has what the database has."""
    if wanted is None:
        return pandas.isna(got)
    if name.endswith("_at"):
        return pandas.Timestamp(got) == pandas.Timestamp(wanted)
    if isinstance(wanted, str):
        return got == wanted
    if name in ("mean", "sd", "low", "high"):  # the view `groups` has its own way to a root
        return math.isclose(got, wanted, rel_tol=1e-9)
    return float(got) == float(wanted)


def check_pandas(folder):
    text = {"trial_id": str, "group_id": str}
    for suffix, read in [("csv", lambda path: pandas.read_csv(path, dtype=text)),
                         ("jsonl", lambda path: pandas.read_json(path, lines=True, dtype=text, precise_float=True)),
                         ("json", lambda path: pandas.read_json(path, dtype=text, precise_float=True))]:
        for table in ["trials", "epochs", "steps", "attempts", "ranking", "groups"]:
            path = folder / f"{table}.{suffix}"
            export("--to", suffix, "--table", table, "-o", path)
            keys = KEYS.get(table, ["trial_id"])
            frame = read(path).sort_values(keys)
            want = rows(f"SELECT * FROM {table} ORDER BY {', '.join(keys)}")
            assert len(frame) == len(want), (table, suffix, len(frame), len(want))
            for name in {*want[0]} & {*frame.columns}:
                for got, row in zip(frame[name], want):
                    assert agree(name, got, row[name]), (table, suffix, name, got, row[name])
    trials = pandas.read_csv(folder / "trials.csv", dtype=text)
    for name, dtype in {"seed": "int64", "epochs_done": "int64", "wall_seconds": "float64",
                        "diverged": "bool", "in_space": "bool", "objective_value": "float64",
                        "optimizer.lr": "float64", "training.epochs": "int64"}.items():
        assert trials[name].dtype == dtype, (name, trials[name].dtype)
    for trial, row in zip(rows("SELECT * FROM trials"), trials.to_dict("records")):
        for path, value in flat(json.loads(trial["params"])):
            if isinstance(value, (int, float)) and isinstance(row[path], (int, float, numpy.number)):
                assert float(value) == float(row[path]), (path, value, row[path])


def check_tensorboard(folder):
    export("--to", "tensorboard", "-o", folder, "--steps", 0)
    multiplexer = plugin_event_multiplexer.EventMultiplexer(
        size_guidance={"tensors": 0}, tensor_size_guidance={"scalars": 0})
    multiplexer.AddRunsFromDirectory(str(folder))
    multiplexer.Reload()
    runs = {name.rsplit(",", 1)[1]: name for name in multiplexer.Runs() if name != "."}
    assert set(runs) == {trial["trial_id"] for trial in TRAINED}

    def scalars(run, tag):
        return [(event.step, float(numpy.float32(event.tensor_proto.float_val[0])))
                for event in multiplexer.Tensors(run, tag)]

    for trial in TRAINED:
        run = runs[trial["trial_id"]]
        epochs = rows("SELECT * FROM epochs WHERE trial_id = ? ORDER BY epoch", trial["trial_id"])
        for tag in ["train_loss", "val_loss", "val_accuracy", "lr"]:
            got = scalars(run, tag)
            assert [step for step, _ in got] == [row["epoch"] for row in epochs]
            for (_, value), row in zip(got, epochs):
                wanted = math.nan if row[tag] is None else float(numpy.float32(row[tag]))
                assert same(value, wanted), (run, tag, value, wanted)
        steps = rows("SELECT * FROM steps WHERE trial_id = ? ORDER BY step", trial["trial_id"])
        for tag in ["loss", "lr", "momentum"]:
            got = scalars(run, "step/" + tag)
            assert len(got) == len(steps), (len(got), len(steps))
            for (step, value), row in zip(got, steps):
                wanted = math.nan if row[tag] is None else float(numpy.float32(row[tag]))
                assert step == row["step"] and same(value, wanted)

    class Flags:
        generic_data = "true"

    context = backend_context.Context(base_plugin.TBContext(
        multiplexer=multiplexer,
        data_provider=data_provider.MultiplexerDataProvider(multiplexer, str(folder))))
    from tensorboard.context import RequestContext
    request = RequestContext()
    experiment = context.experiment_from_metadata(
        request, "", True, context.hparams_metadata(request, ""),
        context.hparams_from_data_provider(request, "", 100))
    names = {info.name for info in experiment.hparam_infos}
    assert "scheduler.type" in names and "training.seed" in names, names
    groups = list_session_groups.Handler(
        request, context, "",
        api_pb2.ListSessionGroupsRequest(start_index=0, slice_size=100_000, allowed_statuses=[0, 1, 2, 3])).run()
    assert groups.total_size == len(TRAINED), groups.total_size
    by_id = {group.sessions[0].name.rsplit(",", 1)[1]: group for group in groups.session_groups}
    for trial in TRAINED:
        group = by_id[trial["trial_id"]]
        params = dict(flat(json.loads(trial["params"])))
        for name in names:
            value = getattr(group.hparams[name], group.hparams[name].WhichOneof("kind")) \
                if name in group.hparams else None
            wanted = params.get(name)
            if isinstance(wanted, list):
                wanted = json.dumps(wanted, separators=(",", ":"))
            assert value == wanted or str(value) == str(wanted), (name, value, wanted)
        metrics = {metric.name.tag: metric.value for metric in group.metric_values}
        last = rows("SELECT * FROM epochs WHERE trial_id = ? ORDER BY epoch DESC LIMIT 1",
                    trial["trial_id"])[0]
        wanted = math.nan if last["val_accuracy"] is None else float(numpy.float32(last["val_accuracy"]))
        assert same(metrics["val_accuracy"], wanted), (metrics, wanted)
    json_util.Cleanse({})  # what the tab's HTTP handler does to it


def check_mlflow(folder):
    export("--to", "mlflow", "-o", folder, "--steps", 100)
    check_mlflow_store(folder.as_uri())
    database = f"sqlite:///{folder.parent / 'mlflow.db'}"
    subprocess.run([pathlib.Path(sys.executable).with_name("mlflow"), "migrate-filestore", "--source",
                    folder, "--target", database], check=True, capture_output=True)
    check_mlflow_store(database)


def check_mlflow_store(uri):
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient()
    name = rows("SELECT name FROM sweep")[0]["name"]
    experiment = client.get_experiment_by_name(name)
    assert experiment is not None and experiment.lifecycle_stage == "active"
    runs = {run.info.run_id: run for run in client.search_runs([experiment.experiment_id], max_results=50_000)}
    assert set(runs) == {trial["trial_id"] for trial in TRAINED}
    best = client.search_runs([experiment.experiment_id], order_by=["metrics.val_accuracy DESC"],
                              filter_string="attributes.status = 'FINISHED'", max_results=1)
    for trial in TRAINED:
        run = runs[trial["trial_id"]]
        if trial["state"] == "completed":
            assert run.info.status == "FINISHED"
            assert run.info.end_time - run.info.start_time == round(trial["wall_seconds"] * 1000) or \
                abs(run.info.end_time - run.info.start_time - trial["wall_seconds"] * 1000) <= 1
        params = dict(flat(json.loads(trial["params"])))
        assert set(run.data.params) == set(params)
        for path, value in params.items():
            text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
            got = run.data.params[path]
            assert got == text or float(got) == float(text), (path, got, text)
        for metric in ["train_loss", "val_loss", "val_accuracy", "lr"]:
            history = client.get_metric_history(trial["trial_id"], metric)
            epochs = rows("SELECT * FROM epochs WHERE trial_id = ? ORDER BY epoch", trial["trial_id"])
            assert [point.step for point in history] == [row["epoch"] for row in epochs]
            assert all(same(point.value, row[metric]) for point, row in zip(history, epochs))
        assert 4 <= len(client.get_metric_history(trial["trial_id"], "step/loss")) <= 100
    finished = [trial for trial in TRAINED if trial["state"] == "completed"]
    if finished:
        top = max(runs[trial["trial_id"]].data.metrics["val_accuracy"] for trial in finished)
        assert best[0].data.metrics["val_accuracy"] == top
    frame = mlflow.search_runs([experiment.experiment_id])
    assert len(frame) == len(TRAINED) and "params.scheduler.type" in frame.columns


with tempfile.TemporaryDirectory() as temporary:
    root = pathlib.Path(temporary)
    for check, folder in [(check_pandas, root), (check_tensorboard, root / "tb"),
                          (check_mlflow, root / "ml runs")]:
        check(folder)
        print(f"{check.__name__}: ok", flush=True)
print(f"{len(TRAINED)} trials, read alike by pandas {pandas.__version__}, TensorBoard "
      f"{tensorboard.__version__} and MLflow {mlflow.__version__}")
