"""What lrsweep gives a trial's program, without lrsweep: the folder, the variables, the table, the
answers. For tests of clients."""

import contextlib
import json
import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TIMEOUT = 60  # seconds, of a program


class FakeLrsweep:
    """One trial. `rates` are the table's first rows: learning rate and momentum."""

    def __init__(self, *, rates, epochs=3, steps_per_epoch=2, seed=5, config=None, resume=None,
                 epoch=0, **variables):
        self._temporary = tempfile.TemporaryDirectory(prefix="fake lrsweep ")
        self.dir = pathlib.Path(self._temporary.name)
        self.config = {"params": {}, "optimizer": {"type": "SGD"}, **(config or {})}
        self.variables = {
            "LRSWEEP_PROTOCOL": "1",
            "LRSWEEP_TRIAL_ID": "0123456789abcdef",
            "LRSWEEP_DIR": str(self.dir),
            "LRSWEEP_PARAMS": json.dumps(self.config),
            "LRSWEEP_PARAMS_FILE": str(self.dir / "params.json"),
            "LRSWEEP_SEED": str(seed),
            "LRSWEEP_EPOCHS": str(epochs),
            "LRSWEEP_SCHEDULE": str(self.dir / "schedule.csv"),
            "LRSWEEP_SCHEDULE_BINARY": str(self.dir / "schedule.bin"),
            "LRSWEEP_REPORT": str(self.dir / "report.jsonl"),
            "LRSWEEP_ANSWER": str(self.dir / "answer"),
            "LRSWEEP_EPOCH": str(epoch),
            **variables,
        }
        if steps_per_epoch:
            self.variables["LRSWEEP_STEPS_PER_EPOCH"] = str(steps_per_epoch)
        if resume:
            self.variables["LRSWEEP_RESUME"] = str(self.dir / resume)
        (self.dir / "params.json").write_text(json.dumps(self.config))
        (self.dir / "report.jsonl").touch()
        os.mkfifo(self.dir / "answer")
        self.answers = os.open(self.dir / "answer", os.O_RDWR)
        self.write_table(rates)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.answers)
        self._temporary.cleanup()

    def write_table(self, rates):
        """As lrsweep does: moved into place whole."""
        rows = [f"{step},{lr!r},{momentum!r}\n" for step, (lr, momentum) in enumerate(rates)]
        (self.dir / "new.csv").write_text("step,lr,momentum\n" + "".join(rows))
        (self.dir / "new.csv").rename(self.dir / "schedule.csv")
        (self.dir / "new.bin").write_bytes(b"".join(struct.pack("=dd", *row) for row in rates))
        (self.dir / "new.bin").rename(self.dir / "schedule.bin")

    def answer(self, line):
        os.write(self.answers, f"{line}\n".encode())

    def reports(self):
        """What the program has reported so far, in complete lines."""
        *lines, _ = (self.dir / "report.jsonl").read_text().split("\n")
        return [json.loads(line) for line in lines]

    def wait_for_reports(self, count):
        end = time.monotonic() + TIMEOUT
        while len(self.reports()) < count:
            if time.monotonic() > end:
                raise TimeoutError(f"{len(self.reports())} reports in place of {count}")
            time.sleep(0.005)

    @contextlib.contextmanager
    def running(self, command):
        """The program, as a process. Ends it, and what it started, if it has not ended."""
        process = subprocess.Popen(command, env=self.environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   start_new_session=True)
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            process.stdout.close()

    def run(self, command):
        """Runs the program to its end. Its exit status, and its output."""
        with self.running(command) as process:
            output, _ = process.communicate(timeout=TIMEOUT)
            return process.returncode, output

    def environment(self):
        return {**plain_environment(), **self.variables}


def plain_environment():
    """Of a program that runs by hand, with the client installed."""
    rest = {name: value for name, value in os.environ.items()
            if not name.startswith("LRSWEEP_") and name not in ("RANK", "LOCAL_RANK")}
    return {**rest, "PYTHONPATH": str(ROOT / "python"), "PYTHONDONTWRITEBYTECODE": "1"}


def python(script):
    """The command that runs a Python script, which has `lrsweep` and `trial`-less imports ready."""
    return [sys.executable, "-c", PRELUDE + script]


# An optimizer as PyTorch's: groups, and hooks that run before a step.
PRELUDE = '''
import lrsweep, os, pathlib, signal, sys, time

class Optimizer:
    def __init__(self, *groups):
        self.param_groups = [dict(group) for group in groups]
        self.hooks, self.applied = [], []
    def register_step_pre_hook(self, hook):
        self.hooks.append(hook)
    def step(self):
        for hook in self.hooks:
            hook(self, (), {})
        self.applied.append([group["lr"] for group in self.param_groups])
'''
