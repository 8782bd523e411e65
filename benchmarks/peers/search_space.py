"""The space of benchmarks/search.py: types of schedule, each with its parameters and the rate.

Shares are of the run, as lrsweep writes them ("20%"). Each method draws from the same distributions:
("loguniform", low, high), ("uniform", low, high) or ("choice", values).
"""

LOW, HIGH = 0.003, 1.0
SHARES = ["10%", "20%", "30%", "40%", "50%"]
MOMENTUM = 0.9

# By type: what is drawn (`lr` is the optimizer's), and what is fixed.
SPACE = {
    "ConstantLR": ({"lr": ("loguniform", LOW, HIGH)}, {"factor": 1.0}),
    "StepLR": (
        {
            "lr": ("loguniform", LOW, HIGH),
            "step_size": ("choice", SHARES[1:]),
            "gamma": ("loguniform", 0.1, 0.8),
        },
        {"interval": "step"},
    ),
    "CosineAnnealingLR": (
        {"lr": ("loguniform", LOW, HIGH), "eta_min": ("loguniform", 0.00001, 0.01)},
        {"T_max": "run", "interval": "step"},
    ),
    "OneCycleLR": (
        {"max_lr": ("loguniform", LOW, HIGH), "pct_start": ("uniform", 0.1, 0.5)},
        {"total_steps": "run"},
    ),
    "WSD": (
        {"lr": ("loguniform", LOW, HIGH), "num_decay_steps": ("choice", SHARES)},
        {"num_warmup_steps": "5%", "decay_type": "linear"},
    ),
}


def point(kind: str, drawn: dict) -> dict:
    """A point as lrsweep's configuration has it: {"scheduler": {...}, "lr": RATE}; OneCycleLR sets
    the rate itself, so it has no `lr`."""
    rest = {name: value for name, value in drawn.items() if name != "lr"}
    made = {"scheduler": {"type": kind, **SPACE[kind][1], **rest}}
    return {**made, "lr": drawn["lr"]} if "lr" in drawn else made
