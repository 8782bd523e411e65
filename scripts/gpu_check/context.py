"""What the steps of a check share."""

import json
import shutil
import statistics
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from machine import ROOT, Machine
from steps import NotHere, Result, Runner, StepFailed

sys.path.insert(0, str(ROOT / "tests/support"))
from small_data import write_data  # noqa: E402

BIN = ROOT / "build/cuda/bin"
PROGRAMS = ("torch_test", "pack_benchmark", "lrsweep")
BATCH = 64  # of pack_benchmark
EPOCHS_OF_A_TRIAL = 20


@dataclass
class Pack:
    """What pack_benchmark measured; seconds are medians without the first epoch."""

    device: str
    target: str
    start_seconds: float
    training: float  # seconds of an epoch
    evaluation: float

    def trials_a_second(self, members: int) -> float:
        return members / (EPOCHS_OF_A_TRIAL * (self.training + self.evaluation))


class Context:
    """The machine, the files of this check, and how programs are run."""

    def __init__(self, runner: Runner, here: Machine, work: Path) -> None:
        self.runner = runner
        self.here = here
        self.work = work
        self.kit = work / "kit"  # the libraries, unpacked; missing where the machine's own are used
        self.small = work / "small"  # 1,000 random images
        self.data = self.small  # what packs and sweeps train on
        self.steps = 0  # of an epoch of `data`

    def has_gpu(self) -> bool:
        return bool(self.here.gpu)

    def program(self, name: str) -> str:
        path = BIN / name
        if not path.exists():
            raise NotHere(f"{name} was not built")
        return str(path)

    def train_pack(
        self,
        engine: str,
        members: int,
        epochs: int,
        losses: str = "",
        environment: Mapping[str, str] | None = None,
        size: int = 0,
    ) -> Pack:
        """Trains a pack by pack_benchmark; writes its numbers to the file `losses`, if named. With a
        `size` the pack is filled up to so many members."""
        words = [self.program("pack_benchmark"), str(self.data), engine, str(members), str(epochs)]
        words += [str(self.work / losses)] if losses else []
        words += [str(size)] if size else []
        output = self.runner.command(words, environment)
        found = json.loads(output[output.index('{"engine"') :])
        seconds = [
            statistics.median(column) for column in zip(*found["epochs"][-max(1, epochs - 1) :])
        ]
        hidden = "CUDA_VISIBLE_DEVICES" in (environment or {})
        on_gpu = engine == "torch" and self.has_gpu() and not hidden
        if on_gpu != found["device"].startswith("cuda"):
            raise StepFailed(f"engine {engine} trained on {found['device']}")
        return Pack(found["device"], found["target"], found["start_seconds"], *seconds)


def make_data(folder: Path, train: int = 1000, test: int = 400) -> None:
    """Writes random images anew: an interrupted check may have left half of them."""
    shutil.rmtree(folder, ignore_errors=True)
    write_data(folder, train, test)


def add_table(result: Result, head: list[str], rows: list[list[str]]) -> None:
    """Adds a table whose columns but the first are numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    result.text += ["", *(f"| {' | '.join(line)} |" for line in lines)]
