"""Checks of the program with the device."""

import os
import re
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from context import EPOCHS_OF_A_TRIAL, Context
from steps import NotHere, Result, StepFailed

TRIALS = 64
CONFIG = """name: gpu-check
dataset: {{name: {data}}}
model: {{hidden: [128]}}
training: {{epochs: {epochs}, batch_size: 64, seed: {{grid: [0, 1, 2, 3, 4, 5, 6, 7]}}}}
optimizer:
  type: SGD
  lr: {{grid: [0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12]}}
  momentum: 0.9
scheduler: {{type: CosineAnnealingLR, T_max: run}}
objective: {{metric: val_accuracy, mode: max}}
"""


def query(db: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(sql).fetchall()


def kit_environment(context: Context) -> dict[str, str]:
    """What the program needs to find Open MPI in the kit: its libraries have run paths of their own."""
    if not context.kit.exists():
        return {}
    return {"LD_LIBRARY_PATH": str(context.kit / "lib/x86_64-linux-gnu")}


def run_sweep(
    context: Context, result: Result, options: list[str], environment: Mapping[str, str]
) -> None:
    config, db = context.work / "sweep.yaml", context.work / "sweep.db"
    epochs = EPOCHS_OF_A_TRIAL if context.has_gpu() else 2
    config.write_text(CONFIG.format(data=context.data, epochs=epochs))
    for file in context.work.glob("sweep.db*"):
        file.unlink()
    words = [context.program("lrsweep"), "run", str(config), "--db", str(db), "--engine", "torch"]
    output = context.runner.command(
        [*words, *options], {**kit_environment(context), **environment}
    )

    states = dict(query(db, "SELECT state, count(*) FROM trials GROUP BY state"))
    attempts = query(db, "SELECT device, pack_size, count(*) FROM attempts GROUP BY 1, 2")
    best = query(db, "SELECT max(objective_value) FROM trials")[0][0]
    found = re.search(r"completed in ([\d.]+) s", output)
    seconds = float(found[1]) if found else float("nan")
    result.text += [
        f"{states.get('completed', 0)} of {TRIALS} trials of {epochs} epochs completed in "
        f"{seconds:.1f} s, {TRIALS / seconds:.1f} a second; the best accuracy is {best}.",
        "",
        *(f"- {count} trials on {device} in packs of {size}" for device, size, count in attempts),
    ]
    if states != {"completed": TRIALS}:
        raise StepFailed(f"not all trials completed: {states}", output[-2000:])
    if any(context.has_gpu() != device.startswith("cuda") for device, _, _ in attempts):
        raise StepFailed("some trials were trained on another device")


def sweep(context: Context, result: Result) -> None:
    """Runs a sweep in one process."""
    run_sweep(context, result, [], {})


def worker_rank(context: Context, result: Result) -> None:
    """Runs the same sweep by mpirun: a coordinator, and one worker rank with the GPU."""
    environment = {"OMPI_MCA_plm_rsh_agent": "/bin/false"}  # ssh may be missing, and is not needed
    if context.kit.exists():
        mpirun = context.kit / "bin/mpirun"
        mpirun.unlink(missing_ok=True)
        mpirun.symlink_to("orterun")
        environment |= {
            "PATH": f"{mpirun.parent}{os.pathsep}{os.environ['PATH']}",
            "OPAL_PREFIX": str(context.kit),
            "PMIX_INSTALL_PREFIX": str(context.kit / "lib/x86_64-linux-gnu/pmix2"),
        }
    elif shutil.which("mpirun") is None:
        raise NotHere("there is no mpirun")
    run_sweep(context, result, ["--workers", "1"], environment)


def again(context: Context, result: Result) -> None:
    """Trains one trial of the sweep again, alone, and reports what differs. Nothing is promised."""
    db = context.work / "sweep.db"
    if not db.exists():
        raise NotHere("there is no sweep")
    trial = query(db, "SELECT trial_id FROM trials ORDER BY number LIMIT 1")[0][0]
    words = [context.program("lrsweep"), "verify", str(db), trial]
    output = context.runner.command(words, kit_environment(context), may_fail=True)
    result.text += ["```", output.strip(), "```"]
