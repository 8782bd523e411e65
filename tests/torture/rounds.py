"""Disturbs a sweep at random times and continues it, until it is complete; repeats that."""

import collections
import concurrent.futures
import dataclasses
import datetime
import random
import re
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

from frame import expect
from sweeps import Sweep, ask, ends, exit_status, files_beside, left_behind, processes, send

# The disturbances: SIGKILL for a process, or a signal that asks the launcher to stop. There is no
# mpirun where workers are forked.
STRIKES = ("launcher", "mpirun", "coordinator", "worker", "worker", "all", "SIGTERM", "SIGINT",
           "SIGINT twice", "SIGUSR1", "frozen")

# A program that is killed makes its trial fail, and is tried again by --retry-failed.
PROGRAM_STRIKES = (*STRIKES, "program", "program", "program")

# Epochs of trials trained since then that no checkpoint holds: they will be trained again.
BEHIND = """SELECT coalesce(sum(t.epochs_done - coalesce(c.epoch, 0)), 0)
  FROM trials t LEFT JOIN checkpoints c USING (trial_id) WHERE t.state IN ('pending', 'running')
  AND trial_id IN (SELECT trial_id FROM attempts WHERE started_at >= '{since}')"""
LOST = """SELECT a.error, b.first_epoch FROM attempts a JOIN attempts b
  ON b.trial_id = a.trial_id AND b.attempt = a.attempt + 1 WHERE a.outcome = 'lost'"""


@dataclasses.dataclass
class Tally:
    rounds: int = 0
    commands: int = 0
    strikes: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    lost_epochs: dict = dataclasses.field(default_factory=lambda: collections.defaultdict(list))
    differences: int = 0
    hangs: int = 0
    orphans: int = 0
    checkpoints_left: int = 0  # files of trials that are over: of a crash between commit and removal

    def add(self, other: "Tally") -> None:
        for name in ("rounds", "commands", "differences", "hangs", "orphans", "checkpoints_left"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.strikes += other.strikes
        for kind, epochs in other.lost_epochs.items():
            self.lost_epochs[kind] += epochs

    def bad(self) -> int:
        return self.differences + self.hangs + self.orphans

    def summary(self, seconds: float) -> str:
        strikes = ", ".join(f"{kind} {count}" for kind, count in sorted(self.strikes.items()))
        lost = ", ".join(
            f"{kind} {sum(epochs) / len(epochs):.1f} (at most {max(epochs)})"
            for kind, epochs in sorted(self.lost_epochs.items()))
        left = f", checkpoints left {self.checkpoints_left}" if self.checkpoints_left else ""
        return (f"{self.rounds} rounds in {seconds:.0f} s, {self.commands} commands, "
                f"{sum(self.strikes.values())} strikes: {strikes}\n"
                f"  recorded epochs that had to be trained again, per strike: {lost}\n"
                f"  differences {self.differences}, hangs {self.hangs}, orphans {self.orphans}{left}")


class Round:
    """One sweep from its first command to its end."""

    def __init__(self, sweep: Sweep, seed: str, number: int) -> None:
        self.sweep = sweep
        self.random = random.Random(f"{seed}/{number}")
        self.database = sweep.folder / f"round-{number}.db"
        self.log_path = sweep.folder / f"round-{number}.log"
        self.tally = Tally(rounds=1)
        self.thawing: list[threading.Timer] = []

    def run(self) -> Tally:
        strikes = self.random.randint(1, 3)
        with open(self.log_path, "w") as log:
            while exit_status(self.database) in ((75, 1) if self.sweep.of_program else (75,)):
                self.command(strikes, log)
                strikes = self.random.choice([0, 0, 1, 2])
            if files_beside(self.database):  # everything was killed after the last commit
                self.command(0, log)
        if self.sweep.is_whole(self.database):
            self.count_lost_attempts()
            self.count_left_checkpoints()
            self.database.unlink()
            self.log_path.unlink()
        else:
            self.tally.differences += 1
        return self.tally

    def command(self, strikes: int, log) -> None:
        self.tally.commands += 1
        restarts = self.random.choice([0, 3])
        now = datetime.datetime.now(datetime.timezone.utc)
        since = now.isoformat(timespec="milliseconds")  # the database has milliseconds too
        command = self.sweep.start(
            self.database, "--checkpoint-every", self.random.choice(["0", "0.1", "10"]),
            "--worker-timeout", "10", "--max-attempts", "100", "--max-restarts", str(restarts),
            *(["--retry-failed"] if self.sweep.of_program else []), workers=self.random.randint(1, 3), log=log)
        struck = []
        for _ in range(strikes):
            try:
                command.wait(self.random.uniform(0, 1.1 * self.sweep.undisturbed_seconds))
                break
            except subprocess.TimeoutExpired:
                struck += self.strike()
        for timer in self.thawing:
            timer.join()
        if not ends(command, self.database):
            self.tally.hangs += 1
        self.tally.orphans += len(left_behind(self.database))
        if len(struck) == 1 and restarts == 0 and exit_status(self.database) == 75:
            if self.database.exists():
                self.tally.lost_epochs[struck[0]].append(
                    ask(self.database, BEHIND.format(since=since))[0][0])

    def strike(self) -> list[str]:
        """Disturbs the sweep once. Returns what was done, in a list; empty without a target."""
        there = processes(str(self.database))
        strikes = PROGRAM_STRIKES if self.sweep.of_program else STRIKES
        what = self.random.choice([strike for strike in strikes
                                   if strike != "mpirun" or self.sweep.launcher == "mpirun"])
        if what == "all":
            victims = list(there)
        elif what.startswith("SIG"):
            victims = [pid for pid, role in there.items() if role == "launcher"]
        else:
            victims = [pid for pid, role in there.items() if what in (role, "frozen")]
            victims = victims and [self.random.choice(victims)]
        if not victims:
            return []
        if what == "frozen":
            send(victims[0], signal.SIGSTOP)
            thaw = threading.Timer(self.random.uniform(0.1, 3), send, (victims[0], signal.SIGCONT))
            thaw.start()
            self.thawing.append(thaw)
        elif what.startswith("SIG"):
            name, *twice = what.split()
            send(victims[0], getattr(signal, name))
            if twice:
                time.sleep(self.random.uniform(0.05, 0.3))
                send(victims[0], getattr(signal, name))
        else:
            for pid in victims:
                send(pid, signal.SIGKILL)
        self.tally.strikes[what] += 1
        return [what]

    def count_lost_attempts(self) -> None:
        for error, next_epoch in ask(self.database, LOST):
            if found := re.search(r"lost after epoch (\d+)", error):  # not: ended by itself
                self.tally.lost_epochs["worker"].append(int(found[1]) - (next_epoch - 1))

    def count_left_checkpoints(self) -> None:
        """Counts, and removes, what programs saved and nothing needs any more."""
        trials = self.database.with_name(self.database.name + ".trials")
        if trials.exists():
            self.tally.checkpoints_left += len(list(trials.glob("*/after-*")))
            shutil.rmtree(trials)


def torture(sweep: Sweep, rounds: int, seed: int, jobs: int) -> int:
    whole = Tally()
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        done = [pool.submit(Round(sweep, str(seed), number).run) for number in range(1, rounds + 1)]
        for future in concurrent.futures.as_completed(done):
            whole.add(future.result())
            if whole.rounds % 10 == 0 and whole.rounds < rounds:
                print(whole.summary(time.monotonic() - start), flush=True)
    # A few rounds may all be over before their strike, where the machine was slower at first.
    while whole.strikes.total() == 0 and whole.rounds < 10 * rounds:
        whole.add(Round(sweep, str(seed), whole.rounds + 1).run())
    print(whole.summary(time.monotonic() - start))
    return whole.bad() + expect("no process was disturbed", whole.strikes.total() > 0)
