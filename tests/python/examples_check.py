"""Runs the programs of examples/ through lrsweep: that each applied the schedule's rate at every
step, that a rate applied a step late is found, and that a sweep that was killed ends with the same
metrics.

examples_check.py PROGRAM NAMES...     of shell, sgd_classifier, mnist, lightning_mnist
The first python3 of the PATH has the libraries that they need.
"""

import contextlib
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TIMEOUT = 600  # seconds, of a sweep
LATE = '''
import lrsweep, runpy, sys
rates = lrsweep.Trial.rates
lrsweep.Trial.rates = lambda trial, step: rates(trial, max(step - 1, 0))
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
'''


class Example:
    """A copy of the examples, in a folder with spaces in its name, and one of them to run."""

    def __init__(self, program, name, folder):
        self.name, self.program = name, program
        self.folder = folder / f"the example {name}"
        shutil.copytree(ROOT / "examples", self.folder)
        shutil.copy(HERE / "record_rates.py", self.folder)
        (self.folder / "late.py").write_text(LATE)
        # As many threads whatever the number of workers, since PyTorch's sums depend on them.
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT / "python"),
                            "OMP_NUM_THREADS": "1"}

    def change(self, file, old, new):
        path = self.folder / file
        text = path.read_text()
        if old not in text:
            raise SystemExit(f'{file} has no "{old}"')
        path.write_text(text.replace(old, new))

    def start(self, db, *options):
        command = [self.program, "run", f"{self.name}.yaml", "--db", f"{db}.db", "--quiet"]
        command += options
        return subprocess.Popen(command, cwd=self.folder, env=self.environment,
                                stdin=subprocess.DEVNULL, start_new_session=True)

    def run(self, db, *options, status=0):
        process = self.start(db, *options)
        try:
            ended = process.wait(TIMEOUT)
        finally:
            kill(process)
        expect(ended == status, f"{self.name}: lrsweep run ended with status {ended}, not {status}")

    def query(self, db, sql):
        path = (self.folder / f"{db}.db").as_uri() + "?mode=ro"
        with contextlib.closing(sqlite3.connect(path, uri=True, timeout=30)) as database:
            return database.execute(sql).fetchall()


def expect(holds, what):
    if not holds:
        raise SystemExit(f"FAILED: {what}")


def kill(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def check_applied_rates(example):
    """What the program's optimizer had, as an observer in its process saw it."""
    for (trial,) in example.query("whole", "SELECT trial_id FROM trials"):
        record = example.folder / "whole.db.trials" / trial / "applied_rates.txt"
        applied = [float(line) for line in record.read_text().splitlines()]
        table = [lr for (lr,) in example.query(
            "whole", f"SELECT lr FROM steps WHERE trial_id = '{trial}' ORDER BY step")]
        expect(len(table) > 10 and applied == table,
               f"{example.name}: trial {trial} applied {applied} in place of {table}")
    print(f"{example.name}: every step of every trial applied the schedule's rate", flush=True)


def check_late_rates(example):
    """Whether it is found wherever an epoch's last step has another rate than the step before."""
    changing = {scheduler for (scheduler,) in example.query("whole", """
        SELECT DISTINCT scheduler FROM trials JOIN epochs USING (trial_id)
        JOIN steps USING (trial_id, epoch)
        WHERE step = steps_done - 2 AND steps.lr != epochs.lr""")}
    expect(changing, f"{example.name} has no schedule that changes within an epoch")
    example.run("late", "--workers", "2", status=1)
    found = ""
    for scheduler, state, error in example.query(
            "late", "SELECT scheduler, state, error FROM trials"):
        is_found = state == "failed" and "the program applied the rate" in error
        expect(is_found == (scheduler in changing),
               f"{example.name}: {scheduler} a step late gave {state}: {error}")
        found = error or found
    print(f"{example.name}: a rate applied a step late is found: {found}", flush=True)


def check_killed_sweep(example):
    """A sweep that is killed, with its programs, after its first checkpoint."""
    process = example.start("killed")
    end = time.monotonic() + TIMEOUT
    try:
        while not has_checkpoint(example):
            expect(process.poll() is None, f"{example.name}: it ended before it was killed")
            expect(time.monotonic() < end, f"{example.name}: it has no checkpoint")
            time.sleep(0.005)
    finally:
        kill(process)
    done = example.query("killed", "SELECT count(*) FROM epochs")[0][0]
    example.run("killed", "--workers", "2")
    resumed = example.query("killed", "SELECT count(*) FROM attempts WHERE first_epoch > 1")[0][0]
    expect(resumed > 0, f"{example.name}: no trial continued from a checkpoint")
    metrics = "SELECT trial_id, epoch, name, value FROM metrics ORDER BY 1, 2, 3"
    expect(example.query("whole", metrics) == example.query("killed", metrics),
           f"{example.name}: a sweep that was killed gave other metrics")
    print(f"{example.name}: killed after {done} epochs, it ended with the same metrics", flush=True)


def has_checkpoint(example):
    with contextlib.suppress(sqlite3.OperationalError):  # not there yet
        return example.query("killed", "SELECT count(*) FROM checkpoints")[0][0] > 0
    return False


def check(program, name, folder):
    example = Example(program, name, folder)
    yaml = f"{name}.yaml"
    if name == "shell":
        example.run("whole", "--workers", "2")
    else:
        example.change(yaml, "[python3, ", "[python3, record_rates.py, ")
        example.run("whole", "--workers", "2")
        check_applied_rates(example)
    expect(example.query("whole", "SELECT count(*) FROM ranking")[0][0] > 1, f"{name}: no ranking")
    check_killed_sweep(example)
    if name == "shell":
        example.change("shell.sh", "epoch * size - size + 2", "epoch * size - size + 1")
        example.change("shell.sh", "$((epoch * size + 1))p", "$((epoch * size))p")
        example.change("shell.sh", "cut -d , -f 2", "sed 's/^step.*/0,0,0/' | cut -d , -f 2")
    else:
        example.change(yaml, "record_rates.py, ", "late.py, ")
    check_late_rates(example)


def main():
    program, *names = sys.argv[1:]
    expect(names, "name the examples")
    with tempfile.TemporaryDirectory(prefix="lrsweep examples ") as folder:
        for name in names:
            check(pathlib.Path(program).resolve(), name, pathlib.Path(folder))


main()
