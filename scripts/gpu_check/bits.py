"""Reads what benchmarks/pack_benchmark.cc writes, and compares two of its files."""

from dataclasses import astuple, dataclass, field
from math import isfinite, nan
from pathlib import Path
from statistics import median


@dataclass
class Member:
    """What one member of a pack gave."""

    losses: list[float] = field(default_factory=list)
    evaluations: list[tuple[float, float]] = field(default_factory=list)  # loss, accuracy
    parameters: str = ""  # a checksum

    def differs_at(self, other: "Member") -> str:
        """Where the two first differ in a bit: "step 17", "parameters", or empty."""
        for step, (a, b) in enumerate(zip(self.losses, other.losses)):
            if a != b and not (a != a and b != b):  # NaN equals NaN
                return f"step {step + 1}"
        if len(self.losses) != len(other.losses):
            return "number of steps"
        if self.evaluations != other.evaluations:
            return "evaluations"
        return "" if self.parameters == other.parameters else "parameters"


def read_results(path: Path) -> list[Member]:
    members: list[Member] = []
    for line in path.read_text().splitlines():
        number, kind, *values = line.split()
        if int(number) == len(members):
            members.append(Member())
        member = members[int(number)]
        if kind == "loss":
            member.losses.append(float.fromhex(values[0]))
        elif kind == "evaluation":
            member.evaluations.append((float.fromhex(values[0]), float.fromhex(values[1])))
        else:
            member.parameters = values[0]
    return members


def differing(first: list[Member], second: list[Member]) -> list[str]:
    """The members, of those that both have, that differ in a bit: "member 3 from step 17 on"."""
    found = []
    for number, (a, b) in enumerate(zip(first, second)):
        if where := a.differs_at(b):
            found.append(f"member {number} from {where} on")
    return found


@dataclass
class Distance:
    """Differences between the first epochs of the same pack on two devices. A rounding that decides
    a ReLU makes a member take another way, so single members may be far apart after 20 steps."""

    first_losses: float  # the largest of the first 10 steps of any member
    usual_losses: float  # the largest of a member's first 100 steps; the median of the members
    mean_loss: float  # of the epoch; the largest of the members
    accuracy: float  # after the epoch; the largest of the members

    def within(self, allowed: "Distance") -> bool:
        """Whether no number exceeds the allowed one; NaN does."""
        return all(a <= b for a, b in zip(astuple(self), astuple(allowed)))


def distance(first: list[Member], second: list[Member], steps: int) -> Distance:
    """Compares the first epoch, of `steps` steps, of both."""
    pairs = list(zip(first, second, strict=True))
    if not all(isfinite(loss) for member in [*first, *second] for loss in member.losses):
        return Distance(nan, nan, nan, nan)

    def largest(a: Member, b: Member, count: int) -> float:
        return max(abs(x - y) for x, y in zip(a.losses[: min(count, steps)], b.losses))

    def mean(member: Member) -> float:
        return sum(member.losses[:steps]) / steps

    return Distance(
        max(largest(a, b, 10) for a, b in pairs),
        median(largest(a, b, 100) for a, b in pairs),
        max(abs(mean(a) - mean(b)) for a, b in pairs),
        max(abs(a.evaluations[0][1] - b.evaluations[0][1]) for a, b in pairs),
    )
