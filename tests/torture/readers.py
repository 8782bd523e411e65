"""Readers while a sweep runs: none sees an error, half a row, or half an epoch."""

import signal
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

from frame import expect
from sweeps import Sweep, ends, wait_for_training

# What must be 0 in every snapshot: trials, of those begun last, whose rows do not fit together.
TORN = """SELECT count(*) FROM trials t
  WHERE trial_id IN (SELECT trial_id FROM attempts ORDER BY started_at DESC LIMIT 8) AND (
  epochs_done <> (SELECT count(*) FROM epochs e WHERE e.trial_id = t.trial_id)
  OR epochs_done <> (SELECT coalesce(max(epoch), 0) FROM epochs e WHERE e.trial_id = t.trial_id)
  OR (SELECT coalesce(max(steps_done), 0) FROM epochs e WHERE e.trial_id = t.trial_id)
     <> (SELECT count(*) FROM steps s WHERE s.trial_id = t.trial_id)
  OR state = 'running' AND 1 <> (SELECT count(*) FROM attempts a
                                 WHERE a.trial_id = t.trial_id AND a.outcome IS NULL))"""
QUERY = f"SELECT ({TORN}) || ' ' || (SELECT count(*) FROM epochs)".replace("\n", " ")
BUSY_TIMEOUT_MS = 5000  # Python's default


class PythonThatOpensAnew:
    name = "Python, opening it anew"

    def __init__(self, database: Path, wait: bool) -> None:
        self.database = database

    def read(self) -> str:
        connection = sqlite3.connect(self.database)
        try:
            return connection.execute(QUERY).fetchone()[0]
        finally:
            connection.close()


class ShellThatOpensAnew(PythonThatOpensAnew):
    name = "sqlite3, opening it anew"

    def read(self) -> str:
        words = ["sqlite3", "-cmd", f".timeout {BUSY_TIMEOUT_MS}", self.database, QUERY]
        result = subprocess.run(words, capture_output=True, text=True)
        if result.returncode or result.stderr:
            raise RuntimeError(result.stderr.strip() or f"status {result.returncode}")
        return result.stdout


class PythonThatStays:
    """`wait`: with a busy_timeout. It has one at first, since others may just be closing the file."""

    name = "Python, staying"

    def __init__(self, database: Path, wait: bool) -> None:
        self.connection = sqlite3.connect(database, check_same_thread=False)
        self.read()
        if not wait:
            self.connection.execute("PRAGMA busy_timeout = 0")

    def read(self) -> str:
        return self.connection.execute(QUERY).fetchone()[0]


class ShellThatStays:
    name = "sqlite3, staying"

    def __init__(self, database: Path, wait: bool) -> None:
        self.shell = subprocess.Popen(["stdbuf", "-oL", "sqlite3", database], text=True, bufsize=1,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT)
        self.shell.stdin.write(f".timeout {BUSY_TIMEOUT_MS}\n")
        self.read()
        if not wait:
            self.shell.stdin.write(".timeout 0\n")

    def read(self) -> str:
        self.shell.stdin.write(QUERY + ";\n")
        line = self.shell.stdout.readline()
        if not line[:1].isdigit():
            raise RuntimeError(line.strip())
        return line


class Reader(threading.Thread):
    """Reads until told to stop."""

    def __init__(self, client) -> None:
        super().__init__()
        self.client = client
        self.errors: list[str] = []
        self.epochs: list[int] = []
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                torn, epochs = map(int, self.client.read().split())
            except (sqlite3.Error, RuntimeError) as error:
                self.errors.append(str(error))
                continue
            self.epochs.append(epochs)
            if torn:
                self.errors.append(f"{torn} trials do not fit together")

    def saw_it_grow(self) -> bool:
        return self.epochs == sorted(self.epochs) and len(set(self.epochs)) > 1


def readers(folder: Path, seconds: float) -> int:
    sweep = Sweep(folder, seeds=1)
    endless = ["--set", f"training.seed={{grid: {list(range(1000))}}}"]
    bad = 0
    for journal in ("wal", "delete"):
        database = folder / f"{journal}.db"
        command = sweep.start(database, "--journal", journal, "--checkpoint-every", "0.5", *endless,
                              workers=2)
        wait_for_training(database, 2)
        kinds = (PythonThatOpensAnew, ShellThatOpensAnew, PythonThatStays, ShellThatStays)
        there = [Reader(kind(database, journal == "delete")) for kind in kinds]
        for reader in there:
            reader.start()
        time.sleep(seconds)
        for reader in there:
            reader.stop.set()
        for reader in there:
            reader.join()
        there[2].client.connection.close()
        there[3].client.shell.communicate()
        bad += expect("ended beside its readers", command.poll() is None)
        command.send_signal(signal.SIGTERM)
        bad += expect("hangs", ends(command, database))
        for reader in there:
            bad += expect(f"{reader.client.name}: errors", not reader.errors)
            bad += expect(f"{reader.client.name}: saw nothing grow", reader.saw_it_grow())
            print(f"journal {journal}, {reader.client.name}: {len(reader.epochs)} reads in "
                  f"{seconds:.0f} s, {len(reader.errors)} errors {sorted(set(reader.errors))[:3]}",
                  flush=True)
    return bad
