"""Measures searches on two cores, from the command to the answer: what they pick, trained again with
other seeds, against the core-seconds that they took. lrsweep with Sobol points, successive halving or
Hyperband over shortened schedules, and a race of seeds; with --peers Optuna (TPE with its Hyperband
pruner) and Ray Tune (ASHA), each around PyTorch in memory, over the same space.

The default takes five minutes. An hour: --images 60000 --points 160."""

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from measuring import IDX_FILES, LRSWEEP, PEERS, PEERS_PYTHON, WORK, Spread, data_root
from measuring import environment, goal, goals_table, say, table

sys.path.insert(0, str(PEERS))
from search_space import MOMENTUM, SPACE

TWO_CORES = ",".join(map(str, sorted(os.sched_getaffinity(0))[-2:]))
AGAIN = list(range(100, 112))  # seeds with which what was picked is trained again
CLOSE = 0.1  # points of accuracy by which picks may differ and still be as good
FEWER = 10  # times fewer core-seconds
PEERS_FAVOURED = """\
In the peers' favour: one thread a trial, so that two trials run at once; the data is unpacked, and
read once a process; Optuna has two processes with a journal file; Ray Tune has reused actors, and
neither dashboard nor output.
"""


@dataclass
class Size:
    images: int
    epochs: int
    grace: int
    points: int
    repetitions: int


def first_images(file: Path, images: int) -> bytes:
    """The IDX file of the first images, or of their labels."""
    head, size = (16, 784) if "images" in file.name else (8, 1)
    data = file.read_bytes()
    return data[:4] + images.to_bytes(4, "big") + data[8 : head + images * size]


def subset(images: int) -> Path:
    """A folder with mnist/ in it: the first training images, and all test images."""
    folder = WORK / f"data/first-{images}"
    if not folder.exists():
        half = folder.with_suffix(".part")
        (half / "mnist").mkdir(parents=True, exist_ok=True)
        for name in IDX_FILES:
            file = data_root() / "mnist" / name
            data = first_images(file, images) if name.startswith("train") else file.read_bytes()
            (half / "mnist" / name).write_bytes(data)
        half.rename(folder)
    return folder


# --- lrsweep's configurations


def entry(kind: str) -> dict:
    drawn, fixed = SPACE[kind]
    axes = {
        name: {how[0]: how[1] if how[0] == "choice" else list(how[1:])}
        for name, how in drawn.items()
    }
    axes.pop("lr", None)
    return {"type": kind, **fixed, **axes}


def sweep(name: str, size: Size, seeds: list[int], lr: object, scheduler: object) -> dict:
    optimizer = {"type": "SGD", "momentum": MOMENTUM, **({} if lr is None else {"lr": lr})}
    return {
        "name": name,
        "dataset": {"name": str(subset(size.images) / "mnist")},
        "model": {"hidden": [128]},
        "training": {"epochs": size.epochs, "batch_size": 64, "seed": {"grid": seeds}},
        "optimizer": optimizer,
        "scheduler": scheduler,
        "record": {"steps": "none"},
        "objective": {"metric": "val_accuracy", "mode": "max"},
    }


def search_config(pruner: str, size: Size, repetition: int) -> dict:
    lr = {"loguniform": list(SPACE["ConstantLR"][0]["lr"][1:])}
    seeds = [3 * repetition + i for i in range(3)]
    return {
        **sweep("search", size, seeds, lr, [entry(kind) for kind in SPACE]),
        "search": {"sampler": "sobol", "trials": size.points // len(SPACE), "seed": repetition},
        "pruner": {"type": pruner, "grace_period": size.grace, "rung_seeds": 1},
        "replicate": {"axis": "seed", "race": {"confidence": 0.95}},
    }


def train(config: dict, folder: Path) -> sqlite3.Connection:
    """Runs a sweep on two workers; returns its database."""
    file, db = folder / f"{config['name']}.yaml", folder / f"{config['name']}.db"
    file.write_text(json.dumps(config))  # JSON is YAML
    command = [LRSWEEP, "run", file, "--db", db, "--workers", "2", "--quiet"]
    subprocess.run(on_two_cores(command), check=True, env=environment())
    return sqlite3.connect(db)


def on_two_cores(command: list) -> list[str]:
    return ["taskset", "-c", TWO_CORES, *map(str, command)]


# --- The searches


@dataclass
class Found:
    """What a search picks."""

    point: dict  # as search_space.point() gives it
    points: int
    epochs: int  # that were trained


@dataclass
class Search:
    name: str
    find: Callable[[Size, int, Path], Found]
    seconds: list[float] = field(default_factory=list)  # of both cores together
    found: list[Found] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)  # of the picks, in percent

    def run(self, size: Size, repetition: int) -> None:
        with tempfile.TemporaryDirectory(prefix="lrsweep-", ignore_cleanup_errors=True) as folder:
            start = time.perf_counter()
            found = self.find(size, repetition, Path(folder))
            self.seconds.append(2 * (time.perf_counter() - start))
            self.accuracies.append(train_again(found.point, size, Path(folder)))
        self.found.append(found)
        cost = f"{self.seconds[-1]:.1f} core-seconds, {found.points} points, {found.epochs} epochs"
        say(f"  {self.name}: {cost}; {self.accuracies[-1]:.2f} % by {found.point}")


def train_again(point: dict, size: Size, folder: Path) -> float:
    """The mean accuracy of a point over other seeds, in percent."""
    config = sweep("again", size, AGAIN, point.get("lr"), point["scheduler"])
    with train(config, folder) as db:
        values = [value for (value,) in db.execute("SELECT value FROM ranking")]
    if len(values) != len(AGAIN):
        raise SystemExit(f"{len(values)} of {len(AGAIN)} trials of {point} ended well")
    return 100 * statistics.fmean(values)


def ours(pruner: str) -> Callable[[Size, int, Path], Found]:
    def find(size: Size, repetition: int, folder: Path) -> Found:
        with train(search_config(pruner, size, repetition), folder) as db:
            (group,) = db.execute('SELECT group_id FROM "groups" ORDER BY place LIMIT 1').fetchone()
            wanted = "SELECT params ->> '$.scheduler', params ->> '$.optimizer.lr' FROM trials WHERE group_id = ?"
            scheduler, lr = db.execute(wanted, [group]).fetchone()
            (points,) = db.execute("SELECT count(DISTINCT point) FROM trials").fetchone()
            (epochs,) = db.execute("SELECT sum(trained_by IS NULL) FROM epochs").fetchone()
        given = {name: value for name, value in json.loads(scheduler).items() if value is not None}
        return Found({"scheduler": given, **({} if lr is None else {"lr": lr})}, points, epochs)

    return find


def peer(script: str) -> Callable[[Size, int, Path], Found]:
    def find(size: Size, repetition: int, folder: Path) -> Found:
        numbers = [size.epochs, size.grace, size.points, repetition]
        command = [PEERS_PYTHON, PEERS / script, subset(size.images), *numbers, folder]
        done = subprocess.run(
            on_two_cores(command), stdout=subprocess.PIPE, text=True, env=environment()
        )
        if done.returncode != 0:
            raise SystemExit(f"{script} ended with status {done.returncode}")
        said = json.loads(done.stdout.splitlines()[-1])
        return Found(said["point"], said["points"], said["epochs"])

    return find


# --- The report


def report(searches: list[Search]) -> str:
    rows = []
    for search in searches:
        points, epochs = (
            f"{statistics.median(values):.0f}"
            for values in ([f.points for f in search.found], [f.epochs for f in search.found])
        )
        kinds = ", ".join(found.point["scheduler"]["type"] for found in search.found)
        spread = Spread(search.accuracies).cells("{:.2f}")
        cost = Spread(search.seconds).cells("{:.1f}")
        rows.append([search.name, points, epochs, *cost, *spread, kinds])
    head = ["search", "points", "epochs", "core-seconds", "min", "max"]
    return table([*head, "accuracy, %", "min", "max", "picks"], rows)


def goals(searches: list[Search]) -> list[list[str]]:
    mine, *rest = searches
    lines = []
    for other in rest:
        behind = statistics.fmean(other.accuracies) - statistics.fmean(mine.accuracies)
        fewer = Spread(other.seconds).median / Spread(mine.seconds).median
        text = f"as good as {other.name} (within {CLOSE} points) at a tenth of its core-seconds"
        measured = f"{-behind:+.2f} points, 1 / {fewer:.1f}"
        lines.append(goal(text, measured, behind <= CLOSE and fewer >= FEWER))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--images", type=int, default=10_000, help="of MNIST, to train on")
    parser.add_argument("--epochs", type=int, default=18)
    parser.add_argument("--grace", type=int, default=2, help="the least epochs of a point")
    parser.add_argument("--points", type=int, default=80, help="of each search")
    parser.add_argument("--repetitions", type=int, default=3)
    options = parser.parse_args()
    size = Size(options.images, options.epochs, options.grace, options.points, options.repetitions)

    searches = [
        Search("lrsweep, halving", ours("SuccessiveHalving")),
        Search("lrsweep, Hyperband", ours("Hyperband")),
    ]
    peers = [
        Search("Optuna, TPE and Hyperband", peer("search_optuna.py")),
        Search("Ray Tune, ASHA", peer("search_ray.py")),
    ]
    if options.peers:
        searches += peers
    for repetition in range(size.repetitions):
        say(f"repetition {repetition + 1} of {size.repetitions}")
        for search in searches:
            search.run(size, repetition)

    print(f"""\
{size.points} points of {", ".join(SPACE)} with their parameters and rates, at most {size.epochs} epochs, at
least {size.grace}, on the first {size.images:,} images of MNIST, on the cores {TWO_CORES}; {size.repetitions} repetitions in turn with other random
numbers. Core-seconds are the seconds from the command to the answer, start-up included, times two.
The accuracy is that of the {size.epochs} epochs of what was picked, trained by lrsweep with {len(AGAIN)} other seeds.
All choose by the test images, as is usual.
""")
    if options.peers:
        print(PEERS_FAVOURED)
    print(f"{report(searches)}\n")
    if options.peers:
        print(goals_table(goals([searches[0], *peers])))


if __name__ == "__main__":
    main()
