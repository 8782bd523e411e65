#!/usr/bin/python3
"""Makes the golden files of tests/schedule_test.cc with PyTorch's own schedulers.

    tests/golden/make_schedules.py      # writes StepLR.txt, ... beside itself; about a minute

Needs Debian's python3-torch (1.13.1). It drives a real optimizer (SGD with momentum) with a real
scheduler, step by step, and writes the learning rate and the momentum as they stand in the
optimizer's parameter group when it steps.

The format, one line each; what is between two `case` lines belongs to the first:
    # comment
    case TYPE lr=REAL momentum=REAL run=INTEGER [drift=REAL] PARAMETER=VALUE ...
    TICK LR MOMENTUM [CLOSED_FORM_LR]
`lr` and `momentum` are the optimizer's, `run` is the number of steps driven. Where PyTorch chains
and drifts from its own closed form by more than 1e-12 of the largest rate, a fourth column
has the closed form and `drift` bounds the difference, relative to that rate.
"""

import math
import os

import torch
from torch.optim import SGD
from torch.optim import lr_scheduler

LONG = 100_000  # steps of the cases over many cycles
FULL = 400      # runs up to here are written in full
STRIDE = 97     # longer ones at every 97th step, and around their first and last boundaries

# Each case: the optimizer's lr, the steps to drive, the ticks of one period, the parameters.
STEP_LR = [
    (0.1, 60, 10, dict(step_size=10)),
    (0.1, 60, 10, dict(step_size=10, gamma=0.5)),
    (0.1, 50, 5, dict(step_size=5, gamma=1.0)),
    (0.05, 200, 1, dict(step_size=1, gamma=0.97)),
    (0.1, 40, 1000, dict(step_size=1000, gamma=0.1)),
    (0.001, 120, 1, dict(step_size=1, gamma=1.05)),
    (0.3, 350, 1, dict(step_size=1, gamma=0.1)),
    (0.1, 18_760, 938, dict(step_size=938, gamma=0.9)),
    (0.1, LONG, 1, dict(step_size=1, gamma=0.9999)),
    (0.1, LONG, 7, dict(step_size=7, gamma=0.999)),
]

COSINE_ANNEALING_LR = [
    (0.1, 20, 20, dict(T_max=20)),
    (0.1, 60, 20, dict(T_max=20, eta_min=0.001)),
    (0.1, 95, 10, dict(T_max=10)),
    (0.1, 50, 1, dict(T_max=1)),
    (0.1, 50, 1, dict(T_max=1, eta_min=0.01)),
    (0.1, 50, 2, dict(T_max=2)),
    (0.1, 50, 2, dict(T_max=2, eta_min=0.02)),
    (0.01, 70, 7, dict(T_max=7, eta_min=0.1)),
    (0.05, 100, 200, dict(T_max=200)),
    (0.1, 18_760, 938, dict(T_max=938, eta_min=0.0001)),
    (0.1, 18_760, 18_760, dict(T_max=18_760)),
    (0.1, 20_000, 1000, dict(T_max=1000)),
    (0.1, LONG, 2, dict(T_max=2)),
    (0.1, LONG, 5, dict(T_max=5)),
    (0.1, LONG, 10, dict(T_max=10, eta_min=0.001)),
]

CYCLIC_LR = [
    (0.1, 18_760, 2000, dict(base_lr=0.001, max_lr=0.1)),
    (0.1, 60, 10, dict(base_lr=0.001, max_lr=0.1, step_size_up=10, mode="triangular")),
    (0.1, 60, 10, dict(base_lr=0.001, max_lr=0.1, step_size_up=10, mode="triangular2")),
    (0.1, 60, 10, dict(base_lr=0.001, max_lr=0.1, step_size_up=10, mode="exp_range", gamma=0.98)),
    (0.1, 90, 10, dict(base_lr=0.01, max_lr=0.05, step_size_up=4, step_size_down=11,
                       mode="triangular", cycle_momentum=False)),
    (0.1, 90, 10, dict(base_lr=0.01, max_lr=0.05, step_size_up=11, step_size_down=4,
                       mode="triangular2", cycle_momentum=False)),
    (0.1, 90, 10, dict(base_lr=0.01, max_lr=0.05, step_size_up=1, step_size_down=6,
                       mode="exp_range", gamma=0.995, cycle_momentum=False)),
    (0.1, 80, 6.25, dict(base_lr=0.0, max_lr=1.0, step_size_up=2.5, step_size_down=3.75,
                         base_momentum=0.5, max_momentum=0.95)),
    (0.1, 80, 1.3, dict(base_lr=0.02, max_lr=0.2, step_size_up=0.6, step_size_down=0.7,
                        mode="triangular2")),
    (0.1, 40, 1000, dict(base_lr=0.001, max_lr=0.1, step_size_up=1000)),
    (0.1, 40, 1, dict(base_lr=0.001, max_lr=0.1, step_size_up=1)),
    (0.1, 40, 10, dict(base_lr=0.05, max_lr=0.05, step_size_up=10, base_momentum=0.9)),
    (0.1, 50, 10, dict(base_lr=0.001, max_lr=0.1, step_size_up=10, mode="exp_range")),
    (0.1, LONG, 1, dict(base_lr=0.001, max_lr=0.1, step_size_up=3, step_size_down=4)),
    (0.1, LONG, 2000, dict(base_lr=0.001, max_lr=0.1, step_size_up=1, step_size_down=1999)),
    (0.1, LONG, 6.25, dict(base_lr=0.001, max_lr=0.1, step_size_up=2.5, step_size_down=3.75,
                           base_momentum=0.85, max_momentum=0.95)),
    # PyTorch's 2 ** cycle overflows after 1024 cycles of triangular2 (OverflowError).
    (0.1, 10_000, 10, dict(base_lr=0.001, max_lr=0.1, step_size_up=5, mode="triangular2")),
    (0.1, LONG, 938, dict(base_lr=0.001, max_lr=0.1, step_size_up=469, mode="exp_range",
                          gamma=0.99994)),
]


def drive(scheduler_type, lr, momentum, steps, parameters):
    """The rates that the optimizer applies at each step, and PyTorch's closed form if it has one.
    """
    optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr, momentum=momentum)
    scheduler = scheduler_type(optimizer, **parameters)
    applied, closed = [], []
    for _ in range(steps):
        group = optimizer.param_groups[0]
        applied.append((group["lr"], group["momentum"]))
        if hasattr(scheduler, "_get_closed_form_lr"):
            closed.append(scheduler._get_closed_form_lr()[0])
        optimizer.step()
        scheduler.step()
    return applied, closed


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


def text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def write_case(out, scheduler_type, lr, steps, period, parameters, momentum=0.9):
    applied, closed = drive(scheduler_type, lr, momentum, steps, parameters)
    largest = max(rate for rate, _ in applied)
    gaps = [abs(a - c) / largest for (a, _), c in zip(applied, closed)]
    drifts = max(gaps, default=0) > 1e-12
    words = ["case", scheduler_type.__name__, f"lr={lr}", f"momentum={momentum}", f"run={steps}"]
    if drifts:
        words.append(f"drift={max(gaps) * 1.01:.2e}")  # rounded up
    words += [f"{name}={text(value)}" for name, value in parameters.items()]
    print(*words, file=out)
    if gaps:
        first = max(gaps[: math.ceil(period) + 1])
        print(f"# chained against closed form: {first:.1e} up to the first boundary, "
              f"{max(gaps):.1e} in all", file=out)
    for tick in sampled(steps, period):
        columns = [tick, *applied[tick]] + ([closed[tick]] if drifts else [])
        print(*map(repr, columns), file=out)


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    for name, cases in [("StepLR", STEP_LR), ("CosineAnnealingLR", COSINE_ANNEALING_LR),
                        ("CyclicLR", CYCLIC_LR)]:
        with open(os.path.join(folder, name + ".txt"), "w", encoding="utf-8") as out:
            print(f"# Made by make_schedules.py (format there) with PyTorch {torch.__version__}.",
                  file=out)
            for case in cases:
                write_case(out, getattr(lr_scheduler, name), *case)


if __name__ == "__main__":
    main()
