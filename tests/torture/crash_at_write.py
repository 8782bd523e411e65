"""Kills the writing process at each change of a file in turn; the sweep must continue."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from frame import expect
from sweeps import PROGRAM, SharingSweep, Sweep

LIBRARY = PROGRAM.parent / "libcrash_at_write.so"


class Crasher:
    def __init__(self, sweep: Sweep, folder: Path, journal: str) -> None:
        self.sweep, self.folder, self.journal = sweep, folder, journal
        self.database = folder / "crash.db"
        self.bad = self.crashes = 0

    def run(self, at: int = 0, how: str = "before") -> int:
        """Runs until change number `at`, where the run is killed (0: never). Returns the status."""
        environment = dict(os.environ, LD_PRELOAD=str(LIBRARY), CRASH_FOLDER=f"{self.folder}/",
                           CRASH_AT=str(at), CRASH_HOW=how,
                           CRASH_COUNT=str(self.folder.parent / "changes"))
        words = self.sweep.command(self.database, "--checkpoint-every", "0", "--journal",
                                   self.journal)
        return subprocess.run(words, env=environment, stdout=subprocess.DEVNULL).returncode

    def crash_at(self, at: int, how: str) -> bool:
        """Crashes a new run at this change and its continuation at the same count, then lets it
        end. Returns False if the first run ended before this change."""
        where = f"journal {self.journal}, {how} change {at}"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        status = self.run(at, how)
        if status == 0:
            return False
        for again in (True, False):
            self.bad += expect(f"{where}: status {status}", status in (-signal.SIGKILL, 0))
            self.crashes += status != 0
            if self.database.exists():
                told = subprocess.run([PROGRAM, "status", "--exit-code", self.database],
                                      stdout=subprocess.DEVNULL).returncode
                self.bad += expect(f"{where}: `lrsweep status` exits with {told}", told in (0, 75))
            status = self.run(at, how) if again else self.run()
        self.bad += expect(f"{where}: the last run exits with {status}", status == 0)
        self.bad += expect(f"{where}: differs", self.sweep.is_whole(self.database))
        return True


def crash_at_every_write(folder: Path, every: int, sharing: bool) -> int:
    if sharing:
        sweep = SharingSweep(folder, seeds=1, epochs=8, train=200)
    else:
        sweep = Sweep(folder, seeds=1, epochs=2, train=200)
    bad = 0
    for journal in ("wal", "delete"):
        crasher = Crasher(sweep, folder / "crashing", journal)
        for how in ("before", "after", "torn"):
            at = 1
            while crasher.crash_at(at, how):
                at += every
        # Without the preloaded library, or with one that counts nothing, no run would crash.
        crasher.bad += expect(f"journal {journal}: nothing crashed", crasher.crashes > 0)
        print(f"journal {journal}: {crasher.crashes} crashes, the last at change {at - every}; "
              f"{crasher.bad} failures", flush=True)
        bad += crasher.bad
    return bad
