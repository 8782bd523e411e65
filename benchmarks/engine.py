"""Measures seconds per epoch (training and evaluation) on one core and one thread: dense matrix
products, our engines, and with --peers PyTorch and JAX. All processes stay running and take turns of
a few epochs, so that a busy machine slows all of them. Not counted: imports, compilation, and the
first epoch of each turn, because it starts with caches that another process has filled."""

import argparse
import os
import statistics
import subprocess
import time
from dataclasses import dataclass, field

from measuring import BIN, PEERS, PEERS_PYTHON, Spread, data_root, environment, find_data
from measuring import goal, goals_table, ratio, say, table

TITLES = {
    "products": "dense matrix products (OpenBLAS)",
    "torch": "lrsweep, torch engine (LibTorch)",
    "pytorch_memory": "PyTorch, data in memory",
    "jax": "JAX, the epoch one jitted scan",
    "pytorch_script": "PyTorch, the usual script",
}
# By how many times the CPU engine should be faster than each peer.
PEER_GOALS = {"pytorch_memory": 6.5, "jax": 4, "pytorch_script": 35}
TURN_EPOCHS = 3  # counted epochs of a turn, after one that is not counted
SLOW = {"pytorch_script"}  # one counted epoch a turn: too slow for the caches to matter
LEAST_ACCURACY = 0.95  # on MNIST: a lower one shows that a contestant did not train properly
CORES = sorted(os.sched_getaffinity(0))


class Trainer:
    """A process that trains an epoch on request (engine_benchmark serve, peers/serve.py)."""

    def __init__(self, command: list[str], core: int = CORES[-1]):
        self._process = subprocess.Popen(
            ["taskset", "-c", str(core), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        self.names = self._answer().split(",")

    def ask(self, name: str) -> None:
        self._process.stdin.write(name + "\n")
        self._process.stdin.flush()

    def receive(self) -> tuple[float, float]:
        """Waits for a requested epoch; returns its seconds and test accuracy."""
        seconds, accuracy = map(float, self._answer().split())
        return seconds, accuracy

    def _answer(self) -> str:
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self._process.args} ended with status {self._process.wait()}")
        return line.strip()

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()


@dataclass
class Contestant:
    name: str
    trainer: Trainer
    seconds: list[float] = field(default_factory=list)
    accuracy: float = 0

    def _epoch(self) -> float:
        self.trainer.ask(self.name)
        seconds, self.accuracy = self.trainer.receive()
        return seconds

    def turn(self, counts: bool) -> None:
        if self.name in SLOW:
            seconds = self._epoch()
        else:
            self._epoch()
            seconds = sum(self._epoch() for _ in range(TURN_EPOCHS)) / TURN_EPOCHS
        if counts:
            self.seconds.append(seconds)


def ours(folder: str, hidden: str, core: int = CORES[-1]) -> Trainer:
    return Trainer([str(BIN / "engine_benchmark"), folder, hidden, "serve"], core)


def peers() -> list[Trainer]:
    data = str(data_root())
    commands = [["torch_epochs.py", "memory"], ["torch_epochs.py", "script"], ["jax_epochs.py"]]
    return [
        Trainer([str(PEERS_PYTHON), str(PEERS / script), *words, data])
        for script, *words in commands
    ]


def measure(trainers: list[Trainer], rounds: int) -> list[Contestant]:
    contestants = [Contestant(name, trainer) for trainer in trainers for name in trainer.names]
    for current in range(rounds + 1):  # the first one warms up
        for contestant in contestants:
            contestant.turn(counts=current > 0)
        say(f"  round {current} of {rounds}")
    for trainer in trainers:
        trainer.close()
    return contestants


def by_name(contestants: list[Contestant]) -> dict[str, list[float]]:
    """Seconds by contestant. "engine" is the CPU engine on its best target, which workers choose."""
    return {**{c.name: c.seconds for c in contestants}, "engine": contestants[1].seconds}


def report(contestants: list[Contestant]) -> str:
    seconds = by_name(contestants)
    rows = []
    for contestant in contestants:
        name = contestant.name
        ratios = [f"{ratio(seconds[name], seconds[base]):.2f}" for base in ("products", "engine")]
        accuracy = f"{contestant.accuracy:.4f}" if name != "products" else "-"
        title = TITLES.get(name, f"lrsweep, cpu engine, {name}")
        rows.append([title, *Spread(seconds[name]).cells(), *ratios, accuracy])
    head = ["s per epoch", "median", "min", "max", "/ products", "/ cpu engine", "accuracy"]
    return table(head, rows)


def products_goals(contestants: list[Contestant], name: str, limit: float) -> list[list[str]]:
    """Compares the engine with the products. AVX2, if it is not the best target, may be 10 % slower."""
    seconds = by_name(contestants)

    def of_products(who: str, title: str, most: float) -> list[str]:
        share = ratio(seconds[who], seconds["products"])
        return goal(f"{title}: at most {most:.3g} of the products", f"{share:.3f}", share <= most)

    goals = [of_products("engine", name, limit)]
    if "AVX2" in seconds and contestants[1].name != "AVX2":
        goals.append(of_products("AVX2", name + ", AVX2", 1.1 * limit))
    return goals


def peer_goals(contestants: list[Contestant]) -> list[list[str]]:
    """Compares the engine with those peers that were measured."""
    seconds = by_name(contestants)
    goals = []
    for name, factor in PEER_GOALS.items():
        if name in seconds:
            speedup = ratio(seconds[name], seconds["engine"])
            text = f"at least {factor} times as fast as {TITLES[name]}"
            goals.append(goal(text, f"{speedup:.1f}", speedup >= factor))
    return goals


def check_honesty(contestants: list[Contestant]) -> None:
    for contestant in contestants:
        if contestant.name != "products" and contestant.accuracy < LEAST_ACCURACY:
            raise SystemExit(f"{contestant.name} reached an accuracy of only {contestant.accuracy:.4f}")


def epochs_a_second(trainers: list[Trainer], name: str, epochs: int) -> float:
    """Epochs per second of all trainers together, while each trains `epochs`."""
    start = time.perf_counter()
    for trainer in trainers:
        for _ in range(epochs):
            trainer.ask(name)
    for trainer in trainers:
        for _ in range(epochs):
            trainer.receive()
    return len(trainers) * epochs / (time.perf_counter() - start)


def two_workers(folder: str, rounds: int, epochs: int = 15) -> tuple[str, list[list[str]]]:
    """Compares the epochs per second of one process (mean of both cores) with those of two
    processes, each on its own core. Two end with the slower one, so `epochs` is large enough to
    average out a short disturbance."""
    if len(CORES) < 2:
        return "", []
    pair = [ours(folder, "128", core) for core in CORES[-2:]]
    name = pair[0].names[1]
    rates: dict[int, list[float]] = {1: [], 2: []}
    for current in range(rounds + 1):
        alone = [epochs_a_second([trainer], name, epochs) for trainer in pair]
        together = epochs_a_second(pair, name, epochs)
        if current > 0:
            rates[1].append(statistics.mean(alone))
            rates[2].append(together)
    for trainer in pair:
        trainer.close()
    speedup = ratio(rates[2], rates[1])
    rows = [
        [f"{count} worker{'s' if count > 1 else ''}", *Spread(rates[count]).cells("{:.2f}")]
        for count in (1, 2)
    ]
    text = table(["epochs per second", "median", "min", "max"], rows)
    return text, [goal("two cores: at least 1.9 times one", f"{speedup:.2f}", speedup >= 1.9)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    mnist = str(data_root() / "mnist")
    goals: list[list[str]] = []

    print("An epoch is training on 60,000 images, batches of 64, SGD with lr 0.1 and momentum 0.9,")
    print(
        f"and evaluation on 10,000. One thread on core {CORES[-1]}, {options.rounds} rounds in turn"
    )
    print(f"after one that is not counted, {TURN_EPOCHS} epochs a turn after one that is not counted")
    print("(the usual script: one epoch a turn); `accuracy` is on the test set after all of them.\n")
    say("MNIST, 784-128-10" + (", with the peers" if options.peers else ""))
    contestants = measure([ours(mnist, "128"), *(peers() if options.peers else [])], options.rounds)
    check_honesty(contestants)
    print(f"MNIST, 784-128-10:\n\n{report(contestants)}\n", flush=True)
    goals += products_goals(contestants, "MNIST", 0.30) + peer_goals(contestants)

    for name, folder, hidden, limit in (
        ("Fashion-MNIST, 784-128-10", str(find_data("fashion_mnist")), "128", 0.60),
        ("MNIST, 784-256-128-10", mnist, "256,128", 0.55),
        ("no zero among the pixels, 784-128-10", "dense", "128", 1.15),
    ):
        say(name)
        contestants = measure([ours(folder, hidden)], options.rounds)
        print(f"{name}:\n\n{report(contestants)}\n", flush=True)
        goals += products_goals(contestants, name, limit)

    say("two workers")
    text, two_goals = two_workers(mnist, options.rounds)
    print(f"MNIST, the cpu engine on one and on two cores:\n\n{text}\n")
    print(goals_table(goals + two_goals))


if __name__ == "__main__":
    main()
