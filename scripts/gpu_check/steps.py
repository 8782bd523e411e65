"""Runs steps and their commands within time limits, and keeps what came of them."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TAIL_LINES = 15
MIN_SECONDS = 5.0  # a step with less time is not begun


class StepFailed(Exception):
    """A check that does not hold, or a command that failed; with the last lines of its output."""

    def __init__(self, reason: str, tail: str = "") -> None:
        super().__init__(reason)
        self.tail = tail


class NotHere(Exception):
    """The machine lacks what the step needs."""


class TimeLimit(StepFailed):
    """The step's or the whole check's time is over."""


@dataclass
class Result:
    """What came of a step. `status`: passed, failed, time limit, not here, not run."""

    name: str
    limit: float
    status: str = "not run"
    reason: str = ""
    seconds: float = 0.0
    text: list[str] = field(default_factory=list)  # Markdown
    tail: str = ""  # of the output of what failed


class Runner:
    """Runs steps one after the other until a deadline. `save` is called before and after each."""

    def __init__(self, limit: float, log: Path, save: Callable[[], None]) -> None:
        self.start = time.monotonic()
        self.deadline = self.start + limit
        self.step_deadline = self.deadline
        self.log = log
        self.results: list[Result] = []
        self.save = save

    def run_step(self, name: str, limit: float, step: Callable[[Result], None]) -> Result:
        """Runs `step`, which adds to the result's text. Never raises what the step raises."""
        result = Result(name, limit)
        self.results.append(result)
        left = self.deadline - time.monotonic()
        if left < MIN_SECONDS:
            result.reason = "no time was left"
            return result
        result.reason = "it was running when the check was ended"
        self.save()
        begin = time.monotonic()
        self.step_deadline = begin + min(limit, left)
        self.write_log(f"\n===== {name} (limit {min(limit, left):.0f} s)\n")
        with self.outcome_in(result):
            step(result)
        result.seconds = time.monotonic() - begin
        line = f"{name}: {result.status}, {result.seconds:.1f} s"
        print(line + (f" ({result.reason})" if result.reason else ""), flush=True)
        self.write_log(f"===== {line} {result.reason}\n")
        self.save()
        return result

    @contextmanager
    def outcome_in(self, result: Result) -> Iterator[None]:
        try:
            yield
            result.status, result.reason = "passed", ""
        except NotHere as missing:
            result.status, result.reason = "not here", str(missing)
        except StepFailed as failure:
            result.status = "time limit" if isinstance(failure, TimeLimit) else "failed"
            result.reason, result.tail = str(failure), failure.tail
        except Exception as error:  # a mistake in a step must not keep the others from running
            result.status = "failed"
            result.reason = f"{type(error).__name__}: {error}"

    def write_log(self, text: str) -> None:
        with self.log.open("a") as log:
            log.write(text)

    def command(
        self,
        words: Sequence[str],
        environment: Mapping[str, str] | None = None,
        may_fail: bool = False,
    ) -> str:
        """Runs a command within the step's time and returns its output, which is also logged."""
        changes = environment or {}
        variables = "".join(f"{name}={value} " for name, value in changes.items())
        self.write_log(f"$ {variables}{' '.join(words)}\n")
        output = self.log.with_suffix(".output")
        with output.open("wb") as file:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env={**os.environ, **changes},
                start_new_session=True,
            )
        try:
            status = process.wait(max(0.1, self.step_deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            status = None
        finally:
            end_group(process)
        text = output.read_text(errors="replace")
        self.write_log(text)
        if status is None:
            raise TimeLimit(f"`{Path(words[0]).name}` was ended by the time limit", tail_of(text))
        if status != 0 and not may_fail:
            raise StepFailed(f"`{Path(words[0]).name}` ended with status {status}", tail_of(text))
        return text


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kills what is left of a command's process group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def tail_of(text: str) -> str:
    return "\n".join(text.rstrip().splitlines()[-TAIL_LINES:])
