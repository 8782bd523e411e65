"""A point of search_space.py, trained in PyTorch with the data in memory."""

import math
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import torch
from torch.optim import lr_scheduler

import idx
from search_space import MOMENTUM
from torch_training import BATCH, InMemory, evaluate, mlp, train_epoch


@cache
def load(data: str) -> tuple[InMemory, int]:
    """The data, once in a process, and the steps of an epoch."""
    images = len(idx.labels(Path(data) / "mnist", "train"))
    return InMemory(Path(data)), math.ceil(images / BATCH)


def wsd(steps: int, warmup: int, decay: int) -> Callable[[int], float]:
    """The share of the rate: a linear warm-up, then constant, then a linear decay to 0."""
    return lambda step: min(step / max(warmup, 1), 1) * min((steps - step) / decay, 1)


def make_scheduler(optimizer: torch.optim.Optimizer, options: dict, steps: int):
    """A schedule that advances with every optimizer step of a run of `steps`."""

    def share(name: str) -> int:
        return steps * int(options[name].rstrip("%")) // 100

    kind = options["type"]
    if kind == "ConstantLR":
        return lr_scheduler.ConstantLR(optimizer, factor=options["factor"])
    if kind == "StepLR":
        return lr_scheduler.StepLR(optimizer, share("step_size"), gamma=options["gamma"])
    if kind == "CosineAnnealingLR":
        return lr_scheduler.CosineAnnealingLR(optimizer, steps, eta_min=options["eta_min"])
    if kind == "OneCycleLR":
        peak, rise = options["max_lr"], options["pct_start"]
        return lr_scheduler.OneCycleLR(optimizer, peak, total_steps=steps, pct_start=rise)
    if kind == "WSD":
        shape = wsd(steps, share("num_warmup_steps"), share("num_decay_steps"))
        return lr_scheduler.LambdaLR(optimizer, shape)
    raise ValueError(f"no schedule of search_space.py is named {kind}")


def train(point: dict, epochs: int, seed: int, data: str) -> Iterator[float]:
    """Trains the point's schedule of `epochs` epochs, and yields the accuracy after each."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    batches, steps = load(data)
    model = mlp()
    rate = point.get("lr", point["scheduler"].get("max_lr"))
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=MOMENTUM)
    scheduler = make_scheduler(optimizer, point["scheduler"], epochs * steps)
    for _ in range(epochs):
        train_epoch(model, optimizer, batches.train(), scheduler.step)
        yield evaluate(model, batches.test())[1]
