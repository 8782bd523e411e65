"""Measures whole sweeps on two cores, from the command to its end, including start-up: the twelve
trials of configs/quickstart.yaml, and a study of WSD's lengths and decays, whose trials share their
first epochs. lrsweep with two workers, and with --peers Optuna and Ray Tune, each in its fastest
set-up, with the same training in PyTorch."""

import argparse
import json
import os
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from measuring import LRSWEEP, PEERS, PEERS_PYTHON, QUICKSTART, WORK, Spread, data_root
from measuring import environment, say, table

TWO_CORES = ",".join(map(str, sorted(os.sched_getaffinity(0))[-2:]))
PEERS_FAVOURED = """\
In the peers' favour: one thread a trial, so that two trials run at once; the data is unpacked, and
read once a process; Optuna has two processes with half of the grid each, since threads contend for
Python's lock; Ray Tune has reused actors, and neither dashboard nor output. They record each
epoch's metrics, lrsweep also the loss and the rates of every step. Their import of torch is that of
PyPI's build, which brings CUDA along.
"""
WSD = """
name: wsd
dataset: {name: mnist}
training: {epochs: {grid: [5, 10, 15, 20]}, batch_size: 64, seed: 0}
optimizer: {type: SGD, lr: 0.1, momentum: 0.9}
scheduler: {type: WSD, interval: epoch, num_warmup_steps: 0, num_decay_steps: 20%,
            decay_type: {grid: [linear, cosine, 1-sqrt, square]}}
objective: {metric: val_accuracy, mode: max}
"""
SIMILAR = 0.005  # how far the best and the mean accuracies may lie apart, if all trained the same


def trained_in(db: Path) -> int:
    """Epochs that lrsweep has trained; the others it took from these."""
    with sqlite3.connect(db) as connection:
        return connection.execute("SELECT sum(trained_by IS NULL) FROM epochs").fetchone()[0]


@dataclass
class Study:
    """A configuration, of which all take the same trials."""

    config: str  # its file
    settings: list[str] = field(default_factory=list)

    def words(self) -> list[str]:
        return [self.config, *(w for setting in self.settings for w in ("--set", setting))]

    def plan(self) -> dict:
        command = [str(LRSWEEP), "plan", "--json", *self.words()]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


@dataclass
class Sweeper:
    name: str
    trials: int
    command: list[str]  # FOLDER in it becomes a folder of this run's own
    seconds: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)  # each trial's last, of the last run
    trained: int = 0  # epochs, by lrsweep in the last run

    @property
    def best(self) -> float:
        return max(self.accuracies)

    @property
    def mean(self) -> float:
        return sum(self.accuracies) / len(self.accuracies)

    def run(self) -> None:
        with tempfile.TemporaryDirectory(prefix="lrsweep-", ignore_cleanup_errors=True) as folder:
            start = time.perf_counter()
            done = subprocess.run(
                ["taskset", "-c", TWO_CORES, *(w.replace("FOLDER", folder) for w in self.command)],
                stdout=subprocess.PIPE,
                text=True,
                env=environment(),
            )
            self.seconds.append(time.perf_counter() - start)
            if done.returncode != 0:
                raise SystemExit(f"{self.name} ended with status {done.returncode}")
            db = Path(folder) / "ours.db"
            self.accuracies = accuracies_in(db, done.stdout)
            self.trained = trained_in(db) if db.exists() else 0
        if len(self.accuracies) != self.trials:
            raise SystemExit(f"{self.name} trained {len(self.accuracies)} of {self.trials} trials")
        say(f"  {self.name}: {self.seconds[-1]:.1f} s, best {self.best:.4f}")


def accuracies_in(db: Path, printed: str) -> list[float]:
    """Last accuracies: ours from the database, the peers' from the last line that they print."""
    if not db.exists():
        return [float(word) for word in printed.splitlines()[-1].split()]
    with sqlite3.connect(db) as connection:
        return [value for (value,) in connection.execute("SELECT value FROM ranking")]


def make_peers(variant: str, study: Study) -> list[Sweeper]:
    plan = study.plan()
    WORK.mkdir(parents=True, exist_ok=True)
    file = WORK / "trials.json"
    file.write_text(json.dumps(plan))

    def peer(name: str, script: str, target: str) -> Sweeper:
        words = [PEERS_PYTHON, PEERS / script, variant, data_root(), file, target]
        return Sweeper(name, len(plan["trials"]), [str(word) for word in words])

    return [
        peer("Optuna", "sweep_optuna.py", "FOLDER/optuna.db"),
        peer("Ray Tune", "sweep_ray.py", "FOLDER"),
    ]


def make_ours(study: Study, *options: str) -> Sweeper:
    run = [str(LRSWEEP), "run", *study.words(), "--db", "FOLDER/ours.db", "--workers", "2"]
    name = " ".join(["lrsweep", *(options or ["--workers 2"])])
    return Sweeper(name, len(study.plan()["trials"]), [*run, *options, "--quiet"])


def measure(
    ours: Sweeper, peers: list[Sweeper], rounds: int, peer_rounds: int, also: Sequence[Sweeper] = ()
) -> str:
    """Runs lrsweep in every round, and the peers, which take minutes, in the first rounds. `also`
    are lrsweep with other options."""
    for current in range(rounds):
        for sweeper in [ours, *also, *(peers if current < peer_rounds else [])]:
            sweeper.run()
    for other in [*also, *peers]:
        if max(abs(other.best - ours.best), abs(other.mean - ours.mean)) > SIMILAR:
            raise SystemExit(f"{other.name}: {other.accuracies}, lrsweep: {ours.accuracies}")
    rows = []
    for sweeper in [ours, *also, *peers]:
        spread = Spread(sweeper.seconds)
        ratio = f"{spread.median / Spread(ours.seconds).median:.1f}"
        runs, learnt = str(len(sweeper.seconds)), [f"{sweeper.best:.4f}", f"{sweeper.mean:.4f}"]
        rows.append([sweeper.name, runs, *spread.cells("{:.1f}"), ratio, *learnt])
    head = ["s", "runs", "median", "min", "max", "/ lrsweep", "best accuracy", "mean accuracy"]
    return table(head, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer-rounds", type=int, default=2)
    parser.add_argument("--script-epochs", type=int, default=2)
    options = parser.parse_args()
    rounds, epochs = options.rounds, options.script_epochs

    quickstart = Study(QUICKSTART, ["training.epochs=15"])
    WORK.mkdir(parents=True, exist_ok=True)
    (WORK / "wsd.yaml").write_text(WSD)
    wsd = Study(str(WORK / "wsd.yaml"))

    def peers(variant: str, study: Study) -> list[Sweeper]:
        return make_peers(variant, study) if options.peers else []

    print(f"Twelve trials of 15 epochs on MNIST on the cores {TWO_CORES}, start-up included.\n")
    if options.peers:
        print(PEERS_FAVOURED)
    say("quickstart, the peers with the data in memory")
    text = measure(
        make_ours(quickstart), peers("memory", quickstart), rounds, options.peer_rounds
    )
    print(f"The data in memory:\n\n{text}\n", flush=True)
    say("the WSD study")
    ours = make_ours(wsd)
    alone = make_ours(wsd, "--no-share")
    text = measure(ours, peers("memory", wsd), rounds, 1, [alone])
    print(
        "A study of WSD: four lengths, from 5 to 20 epochs, and four decays over their last 20%;\n"
        f"{alone.trained} epochs, of which lrsweep trains {ours.trained}, the others all:\n\n{text}\n",
        flush=True,
    )
    if options.peers:
        say(f"{epochs} epochs instead of 15, the peers with the usual script")
        short = Study(QUICKSTART, [f"training.epochs={epochs}"])
        text = measure(make_ours(short), peers("script", short), rounds, 1)
        print(f"Trials of {epochs} epochs instead of 15, the peers around the usual script:\n\n{text}")


if __name__ == "__main__":
    main()
