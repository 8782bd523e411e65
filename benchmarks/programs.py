"""Measures what a trial costs beside the training of its program: how many trials a second of a
program that returns at once, by lrsweep on two workers and with --peers by Optuna and Ray Tune; a
report line; a table of ten million steps."""

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from measuring import LRSWEEP, PEERS, PEERS_PYTHON, ROOT, Spread, goal, goals_table, say, table

PROGRAM = ["/bin/echo", 'lrsweep {"val_loss": 0.5}']
TWO_CORES = ",".join(map(str, sorted(os.sched_getaffinity(0))[-2:]))
AT_ONCE = """
name: at-once
trial: {{command: {program}, metrics: {{val_loss: min}}}}
training: {{epochs: 1, seed: {{grid: [{seeds}]}}}}
scheduler: {{type: ConstantLR, factor: 1}}
optimizer: {{lr: 0.1}}
"""
PROGRAM_OF_OWN = """
name: own
trial:
  command: [{python}, program.py]
  metrics: {{{metrics}}}
  steps_per_epoch: {steps}
training: {{epochs: {epochs}}}
optimizer: {{lr: 0.1}}
scheduler: {{type: CosineAnnealingLR, T_max: run, interval: step}}
record: {{steps: none}}
"""
REPORTING = """
import time, lrsweep
trial = lrsweep.trial()
spent = 0
for epoch in range(1, trial.num_epochs):
    start = time.perf_counter()
    trial.report(val_loss=0.5, val_accuracy=0.75, lr=trial.rates(epoch - 1).lr, epoch=epoch)
    spent += time.perf_counter() - start
trial.report(us=spent / (trial.num_epochs - 1) * 1e6, epoch=trial.num_epochs)
"""
MAPPING = """
import os, time
started = time.time()
import numpy, lrsweep
start = time.perf_counter()
table = numpy.memmap(os.environ["LRSWEEP_SCHEDULE_BINARY"], dtype=(float, 2), mode="r")
last = table[-1, 0]
mapped = time.perf_counter() - start
total = table[:, 0].sum()
read = time.perf_counter() - start
lrsweep.trial().report(started=started, mapped_us=mapped * 1e6, read_s=read, rows=len(table))
"""


@dataclass
class Way:
    name: str
    command: list[str]  # FOLDER in it becomes a folder of this run's own
    trials: int
    rates: list[float] = field(default_factory=list)  # trials a second, of each run

    def run(self) -> None:
        with tempfile.TemporaryDirectory(prefix="lrsweep-", ignore_cleanup_errors=True) as folder:
            seeds = ", ".join(map(str, range(self.trials)))
            write(Path(folder) / "at-once.yaml", AT_ONCE.format(program=PROGRAM, seeds=seeds))
            start = time.perf_counter()
            command = [word.replace("FOLDER", folder) for word in self.command]
            done = subprocess.run(["taskset", "-c", TWO_CORES, *command], cwd=folder, stdout=subprocess.PIPE, text=True)
            self.rates.append(self.trials / (time.perf_counter() - start))
            if done.returncode != 0 or self.count(Path(folder), done.stdout) != self.trials:
                raise SystemExit(f"{self.name} ended with {done.returncode}: {done.stdout[-500:]}")
        say(f"  {self.name}: {self.rates[-1]:.1f} trials a second")

    def count(self, folder: Path, printed: str) -> int:
        if not (folder / "at-once.db").exists():
            return int(printed.split()[-1])
        (done,) = query(folder / "at-once.db", "SELECT count(*) FROM ranking WHERE value = 0.5")
        return done


def write(path: Path, text: str) -> None:
    path.write_text(text)


def query(db: Path, sql: str) -> tuple:
    with sqlite3.connect(db) as connection:
        return connection.execute(sql).fetchone()


def peer(script: str, trials: int) -> list[str]:
    return [str(PEERS_PYTHON), str(PEERS / script), str(trials), "FOLDER"]


def trials_a_second(rounds: int, with_peers: bool) -> tuple[str, list[list[str]]]:
    run = [str(LRSWEEP), "run", "at-once.yaml", "--quiet"]
    ours = Way("lrsweep, two workers", [*run, "--workers", "2"], 2000)
    ways = [ours, Way("lrsweep, one process", run, 2000)]
    if with_peers:
        ways += [
            Way("Optuna, two processes", peer("at_once_optuna.py", 400), 400),
            Way("Ray Tune, two CPUs", peer("at_once_ray.py", 100), 100),
        ]
    for _ in range(rounds):
        for way in ways:
            way.run()
    rows = [[way.name, str(way.trials), *Spread(way.rates).cells("{:.1f}")] for way in ways]
    rate = Spread(ours.rates).median
    text = table(["trials a second, start-up included", "trials", "median", "min", "max"], rows)
    return text, [goal("200 trials a second on two workers", f"{rate:.0f}", rate >= 200)]


def run_own(
    folder: Path, program: str, metrics: str, epochs: int, steps: int, python: str = sys.executable
) -> Path:
    """Runs a sweep of one trial of a Python program; returns its database."""
    write(folder / "program.py", program)
    config = PROGRAM_OF_OWN.format(
        python=python, metrics=metrics, epochs=epochs, steps=steps
    )
    write(folder / "own.yaml", config)
    db = folder / "own.db"
    db.unlink(missing_ok=True)
    subprocess.run([str(LRSWEEP), "run", "own.yaml", "--quiet"], cwd=folder, check=True,
                   env={**os.environ, "PYTHONPATH": str(ROOT / "python")})
    return db


def metric(db: Path, name: str) -> float:
    return query(db, f"SELECT value FROM metrics WHERE name = '{name}' AND value IS NOT NULL")[0]


def report_lines(folder: Path, rounds: int) -> tuple[str, list[list[str]]]:
    costs = [metric(run_own(folder, REPORTING, "us: min", 5000, 1), "us") for _ in range(rounds)]
    cost = Spread(costs)
    text = table(["us of the program for a report line", "median", "min", "max"],
                 [["the Python client, 5,000 reports with a rate", *cost.cells("{:.1f}")]])
    return text, [goal("a report line: under 50 us", f"{cost.median:.1f} us", cost.median < 50)]


def long_tables(folder: Path, rounds: int) -> tuple[str, list[list[str]]]:
    steps = 10_000_000
    written, mapped, read = [], [], []
    for _ in range(rounds):
        db = run_own(folder, MAPPING, "rows: max", 10, steps // 10, str(PEERS_PYTHON))
        if metric(db, "rows") != steps:
            raise SystemExit("the table has not all rows")
        (start,) = query(db, "SELECT (julianday(started_at) - 2440587.5) * 86400 FROM attempts")
        written.append(metric(db, "started") - start)
        mapped.append(metric(db, "mapped_us") / 1e6)
        read.append(metric(db, "read_s"))
    rows = [[name, *Spread(values).cells("{:.4f}")] for name, values in (
        ("from the attempt's start to the program's, which writes both files", written),
        ("numpy.memmap and its last row", mapped),
        ("the sum of the column", read))]
    return table(["s for a table of 10,000,000 steps", "median", "min", "max"], rows), []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    parts = [trials_a_second(options.rounds, options.peers)]
    with tempfile.TemporaryDirectory(prefix="lrsweep-") as folder:
        parts.append(report_lines(Path(folder), options.rounds))
        if options.peers:  # their environment has NumPy
            parts.append(long_tables(Path(folder), options.rounds))
    program = " ".join(PROGRAM)
    print(f"The program is `{program}`; its trials differ in the seed. On cores {TWO_CORES}.\n")
    for text, _ in parts:
        print(f"{text}\n")
    print(goals_table([line for _, goals in parts for line in goals]))


if __name__ == "__main__":
    main()
