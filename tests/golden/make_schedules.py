#!/usr/bin/env python3
"""Makes the golden files of the schedules' tests with PyTorch's own schedulers.

    python3 -m venv /tmp/torch-venv
    /tmp/torch-venv/bin/pip install torch numpy transformers pytorch-ignite torch-lr-finder
    /tmp/torch-venv/bin/python tests/golden/make_schedules.py [TYPE ...]   # some minutes

It drives a real optimizer (SGD with momentum) with a real scheduler, step by step, and writes the
learning rate and the momentum as they stand in the optimizer's parameter group when it steps, to
StepLR.txt, ... beside itself. WSD and InverseSqrt are those of Hugging Face transformers,
PiecewiseLinear is PyTorch-Ignite's, LRRangeTest torch-lr-finder's.

The format, one line each; what is between two `case` lines belongs to the first:
    # comment
    case TYPE lr=REAL momentum=REAL run=INTEGER [drift=REAL] PARAMETER=VALUE ...
    TICK LR MOMENTUM [CLOSED_FORM_LR]
`lr` and `momentum` are the optimizer's, `run` is the number of steps driven; a VALUE that is a list
is JSON without spaces. Where PyTorch chains and drifts from its own closed form by more than 1e-12
of the largest rate, a fourth column has the closed form and `drift` bounds the difference, relative
to that rate. In ReduceLROnPlateau.txt a tick is an epoch and the fourth column the metric at its
end. In TrialSchedule.txt a tick is an optimizer step of a loop over a real DataLoader, and a case
has epochs, steps_per_epoch, interval and warmup as well.
"""

import json
import math
import os
import sys
import warnings

import ignite
import torch
import torch_lr_finder.lr_finder
import transformers
from ignite.handlers.param_scheduler import PiecewiseLinear
from torch.optim import SGD
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, TensorDataset

import schedule_cases as cases

FULL = 400      # runs up to here are written in full
STRIDE = 97     # longer ones at every 97th step, and around their first and last boundaries
MOMENTUM = 0.9


def make_optimizer(lr):
    return SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr, momentum=MOMENTUM)


def make_range_test(optimizer, end_lr=10, num_iter=100, step_mode="exp"):
    finder = torch_lr_finder.lr_finder
    kind = finder.ExponentialLR if step_mode == "exp" else finder.LinearLR
    return kind(optimizer, end_lr, num_iter)


def make(optimizer, scheduler_type, parameters):
    """The scheduler; members of a composed one are made in their order."""
    if scheduler_type == "WSD":
        return transformers.get_wsd_schedule(optimizer, **parameters)
    if scheduler_type == "InverseSqrt":
        return transformers.get_inverse_sqrt_schedule(optimizer, **parameters)
    if scheduler_type == "LRRangeTest":
        return make_range_test(optimizer, **parameters)
    if "schedulers" in parameters:
        members = [make(optimizer, *member) for member in parameters["schedulers"]]
        if scheduler_type == "ChainedScheduler":
            return lr_scheduler.ChainedScheduler(members, optimizer=optimizer)
        return lr_scheduler.SequentialLR(optimizer, members, parameters["milestones"])
    return getattr(lr_scheduler, scheduler_type)(optimizer, **parameters)


def closed_form(scheduler, base_lr):
    """PyTorch's closed form at the scheduler's tick, or None where it has none."""
    if isinstance(scheduler, lr_scheduler.ChainedScheduler):
        members = [closed_form(member, base_lr) for member in scheduler._schedulers]
        return None if None in members else base_lr * math.prod(m / base_lr for m in members)
    if getattr(scheduler, "total_iters", 1) == 0 or not hasattr(scheduler, "_get_closed_form_lr"):
        return None
    return scheduler._get_closed_form_lr()[0]


def drive(scheduler_type, lr, steps, parameters):
    """The rates that the optimizer applies at each step, and PyTorch's closed form if it has one.
    """
    optimizer = make_optimizer(lr)
    scheduler = make(optimizer, scheduler_type, parameters)
    group = optimizer.param_groups[0]
    applied, closed = [], []
    for step in range(steps):
        applied.append((float(group["lr"]), float(group["momentum"])))
        form = closed_form(scheduler, lr)
        if form is not None:
            closed.append(form)
        optimizer.step()
        if step + 1 < steps:
            scheduler.step()
    return applied, closed


def drive_piecewise_linear(lr, steps, parameters):
    """Ignite sets the rate before the step of the same number."""
    optimizer = make_optimizer(lr)
    scheduler = PiecewiseLinear(optimizer, "lr", **parameters)
    applied = []
    for _ in range(steps):
        scheduler(None)
        applied.append((float(optimizer.param_groups[0]["lr"]), MOMENTUM))
    return applied, []


def sampled(steps, period):
    """All ticks of a short run; of a long one every STRIDE-th and those around boundaries."""
    if steps <= FULL:
        return range(steps)
    ticks = set(range(0, steps, STRIDE)) | {steps - 1}
    last = math.floor((steps - 1) / period)
    for cycle in {1, 2, 3, last - 1, last}:
        for half in (0, 0.5):
            boundary = math.floor((cycle + half) * period)
            ticks |= {boundary - 1, boundary, boundary + 1}
    return sorted(tick for tick in ticks if 0 <= tick < steps)


def plain(value):
    """A value as JSON has it: members as mappings with their type."""
    if isinstance(value, list):
        return [plain(element) for element in value]
    if isinstance(value, tuple) and isinstance(value[0], str):
        return {"type": value[0], **{name: plain(inner) for name, inner in value[1].items()}}
    return value


def text(value):
    if isinstance(value, str):
        return value
    return json.dumps(plain(value), separators=(",", ":"))


def named(parameters):
    return [f"{name}={text(value)}" for name, value in parameters.items()]


def write_case(out, scheduler_type, lr, steps, period, parameters):
    if scheduler_type == "PiecewiseLinear":
        applied, closed = drive_piecewise_linear(lr, steps, parameters)
    else:
        applied, closed = drive(scheduler_type, lr, steps, parameters)
    if scheduler_type == "LRRangeTest":
        parameters = dict(start_lr=lr, **parameters)
    largest = max(rate for rate, _ in applied)
    gaps = [abs(a - c) / largest for (a, _), c in zip(applied, closed)]
    drifts = max(gaps, default=0) > 1e-12
    words = ["case", scheduler_type, f"lr={lr}", f"momentum={MOMENTUM}", f"run={steps}"]
    if drifts:
        words.append(f"drift={max(gaps) * 1.01:.2e}")  # rounded up
    print(*words, *named(parameters), file=out)
    if gaps:
        first = max(gaps[: math.ceil(period) + 1])
        print(f"# chained against closed form: {first:.1e} up to the first boundary, "
              f"{max(gaps):.1e} in all", file=out)
    for tick in sampled(steps, period):
        columns = [tick, *applied[tick]] + ([closed[tick]] if drifts else [])
        print(*map(repr, columns), file=out)


def write_plateau_case(out, lr, parameters, metrics):
    print("case ReduceLROnPlateau", f"lr={lr}", f"momentum={MOMENTUM}", f"run={len(metrics)}",
          *named(parameters), file=out)
    optimizer = make_optimizer(lr)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, **parameters)
    group = optimizer.param_groups[0]
    for epoch, metric in enumerate(metrics):
        print(epoch, repr(group["lr"]), repr(group["momentum"]), repr(metric), file=out)
        scheduler.step(metric)


def write_trial_case(out, lr, images, batch_size, epochs, interval, warmup, member):
    optimizer = make_optimizer(lr)
    if warmup:
        steps, start_factor = warmup
        rise = ("LinearLR", dict(start_factor=start_factor, total_iters=steps))
        scheduler = make(optimizer, "SequentialLR",
                         dict(schedulers=[rise, member], milestones=[steps]))
    else:
        scheduler = make(optimizer, *member)
    loader = DataLoader(TensorDataset(torch.zeros(images, 1)), batch_size=batch_size)
    words = [f"epochs={epochs}", f"steps_per_epoch={len(loader)}", f"interval={interval}"]
    if warmup:
        words.append("warmup=" + text(dict(steps=steps, start_factor=start_factor)))
    total = epochs * len(loader)
    print("case", member[0], f"lr={lr}", f"momentum={MOMENTUM}", f"run={total}", *words,
          *named(member[1]), file=out)
    group = optimizer.param_groups[0]
    step = 0
    for _ in range(epochs):
        for _ in loader:
            print(step, repr(float(group["lr"])), repr(float(group["momentum"])), file=out)
            optimizer.step()
            step += 1
            if interval == "step" and step < total:
                scheduler.step()
        if interval == "epoch":
            scheduler.step()


FILES = {
    "StepLR": cases.STEP_LR,
    "MultiStepLR": cases.MULTI_STEP_LR,
    "ConstantLR": cases.CONSTANT_LR,
    "LinearLR": cases.LINEAR_LR,
    "ExponentialLR": cases.EXPONENTIAL_LR,
    "PolynomialLR": cases.POLYNOMIAL_LR,
    "CosineAnnealingLR": cases.COSINE_ANNEALING_LR,
    "CosineAnnealingWarmRestarts": cases.COSINE_ANNEALING_WARM_RESTARTS,
    "CyclicLR": cases.CYCLIC_LR,
    "OneCycleLR": cases.ONE_CYCLE_LR,
    "SequentialLR": cases.SEQUENTIAL_LR,
    "ChainedScheduler": cases.CHAINED_SCHEDULER,
    "WSD": cases.WSD,
    "InverseSqrt": cases.INVERSE_SQRT,
    "PiecewiseLinear": cases.PIECEWISE_LINEAR,
    "LRRangeTest": cases.LR_RANGE_TEST,
    "ReduceLROnPlateau": cases.REDUCE_LR_ON_PLATEAU,
    "TrialSchedule": cases.TRIAL_SCHEDULES,
}
ELSEWHERE = {  # whose schedulers they are, where not PyTorch's
    "WSD": f", transformers {transformers.__version__}",
    "InverseSqrt": f", transformers {transformers.__version__}",
    "PiecewiseLinear": f", pytorch-ignite {ignite.__version__}",
    "LRRangeTest": ", torch-lr-finder",
}


def main():
    warnings.simplefilter("ignore")
    folder = os.path.dirname(os.path.abspath(__file__))
    for name in sys.argv[1:] or FILES:
        with open(os.path.join(folder, name + ".txt"), "w", encoding="utf-8") as out:
            print(f"# Made by make_schedules.py (format there) with PyTorch {torch.__version__}"
                  f"{ELSEWHERE.get(name, '')}.", file=out)
            for case in FILES[name]:
                if name == "ReduceLROnPlateau":
                    write_plateau_case(out, *case)
                elif name == "TrialSchedule":
                    write_trial_case(out, *case)
                else:
                    write_case(out, name, *case)


if __name__ == "__main__":
    main()
