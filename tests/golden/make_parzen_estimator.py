#!/usr/bin/env python3
"""Writes parzen_estimator.txt: densities of Parzen estimators, and which trials are the best, by Optuna.

    python3 -m venv v && v/bin/pip install optuna==5.0.0
    v/bin/python tests/golden/make_parzen_estimator.py

A case has the dimensions (a number's bounds, step and whether it is of logarithms, or how many categories
there are), the observations, and log densities at further points. A split has the values of trials, and the
numbers of the best ones.

Which of several equal observations has a neighbour at a distance is left open by Optuna, whose sorting is not
stable: here it is the first and the last one.
"""

import functools
import pathlib

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import _split_trials, default_gamma, default_weights
from optuna.trial import create_trial

DEFAULTS = _ParzenEstimatorParameters(
    prior_weight=1.0, consider_magic_clip=True, consider_endpoints=False, weights=default_weights, multivariate=True
)
SPACES = {
    "real": {"a": FloatDistribution(-2.0, 3.0)},
    "logarithm": {"a": FloatDistribution(1e-5, 10.0, log=True)},
    "multiples": {"a": FloatDistribution(0.0, 0.9, step=0.1)},
    "integer": {"a": IntDistribution(2, 14)},
    "logarithm_of_integer": {"a": IntDistribution(1, 1000, log=True)},
    "category": {"a": CategoricalDistribution(list("uvwx"))},
    "all": {
        "a": FloatDistribution(0.001, 1.0, log=True),
        "b": FloatDistribution(0.1, 0.9),
        "c": FloatDistribution(0.0, 0.9, step=0.1),
        "d": IntDistribution(2, 19),
        "e": IntDistribution(16, 511, log=True),
        "f": CategoricalDistribution(list("uvw")),
    },
}


def draw(space, random):
    point = []
    for distribution in space.values():
        if isinstance(distribution, CategoricalDistribution):
            point.append(float(random.integers(len(distribution.choices))))
            continue
        low, high, step = distribution.low, distribution.high, distribution.step
        if distribution.log:
            value = float(np.exp(random.uniform(np.log(low), np.log(high))))
        else:
            value = random.uniform(low, high)
        if step is not None:
            value = float(low + np.clip(round((value - low) / step), 0, round((high - low) / step)) * step)
        point.append(value)
    return point


def text(numbers):
    return " ".join(repr(float(number)) for number in numbers)


def dimension_text(distribution):
    if isinstance(distribution, CategoricalDistribution):
        return f"categories {len(distribution.choices)}"
    return f"number {text([distribution.low, distribution.high, distribution.step or 0])} {int(distribution.log)}"


def case_lines(name, space, count, random):
    observations = [draw(space, random) for _ in range(count)]
    points = [draw(space, random) for _ in range(6)]
    columns = {key: np.array([one[i] for one in observations]) for i, key in enumerate(space)}
    asked = {key: np.array([one[i] for one in points]) for i, key in enumerate(space)}
    densities = _ParzenEstimator(columns, space, DEFAULTS).log_pdf(asked)
    yield f"case {name}_{count}"
    for distribution in space.values():
        yield "dimension " + dimension_text(distribution)
    for observation in observations:
        yield "observation " + text(observation)
    for point, density in zip(points, densities, strict=True):
        yield f"density {float(density)!r} {text(point)}"


def split_lines(direction, count, random):
    values = [float(value) for value in random.integers(0, count, count) / 4]  # some are equal
    study = optuna.create_study(direction=direction)
    space = {"a": FloatDistribution(0.0, 1.0)}
    for value in values:
        study.add_trial(create_trial(params={"a": 0.5}, distributions=space, value=value))
    best, _ = _split_trials(study, study.trials, default_gamma(count))
    yield f"split {direction} {text(values)}"
    yield "best " + " ".join(str(trial.number) for trial in best)


def main():
    np.argsort = functools.partial(np.argsort, kind="stable")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    random = np.random.default_rng(1)
    lines = [f"# By make_parzen_estimator.py with Optuna {optuna.__version__}."]
    for name, space in SPACES.items():
        for count in (0, 1, 2, 12) if name != "all" else (3, 24, 25, 26, 31, 120):
            lines.extend(case_lines(name, space, count, random))
    for direction in ("minimize", "maximize"):
        for count in (10, 11, 45, 300):
            lines.extend(split_lines(direction, count, random))
    path = pathlib.Path(__file__).with_name("parzen_estimator.txt")
    path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
