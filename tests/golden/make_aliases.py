#!/usr/bin/env python3
"""Makes the golden files of other libraries' names with the libraries themselves.

    python3 -m venv aliases-venv
    aliases-venv/bin/pip install torch torchvision transformers timm
    aliases-venv/bin/python tests/golden/make_aliases.py [NAME ...]

It drives a real optimizer with the original scheduler, as the library's own training loop does, and
writes the rate that the optimizer has at each tick to aliases/transformers.cosine.txt, ... The
format is that of make_schedules.py. `run` is the number of ticks; a tick is an optimizer step, or
an epoch in the cases with interval=epoch. A case is written as a configuration is: where a
parameter is a share of the run (5%), the original gets the whole number of ticks that it comes to.
"""

import json
import os
import sys
import warnings
from fractions import Fraction

import timm
import torch
import transformers
from timm import scheduler as timm_scheduler
from torch.optim import SGD
from transformers import get_scheduler

import alias_cases

MOMENTUM = 0.9


def make_optimizer(lr):
    return SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr, momentum=MOMENTUM)


def ticks(value, run):
    """A share of `run` as a number of ticks, rounded down; other values as they are."""
    if isinstance(value, list):
        return [ticks(element, run) for element in value]
    if value == "run":
        return run
    if isinstance(value, str) and value.endswith("%"):
        return int(Fraction(value[:-1]) * run // 100)
    return value


class Transformers:
    """A scheduler of get_scheduler, stepped after each optimizer step as by the Trainer."""

    TOP_LEVEL = ("num_warmup_steps", "num_training_steps")

    def __init__(self, name, optimizer, run, parameters):
        values = {key: ticks(value, run) for key, value in parameters.items()}
        values.pop("metric", None)
        top = {"num_warmup_steps": 0, "num_training_steps": run}
        top.update({key: values.pop(key) for key in self.TOP_LEVEL if key in values})
        self.scheduler = get_scheduler(name, optimizer, scheduler_specific_kwargs=values, **top)

    def step(self, tick, metric):
        self.scheduler.step(*([] if metric is None else [metric]))


class Timm:
    """A scheduler of timm, called behind each epoch or update as by its train.py."""

    CLASSES = {
        "cosine": (timm_scheduler.CosineLRScheduler, {}),
        "tanh": (timm_scheduler.TanhLRScheduler, {}),
        "step": (timm_scheduler.StepLRScheduler, {}),
        "multistep": (timm_scheduler.MultiStepLRScheduler, {}),
        "plateau": (timm_scheduler.PlateauLRScheduler, {}),
        "poly": (timm_scheduler.PolyLRScheduler, {}),
        "wsd": (timm_scheduler.WSDLRScheduler, {}),
        "rsqrt": (timm_scheduler.WSDLRScheduler, dict(stable_fn="rsqrt", decay_fn="linear")),
        "constant": (timm_scheduler.StepLRScheduler, dict(decay_t=1, decay_rate=1.0)),
    }
    PREFIXED = ("step", "multistep", "wsd", "rsqrt", "constant")  # by default
    HAVE_LENGTH = ("cosine", "tanh", "poly", "wsd", "rsqrt")

    def __init__(self, name, optimizer, run, parameters):
        make, values = self.CLASSES[name]
        warmup = ticks(parameters.get("warmup_t", 0), run)
        behind = parameters.get("warmup_prefix", name in self.PREFIXED)
        length = run - warmup if behind else run
        values = dict(values)
        if name in self.HAVE_LENGTH:
            values["t_initial"] = length
        for key, value in parameters.items():
            if key not in ("interval", "metric"):
                values[key] = ticks(value, run if key == "warmup_t" else length)
        self.per_epoch = parameters["interval"] == "epoch"
        if name != "plateau":
            values["t_in_epochs"] = self.per_epoch
        self.scheduler = make(optimizer, **values)

    def step(self, tick, metric):
        if self.per_epoch:
            self.scheduler.step(tick + 1, metric)
        else:
            self.scheduler.step_update(tick + 1, metric)


def text(value):
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"))


def write_case(out, name, lr, run, parameters, metrics=None):
    library, own_name = name.split(".")
    made_by, interval = {"transformers": (Transformers, "step"), "timm": (Timm, "epoch")}[library]
    if metrics is not None:
        interval = "epoch"
    parameters = {"interval": interval, **parameters}
    print("case", name, f"lr={lr}", f"momentum={MOMENTUM}", f"run={run}",
          *[f"{key}={text(value)}" for key, value in parameters.items()], file=out)
    if library == "transformers":
        del parameters["interval"]
    optimizer = make_optimizer(lr)
    scheduler = made_by(own_name, optimizer, run, parameters)
    group = optimizer.param_groups[0]
    for tick in range(run):
        columns = [tick, float(group["lr"]), float(group["momentum"])]
        metric = None if metrics is None else metrics[tick]
        print(*map(repr, columns + ([] if metric is None else [metric])), file=out)
        optimizer.step()
        scheduler.step(tick, metric)


def main():
    warnings.simplefilter("ignore")
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "aliases")
    for name in sys.argv[1:] or alias_cases.CASES:
        version = {"transformers": transformers, "timm": timm}[name.split(".")[0]].__version__
        with open(os.path.join(folder, name + ".txt"), "w", encoding="utf-8") as out:
            print(f"# Made by make_aliases.py with {name.split('.')[0]} {version}, PyTorch "
                  f"{torch.__version__}.", file=out)
            for case in alias_cases.CASES[name]:
                write_case(out, name, *case)


if __name__ == "__main__":
    main()
