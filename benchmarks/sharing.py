"""Measures what training shared epochs once saves, on two cores, from the command to its end: a
study of WSD's lengths and decays beside the same one with --no-share, and a sweep in which nothing
is shared, in alternating pairs; and the coordinator's share of a core while trials share."""

import argparse
import sqlite3
import statistics
import subprocess
import tempfile
import threading
import time
from datetime import datetime
from pathlib import Path

from harness import cpu_seconds
from measuring import LRSWEEP, WORK, Spread, environment, goal, goals_table, ratio, say, table
from sweep import TWO_CORES, Study, Sweeper, make_ours

# For each seed a trunk of 20 epochs, and four decays from each of four epochs of it. Two seeds, so
# that the second worker has a trunk too.
WSD = """
name: sharing
dataset: {name: mnist}
training: {epochs: {grid: [10, 15, 20, 25]}, batch_size: 64, seed: {grid: SEEDS}}
optimizer: {type: SGD, lr: 0.1, momentum: 0.9}
scheduler: {type: WSD, interval: epoch, num_warmup_steps: 0, num_decay_steps: 20%,
            decay_type: {grid: [linear, cosine, 1-sqrt, square]}}
objective: {metric: val_accuracy, mode: max}
"""
# Rates differ from the first step on.
NOTHING = """
name: nothing
dataset: {name: mnist}
training: {epochs: EPOCHS, batch_size: 64, seed: {grid: [0, 1]}}
optimizer: {type: SGD, lr: {grid: [0.05, 0.1, 0.2]}, momentum: 0.9}
scheduler:
  - {type: CosineAnnealingLR, T_max: run, interval: step}
  - {type: OneCycleLR, max_lr: 0.2, total_steps: run}
objective: {metric: val_accuracy, mode: max}
"""


def study(name: str, text: str) -> Study:
    WORK.mkdir(parents=True, exist_ok=True)
    (WORK / name).write_text(text)
    return Study(str(WORK / name))


def in_turn(shared: Sweeper, alone: Sweeper, rounds: int) -> str:
    """Runs both in every round, each first in every second one. Returns the table."""
    for current in range(rounds):
        for sweeper in (shared, alone) if current % 2 == 0 else (alone, shared):
            sweeper.run()
    rows = [
        [sweeper.name, str(sweeper.trained), *Spread(sweeper.seconds).cells("{:.2f}")]
        for sweeper in (shared, alone)
    ]
    return table(["s", "epochs trained", "median", "min", "max"], rows)


def children(process: int) -> list[int]:
    return [int(p) for p in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def first_attempt(db: str) -> float:
    """Seconds since the epoch."""
    with sqlite3.connect(db) as connection:
        started = connection.execute("SELECT min(started_at) FROM attempts").fetchone()[0]
    return datetime.fromisoformat(started).timestamp()


def coordinator_work(seeds: str) -> tuple[float, float]:
    """Of the WSD study with these seeds: the coordinator's CPU seconds until the first trial begins,
    and its share of a core from then on. The launcher's only child coordinates."""
    config = study("watched.yaml", WSD.replace("SEEDS", seeds))
    with tempfile.TemporaryDirectory(prefix="lrsweep-") as folder:
        where = ["--db", f"{folder}/ours.db", "--workers", "2", "--quiet"]
        command = [str(LRSWEEP), "run", *config.words(), *where]
        run = subprocess.Popen(["taskset", "-c", TWO_CORES, *command], env=environment())
        used: list[tuple[float, float]] = []  # at which time, how many CPU seconds

        def watch() -> None:
            while run.poll() is None:
                try:
                    for coordinator in children(run.pid):
                        used.append((time.time(), cpu_seconds(coordinator)))
                except OSError:  # it has just ended
                    pass
                time.sleep(0.02)

        watcher = threading.Thread(target=watch)
        watcher.start()
        if run.wait() != 0:
            raise SystemExit(f"the watched sweep ended with status {run.returncode}")
        watcher.join()
        begins = first_attempt(f"{folder}/ours.db")
    later = [sample for sample in used if sample[0] >= begins]
    if len(later) < 2:
        raise SystemExit("the coordinator was not found")
    (first, before), (last, total) = later[0], later[-1]
    return before, (total - before) / (last - first)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=11, help="with nothing to share")
    parser.add_argument("--seeds", default="[0, 1]", help="of the study")
    parser.add_argument("--epochs", type=int, default=5, help="with nothing to share")
    options = parser.parse_args()

    wsd = study("sharing.yaml", WSD.replace("SEEDS", options.seeds))
    shared, alone = make_ours(wsd), make_ours(wsd, "--no-share")
    say("the WSD study")
    text = in_turn(shared, alone, options.rounds)
    fewer = alone.trained / shared.trained
    faster = 1 / ratio(shared.seconds, alone.seconds)
    print(f"A study of WSD on the cores {TWO_CORES}, in turn, start-up included:\n\n{text}\n")
    print(f"{fewer:.2f} times fewer epochs, {faster:.2f} times faster.\n", flush=True)

    nothing = study("nothing.yaml", NOTHING.replace("EPOCHS", str(options.epochs)))
    pair = make_ours(nothing), make_ours(nothing, "--no-share")
    say("nothing to share")
    text = in_turn(*pair, options.pairs)
    if pair[0].trained != pair[1].trained:
        raise SystemExit("the sweep that should share nothing shares epochs")
    ratios = [a / b for a, b in zip(pair[0].seconds, pair[1].seconds)]
    slower = 100 * (statistics.median(ratios) - 1)
    what = f"{pair[0].trials} trials of {options.epochs} epochs with nothing to share, in alternating pairs"
    print(f"{what}:\n\n{text}\n", flush=True)

    say("the coordinator")
    work = [coordinator_work(options.seeds) for _ in range(options.rounds)]
    before = statistics.median(seconds for seconds, _ in work)
    spread = Spread([100 * share for _, share in work])
    head = ["% of a core, after the first trial's start", "median", "min", "max"]
    print(table(head, [["coordinator of the study", *spread.cells("{:.2f}")]]))
    print(f"\nUntil then it computes for {before:.2f} s, mostly to unpack and check the data.\n")
    share = spread.median
    in_time = f"{100 * faster / fewer:.0f} %"
    goals = [
        goal("a study of at least 3.5 times fewer epochs", f"{fewer:.2f}", fewer >= 3.5),
        goal("at least 90 % of that in time", in_time, faster >= 0.9 * fewer),
        goal("nothing to share: at most 3 % slower", f"{slower:+.1f} %", slower <= 3),
        goal("coordinator: under 3 % of a core", f"{share:.2f} %", share < 3),
    ]
    print(goals_table(goals))


if __name__ == "__main__":
    main()
