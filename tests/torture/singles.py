"""Single failures, each with its expected outcome."""

import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

from frame import Skipped, expect
from sweeps import (Sweep, ask, content, ends, exit_status, left_behind, processes, rank_of, send,
                    wait_for_training, while_running)

SIZES = (10, 20, 40, 0, 5, 15, 30)  # of a disk, in tenths of what the database needs at its end


def all_but_one(folder: Path, times: int, seed: int) -> int:
    """Kills all workers but one, in one job: the sweep ends without another launch."""
    sweep = Sweep(folder, epochs=24)
    choose = random.Random(seed)
    bad = 0
    killed = 0
    for number in range(1, times + 1):
        database = folder / f"{number}.db"
        workers = choose.randint(2, 5)
        command = sweep.start(database, "--max-restarts", "0", "--max-attempts", "100",
                              workers=workers)
        there = wait_for_training(database, workers)
        victims = [pid for pid, role in there.items() if role == "worker"]
        choose.shuffle(victims)
        for victim in victims[1:]:
            time.sleep(choose.uniform(0, 0.1))
            send(victim, signal.SIGKILL)
        killed += len(victims) - 1
        bad += expect(f"{number}: ended while its workers were killed", command.poll() is None)
        bad += expect(f"{number}: hangs", ends(command, database))
        bad += expect(f"{number}: status {command.returncode}", command.returncode == 0)
        bad += expect(f"{number}: orphans", not left_behind(database))
        bad += expect(f"{number}: differs", sweep.is_whole(database))
        database.unlink()
    print(f"all workers but one killed in {times} jobs, {killed} workers; {bad} failures")
    return bad


def deadly_trial(folder: Path) -> int:
    """A trial whose worker dies every time: it fails with a reason, all other trials complete."""
    sweep = Sweep(folder, seeds=2, epochs=200)  # long enough to be caught in training
    database = folder / "deadly.db"
    command = sweep.start(database, "--checkpoint-every", "0", workers=4)
    wait_for_training(database, 4)
    deadly = ask(database, "SELECT trial_id FROM attempts WHERE outcome IS NULL LIMIT 1")[0][0]
    query = f"SELECT worker FROM attempts WHERE outcome IS NULL AND trial_id = '{deadly}'"
    killed = set()
    for _ in while_running(command):
        for (worker,) in ask(database, query):
            for pid, role in processes(str(database)).items():
                if role == "worker" and pid not in killed and rank_of(pid) == worker:
                    killed.add(pid)
                    send(pid, signal.SIGKILL)
        time.sleep(0.01)
    bad = expect(f"status {command.returncode}, not 1", command.returncode == 1)
    bad += expect("orphans", not left_behind(database))
    bad += expect(f"{len(killed)} workers died, not 3", len(killed) == 3)
    content(database)  # passes SQLite's checks
    states = dict(ask(database, "SELECT state, count(*) FROM trials GROUP BY state ORDER BY state"))
    bad += expect(f"states {states}", states.get("failed") == 1
                  and not {"pending", "running"} & set(states))
    error = ask(database, f"SELECT error FROM trials WHERE trial_id = '{deadly}'")[0][0] or ""
    # Open MPI does not say how a rank has ended.
    ends_by = ("its process was ended by SIGKILL", "its process is gone")[:1 + (sweep.launcher == "mpirun")]
    bad += expect(f"error: {error}", "brought down 3 workers" in error and "after epoch" in error
                  and any(end in error for end in ends_by))
    bad += expect("--retry-failed", sweep.run(database, "--retry-failed") == 0)
    bad += expect("differs", sweep.is_whole(database))
    print(f"a deadly trial: {error}; {bad} failures")
    return bad


def early_death(folder: Path) -> int:
    """A worker that dies as it starts, under MPI before the launcher has seen it: a prompt new launch."""
    sweep = Sweep(folder, seeds=1)
    database = folder / "early.db"
    command = sweep.start(database, workers=1)
    killed = False
    for _ in while_running(command):
        there = processes(str(database))
        if "mpirun" in there.values():
            send(command.pid, signal.SIGSTOP)  # so that it does not see the worker
        victims = [pid for pid, role in there.items() if role == "worker"]
        if victims:
            send(victims[0], signal.SIGKILL)
            killed = True
            break
    time.sleep(0.3)  # until the killed process is gone
    send(command.pid, signal.SIGCONT)
    start = time.monotonic()
    bad = expect("no worker died", killed)
    bad += expect("hangs", ends(command, database))
    bad += expect(f"status {command.returncode}", command.returncode == 0)
    bad += expect("orphans", not left_behind(database))
    bad += expect("differs", sweep.is_whole(database))
    print(f"a worker that died unseen: {time.monotonic() - start:.0f} s to the end; {bad} failures")
    return bad


def stopped_worker(folder: Path) -> int:
    """A worker that is frozen beyond the timeout: marked dead; refused if it comes back."""
    sweep = Sweep(folder, seeds=2, epochs=200)  # long enough to be caught in training
    bad = 0
    for comes_back in (True, False):
        database = folder / f"stopped-{comes_back}.db"
        # The coordinator is frozen too until the worker is back, so that it still has work then.
        command = sweep.start(database, "--worker-timeout", "1", "--max-restarts", "0", workers=2)
        there = wait_for_training(database, 2)
        (trains,), *_ = ask(database, "SELECT worker FROM attempts WHERE outcome IS NULL")
        stopped = next(pid for pid, role in there.items()
                       if role == "worker" and rank_of(pid) == trains)
        send(stopped, signal.SIGSTOP)
        if comes_back:
            lost = "SELECT count(*) FROM attempts WHERE outcome = 'lost'"
            for _ in while_running(command):
                if ask(database, lost)[0][0] > 0:
                    break
                time.sleep(0.02)
            send(stopped, signal.SIGCONT)
        bad += expect("hangs", ends(command, database))
        bad += expect(f"status {command.returncode}", command.returncode == 0)
        bad += expect("orphans", not left_behind(database))
        bad += expect("differs", sweep.is_whole(database))
        lost = ask(database, "SELECT error FROM attempts WHERE outcome = 'lost'")
        bad += expect(f"lost attempts: {lost}", len(lost) == 1 and "silent for" in lost[0][0])
    print(f"a stopped worker, that comes back or not: {bad} failures")
    return bad


def full_disk(folder: Path, times: int) -> int:
    """A disk that fills up at some point; with free space the sweep ends with the same bits."""
    sweep = Sweep(folder, seeds=2)
    disk = folder / "disk"
    disk.mkdir()
    database = disk / "full.db"
    bad = 0
    filled = in_midst = 0
    sizes = [max(4096, sweep.reference_bytes * tenths // 10) for tenths in SIZES[:times]]
    for size in sizes:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk],
                                 capture_output=True, text=True)
        if mounted.returncode != 0:
            raise Skipped(f"no file system can be mounted here: {mounted.stderr.strip()}")
        try:
            for workers in (0, 2):
                status = sweep.run(database, "--checkpoint-every", "0", workers=workers)
                filled += status == 74
                in_midst += status == 74 and database.exists() and ask(
                    database, "SELECT count(*) FROM epochs")[0][0] > 0
                bad += expect(f"{size} bytes, {workers} workers: status {status}",
                              status in (0, 74))
                bad += expect("orphans", not left_behind(database))
                if database.exists():
                    content(database)  # passes SQLite's checks
                else:
                    bad += expect("half a database", not list(disk.iterdir()))
            subprocess.run(["mount", "-o", "remount,size=100m", disk], check=True)
            bad += expect("with room", sweep.run(database, workers=2) == 0)
            bad += expect(f"{size} bytes: differs", sweep.is_whole(database))
        finally:
            subprocess.run(["umount", disk], check=True)
    bad += expect("no disk was full in mid-sweep", in_midst > 0)
    print(f"{filled} times full, {in_midst} of them in mid-sweep, on disks of "
          f"{', '.join(str(size // 1024) for size in sizes)} KiB: {bad} failures")
    return bad


def network_disk(folder: Path) -> int:
    """A network file system (here FUSE): a rollback journal, which survives crashes."""
    sweep = Sweep(folder, seeds=2, epochs=30)
    disk = folder / "disk"
    disk.mkdir()
    (folder / "behind").mkdir()
    if shutil.which("bindfs") is None or subprocess.run(
            ["bindfs", folder / "behind", disk], capture_output=True).returncode != 0:
        raise Skipped("no FUSE file system can be mounted here (bindfs)")
    database = disk / "network.db"
    bad = 0
    choose = random.Random(1)
    try:
        for _ in range(3):
            command = sweep.start(database, "--checkpoint-every", "0.2", workers=2)
            wait_for_training(database, 2)
            time.sleep(choose.uniform(0, sweep.undisturbed_seconds / 4))
            for pid in processes(str(database)):
                send(pid, signal.SIGKILL)
            command.wait()
            bad += expect("orphans", not left_behind(database))
            bad += expect("status", exit_status(database) in (0, 75))
        bad += expect("a rollback journal", ask(database, "SELECT journal FROM sweep") == [("delete",)])
        bad += expect("the last run", sweep.run(database, workers=2) == 0)
        bad += expect("differs", sweep.is_whole(database))
    finally:
        subprocess.run(["umount", disk], check=True)
    print(f"all killed three times on a FUSE disk: {bad} failures")
    return bad
