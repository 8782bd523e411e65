"""What all these programs share: a folder to work in, checks, an exit status."""

import argparse
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

SKIPPED = 77  # CTest's, as of `make check`


checks = 0  # calls of expect()


class Skipped(Exception):
    """This machine cannot do it, for the reason given."""


def expect(what: str, holds: bool) -> int:
    """0, or 1 where it does not hold."""
    global checks
    checks += 1
    if not holds:
        print("failed:", what, flush=True)
    return 0 if holds else 1


def arguments(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, help="work here, and leave what differs")
    return parser


def run_in_folder(keep: Path | None, name: str, work: Callable[[Path], int]) -> int:
    """The exit status: 1 where `work`, which returns how many checks failed, failed or checked nothing."""
    folder = (keep or Path(tempfile.mkdtemp(prefix=f"lrsweep-{name}-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    status = 1
    try:
        status = 1 if work(folder) or expect("nothing was checked", checks > 0) else 0
    except Skipped as reason:
        print("skipped:", reason)
        status = SKIPPED
    if not keep and status != 1:
        shutil.rmtree(folder)
    return status
