"""Shared by the benchmarks: paths, data, medians, tables."""

import gzip
import os
import shutil
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / "build/release/bin"
LRSWEEP = BIN / "lrsweep"
WORK = ROOT / "build/benchmarks"  # what benchmarks leave behind
PEERS = Path(__file__).resolve().parent / "peers"
PEERS_PYTHON = ROOT / "build/peers/bin/python"
QUICKSTART = str(ROOT / "configs/quickstart.yaml")
MPIRUN = ["mpirun", "--bind-to", "none", "-n", "3"]  # two workers
IDX_FILES = [
    f"{kind}-{what}-ubyte" for kind in ("train", "t10k") for what in ("images-idx3", "labels-idx1")
]
# One thread for every library that trains.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


def say(text: str) -> None:
    """Prints progress on stderr; stdout is the report."""
    print(text, file=sys.stderr, flush=True)


def environment() -> dict[str, str]:
    """The environment of a measured process: one thread, and data that is already unpacked."""
    return {**os.environ, **ONE_THREAD, "LRSWEEP_DATA_DIR": str(data_root())}


def run_command(db: Path, *settings: str) -> list[str]:
    """Trains quickstart's sweep with some of its values replaced."""
    changes = [word for setting in settings for word in ("--set", setting)]
    return [str(LRSWEEP), "run", QUICKSTART, "--db", str(db), *changes]


def find_data(name: str) -> Path:
    """The folder of a data set that is on this machine, with IDX files that may be gzipped."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lrsweep"
    given = [Path(os.environ["LRSWEEP_DATA_DIR"])] if "LRSWEEP_DATA_DIR" in os.environ else []
    debian = Path("/usr/share/datasets") / name.replace("_", "-")
    folders = [*(root / name for root in [*given, ROOT / "data", cache]), debian]
    for folder in folders:
        if any((folder / (IDX_FILES[0] + end)).exists() for end in ("", ".gz")):
            return folder
    raise SystemExit(f"{name} is in none of {', '.join(map(str, folders))}; set LRSWEEP_DATA_DIR")


def data_root() -> Path:
    """A folder with the unpacked data as mnist/ and, for torchvision, as MNIST/raw."""
    root = WORK / "data"
    if not (root / "MNIST/raw").exists():
        unpack("mnist", root / "mnist")
        (root / "MNIST").mkdir(exist_ok=True)
        (root / "MNIST/raw").symlink_to("../mnist")
    return root


def unpack(name: str, to: Path) -> None:
    source = find_data(name)
    say(f"unpacking {source}")
    to.mkdir(parents=True, exist_ok=True)
    for file in IDX_FILES:
        packed = source / f"{file}.gz"
        if packed.exists():
            (to / file).write_bytes(gzip.decompress(packed.read_bytes()))
        else:
            shutil.copyfile(source / file, to / file)


@dataclass
class Spread:
    """Repeated measurements of one thing."""

    values: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def cells(self, number: str = "{:.3f}") -> list[str]:
        """Median, minimum, maximum."""
        return [number.format(v) for v in (self.median, min(self.values), max(self.values))]


def ratio(values: Sequence[float], base: Sequence[float]) -> float:
    """The median of the rounds' ratios: a slow round slows both."""
    return statistics.median(value / other for value, other in zip(values, base))


def table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: bool = True) -> str:
    """A Markdown table. Columns of numbers, except the first, are right-aligned."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    right = [False, *[numbers] * (len(head) - 1)]

    def line(cells: Sequence[str]) -> str:
        padded = (c.rjust(w) if r else c.ljust(w) for c, w, r in zip(cells, widths, right))
        return f"| {' | '.join(padded)} |"

    rule = ["-" * (w - r) + ":" * r for w, r in zip(widths, right)]
    return "\n".join([line(head), line(rule), *map(line, rows)])


def goal(text: str, measured: str, holds: bool) -> list[str]:
    return [text, measured, "yes" if holds else "**no**"]


def goals_table(goals: Sequence[Sequence[str]]) -> str:
    return table(["goal", "measured", "holds"], goals, numbers=False)
