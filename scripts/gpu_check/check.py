"""Checks lrsweep on a GPU and writes the page about it; see scripts/check-gpu --help."""

import argparse
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import engine_checks
import preparing
import program_checks
from context import Context
from machine import ROOT, look_around
from page import render
from steps import Result, Runner

WORK = ROOT / "build/gpu-check"
PAGE = "docs/gpu.md"  # of a check on a GPU


Step = Callable[[Context, Result], None]

# Name, limit in seconds of a check of 480 seconds, step. The limits add up to more than that: most
# steps need a fraction, and the last ones are those that can best be spared.
STEPS: list[tuple[str, float, Step]] = [
    ("Unpack libraries and data", 30, preparing.unpack),
    ("Configure", 60, preparing.configure),
    ("Build", 220, preparing.build),
    ("CUDA libraries", 15, preparing.libraries),
    ("Tests of the engine", 100, engine_checks.tests),
    ("Replayed and eager epochs", 60, engine_checks.replayed_and_eager),
    ("Beside the CPU", 60, engine_checks.beside_cpu),
    ("Speed of packs", 90, engine_checks.speed),
    ("A sweep in one process", 60, program_checks.sweep),
    ("A sweep by a worker rank", 60, program_checks.worker_rank),
    ("compute-sanitizer", 75, engine_checks.sanitizer),
    ("Sizes of packs", 40, engine_checks.sizes),
    ("A trial trained again", 30, program_checks.again),
]


class Ended(Exception):
    """The check was told to end."""


def end(number: int, _frame: object) -> None:
    raise Ended(f"the check was ended by {signal.Signals(number).name}")


def write(path: Path, text: str) -> None:
    """Replaces the file at once, so that no half of it is ever seen."""
    new = path.with_name(path.name + ".new")
    new.write_text(text)
    new.replace(path)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/check-gpu")
    parser.add_argument("--limit", type=float, default=480, help="seconds for everything")
    parser.add_argument("--dry-run", action="store_true", help="without a GPU, on little data")
    options = parser.parse_args()

    WORK.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    here = look_around(options.dry_run)
    page = ROOT / PAGE if here.gpu else WORK / "gpu.md"
    log = WORK / "check.log"
    log.write_text("")
    out = os.environ.get("OUT")

    def save() -> None:
        write(page, render(here, runner.results, time.monotonic() - begin, options.limit))
        for file in (page, log) if out else ():
            shutil.copy(file, Path(out or "") / file.name)

    runner = Runner(options.limit - (time.monotonic() - begin) - 5, log, save)
    context = Context(runner, here, WORK)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    print(here.gpu or "no GPU: a dry run", flush=True)
    try:
        for name, limit, step in STEPS:
            runner.run_step(name, limit * options.limit / 480, partial(step, context))
    except Ended as ended:
        runner.results[-1].reason = str(ended)
    save()
    print(f"{page.relative_to(ROOT)} is written", flush=True)
    return 0 if here.gpu and all(r.status in ("passed", "not here") for r in runner.results) else 1


if __name__ == "__main__":
    sys.exit(main())
