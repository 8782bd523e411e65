"""Measures a whole sweep, the twelve trials of configs/quickstart.yaml on two cores, from the command
to its end, including start-up: lrsweep under mpirun, and with --peers Optuna and Ray Tune, each in
its fastest set-up, with the same training in PyTorch."""

import argparse
import os
import sqlite3
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from measuring import LRSWEEP, MPIRUN, PEERS, PEERS_PYTHON, QUICKSTART, Spread, data_root
from measuring import environment, run_command, say, table

TWO_CORES = ",".join(map(str, sorted(os.sched_getaffinity(0))[-2:]))
PEERS_FAVOURED = """\
In the peers' favour: one thread a trial, so that two trials run at once; the data is unpacked, and
read once a process; Optuna has two processes with half of the grid each, since threads contend for
Python's lock; Ray Tune has reused actors, and neither dashboard nor output. They record each
epoch's metrics, lrsweep also the loss and the rates of every step. Their import of torch is that of
PyPI's build, which brings CUDA along.
"""
TRIALS = 12
SIMILAR = 0.005  # how far the best and the mean accuracies may lie apart, if all trained the same


@dataclass
class Sweeper:
    name: str
    command: list[str]  # FOLDER in it becomes a folder of this run's own
    seconds: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)  # each trial's last, of the last run

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
            self.accuracies = accuracies_in(Path(folder) / "ours.db", done.stdout)
        if len(self.accuracies) != TRIALS:
            raise SystemExit(f"{self.name} trained {len(self.accuracies)} of {TRIALS} trials")
        say(f"  {self.name}: {self.seconds[-1]:.1f} s, best {self.best:.4f}")


def accuracies_in(db: Path, printed: str) -> list[float]:
    """Last accuracies: ours from the database, the peers' from the last line that they print."""
    if not db.exists():
        return [float(word) for word in printed.splitlines()[-1].split()]
    with sqlite3.connect(db) as connection:
        return [value for (value,) in connection.execute("SELECT value FROM ranking")]


def plan(epochs: int) -> Path:
    """Writes a file with the trials for the peers."""
    command = [str(LRSWEEP), "plan", "--json", QUICKSTART, "--set", f"training.epochs={epochs}"]
    file = data_root() / f"trials-{epochs}-epochs.json"
    file.write_bytes(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return file


def peer(script: str, variant: str, trials: Path, target: str) -> list[str]:
    return [str(PEERS_PYTHON), str(PEERS / script), variant, str(data_root()), str(trials), target]


def make_peers(variant: str, epochs: int) -> list[Sweeper]:
    trials = plan(epochs)
    return [
        Sweeper("Optuna", peer("sweep_optuna.py", variant, trials, "FOLDER/optuna.db")),
        Sweeper("Ray Tune", peer("sweep_ray.py", variant, trials, "FOLDER")),
    ]


def make_ours(epochs: int) -> Sweeper:
    run = run_command(Path("FOLDER/ours.db"), f"training.epochs={epochs}")
    return Sweeper("lrsweep, mpirun -n 3", [*MPIRUN, *run, "--quiet"])


def measure(ours: Sweeper, peers: list[Sweeper], rounds: int, peer_rounds: int) -> str:
    """Runs lrsweep in every round, and the peers, which take minutes, in the first rounds."""
    for current in range(rounds):
        for sweeper in [ours, *(peers if current < peer_rounds else [])]:
            sweeper.run()
    for other in peers:
        if max(abs(other.best - ours.best), abs(other.mean - ours.mean)) > SIMILAR:
            raise SystemExit(f"{other.name}: {other.accuracies}, lrsweep: {ours.accuracies}")
    rows = []
    for sweeper in [ours, *peers]:
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

    print(f"Twelve trials of 15 epochs on MNIST on the cores {TWO_CORES}, start-up included.\n")
    if not options.peers:
        print(measure(make_ours(15), [], rounds, 0))
        return
    print(PEERS_FAVOURED)
    say("quickstart, the peers with the data in memory")
    text = measure(make_ours(15), make_peers("memory", 15), rounds, options.peer_rounds)
    print(f"The peers with the data in memory:\n\n{text}\n", flush=True)
    say(f"{epochs} epochs instead of 15, the peers with the usual script")
    text = measure(make_ours(epochs), make_peers("script", epochs), rounds, 1)
    print(f"Trials of {epochs} epochs instead of 15, the peers around the usual script:\n\n{text}")


if __name__ == "__main__":
    main()
