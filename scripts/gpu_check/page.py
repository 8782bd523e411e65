"""Writes the page about a check."""

from datetime import datetime, timezone
from pathlib import Path

from machine import ROOT, Machine
from steps import Result

GPU_HEAD = """# lrsweep on a GPU

Written by `scripts/check-gpu` on {date}, which built the program on this machine and ran it there.
[engines.md](engines.md) describes the engine.
"""
DRY_HEAD = """# A dry run of the GPU check

Written by `scripts/check-gpu` on {date}. **No GPU took part.** Everything ran on the CPU on little
data: this shows that the check itself works, and nothing about GPUs.
"""


def without_paths(text: str) -> str:
    """The text with this machine's folders as `.` and `~`."""
    return text.replace(str(ROOT), ".").replace(str(Path.home()), "~")


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


def outcome(result: Result) -> str:
    return f"**{result.status}**" if result.status in ("failed", "time limit") else result.status


def summary(results: list[Result], seconds: float, limit: float) -> list[str]:
    rows = [
        [
            r.name,
            outcome(r),
            f"{r.seconds:.1f}",
            f"{100 * r.seconds / max(seconds, 1e-9):.0f} %",
            f"{r.limit:.0f}",
            r.reason,
        ]
        for r in results
    ]
    passed = sum(r.status == "passed" for r in results)
    return [
        f"{passed} of {len(results)} steps passed, in {seconds:.0f} of {limit:.0f} seconds.",
        "",
        *table(["step", "outcome", "s", "share", "limit", ""], rows),
    ]


def section(result: Result) -> list[str]:
    lines = ["", f"## {result.name}", "", f"{outcome(result)}, {result.seconds:.1f} s"]
    if result.reason:
        lines[-1] += f": {result.reason}"
    lines += ["", *result.text]
    if result.tail:
        lines += ["", "Its last lines:", "", "```", result.tail, "```"]
    return lines


def render(machine: Machine, results: list[Result], seconds: float, limit: float) -> str:
    date = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    head = (GPU_HEAD if machine.gpu else DRY_HEAD).format(date=date)
    lines = [
        head,
        *table(["", ""], [list(fact) for fact in machine.facts]),
        "",
        *summary(results, seconds, limit),
    ]
    for result in results:
        lines += section(result)
    return without_paths("\n".join(lines)) + "\n"
