"""The cases of make_aliases.py: the corners of each name."""

# Each case: the optimizer's lr, the ticks to drive, the parameters; of a name that follows a
# metric also its values.
LINEAR = [
    (0.1, 60, dict()),
    (0.1, 60, dict(num_warmup_steps=10)),
    (0.1, 60, dict(num_warmup_steps="5%")),
    (0.05, 70, dict(num_warmup_steps=7, num_training_steps=50)),
    (0.1, 40, dict(num_warmup_steps=10, num_training_steps=400)),
    (0.1, 77, dict(num_warmup_steps="12.5%", num_training_steps="90%")),
    (0.1, 40, dict(num_warmup_steps=1, num_training_steps="run")),
    (0.1, 30, dict(interval="epoch", num_warmup_steps="20%")),
    (0.1, 30, dict(interval="epoch", num_warmup_steps=3, num_training_steps="90%")),
]

COSINE = LINEAR + [
    (0.1, 60, dict(num_warmup_steps=10, num_cycles=1)),
    (0.1, 61, dict(num_warmup_steps="10%", num_cycles=2.5)),
    (0.1, 90, dict(num_warmup_steps=7, num_training_steps=50, num_cycles=1.25)),
    (0.1, 30, dict(num_warmup_steps=7, num_cycles=0)),
    (0.1, 83, dict(num_warmup_steps="33.3%", num_training_steps="77%", num_cycles=0.75)),
]

COSINE_WITH_RESTARTS = LINEAR + [
    (0.1, 60, dict(num_cycles=3)),
    (0.1, 100, dict(num_warmup_steps=10, num_cycles=4)),
    (0.1, 101, dict(num_warmup_steps="10%", num_cycles=7)),
    (0.1, 90, dict(num_warmup_steps=7, num_training_steps=50, num_cycles=2)),
    (0.1, 83, dict(num_warmup_steps=9, num_training_steps="77%", num_cycles=5)),
]

POLYNOMIAL = LINEAR + [
    (0.1, 60, dict(num_warmup_steps=10, power=2)),
    (0.1, 60, dict(num_warmup_steps="10%", power=0.5, lr_end=0.001)),
    (0.1, 90, dict(num_training_steps=50, power=3, lr_end=0.01)),
    (0.1, 90, dict(num_warmup_steps=5, num_training_steps="50%", power=0, lr_end=0.01)),
]

WARMUP_ALONE = [
    (0.1, 60, dict()),
    (0.1, 60, dict(num_warmup_steps=10)),
    (0.1, 60, dict(num_warmup_steps="5%")),
    (0.1, 20, dict(num_warmup_steps=30)),
    (0.3, 20, dict(num_warmup_steps=1)),
    (0.1, 20, dict(interval="epoch", num_warmup_steps=4)),
    (0.1, 50, dict(interval="epoch", num_warmup_steps="12%")),
]

COSINE_WITH_MIN_LR = [
    (lr, run, {**parameters, **minimum})
    for (lr, run, parameters), minimum in zip(
        COSINE,
        4 * [dict(min_lr=0.001), dict(min_lr_rate=0.1), dict(min_lr=0.2), dict(min_lr_rate=0)])
]

COSINE_WARMUP_WITH_MIN_LR = COSINE_WITH_MIN_LR + [
    (0.1, 60, dict(num_warmup_steps=10, min_lr_rate=0.1, warmup_lr_rate=0.01)),
    (0.1, 60, dict(num_warmup_steps="5%", min_lr=0.001, warmup_lr_rate=0.5)),
    (0.1, 60, dict(num_warmup_steps=1, min_lr=0.001, warmup_lr_rate=0.5)),
    (0.1, 83, dict(num_warmup_steps="13%", num_training_steps="77%", min_lr=0.001,
                   warmup_lr_rate=0.1)),
    (0.1, 30, dict(interval="epoch", num_warmup_steps=5, min_lr=0.001, warmup_lr_rate=0.1)),
]

METRICS = [1.0, 0.9, 0.95, 0.91, 0.92, 0.9, 0.8, 0.8, 0.8, 0.8, 0.8, 0.79995, 0.81, 0.7, 0.71, 0.72,
           0.73, 0.74, 0.75, 0.76, 0.77, 0.6, 0.61, 0.62, 0.63, 0.64, 0.65, 0.66, 0.67, 0.68]

REDUCE_LR_ON_PLATEAU = [
    (0.1, 30, dict(), METRICS),
    (0.1, 30, dict(patience=2), METRICS),
    (0.1, 30, dict(patience=0, factor=0.9), METRICS),
    (0.1, 30, dict(patience=1, factor=0.5, cooldown=2), METRICS),
    (0.1, 30, dict(patience=1, factor=0.5, min_lr=0.02), METRICS),
    (0.1, 30, dict(patience=2, mode="max", metric="val_accuracy"), METRICS),
    (0.1, 30, dict(patience=1, threshold=0.05, threshold_mode="abs"), METRICS),
]

WARMUP_STABLE_DECAY = [
    (0.1, 60, dict(num_decay_steps=20)),
    (0.1, 60, dict(num_warmup_steps=10, num_decay_steps="20%")),
    (0.1, 60, dict(num_warmup_steps="5%", num_decay_steps=20, decay_type="1-sqrt")),
    (0.1, 60, dict(num_warmup_steps=5, num_decay_steps=20, decay_type="linear",
                   warmup_type="cosine", min_lr_ratio=0.1)),
    (0.1, 90, dict(num_warmup_steps=5, num_stable_steps=20, num_decay_steps=30, num_cycles=1)),
    (0.1, 90, dict(num_warmup_steps=5, num_training_steps=70, num_decay_steps=30,
                   warmup_type="1-sqrt")),
]

# What timm's schedulers of a length have in common.
TIMM_CYCLES = [
    (0.1, 30, dict()),
    (0.1, 30, dict(interval="step", lr_min=0.001)),
    (0.1, 40, dict(t_initial=25, lr_min=0.001)),
    (0.1, 20, dict(t_initial=300)),
    (0.1, 40, dict(t_initial="60%")),
    (0.1, 30, dict(warmup_t=5)),
    (0.1, 30, dict(warmup_t="20%", warmup_lr_init=0.00001, lr_min=0.0001)),
    (0.1, 30, dict(warmup_t=5, warmup_prefix=True)),
    (0.1, 30, dict(interval="step", warmup_t=5, warmup_prefix=True)),
    (0.1, 40, dict(warmup_t="10%", warmup_lr_init=0.02, warmup_prefix=True, t_initial=20)),
    (0.1, 40, dict(warmup_t="12.5%", warmup_prefix=True, t_initial="50%", lr_min=0.003)),
    (0.1, 50, dict(t_initial=10, cycle_limit=3)),
    (0.1, 50, dict(t_initial=10, cycle_limit=5, cycle_decay=0.5, lr_min=0.001)),
    (0.1, 80, dict(t_initial=10, cycle_limit=3, cycle_mul=2, cycle_decay=0.5)),
    (0.1, 80, dict(t_initial=9, cycle_limit=9, cycle_mul=1.5, warmup_t=7, warmup_lr_init=0.01)),
    (0.1, 80, dict(t_initial=9, cycle_limit=4, cycle_mul=1.5, warmup_t=7, warmup_prefix=True)),
    (0.1, 80, dict(t_initial="20%", cycle_limit=2, cycle_mul=3, warmup_t=7)),
]

K_DECAY = [
    (0.1, 30, dict(k_decay=2)),
    (0.1, 40, dict(t_initial=20, k_decay=1.5, lr_min=0.001, warmup_t=4)),
    (0.1, 60, dict(t_initial=20, k_decay=0.5, cycle_limit=2, cycle_decay=0.1)),
]

TIMM_TANH = TIMM_CYCLES + [
    (0.1, 30, dict(lb=-4, ub=4)),
    (0.1, 30, dict(lb=-1, ub=0.5, warmup_t=10)),
    (0.1, 30, dict(lb=-1, ub=0.5, warmup_t=10, warmup_prefix=True)),
]

TIMM_POLY = TIMM_CYCLES + K_DECAY + [
    (0.1, 30, dict(power=2)),
    (0.1, 30, dict(power=1, lr_min=0.01, warmup_t=3)),
    (0.1, 30, dict(power=0.9, interval="step", lr_min=0.01, warmup_t=3, warmup_prefix=True)),
]

TIMM_STEP = [
    (0.1, 40, dict(decay_t=10)),
    (0.1, 40, dict(decay_t=10, decay_rate=0.1)),
    (0.1, 40, dict(decay_t="25%", decay_rate=0.5)),
    (0.1, 40, dict(decay_t=10, decay_rate=0.5, warmup_t=5)),
    (0.1, 40, dict(decay_t=10, decay_rate=0.5, warmup_t=5, warmup_prefix=False)),
    (0.1, 40, dict(interval="step", decay_t=7, decay_rate=0.5, warmup_t="20%",
                   warmup_lr_init=0.001)),
    (0.1, 40, dict(interval="step", decay_t="25%", decay_rate=0.5, warmup_t=5)),
    (0.1, 40, dict(decay_t="25%", decay_rate=0.5, warmup_t="20%", warmup_lr_init=0.2,
                   warmup_prefix=False)),
]

TIMM_MULTISTEP = [
    (0.1, 40, dict(decay_t=[10, 20], decay_rate=0.1)),
    (0.1, 40, dict(decay_t=[1, 20], decay_rate=0.1)),
    (0.1, 40, dict(decay_t=[1, 2, 20], decay_rate=0.5)),
    (0.1, 40, dict(decay_t=["50%", "75%"], decay_rate=0.5)),
    (0.1, 40, dict(decay_t=[1, 10, 20], decay_rate=0.5, warmup_t=5)),
    (0.1, 40, dict(decay_t=[2, 10, 20], decay_rate=0.5, warmup_t=5, warmup_prefix=False)),
    (0.1, 40, dict(interval="step", decay_t=[10, 20], decay_rate=0.5, warmup_t="10%",
                   warmup_lr_init=0.01)),
    (0.1, 40, dict(decay_t=["50%", 30], decay_rate=0.5, warmup_t="10%", warmup_lr_init=0.01)),
    (0.1, 40, dict(decay_t=["50%", 30], decay_rate=0.5, warmup_t="10%", warmup_lr_init=0.01,
                   warmup_prefix=False)),
    (0.1, 40, dict(decay_t=[100], decay_rate=0.5)),
]

TIMM_PLATEAU = [
    (0.1, 30, dict(), METRICS),
    (0.1, 30, dict(mode="min", patience_t=2), METRICS),
    (0.1, 30, dict(patience_t=2, decay_rate=0.5), METRICS),
    (0.1, 30, dict(patience_t=0, decay_rate=0.9), METRICS),
    (0.1, 30, dict(mode="min", patience_t=1, decay_rate=0.5, cooldown_t=2), METRICS),
    (0.1, 30, dict(patience_t=1, decay_rate=0.5, lr_min=0.02), METRICS),
    (0.1, 30, dict(mode="min", patience_t=1, threshold=0.05, metric="val_loss"), METRICS),
]

TIMM_WSD = [
    (0.1, 40, dict(decay_t=10)),
    (0.1, 40, dict(decay_t="20%", lr_min=0.001)),
    (0.1, 40, dict(decay_t=10, warmup_t=5, decay_fn="linear")),
    (0.1, 40, dict(interval="step", decay_t=10, warmup_t="10%", decay_fn="cosine")),
    (0.1, 60, dict(t_initial=40, decay_t=10, warmup_t=5, warmup_lr_init=0.01, decay_fn="power",
                   decay_power=2)),
    (0.1, 60, dict(t_initial="75%", decay_t="25%", decay_fn="exp", lr_min=0.001)),
    (0.1, 60, dict(decay_t=20, decay_fn="exp", decay_ratio=0.01, warmup_t=7)),
    (0.1, 60, dict(decay_t=20, stable_fn="rsqrt", warmup_t=5)),
    (0.1, 60, dict(decay_t=20, stable_fn="power", stable_power=0.8, stable_timescale=3.5,
                   decay_fn="power")),
    (0.1, 60, dict(decay_t=20, stable_fn="rsqrt", stable_timescale=1, lr_min=0.03)),
]

TIMM_RSQRT = [
    (0.1, 60, dict(decay_t=20, warmup_t=5)),
    (0.1, 60, dict(decay_t="20%", warmup_t=5, warmup_lr_init=0.01)),
    (0.1, 60, dict(decay_t=20, stable_timescale=10)),
    (0.1, 60, dict(interval="step", decay_t=20, warmup_t="10%", stable_timescale=10)),
    (0.1, 60, dict(t_initial=50, decay_t=20, stable_timescale=2, decay_fn="1-sqrt")),
    (0.1, 60, dict(decay_t=1, stable_timescale=2, lr_min=0.0001)),
]

TIMM_CONSTANT = [
    (0.1, 30, dict()),
    (0.1, 30, dict(interval="step")),
    (0.1, 30, dict(warmup_t=5)),
    (0.1, 30, dict(interval="step", warmup_t=5)),
    (0.1, 30, dict(warmup_t="20%", warmup_lr_init=0.00001)),
    (0.1, 30, dict(interval="step", warmup_t="20%", warmup_lr_init=0.01)),
]

CASES = {
    "transformers.linear": LINEAR,
    "transformers.cosine": COSINE,
    "transformers.cosine_with_restarts": COSINE_WITH_RESTARTS,
    "transformers.polynomial": POLYNOMIAL,
    "transformers.constant": [(0.1, 20, dict()), (0.3, 20, dict()), (1e-5, 25, dict()),
                              (2.0, 30, dict()), (0.1, 40, dict(interval="epoch")),
                              (0.01, 100, dict())],
    "transformers.constant_with_warmup": WARMUP_ALONE,
    "transformers.inverse_sqrt": WARMUP_ALONE + [
        (0.1, 60, dict(num_warmup_steps=10, timescale=5)),
        (0.1, 60, dict(num_warmup_steps="10%", timescale=100)),
        (0.1, 60, dict(timescale="10%")),
    ],
    "transformers.reduce_lr_on_plateau": REDUCE_LR_ON_PLATEAU,
    "transformers.cosine_with_min_lr": COSINE_WITH_MIN_LR,
    "transformers.cosine_warmup_with_min_lr": COSINE_WARMUP_WITH_MIN_LR,
    "transformers.warmup_stable_decay": WARMUP_STABLE_DECAY,
    "timm.cosine": TIMM_CYCLES + K_DECAY,
    "timm.tanh": TIMM_TANH,
    "timm.step": TIMM_STEP,
    "timm.multistep": TIMM_MULTISTEP,
    "timm.plateau": TIMM_PLATEAU,
    "timm.poly": TIMM_POLY,
    "timm.wsd": TIMM_WSD,
    "timm.rsqrt": TIMM_RSQRT,
    "timm.constant": TIMM_CONSTANT,
}
