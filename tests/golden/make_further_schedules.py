#!/usr/bin/env python3
"""Makes the golden files of the types and parameters that PyTorch lacks, with the libraries that have
them.

    python3 -m venv /tmp/further-venv
    /tmp/further-venv/bin/pip install torch torchvision transformers timm keras pytorch_optimizer
    KERAS_BACKEND=torch /tmp/further-venv/bin/python tests/golden/make_further_schedules.py

It drives a real optimizer (SGD with momentum) with the library's own scheduler, or asks Keras for its
rate at each step in double precision. Where no library on PyPI has a schedule (the decays of
Dremov et al., arXiv:2508.01483, the shapes of warm-ups, a falling peak over the run), `independent`
computes it by the paper's formula, written in another way than in schedulers/.

It writes CosineWithHardRestarts.txt, InverseTimeDecay.txt, PiecewiseConstant.txt, REX.txt and
Table.txt; what is
new in types that make_schedules.py covers goes to FurtherParameters.txt, shapes of warm-ups to
WarmupShapes.txt. The format is that of make_schedules.py.
"""

import json
import math
import os
import warnings
from importlib import metadata

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import pytorch_optimizer
import timm
import torch
import transformers
from keras.optimizers import schedules as keras_schedules
from timm.scheduler.cosine_lr import CosineLRScheduler
from timm.scheduler.poly_lr import PolyLRScheduler
from timm.scheduler.wsd_lr import WSDLRScheduler
from torch.optim import SGD
from torch.optim import lr_scheduler

MOMENTUM = 0.9
FULL = 400      # runs up to here are written in full
STRIDE = 97     # longer ones at every 97th step


def make_optimizer(lr):
    return SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr, momentum=MOMENTUM)


def stepped(lr, steps, make):
    """The rates that the optimizer applies with a scheduler of PyTorch's kind."""
    optimizer = make_optimizer(lr)
    scheduler = make(optimizer)
    group = optimizer.param_groups[0]
    applied = []
    for _ in range(steps):
        applied.append((float(group["lr"]), float(group["momentum"])))
        optimizer.step()
        scheduler.step()
    return applied


def of_transformers(function, **parameters):
    return lambda lr, steps: stepped(
        lr, steps, lambda optimizer: getattr(transformers, function)(optimizer, **parameters))


def of_torch(name, **parameters):
    return lambda lr, steps: stepped(
        lr, steps, lambda optimizer: getattr(lr_scheduler, name)(optimizer, **parameters))


def of_timm(kind, **parameters):
    def rates(lr, steps):
        optimizer = make_optimizer(lr)
        scheduler = kind(optimizer, t_in_epochs=False, **parameters)
        applied = []
        for step in range(steps):
            scheduler.step_update(step)
            applied.append((float(optimizer.param_groups[0]["lr"]), MOMENTUM))
            optimizer.step()
        return applied
    return rates


def of_keras(kind, *arguments, **parameters):
    """`arguments` follow the initial rate, or replace it where the kind has none."""
    def rates(lr, steps):
        first = () if kind is keras_schedules.PiecewiseConstantDecay else (lr,)
        schedule = kind(*first, *arguments, **parameters)
        return [(float(schedule(step)), MOMENTUM) for step in range(steps)]
    return rates


def of_rex(total_steps, min_lr):
    def rates(lr, steps):
        optimizer = make_optimizer(lr)
        scheduler = pytorch_optimizer.REXScheduler(optimizer, total_steps, max_lr=lr, min_lr=min_lr)
        scheduler.step_t = 0  # PyTorch's base class has stepped it in its constructor
        applied = []
        for _ in range(steps):
            scheduler.step()  # it sets the rate of the step that follows
            applied.append((float(optimizer.param_groups[0]["lr"]), MOMENTUM))
            optimizer.step()
        return applied
    return rates


def independent(rate):
    """rate(lr, step) at each step."""
    return lambda lr, steps: [(rate(lr, step), MOMENTUM) for step in range(steps)]


# ---- WSD: the decays of Dremov et al. from `1` to `least` over the share x, as differences.


def cooldown(shape, warmup, stable, decay, least, start=0.7):
    def rate(lr, step):
        if step < warmup:
            return lr * least + (lr - lr * least) * step / warmup
        if step < warmup + stable:
            return lr
        if step >= warmup + stable + decay:
            return lr * least
        x = (step - warmup - stable) / decay
        low = lr * least
        linear = lr - x * (lr - low)
        if shape == "exponential":
            return lr * math.exp(x * math.log(least))
        if shape == "square":
            return lr - x * x * (lr - low)
        if shape == "sqrt":
            return lr - x ** 0.5 * (lr - low)
        if shape == "mirror_cosine":
            cosine = low + (lr - low) * math.cos(math.pi * x / 2) ** 2
            return linear + (linear - cosine)
        assert shape == "lowered_linear"
        return lr * start - x * (lr * start - low)
    return independent(rate)


def wsd_case(shape, lr, steps, warmup, stable, decay, least, **more):
    parameters = dict(num_warmup_steps=warmup, num_stable_steps=stable, num_decay_steps=decay,
                      decay_type=shape, min_lr_ratio=least, **more)
    start = more.get("cooldown_start_lr_factor", 0.7)
    return "WSD", lr, steps, parameters, cooldown(shape, warmup, stable, decay, least, start)


def timm_wsd_case(lr, steps, warmup, total, decay, least, decay_fn, **more):
    ours = {"exp": "exponential"}.get(decay_fn, decay_fn)
    parameters = dict(num_warmup_steps=warmup, num_stable_steps=total - decay,
                      num_decay_steps=decay, decay_type=ours, min_lr_ratio=least, **more)
    original = of_timm(WSDLRScheduler, t_initial=total, decay_t=decay, lr_min=least * lr,
                       decay_fn=decay_fn, warmup_t=warmup, warmup_lr_init=least * lr, **more)
    return "WSD", lr, steps, parameters, original


WSD = [
    *(wsd_case(shape, lr, 100, *lengths, least)
      for shape in ("exponential", "square", "sqrt", "mirror_cosine", "lowered_linear")
      for lr, lengths, least in [(0.1, (10, 40, 40), 0.1), (0.1, (0, 0, 90), 0.01),
                                 (0.3, (5, 20, 7), 0.5), (0.003, (20, 60, 100), 0.001),
                                 (1.0, (1, 1, 1), 0.2)]),
    *(wsd_case(shape, 0.1, 60, 5, 10, 40, 0.0)
      for shape in ("square", "sqrt", "mirror_cosine", "lowered_linear")),
    wsd_case("exponential", 0.1, 9380, 938, 6566, 1876, 1e-4),
    wsd_case("lowered_linear", 0.1, 60, 5, 10, 40, 0.1, cooldown_start_lr_factor=0.4),
    wsd_case("lowered_linear", 0.1, 60, 5, 10, 40, 0.4, cooldown_start_lr_factor=0.4),
    *(timm_wsd_case(lr, 100, *lengths, least, "power", decay_power=power)
      for lr, lengths, least, power in [(0.1, (10, 80, 40), 0.1, 0.5), (0.1, (0, 90, 90), 0.0, 2.0),
                                        (0.3, (5, 27, 7), 0.5, 1.0), (0.1, (10, 70, 30), 0.0, 0.3),
                                        (0.1, (10, 70, 30), 0.2, 3.5), (0.1, (1, 2, 1), 0.2, 2.0)]),
    *(timm_wsd_case(lr, 100, *lengths, least, "exp", decay_ratio=ratio)
      for lr, lengths, least, ratio in [(0.1, (10, 80, 40), 0.1, 0.1), (0.1, (0, 90, 90), 0.0, 0.5),
                                        (0.3, (5, 27, 7), 0.5, 0.9), (0.1, (10, 70, 30), 0.0, 0.01),
                                        (0.1, (10, 70, 30), 0.2, 1e-6),
                                        (0.1, (1, 2, 1), 0.2, 0.1)]),
]

# ---- PolynomialLR: lr_end of transformers, k_decay of timm.


def polynomial_end_case(lr, steps, total, lr_end, power):
    return ("PolynomialLR", lr, steps, dict(total_iters=total, lr_end=lr_end, power=power),
            of_transformers("get_polynomial_decay_schedule_with_warmup", num_warmup_steps=0,
                            num_training_steps=total, lr_end=lr_end, power=power))


def polynomial_k_case(lr, steps, total, lr_end, power, k_decay):
    return ("PolynomialLR", lr, steps,
            dict(total_iters=total, lr_end=lr_end, power=power, k_decay=k_decay),
            of_timm(PolyLRScheduler, t_initial=total, lr_min=lr_end, power=power, k_decay=k_decay))


POLYNOMIAL = [
    polynomial_end_case(0.1, 60, 50, 1e-7, 1.0),
    polynomial_end_case(0.1, 60, 50, 0.01, 2.0),
    polynomial_end_case(0.1, 60, 50, 0.099, 0.5),
    polynomial_end_case(0.003, 60, 7, 1e-4, 3.0),
    polynomial_end_case(0.1, 60, 200, 0.02, 1.5),
    polynomial_end_case(0.1, 300, 290, 0.0, 0.9),
    polynomial_k_case(0.1, 60, 50, 0.0, 0.5, 2.0),
    polynomial_k_case(0.1, 60, 50, 0.01, 1.0, 0.5),
    polynomial_k_case(0.1, 60, 50, 0.01, 2.0, 3.0),
    polynomial_k_case(0.3, 60, 1, 0.01, 2.0, 3.0),
    polynomial_k_case(0.1, 60, 200, 0.02, 1.5, 1.7),
    polynomial_k_case(0.1, 300, 290, 0.0, 0.9, 5.0),
]

# ---- Cosines: a share of lr and num_cycles of transformers; k_decay, falling peaks, a limit of timm.


def cosine_share_case(lr, steps, total, ratio, num_cycles):
    return ("CosineAnnealingLR", lr, steps,
            dict(T_max=total, eta_min_ratio=ratio, num_cycles=num_cycles),
            of_transformers("get_cosine_with_min_lr_schedule_with_warmup", num_warmup_steps=0,
                            num_training_steps=total, min_lr_rate=ratio, num_cycles=num_cycles))


def cosine_k_case(lr, steps, total, eta_min, k_decay):
    return ("CosineAnnealingLR", lr, steps, dict(T_max=total, eta_min=eta_min, k_decay=k_decay),
            of_timm(CosineLRScheduler, t_initial=total, lr_min=eta_min, k_decay=k_decay))


def warm_restarts_case(lr, steps, first, longer, eta_min, decay, limit, k_decay):
    return ("CosineAnnealingWarmRestarts", lr, steps,
            dict(T_0=first, T_mult=longer, eta_min=eta_min, cycle_decay=decay, cycle_limit=limit,
                 k_decay=k_decay),
            of_timm(CosineLRScheduler, t_initial=first, lr_min=eta_min, cycle_mul=float(longer),
                    cycle_decay=decay, cycle_limit=limit, k_decay=k_decay))


COSINE = [
    cosine_share_case(0.1, 60, 50, 0.1, 0.5),
    cosine_share_case(0.1, 60, 50, 0.0, 0.5),
    cosine_share_case(0.1, 60, 50, 0.5, 1.5),
    cosine_share_case(0.003, 60, 7, 0.01, 0.25),
    cosine_share_case(0.1, 60, 200, 1.0, 0.5),
    cosine_share_case(0.1, 300, 290, 0.001, 3.0),
    cosine_k_case(0.1, 60, 50, 0.0, 2.0),
    cosine_k_case(0.1, 60, 50, 0.01, 0.5),
    cosine_k_case(0.1, 60, 50, 0.01, 3.0),
    cosine_k_case(0.3, 60, 2, 0.01, 3.0),
    cosine_k_case(0.1, 60, 200, 0.02, 1.7),
    cosine_k_case(0.1, 300, 290, 0.0, 7.0),
    warm_restarts_case(0.1, 60, 10, 1, 0.001, 0.5, 4, 1.0),
    warm_restarts_case(0.1, 60, 10, 1, 0.0, 0.8, 100, 2.0),
    # Lengths of which timm's logarithm finds every restart; schedulers/ counts in integers.
    warm_restarts_case(0.1, 100, 8, 2, 0.001, 0.5, 2, 1.0),
    warm_restarts_case(0.1, 100, 8, 2, 0.001, 1.0, 3, 1.5),
    warm_restarts_case(0.1, 100, 16, 2, 0.04, 0.3, 3, 1.0),  # the peak falls below eta_min
    warm_restarts_case(0.1, 40, 10, 1, 0.01, 1.0, 1, 0.7),
]

# ---- CosineWithHardRestarts


def hard_restarts_case(lr, steps, total, cycles):
    return ("CosineWithHardRestarts", lr, steps,
            dict(num_training_steps=total, num_cycles=cycles),
            of_transformers("get_cosine_with_hard_restarts_schedule_with_warmup",
                            num_warmup_steps=0, num_training_steps=total, num_cycles=cycles))


def falling_peaks_case(lr, steps, cycle, cycles, eta_min, decay):
    """timm's cycles have a whole number of steps."""
    return ("CosineWithHardRestarts", lr, steps,
            dict(num_training_steps=cycle * cycles, num_cycles=cycles, eta_min=eta_min,
                 cycle_decay=decay),
            of_timm(CosineLRScheduler, t_initial=cycle, lr_min=eta_min, cycle_limit=cycles,
                    cycle_decay=decay))


def share_of_peaks(total, cycles, ratio, decay):
    def rate(lr, step):
        low = lr * ratio
        if step >= total:
            return low
        number, past = divmod(step * cycles, total)
        peak = lr * decay ** number
        return low + (peak - low) * math.cos(math.pi * past / total / 2) ** 2
    return independent(rate)


HARD_RESTARTS = [
    hard_restarts_case(0.1, 60, 50, 1),
    hard_restarts_case(0.1, 60, 50, 4),   # no whole number of steps
    hard_restarts_case(0.1, 60, 49, 49),  # a product that rounds below 1: one restart is late
    hard_restarts_case(0.1, 60, 48, 3),
    hard_restarts_case(0.003, 60, 7, 7),
    hard_restarts_case(0.1, 60, 1000, 5),
    hard_restarts_case(0.1, 400, 390, 11),
    falling_peaks_case(0.1, 70, 16, 4, 0.001, 0.5),
    falling_peaks_case(0.1, 70, 8, 8, 0.0, 0.8),
    falling_peaks_case(0.1, 70, 32, 2, 0.06, 0.5),
    ("CosineWithHardRestarts", 0.1, 70,
     dict(num_training_steps=64, num_cycles=4, eta_min_ratio=0.1, cycle_decay=0.7),
     share_of_peaks(64, 4, 0.1, 0.7)),
    ("CosineWithHardRestarts", 0.2, 70,
     dict(num_training_steps=60, num_cycles=8, eta_min_ratio=0.02, cycle_decay=0.9),
     share_of_peaks(60, 8, 0.02, 0.9)),
]

# ---- REX, InverseTimeDecay, ExponentialLR, PiecewiseConstant

REX = [("REX", lr, steps, dict(total_iters=total, eta_min=eta_min), of_rex(total, eta_min))
       for lr, steps, total, eta_min in [(0.1, 60, 50, 0.0), (0.1, 60, 50, 0.01), (0.003, 60, 7, 0.0),
                                         (0.1, 60, 1000, 0.001), (0.1, 30, 1, 0.02),
                                         (0.5, 400, 390, 1e-6), (0.01, 60, 50, 0.1)]]

KERAS_STEPS = [(0.1, 60, 10, 0.5), (0.1, 60, 1, 0.9), (0.003, 60, 7, 0.3), (0.1, 60, 1000, 0.96),
               (0.1, 60, 13, 1.0), (0.5, 400, 90, 0.04), (0.1, 60, 10, 1.05)]

INVERSE_TIME = [
    ("InverseTimeDecay", lr, steps,
     dict(decay_rate=rate, decay_steps=decay_steps, staircase=staircase),
     of_keras(keras_schedules.InverseTimeDecay, decay_steps, rate, staircase=staircase))
    for lr, steps, decay_steps, rate in KERAS_STEPS for staircase in (False, True)]

EXPONENTIAL = [
    ("ExponentialLR", lr, steps, dict(gamma=rate, decay_steps=decay_steps, staircase=staircase),
     of_keras(keras_schedules.ExponentialDecay, decay_steps, rate, staircase=staircase))
    for lr, steps, decay_steps, rate in KERAS_STEPS for staircase in (False, True)]


def constant_case(steps, boundaries, values):
    """A rate holds up to its boundary there, so that the next one's tick is the boundary + 1."""
    points = [[0, values[0]]] + [[boundary + 1, value]
                                 for boundary, value in zip(boundaries, values[1:])]
    return ("PiecewiseConstant", 0.1, steps, dict(milestones_values=points),
            of_keras(keras_schedules.PiecewiseConstantDecay, boundaries, values))


PIECEWISE_CONSTANT = [
    constant_case(60, [29, 44], [0.1, 0.01, 0.001]),
    constant_case(60, [9], [0.3, 0.003]),
    constant_case(30, [0, 1, 2, 3], [0.1, 0.2, 0.05, 0.05, 0.4]),
    constant_case(30, [99], [0.1, 0.2]),  # past the end
    constant_case(60, [4, 9, 19, 39], [0.0, 1e-7, 10.0, 0.25, 0.0]),
    constant_case(300, [149, 224], [0.4, 0.04, 0.004]),
]

def table_case(lr, steps, rates):
    """LambdaLR with a list: PyTorch's own way to a table. Past its end the last rate holds."""
    return ("Table", lr, steps, dict(rates=rates),
            of_torch("LambdaLR", lr_lambda=lambda tick: rates[min(tick, len(rates) - 1)] / lr))


TABLE = [
    table_case(0.1, 30, [0.1, 0.05, 0.02, 0.01]),
    table_case(0.5, 30, [0.3]),
    table_case(1.0, 30, [0.0, 1e-7, 3.5, 0.0, 0.25]),
    table_case(0.1, 30, [round(0.1 * 0.9 ** tick, 6) for tick in range(30)]),
    table_case(0.1, 30, [round(0.1 + 0.01 * (tick % 7), 3) for tick in range(50)]),
    table_case(0.003, 60, [0.001] * 20 + [0.0005] * 20),
]

# ---- PyTorch's own parameters


def one_cycle_case(steps, epochs, steps_per_epoch, **more):
    given = dict(max_lr=0.1, epochs=epochs, steps_per_epoch=steps_per_epoch, **more)
    return "OneCycleLR", 0.1, steps, given, of_torch("OneCycleLR", **given)


TORCH = [
    one_cycle_case(40, 4, 10),
    one_cycle_case(40, 10, 4, anneal_strategy="linear"),
    one_cycle_case(30, 1, 50, pct_start=0.1),
    one_cycle_case(30, 30, 1, three_phase=True),
    one_cycle_case(36, 6, 6, cycle_momentum=False, div_factor=10.0),
    one_cycle_case(40, 3, 5, total_steps=50),  # total_steps counts
    *(("MultiStepLR", 0.1, 60, dict(milestones=milestones, gamma=gamma),
       of_torch("MultiStepLR", milestones=milestones, gamma=gamma))
      for milestones, gamma in [([10, 10], 0.5), ([0, 0, 0], 0.5), ([0, 5, 5, 5, 50], 0.9),
                                ([59, 59], 0.1), ([1, 1, 2, 2], 0.7), ([100, 100], 0.1)]),
]

# ---- Warm-ups in front of StepLR: epochs, steps per epoch, the warm-up.


def risen(warmup, step):
    p = step / warmup["steps"]
    start = warmup["start_factor"]
    if warmup["shape"] == "exponential":
        return math.exp((1 - p) * math.log(start))
    ramp = {"linear": p, "cosine": math.sin(math.pi * p / 2) ** 2,
            "polynomial": p ** warmup.get("power", 2)}[warmup["shape"]]
    return start * (1 - ramp) + ramp


def warmup_case(epochs, steps_per_epoch, interval, **warmup):
    def rate(lr, step):
        if step < warmup["steps"]:
            return lr * risen(warmup, step)
        past = step - warmup["steps"]
        ticks = past if interval == "step" else past // steps_per_epoch
        return lr * 0.5 ** (ticks // 3)
    parameters = dict(epochs=epochs, steps_per_epoch=steps_per_epoch, interval=interval,
                      step_size=3, gamma=0.5, warmup=warmup)
    return "StepLR", 0.1, epochs * steps_per_epoch, parameters, independent(rate)


WARMUPS = [
    warmup_case(8, 5, interval, steps=steps, start_factor=start, shape=kind, **more)
    for interval in ("step", "epoch")
    for kind, more in [("linear", {}), ("cosine", {}), ("polynomial", {}),
                       ("polynomial", dict(power=0.5)), ("polynomial", dict(power=3.0)),
                       ("exponential", {})]
    for steps, start in [(10, 0.1), (1, 0.5), (17, 1 / 3), (7, 1.0)]]
WARMUPS += [warmup_case(8, 5, "step", steps=12, start_factor=0.0, shape=kind)
            for kind in ("linear", "cosine", "polynomial")]


def text(value):
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def write(name, cases, sources, prefix=""):
    """`prefix` distinguishes parameters of a type from the words of the format."""
    folder = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(folder, name + ".txt"), "w", encoding="utf-8") as out:
        print(f"# Made by make_further_schedules.py with {sources}.", file=out)
        for scheduler_type, lr, steps, parameters, rates in cases:
            words = [f"lr={lr}", f"momentum={MOMENTUM}", f"run={steps}"]
            words += [f"{prefix}{key}={text(value)}" for key, value in parameters.items()]
            print("case", scheduler_type, *words, file=out)
            for tick, (rate, momentum) in enumerate(rates(lr, steps)):
                if steps <= FULL or tick % STRIDE == 0:
                    print(tick, repr(rate), repr(momentum), file=out)


def main():
    warnings.simplefilter("ignore")
    keras.config.set_floatx("float64")
    in_torch = f"PyTorch {torch.__version__}"
    in_transformers = f"transformers {transformers.__version__}"
    in_timm = f"timm {timm.__version__}"
    in_keras = f"Keras {keras.__version__}"
    write("FurtherParameters", WSD + POLYNOMIAL + COSINE + EXPONENTIAL + TORCH,
          f"{in_torch}, {in_transformers}, {in_timm}, {in_keras}", "scheduler.")
    write("CosineWithHardRestarts", HARD_RESTARTS, f"{in_transformers}, {in_timm}")
    write("REX", REX, f"pytorch_optimizer {metadata.version('pytorch_optimizer')}")
    write("InverseTimeDecay", INVERSE_TIME, in_keras)
    write("PiecewiseConstant", PIECEWISE_CONSTANT, in_keras)
    write("Table", TABLE, in_torch)
    write("WarmupShapes", WARMUPS, "the formulas that it has")


if __name__ == "__main__":
    main()
