"""One trial of a sweep in PyTorch, from the parameters that `lrsweep plan --json` gives it."""

import inspect
import math
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import torch

from torch_training import VARIANTS, evaluate, mlp, train_epoch


@cache
def load(variant: str, data: str):
    """The data, once in a process."""
    return VARIANTS[variant](Path(data))


def make_optimizer(model: torch.nn.Module, params: dict) -> torch.optim.Optimizer:
    """Under CyclicLR the trial names no rate: the schedule sets it."""
    options = params["optimizer"]
    lr = options.get("lr", params["scheduler"].get("base_lr"))
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=options.get("momentum", 0.9))


def wsd(options: dict, epochs: int) -> Callable[[int], float]:
    """WSD without a warm-up, in epochs: the share of the rate. Its decay is a share of the trial."""
    decay = epochs * int(options["num_decay_steps"].rstrip("%")) // 100
    shapes = {
        "linear": lambda p: 1 - p,
        "cosine": lambda p: (1 + math.cos(math.pi * p)) / 2,
        "1-sqrt": lambda p: 1 - math.sqrt(p),
        "square": lambda p: 1 - p * p,
    }
    shape = shapes[options["decay_type"]]
    return lambda epoch: shape(min(max((epoch - (epochs - decay)) / decay, 0), 1))


def make_scheduler(optimizer: torch.optim.Optimizer, params: dict):
    options = dict(params["scheduler"])
    if options["type"] == "WSD":
        share = wsd(options, params["training"]["epochs"])
        return torch.optim.lr_scheduler.LambdaLR(optimizer, share)
    make = getattr(torch.optim.lr_scheduler, options["type"])
    epochs = params["training"]["epochs"]
    theirs = inspect.signature(make).parameters  # what only lrsweep has is at its neutral default
    known = {name: value for name, value in options.items() if name in theirs}
    return make(optimizer, **{k: epochs if v == "run" else v for k, v in known.items()})


def train(params: dict, batches) -> Iterator[dict[str, float]]:
    """Trains on `batches` (as load() gives them) and yields each epoch's metrics."""
    torch.set_num_threads(1)
    torch.manual_seed(params["training"]["seed"])
    model = mlp()
    optimizer = make_optimizer(model, params)
    scheduler = make_scheduler(optimizer, params)
    per_step = params["scheduler"]["interval"] == "step"
    after_step: Callable[[], None] = scheduler.step if per_step else lambda: None
    for _ in range(params["training"]["epochs"]):
        train_loss = train_epoch(model, optimizer, batches.train(), after_step)
        val_loss, val_accuracy = evaluate(model, batches.test())
        if not per_step:
            scheduler.step()
        yield {"train_loss": train_loss, "val_loss": val_loss, "val_accuracy": val_accuracy}
