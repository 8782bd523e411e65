"""The cases of make_schedules.py: the corners of each schedule."""

LONG = 100_000  # steps of the cases over many cycles

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

MULTI_STEP_LR = [
    (0.1, 60, 10, dict(milestones=[10, 20, 40])),
    (0.1, 60, 10, dict(milestones=[30, 80], gamma=0.5)),  # the last one past the end
    (0.1, 30, 10, dict(milestones=[])),
    (0.1, 30, 10, dict(milestones=[0, 1, 2], gamma=0.9)),
    (0.1, 30, 10, dict(milestones=[1000])),
    (0.1, 60, 10, dict(milestones=[5, 50], gamma=1.0)),
    (0.001, 60, 1, dict(milestones=list(range(1, 60, 3)), gamma=1.3)),
    (0.1, 20_000, 938, dict(milestones=[938, 1876, 9380, 18_759], gamma=0.3)),
]

CONSTANT_LR = [
    (0.1, 30, 5, dict()),
    (0.1, 30, 10, dict(factor=0.5, total_iters=10)),
    (0.1, 30, 1, dict(factor=0.1, total_iters=1)),
    (0.1, 30, 1, dict(factor=0.25, total_iters=0)),
    (0.1, 30, 7, dict(factor=1.0, total_iters=7)),
    (0.05, 30, 100, dict(factor=0.7, total_iters=100)),  # never comes back
    (0.05, 3000, 938, dict(factor=0.001, total_iters=938)),
]

LINEAR_LR = [
    (0.1, 30, 5, dict()),
    (0.1, 40, 20, dict(start_factor=1.0, end_factor=0.0, total_iters=20)),
    (0.1, 40, 20, dict(start_factor=1.0, end_factor=0.1, total_iters=20)),
    (0.1, 30, 1, dict(start_factor=0.25, total_iters=1)),
    (0.1, 30, 1, dict(start_factor=0.25, total_iters=0)),
    (0.1, 30, 10, dict(start_factor=0.5, end_factor=0.5, total_iters=10)),
    (0.05, 40, 100, dict(start_factor=0.001, total_iters=100)),  # longer than the run
    (0.1, 3000, 938, dict(start_factor=1e-6, total_iters=938)),
    (0.1, LONG, LONG, dict(start_factor=1.0, end_factor=0.0, total_iters=LONG)),
]

EXPONENTIAL_LR = [
    (0.1, 60, 1, dict(gamma=0.9)),
    (0.1, 40, 1, dict(gamma=1.0)),
    (0.1, 350, 1, dict(gamma=0.1)),  # down to nothing
    (0.001, 60, 1, dict(gamma=1.05)),
    (0.3, 40, 1, dict(gamma=0.5)),
    (0.1, 18_760, 938, dict(gamma=0.9997)),
    (0.1, LONG, 938, dict(gamma=0.99999)),
]

POLYNOMIAL_LR = [
    (0.1, 30, 5, dict()),
    (0.1, 40, 20, dict(total_iters=20, power=2.0)),
    (0.1, 40, 20, dict(total_iters=20, power=0.5)),
    (0.1, 30, 1, dict(total_iters=1)),
    (0.1, 30, 1, dict(total_iters=0)),
    (0.1, 30, 10, dict(total_iters=10, power=0.0)),
    (0.05, 40, 100, dict(total_iters=100, power=0.9)),  # longer than the run
    (0.1, 3000, 938, dict(total_iters=938, power=3.0)),
    (0.1, LONG, LONG, dict(total_iters=LONG, power=0.9)),
]

COSINE_ANNEALING_WARM_RESTARTS = [
    (0.1, 20, 10, dict(T_0=10, eta_min=0.001)),
    (0.1, 75, 10, dict(T_0=10)),
    (0.1, 160, 10, dict(T_0=10, T_mult=2, eta_min=0.001)),
    (0.1, 100, 1, dict(T_0=1)),
    (0.1, 100, 1, dict(T_0=1, T_mult=2)),
    (0.1, 200, 3, dict(T_0=3, T_mult=3)),
    (0.01, 60, 7, dict(T_0=7, eta_min=0.1)),  # eta_min above the rate
    (0.05, 40, 100, dict(T_0=100)),
    (0.1, 18_760, 938, dict(T_0=938, T_mult=2)),
    (0.1, LONG, 7, dict(T_0=7)),
    (0.1, LONG, 5, dict(T_0=5, T_mult=10)),
]

ONE_CYCLE_LR = [
    (0.1, 100, 30, dict(max_lr=0.1, total_steps=100)),
    (0.1, 100, 30, dict(max_lr=0.1, total_steps=100, anneal_strategy="linear")),
    (0.1, 100, 30, dict(max_lr=0.1, total_steps=100, three_phase=True)),
    (0.1, 100, 30, dict(max_lr=1.0, total_steps=100, three_phase=True, pct_start=0.4,
                        anneal_strategy="linear", div_factor=10.0, final_div_factor=100.0)),
    (0.1, 50, 15, dict(max_lr=0.1, total_steps=50, cycle_momentum=False)),
    (0.1, 37, 10, dict(max_lr=0.2, total_steps=37, base_momentum=0.5, max_momentum=0.99)),
    (0.1, 1, 1, dict(max_lr=0.1, total_steps=1)),
    (0.1, 2, 1, dict(max_lr=0.1, total_steps=2)),
    (0.1, 1, 1, dict(max_lr=0.1, total_steps=1, three_phase=True)),
    (0.1, 30, 15, dict(max_lr=0.1, total_steps=30, pct_start=0.0)),
    (0.1, 30, 15, dict(max_lr=0.1, total_steps=30, pct_start=1.0)),
    (0.1, 30, 15, dict(max_lr=0.1, total_steps=30, pct_start=0.9, three_phase=True)),
    (0.1, 30, 15, dict(max_lr=0.1, total_steps=30, pct_start=0.0, three_phase=True)),
    (0.1, 20, 30, dict(max_lr=0.1, total_steps=100)),  # longer than the run
    (0.1, 40, 10, dict(max_lr=0.1, total_steps=40, div_factor=1.0, final_div_factor=1.0)),
    (0.1, 18_760, 938, dict(max_lr=0.1, total_steps=18_760)),
]

# Members are (type, parameters); they are made in this order.
SEQUENTIAL_LR = [
    (0.1, 40, 5, dict(schedulers=[("LinearLR", dict(total_iters=5)),
                                  ("CosineAnnealingLR", dict(T_max=30))], milestones=[5])),
    (0.1, 40, 5, dict(schedulers=[("ConstantLR", dict(factor=0.1, total_iters=20)),
                                  ("ExponentialLR", dict(gamma=0.9))], milestones=[20])),
    (0.1, 60, 5, dict(schedulers=[("LinearLR", dict(start_factor=0.01, total_iters=10)),
                                  ("StepLR", dict(step_size=7, gamma=0.5)),
                                  ("PolynomialLR", dict(total_iters=10, power=2.0))],
                      milestones=[10, 40])),
    (0.1, 60, 5, dict(schedulers=[("MultiStepLR", dict(milestones=[3, 8])),
                                  ("CosineAnnealingWarmRestarts", dict(T_0=4, T_mult=2)),
                                  ("MultiStepLR", dict(milestones=[0, 5], gamma=0.3))],
                      milestones=[12, 45])),
    (0.1, 30, 1, dict(schedulers=[("StepLR", dict(step_size=3))], milestones=[])),
    (0.1, 30, 1, dict(schedulers=[("LinearLR", dict(total_iters=1)),
                                  ("ExponentialLR", dict(gamma=0.5))], milestones=[1])),
    (0.1, 30, 1, dict(schedulers=[("LinearLR", dict(total_iters=5)),
                                  ("StepLR", dict(step_size=5))], milestones=[100])),
    # base_lr is the optimizer's rate: made first, CyclicLR makes it the others' initial rate.
    (0.01, 60, 5, dict(schedulers=[("CyclicLR", dict(base_lr=0.01, max_lr=0.1, step_size_up=4,
                                                     cycle_momentum=False)),
                                   ("LinearLR", dict(start_factor=1.0, end_factor=0.1,
                                                     total_iters=20))], milestones=[24])),
    # Both cycle the momentum, so nothing of the optimizer's own is left.
    (0.004, 70, 5, dict(schedulers=[("CyclicLR", dict(base_lr=0.01, max_lr=0.1, step_size_up=5)),
                                    ("OneCycleLR", dict(max_lr=0.1, total_steps=40))],
                        milestones=[30])),
    # max_lr / div_factor is the optimizer's rate, so that its making leaves no trace.
    (0.004, 60, 5, dict(schedulers=[("LinearLR", dict(start_factor=0.1, total_iters=10)),
                                    ("OneCycleLR", dict(max_lr=0.1, total_steps=50,
                                                        cycle_momentum=False))],
                        milestones=[10])),
    (0.1, 9000, 938, dict(schedulers=[("LinearLR", dict(start_factor=0.001, total_iters=938)),
                                      ("CosineAnnealingLR", dict(T_max=8062, eta_min=0.0001))],
                          milestones=[938])),
]

CHAINED_SCHEDULER = [
    (0.1, 40, 5, dict(schedulers=[("ConstantLR", dict(factor=0.1, total_iters=4)),
                                  ("ExponentialLR", dict(gamma=0.9))])),
    (0.1, 40, 5, dict(schedulers=[("LinearLR", dict(start_factor=0.25, total_iters=6)),
                                  ("StepLR", dict(step_size=5, gamma=0.5))])),
    (0.1, 40, 5, dict(schedulers=[("PolynomialLR", dict(total_iters=30, power=2.0)),
                                  ("MultiStepLR", dict(milestones=[4, 9], gamma=0.3)),
                                  ("LinearLR", dict())])),
    (0.1, 30, 1, dict(schedulers=[("StepLR", dict(step_size=3, gamma=0.5))])),
    (0.1, 30, 1, dict(schedulers=[("ExponentialLR", dict(gamma=1.0)),
                                  ("ConstantLR", dict(factor=0.5, total_iters=1))])),
    (0.1, 30, 5, dict(schedulers=[("ExponentialLR", dict(gamma=0.9)),
                                  ("ExponentialLR", dict(gamma=0.8))])),
    (0.1, 30, 5, dict(schedulers=[("ConstantLR", dict(factor=0.5, total_iters=3)),
                                  ("ChainedScheduler", dict(schedulers=[
                                      ("StepLR", dict(step_size=4)),
                                      ("LinearLR", dict(total_iters=8))]))])),
    (0.1, 9000, 938, dict(schedulers=[("LinearLR", dict(start_factor=0.01, total_iters=938)),
                                      ("ExponentialLR", dict(gamma=0.9995))])),
]

WSD = [
    (0.1, 100, 10, dict(num_warmup_steps=10, num_decay_steps=30, num_training_steps=90)),
    (0.1, 100, 10, dict(num_warmup_steps=10, num_decay_steps=30, num_stable_steps=40,
                        decay_type="linear", min_lr_ratio=0.1)),
    (0.1, 100, 10, dict(num_warmup_steps=20, num_decay_steps=20, num_training_steps=100,
                        warmup_type="cosine", decay_type="1-sqrt")),
    (0.1, 60, 10, dict(num_warmup_steps=20, num_decay_steps=20, num_stable_steps=0,
                       warmup_type="1-sqrt", min_lr_ratio=0.05)),
    (0.1, 30, 10, dict(num_warmup_steps=0, num_decay_steps=0, num_stable_steps=10)),
    (0.1, 30, 10, dict(num_warmup_steps=1, num_decay_steps=1, num_stable_steps=1)),
    (0.1, 60, 10, dict(num_warmup_steps=5, num_decay_steps=40, num_stable_steps=5,
                       num_cycles=1.5)),
    (0.1, 40, 10, dict(num_warmup_steps=100, num_decay_steps=100, num_stable_steps=100)),
    (0.1, 9380, 938, dict(num_warmup_steps=938, num_decay_steps=1876, num_training_steps=9380,
                          decay_type="1-sqrt")),
]

INVERSE_SQRT = [
    (0.1, 60, 10, dict(num_warmup_steps=10)),
    (0.1, 60, 10, dict(num_warmup_steps=0)),
    (0.1, 60, 10, dict(num_warmup_steps=0, timescale=5)),
    (0.1, 60, 10, dict(num_warmup_steps=10, timescale=3)),
    (0.1, 60, 10, dict(num_warmup_steps=1, timescale=1)),
    (0.1, 40, 10, dict(num_warmup_steps=100)),  # longer than the run
    (0.1, 18_760, 938, dict(num_warmup_steps=938, timescale=10_000)),
]

# The optimizer's lr is start_lr, since torch-lr-finder rises from there.
LR_RANGE_TEST = [
    (1e-7, 100, 50, dict()),
    (1e-5, 100, 50, dict(end_lr=1.0, num_iter=100)),
    (1e-5, 100, 50, dict(end_lr=1.0, num_iter=100, step_mode="linear")),
    (0.0, 50, 25, dict(end_lr=0.5, num_iter=50, step_mode="linear")),
    (0.1, 2, 1, dict(end_lr=1.0, num_iter=2)),
    (0.1, 20, 10, dict(end_lr=0.1, num_iter=20)),
    (0.001, 20, 10, dict(end_lr=3.0, num_iter=500)),
    (1e-6, 9380, 938, dict(end_lr=10.0, num_iter=9380)),
]

PIECEWISE_LINEAR = [
    (0.1, 30, 10, dict(milestones_values=[(0, 0.01), (5, 0.1), (20, 0.001)])),
    (0.1, 40, 10, dict(milestones_values=[(10, 0.1), (30, 0.0)])),  # held on both sides
    (0.1, 20, 10, dict(milestones_values=[(0, 0.3)])),
    (0.1, 20, 10, dict(milestones_values=[(7, 0.3)])),
    (0.1, 20, 10, dict(milestones_values=[(0, 0.1), (1, 0.2), (2, 0.05), (3, 0.05)])),
    (0.1, 20, 10, dict(milestones_values=[(0, 1e-6), (1000, 10.0)])),  # longer than the run
    (0.1, 9380, 938, dict(milestones_values=[(0, 0.0), (938, 0.4), (4690, 0.04), (9379, 0.0)])),
]

# lr, parameters, and the metric at each epoch's end.
NAN = float("nan")
SLOWING = [round(0.3 + 0.9 ** epoch, 4) for epoch in range(80)]
NOISY = [round(0.5 + 1 / (1 + epoch) + 0.04 * ((epoch * 7919) % 13 - 6) / 6, 4)
         for epoch in range(80)]
RISING = [round(1 - metric / 2, 4) for metric in NOISY]
FLAT = [1.0] * 60
REDUCE_LR_ON_PLATEAU = [
    (0.1, dict(), FLAT),
    (0.1, dict(patience=0, factor=0.5), FLAT),
    (0.1, dict(patience=3, cooldown=2, factor=0.5), NOISY),
    (0.1, dict(patience=2, threshold=0.01, threshold_mode="abs", factor=0.3), SLOWING),
    (0.1, dict(patience=2, threshold=0.05, factor=0.3), SLOWING),
    (0.1, dict(mode="max", patience=3, factor=0.5, min_lr=0.01), RISING),
    (0.1, dict(mode="max", patience=1, factor=0.5, threshold=0.02, threshold_mode="abs",
               cooldown=4), RISING),
    (0.1, dict(patience=1, factor=0.9, eps=0.005), FLAT),
    (0.1, dict(patience=1, factor=0.5, min_lr=0.2), FLAT),
    (0.1, dict(patience=1, factor=0.0), FLAT),
    (0.1, dict(patience=2, factor=0.5), [1.0, 0.9, NAN, NAN, NAN, 0.8, NAN, 0.7] + FLAT[:30]),
    (0.1, dict(patience=2, factor=0.5), [-metric for metric in RISING]),
]

# Real loops: lr, images, batch size, epochs, interval, warm-up (None or steps and start_factor),
# the schedule. A warm-up is LinearLR in front, in SequentialLR.
TRIAL_SCHEDULES = [
    (0.1, 10, 4, 8, "epoch", None, ("StepLR", dict(step_size=3, gamma=0.5))),
    (0.1, 10, 4, 8, "step", None, ("StepLR", dict(step_size=3, gamma=0.5))),
    (0.1, 7, 7, 12, "epoch", None, ("CosineAnnealingLR", dict(T_max=5, eta_min=0.01))),
    (0.1, 13, 2, 6, "step", None, ("OneCycleLR", dict(max_lr=0.2, total_steps=42))),
    (0.1, 13, 2, 6, "epoch", None, ("CyclicLR", dict(base_lr=0.01, max_lr=0.1, step_size_up=2))),
    (0.1, 10, 4, 8, "step", (5, 1 / 3), ("CosineAnnealingLR", dict(T_max=19))),
    (0.1, 10, 4, 8, "step", (1, 0.001), ("StepLR", dict(step_size=4))),
    (0.1, 10, 4, 8, "step", (30, 0.1), ("ExponentialLR", dict(gamma=0.5))),  # past the end
    (0.01, 10, 4, 10, "step", (6, 0.5), ("CyclicLR", dict(base_lr=0.01, max_lr=0.1,
                                                          step_size_up=4))),
    (0.004, 10, 4, 10, "step", (6, 0.1), ("OneCycleLR", dict(max_lr=0.1, total_steps=24))),
]
