#!/usr/bin/env python3
"""Compares lrsweep's sampler `tpe` with Optuna's TPE on five test functions over 30 seeds.

    python3 -m venv v && v/bin/pip install optuna==5.0.0
    cmake --build build/release --target search_loop
    v/bin/python benchmarks/tpe.py build/release/bin/search_loop

Each search has 100 points, and its result is the best value among them. `rounds` is lrsweep, in rounds of 5
points which do not know the values of the round before; Optuna is asked for one point after another, each of
which knows all values before it, and also in the same rounds. The table has the quartiles over the seeds, and p
of the Mann-Whitney test against Optuna, one point after another.
"""

import argparse
import json
import math
import pathlib
import statistics
import subprocess
import tempfile

import optuna

POINTS = 100


def sphere(p):
    return sum(p[f"x{i}"] ** 2 for i in range(5))


def rosenbrock(p):
    x = [p[f"x{i}"] for i in range(3)]
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:], strict=False))


def ackley(p):
    x = [p[f"x{i}"] for i in range(4)]
    root = math.sqrt(sum(one * one for one in x) / len(x))
    cosines = sum(math.cos(2 * math.pi * one) for one in x) / len(x)
    return 20 + math.e - 20 * math.exp(-0.2 * root) - math.exp(cosines)


def mixed(p):
    kind = {"a": 0.0, "b": 0.5, "c": 1.5, "d": 3.0}[p["kind"]]
    layers = abs(p["layers"] - 7) / 4
    width = abs(math.log2(p["width"]) - 7)
    return kind + layers + width + 4 * abs(p["momentum"] - 0.9) + (p["x"] - 0.3) ** 2


def logarithms(p):
    lr, decay, warmup = (math.log10(p[name]) for name in ("lr", "decay", "eta"))
    return (lr + 1) ** 2 + 0.25 * (decay + 4 + 0.5 * (lr + 1)) ** 2 + 0.1 * abs(warmup + 3)


# Of each function its parameters: the distribution with its bounds, as a sweep writes them.
FUNCTIONS = {
    "sphere, 5 reals": (sphere, {f"x{i}": ("uniform", -5, 5) for i in range(5)}),
    "Rosenbrock, 3 reals": (rosenbrock, {f"x{i}": ("uniform", -2, 2) for i in range(3)}),
    "Ackley, 4 reals": (ackley, {f"x{i}": ("uniform", -10, 10) for i in range(4)}),
    "choice, integers, multiples": (
        mixed,
        {
            "kind": ("choice", "a", "b", "c", "d"),
            "layers": ("randint", 1, 17),
            "width": ("lograndint", 8, 1025),
            "momentum": ("quniform", 0, 0.95, 0.05),
            "x": ("uniform", -1, 1),
        },
    ),
    "logarithms, 3 reals": (
        logarithms,
        {"lr": ("loguniform", 1e-5, 10), "decay": ("loguniform", 1e-8, 0.1), "eta": ("loguniform", 1e-6, 1)},
    ),
}


def configuration(space, seed, batch):
    params = ", ".join(f"{name}: {{{kind}: {json.dumps(bounds)}}}" for name, (kind, *bounds) in space.items())
    return (
        f"name: t\ntrial: {{command: ['true'], metrics: {{value: min}}}}\nparams: {{{params}}}\n"
        "training: {epochs: 1}\noptimizer: {lr: 0.1}\nscheduler: {type: ConstantLR}\n"
        f"search: {{sampler: tpe, trials: {POINTS}, batch: {batch}, seed: {seed}}}\n"
        "objective: {metric: value, mode: min}\n"
    )


def ours(program, function, space, seed, batch):
    """The best value of lrsweep's search."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "t.yaml"
        file.write_text(configuration(space, seed, batch))
        with subprocess.Popen([program, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as loop:
            values = []
            for line in loop.stdout:
                number, params = line.split(" ", 1)
                values.append(function(json.loads(params)["params"]))
                loop.stdin.write(f"{number} {values[-1]!r}\n")
                loop.stdin.flush()
            loop.stdin.close()
    if loop.returncode != 0 or len(values) != POINTS:
        raise SystemExit(f"search_loop gave {len(values)} points and status {loop.returncode}")
    return min(values)


def suggest(trial, name, kind, bounds):
    if kind == "choice":
        return trial.suggest_categorical(name, bounds)
    if kind in ("randint", "lograndint"):
        return trial.suggest_int(name, bounds[0], bounds[1] - 1, log=kind == "lograndint")
    step = bounds[2] if kind == "quniform" else None
    return trial.suggest_float(name, bounds[0], bounds[1], step=step, log=kind == "loguniform")


def optunas(function, space, sampler, in_rounds):
    """The best value of Optuna's search; in rounds: told of the values of all rounds but the one before."""
    study = optuna.create_study(sampler=sampler)
    waiting, values = [], []
    for point in range(POINTS):
        if in_rounds and point % in_rounds == 0:
            while len(waiting) > in_rounds:
                study.tell(*waiting.pop(0))
        trial = study.ask()
        values.append(function({name: suggest(trial, name, kind, b) for name, (kind, *b) in space.items()}))
        if in_rounds:
            waiting.append((trial, values[-1]))
        else:
            study.tell(trial, values[-1])
    return min(values)


def mann_whitney(a, b):
    """p of the two-sided test, by the normal approximation, without correction for ties."""
    above = sum((x > y) + 0.5 * (x == y) for x in a for y in b)
    spread = math.sqrt(len(a) * len(b) * (len(a) + len(b) + 1) / 12)
    return math.erfc(abs(above - len(a) * len(b) / 2) / spread / math.sqrt(2))


def quartiles(values):
    return " ".join(f"{value:.3g}" for value in statistics.quantiles(values, n=4))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("search_loop")
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--batches", type=int, nargs="*", default=[1, 5])
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    seeds = range(arguments.seeds)
    print("| function | Optuna |" + "".join(
        f" Optuna, rounds of {b} | lrsweep, rounds of {b} |" for b in arguments.batches) + " random |")
    for name, (function, space) in FUNCTIONS.items():
        alone = [optunas(function, space, optuna.samplers.TPESampler(seed=seed), 0) for seed in seeds]
        columns = [quartiles(alone)]
        for batch in arguments.batches:
            others = [optunas(function, space, optuna.samplers.TPESampler(seed=seed), batch) for seed in seeds]
            own = [ours(arguments.search_loop, function, space, seed, batch) for seed in seeds]
            columns += [f"{quartiles(one)}, {mann_whitney(one, alone):.2g}" for one in (others, own)]
        random = [optunas(function, space, optuna.samplers.RandomSampler(seed=seed), 0) for seed in seeds]
        columns.append(f"{quartiles(random)}, {mann_whitney(random, alone):.1g}")
        print(f"| {name} | " + " | ".join(columns) + " |", flush=True)


if __name__ == "__main__":
    main()
