"""Measures the overhead around the training: the time until a command answers and until a sweep
trains, the coordinator's CPU time while workers train, and the workers' time outside of training."""

import argparse
import os
import re
import sqlite3
import subprocess
import tempfile
import time
from datetime import datetime
from pathlib import Path

from measuring import LRSWEEP, MPIRUN, QUICKSTART, Spread, data_root, environment, find_data
from measuring import goal, goals_table, run_command, say, table

MEBI = 2**20


# --- How soon a command answers


def seconds_of(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def answers(folder: Path, rounds: int) -> tuple[str, list[list[str]]]:
    db = folder / "answers.db"
    sweep = [*run_command(db, "training.epochs=1"), "--quiet"]
    subprocess.run(sweep, check=True, env=environment())
    with sqlite3.connect(db) as connection:
        trial = connection.execute("SELECT trial_id FROM trials").fetchone()[0]
    commands = {
        "lrsweep --help": ["--help"],
        "lrsweep plan": ["plan", QUICKSTART],
        "lrsweep preview": ["preview", QUICKSTART],
        "lrsweep schedules": ["schedules"],
        "lrsweep status": ["status", str(db)],
        "lrsweep top": ["top", str(db)],
        "lrsweep show": ["show", str(db), trial],
    }
    seconds: dict[str, list[float]] = {name: [] for name in ["true", *commands]}
    for _ in range(4 * rounds):
        seconds["true"].append(seconds_of(["true"]))
        for name, words in commands.items():
            seconds[name].append(seconds_of([str(LRSWEEP), *words]))
    rows = [[name, *Spread([1e3 * s for s in seconds[name]]).cells("{:.1f}")] for name in seconds]
    slowest = 1e3 * max(Spread(seconds[name]).median for name in commands)
    return (
        table(["ms from start to exit", "median", "min", "max"], rows),
        [goal("commands that read or plan: within 50 ms", f"{slowest:.1f} ms", slowest <= 50)],
    )


# --- How soon a sweep trains


def first_step(command: list[str], db: Path, env: dict[str, str]) -> float:
    """Seconds from the command to the first optimizer step: the time at which the first epoch's line
    arrives, less that epoch's duration. Includes the time that the line takes to arrive."""
    start = time.perf_counter()
    process = subprocess.Popen([*command, "--verbose"], stdout=subprocess.PIPE, text=True, env=env)
    trial, heard = "", 0.0
    for line in process.stdout:
        if not trial and (match := re.match(r"(\w+) epoch 1/", line)):
            trial, heard = match[1], time.perf_counter() - start
    if process.wait() != 0 or not trial:
        raise SystemExit(f"{' '.join(command)} ended with status {process.returncode}")
    with sqlite3.connect(db) as connection:
        query = "SELECT wall_seconds FROM epochs WHERE trial_id = ? AND epoch = 1"
        return heard - connection.execute(query, [trial]).fetchone()[0]


def first_steps(folder: Path, rounds: int) -> tuple[str, list[list[str]]]:
    ways = {"alone": ([], environment()), "mpirun -n 3": (MPIRUN, environment())}
    packed = find_data("mnist")
    if any(packed.glob("*.gz")):
        ways["alone, data as .gz"] = ([], {**environment(), "LRSWEEP_DATA_DIR": str(packed.parent)})
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for current in range(rounds):
        for name, (launcher, env) in ways.items():
            db = folder / f"{len(seconds[name])}-{name.replace(' ', '')}.db"
            command = [*launcher, *run_command(db, "training.epochs=1")]
            seconds[name].append(first_step(command, db, env))
        say(f"  round {current + 1} of {rounds}")
    rows = [[name, *Spread(values).cells()] for name, values in seconds.items()]
    alone, mpi = (Spread(seconds[name]).median for name in ("alone", "mpirun -n 3"))
    return (
        table(["s from the command to the first optimizer step", "median", "min", "max"], rows),
        [
            goal("first step of a process alone: within 0.3 s", f"{alone:.2f} s", alone <= 0.3),
            goal("first step under mpirun: within 1.0 s", f"{mpi:.2f} s", mpi <= 1.0),
        ],
    )


# --- While two workers train


def ranks_of(mpirun: int) -> dict[int, int]:
    """Process ids by rank."""
    children = Path(f"/proc/{mpirun}/task/{mpirun}/children").read_text().split()
    ranks = {}
    for child in map(int, children):
        variables = Path(f"/proc/{child}/environ").read_text()
        if found := re.search(r"OMPI_COMM_WORLD_RANK=(\d+)", variables):
            ranks[int(found[1])] = child
    return ranks


def cpu_seconds(process: int) -> float:
    """CPU seconds of all threads of a process, user and system."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(process: int) -> dict[str, float]:
    """Resident memory in MiB, by kind."""
    text = Path(f"/proc/{process}/status").read_text()
    return {
        kind: int(re.search(rf"{kind}:\s+(\d+) kB", text)[1]) / 1024
        for kind in ("VmRSS", "RssAnon", "RssFile", "RssShmem")
    }


def watch(folder: Path, windows: int, window_seconds: float = 4) -> tuple[Path, list[float], dict]:
    """Runs 48 trials of about 2 s on two workers. Returns the database, the coordinator's share of a
    core in each time window, and each worker's memory in the middle of the sweep."""
    db = folder / "watch.db"
    command = run_command(db, "training.epochs=20", "training.seed={grid: [0, 1, 2, 3]}")
    process = subprocess.Popen([*MPIRUN, *command, "--quiet"], env=environment())
    time.sleep(2)
    ranks = ranks_of(process.pid)
    shares, memories = [], {}
    for current in range(windows):
        cpu, start = cpu_seconds(ranks[0]), time.perf_counter()
        time.sleep(window_seconds)
        shares.append((cpu_seconds(ranks[0]) - cpu) / (time.perf_counter() - start))
        if current == windows // 2:
            memories = {rank: memory(ranks[rank]) for rank in ranks if rank > 0}
    if process.poll() is not None:
        raise SystemExit("the sweep ended while it was watched")
    if process.wait() != 0:
        raise SystemExit("the sweep failed")
    return db, shares, memories


def outside_training(db: Path) -> dict[int, float]:
    """By worker: the share of the time from its first trial's start to its last one's end that is in
    no epoch's wall_seconds."""
    with sqlite3.connect(db) as connection:
        spans = connection.execute(
            "SELECT worker, min(started_at), max(ended_at) FROM attempts GROUP BY worker"
        ).fetchall()
        trained = dict(
            connection.execute(
                "SELECT worker, sum(wall_seconds) FROM epochs JOIN attempts USING (trial_id) "
                "GROUP BY worker"
            )
        )
    shares = {}
    for worker, start, end in spans:
        span = (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
        shares[worker] = 1 - trained[worker] / span
    return shares


def while_training(folder: Path, rounds: int) -> tuple[str, list[list[str]]]:
    db, coordinator, memories = watch(folder, rounds)
    outside = outside_training(db)
    data = sum(file.stat().st_size for file in (data_root() / "mnist").iterdir()) / MEBI
    percent = Spread([100 * share for share in coordinator])
    head = ["% of a core, windows of 4 s", "median", "min", "max"]
    cpu = table(head, [["coordinator", *percent.cells("{:.2f}")]])
    workers = table(
        ["worker", "% of its time outside training", *(f"{k} MiB" for k in memories[1])],
        [
            [str(w), f"{100 * outside[w]:.2f}", *(f"{m:.1f}" for m in memories[w].values())]
            for w in sorted(memories)
        ],
    )
    most_outside = 100 * max(outside.values())
    beside = max(m["VmRSS"] for m in memories.values()) - data
    return (
        f"{cpu}\n\n{workers}\n\nThe data set is {data:.1f} MiB of images and labels.",
        [
            goal("coordinator: under 3 % of a core", f"{percent.median:.2f} %", percent.median < 3),
            goal("workers outside training: under 1 %", f"{most_outside:.2f} %", most_outside < 1),
            goal("a worker beside the data: under 60 MiB", f"{beside:.1f} MiB", beside < 60),
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    goals: list[list[str]] = []
    with tempfile.TemporaryDirectory(prefix="lrsweep-") as name:
        for heading, part in (
            (f"Commands about quickstart's trials, {4 * rounds} runs of each in turn:", answers),
            (f"Quickstart on MNIST, data in the page cache, {rounds} in turn:", first_steps),
            ("48 trials of 20 epochs on two workers, after the first 2 s:", while_training),
        ):
            say(heading)
            text, new_goals = part(Path(name), rounds)
            print(f"{heading}\n\n{text}\n", flush=True)
            goals += new_goals
    print(goals_table(goals))


if __name__ == "__main__":
    main()
