"""The sweeps and commands that scripts/compare-programs gives to both programs. Each data set is a
folder below the working folder: data has 1,000 training images, tiny 100."""

from dataclasses import dataclass

HEAD = """
name: {name}
dataset: {{name: data}}
model: {{hidden: [16]}}
training: {{epochs: 3, batch_size: 50, seed: {{grid: [0, 1]}}}}
"""
SGD = "optimizer: {type: SGD, lr: 0.1, momentum: 0.9}\n"


@dataclass
class Case:
    """One sweep. `options` are those of the first run, `more` those of the run that continues it."""

    name: str
    config: str
    options: tuple[str, ...] = ()
    changed_config: str = ""  # of the run that continues
    more: tuple[str, ...] = ()
    memory_bytes: int = 0  # address space of the first run; 0: no limit
    interrupt_after_epochs: int = 0  # SIGTERM to the first run when the database has so many
    deterministic_attempts: bool = True  # one process, not interrupted
    first_status: int = 0  # exit status of the first run; the last one ends with 0


def sweep(name: str, rest: str, head: str = HEAD) -> str:
    return head.format(name=name) + rest


FAMILIES = sweep("families", "record: {steps: all}\n" + SGD + """
scheduler:
  - {type: ConstantLR, factor: {grid: [1.0, 0.1]}, total_iters: 2}
  - {type: StepLR, step_size: {grid: [1, 2]}, gamma: 0.1}
  - {type: MultiStepLR, milestones: {grid: [[1], [1, 2]]}, gamma: 0.1}
  - {type: LinearLR, start_factor: 1.0, end_factor: 0.1, total_iters: run, interval: {grid: [epoch, step]}}
  - {type: ExponentialLR, gamma: {grid: [0.8, 0.9]}}
  - {type: PolynomialLR, power: {grid: [0.5, 2.0]}, total_iters: run, interval: step}
  - {type: CosineAnnealingLR, T_max: run, eta_min: {grid: [0, 0.001]}}
  - {type: CosineAnnealingWarmRestarts, T_0: 1, T_mult: 2, interval: epoch}
  - {type: CyclicLR, base_lr: 0.001, max_lr: 0.1, step_size_up: 7, mode: {grid: [triangular, triangular2, exp_range]}, gamma: 0.9}
  - {type: OneCycleLR, max_lr: {grid: [0.05, 0.2]}, total_steps: run, three_phase: {grid: [true, false]}}
  - {type: ReduceLROnPlateau, metric: {grid: [train_loss, val_loss]}, factor: 0.3, patience: 0}
  - {type: ReduceLROnPlateau, metric: val_accuracy, mode: max, threshold_mode: abs, patience: 0}
  - {type: WSD, num_warmup_steps: 5, num_decay_steps: 20, decay_type: {grid: [linear, cosine, 1-sqrt]}}
  - {type: InverseSqrt, num_warmup_steps: 10}
  - {type: PiecewiseLinear, milestones_values: {grid: [[[0, 0.005], [1, 0.1], [3, 0]], [[0, 0.1], [3, 0.01]]]}}
  - {type: LRRangeTest, start_lr: 0.0001, end_lr: 1, num_iter: run}
""")

COMPOSED = sweep("composed", SGD + """
scheduler:
  - type: SequentialLR
    milestones: [1]
    schedulers:
      - {type: LinearLR, start_factor: {grid: [0.1, 0.5]}, total_iters: 1}
      - {grid: [{type: CosineAnnealingLR, T_max: run, eta_min: 0.001}, {type: ExponentialLR, gamma: 0.5}]}
  - type: SequentialLR
    interval: step
    milestones: [10]
    schedulers:
      - {type: LinearLR, start_factor: 0.1, total_iters: 10}
      - {type: OneCycleLR, max_lr: 0.1, total_steps: 50}
  - type: ChainedScheduler
    schedulers: [{type: LinearLR, total_iters: 2}, {type: ExponentialLR, gamma: {grid: [0.8, 0.9]}}]
  - {type: StepLR, step_size: 1, warmup: {grid: [null, {steps: 8}, {steps: 20, start_factor: 0}]}}
""")

OPTIMIZERS = sweep("optimizers", """
optimizer:
  - {type: SGD, lr: {grid: [0.1, 0.05]}, momentum: {grid: [0.5, 0.9]}, nesterov: true, weight_decay: 0.001}
  - {type: SGD, lr: 0.1, momentum: 0.9, dampening: 0.1}
  - {type: Adam, lr: 0.002, betas: {grid: [[0.9, 0.99], [0.8, 0.999]]}, eps: 1.0e-7}
  - {type: AdamW, lr: 0.002, weight_decay: {grid: [0.01, 0.1]}}
scheduler:
  - {type: StepLR, step_size: 1}
  - {type: CyclicLR, base_lr: 0.001, max_lr: 0.01, step_size_up: 5}
""")

AXES = """
name: axes
dataset: {name: data, validation: 200}
model: {hidden: {grid: [[], [8], [12, 7]]}}
training: {epochs: {grid: [1, 2]}, batch_size: {grid: [32, 100]}, seed: 3}
optimizer: {lr: 0.1}
scheduler: {type: CosineAnnealingLR, T_max: run}
objective: {metric: val_loss, mode: min, scope: best}
"""

DIVERGING = sweep("diverging", SGD + """
scheduler:
  - {type: StepLR, step_size: 1, gamma: 1.0e+30, interval: step}
  - {type: StepLR, step_size: 1, gamma: 1.0e+30}
  - {type: StepLR, step_size: 1, gamma: 0.5}
objective: {metric: 'area_under(val_loss)', mode: min}
""")

THRESHOLD = sweep("threshold", SGD + """
scheduler: [{type: StepLR, step_size: 2}, {type: OneCycleLR, max_lr: {grid: [0.001, 0.1]}, total_steps: run}]
objective: {metric: 'epochs_to(val_accuracy, 0.5)'}
""")

# A trial of this width does not fit into the address space that the first run is granted.
FAILING = """
name: failing
dataset: {name: tiny}
model: {hidden: {grid: [[8], [6000, 4000]]}}
training: {epochs: 1, batch_size: 100}
optimizer: {lr: 0.01}
scheduler: [{type: StepLR, step_size: 1}, {type: ExponentialLR, gamma: 0.5}]
"""

GROWING = sweep("growing", SGD + "scheduler: [{type: StepLR, step_size: {grid: [1, 2]}}]\n")
GROWN = sweep("growing", SGD + """
scheduler:
  - {type: StepLR, step_size: {grid: [2, 3]}}
  - {type: CosineAnnealingLR, T_max: run}
""")

LONG = """
name: long
dataset: {name: data}
model: {hidden: [32]}
training: {epochs: 40, batch_size: 20, seed: {grid: [0, 1, 2]}}
optimizer: [{type: SGD, lr: 0.05, momentum: 0.9}, {type: Adam, lr: 0.002}]
scheduler:
  - {type: ReduceLROnPlateau, patience: 0}
  - {type: OneCycleLR, max_lr: 0.05, total_steps: run}
"""

CASES = [
    Case("families", FAMILIES),
    Case("composed", COMPOSED),
    Case("optimizers", OPTIMIZERS),
    Case("axes", AXES),
    Case("diverging", DIVERGING),
    Case("threshold", THRESHOLD),
    Case("set", THRESHOLD, options=("--set", "training.epochs=2", "--set",
                                    "optimizer.lr={grid: [0.05, 0.2]}", "--set", "training.seed=7")),
    Case("without_steps", "record: {steps: none}" + COMPOSED),
    Case("torch", THRESHOLD, options=("--engine", "torch")),
    Case("workers", COMPOSED, options=("--workers", "2"), deterministic_attempts=False),
    Case("growing", GROWING, changed_config=GROWN),
    Case("longer", GROWING, more=("--set", "training.seed={grid: [0, 1, 2, 3]}")),
    Case("failing", FAILING, memory_bytes=400 << 20, first_status=1, more=("--retry-failed",)),
    Case("interrupted", LONG, options=("--checkpoint-every", "0"), interrupt_after_epochs=30, first_status=75,
         more=("--checkpoint-every", "0"), deterministic_attempts=False),
    Case("interrupted_workers", LONG, options=("--checkpoint-every", "0", "--workers", "2"),
         interrupt_after_epochs=30, first_status=75, deterministic_attempts=False),
]

# Options of `plan` and `preview` follow from the case; these are asked of every database.
TOP = [
    (),
    ("--limit", "0", "--by", "group"),
    ("--metric", "val_loss", "--scope", "best"),
    ("--metric", "train_loss", "--scope", "last-5-avg", "--limit", "3"),
    ("--metric", "area_under(val_accuracy)", "--mode", "max"),
    ("--metric", "final_minus_best(val_loss)"),
    ("--metric", "steps_to(val_accuracy, 0.4)"),
    ("--where", "seed = 0 and epochs_done > 1"),
    ("--where", "scheduler like 'S%'", "--columns", "place,trial_id,value,lr,seed"),
    ("--pareto", "val_accuracy,train_loss"),
    ("--effects",),
    ("--no-verdict", "--limit", "1"),
]
TABLES = ["trials", "epochs", "steps", "attempts", "ranking", "groups"]

CONFIG_MISTAKES = {
    "unknown_parameter": SGD + "scheduler: {type: StepLR, step_siz: 5}",
    "unknown_type": SGD + "scheduler: {type: StepRL, step_size: 5}",
    "no_type": SGD + "scheduler: {step_size: 5}",
    "missing_parameter": SGD + "scheduler: {type: StepLR}",
    "wrong_kind": SGD + "scheduler: {type: StepLR, step_size: often}",
    "out_of_range": SGD + "scheduler: {type: StepLR, step_size: 0}",
    "list_without_grid": SGD + "scheduler: {type: StepLR, step_size: [1, 2]}",
    "empty_grid": SGD + "scheduler: {type: StepLR, step_size: {grid: []}}",
    "decreasing_milestones": SGD + "scheduler: {type: MultiStepLR, milestones: [2, 1]}",
    "warmup_too_long": SGD + "scheduler: {type: CosineAnnealingLR, T_max: run, warmup: {steps: 9999}}",
    "run_of_an_optimizer": "optimizer: {lr: run}\nscheduler: {type: StepLR, step_size: 1}",
    "no_optimizer": "scheduler: {type: StepLR, step_size: 1}",
    "no_scheduler": SGD,
    "nesterov": "optimizer: {lr: 1, nesterov: true}\nscheduler: {type: StepLR, step_size: 1}",
    "leading_zero": "optimizer: {lr: 007}\nscheduler: {type: StepLR, step_size: 1}",
    "unknown_section": SGD + "scheduler: {type: StepLR, step_size: 1}\nobjectiv: {metric: val_loss}",
    "unknown_metric": SGD + "scheduler: {type: StepLR, step_size: 1}\nobjective: {metric: loss}",
    "bad_threshold": SGD + "scheduler: {type: StepLR, step_size: 1}\n"
                           "objective: {metric: 'epochs_to(val_accuracy)'}",
    "tab": SGD + "scheduler:\n\t- {type: StepLR}",
    "duplicate_key": SGD + SGD + "scheduler: {type: StepLR, step_size: 1}",
    "not_yaml": "optimizer: {lr: 1",
}

# {db} and {config} are those of the case `families`, {trial} and {other} are two of its trials.
COMMANDS = [
    "", "--help", "--version", "paln x.yaml", "plan", "plan nowhere.yaml", "plan {config} --jsn",
    "plan {config}", "plan {config} --limit 3", "plan {config} --strict", "plan {config} --limit -1",
    "plan {config} --set training.epochs=0", "plan {config} --set training.epoch=1",
    "plan {config} --set dataset.name=nowhere", "plan {config} --set nonsense",
    "preview {config} --limit 2", "preview {config} --svg", "preview {config} --svg x.svg --csv",
    "run", "run nowhere.yaml", "run {config} --quiet --verbose", "run {config} --engine gpu",
    "run {config} --hostfile hosts", "run {config} --max-attempts 0", "run {config} --workers 0",
    "run {config} --db {config}", "run {config} --set dataset.name=nowhere --db new.db",
    "run {config} --db no/such/folder/x.db", "run {config} --max-wall-time soon",
    "run {config} --db {db} --quiet", "run {config} --set name=other --db {db} --quiet",
    "schedules", "schedules StepLR", "schedules steplr", "schedules Step",
    "top", "top nowhere.db", "top {config}", "top {db} --metric loss", "top {db} --mode most",
    "top {db} --where lr>", "top {db} --where nonsense=1", "top {db} --columns place,nonsense",
    "top {db} --pareto val_loss", "top {db} --pareto val_loss,val_accuracy --by group",
    "top {db} --limit many", "top {db} --effects --by group", "top {db}", "top {db} {db}",
    "show {db}", "show {db} zzzz", "show {db} {trial}", "show {db} {trial} --config --json",
    "compare {db}", "compare {db} {trial}", "compare {db} {trial} {trial}",
    "compare {db} {trial} {other}", "compare {db} {db}", "compare {db}:{trial} {db}:zz",
    "status nowhere.db", "status {db}", "status {db} --exit-code",
    "verify {db}", "verify {db} zzzz", "verify {db} {trial} --all", "verify {db} {trial} --epochs 1",
    "verify {db} {trial} --epochs 0",
    "export {db}", "export {db} --to xml", "export {db} --to csv --table nothing",
    "export {db} --to tensorboard", "export {db} --to csv x.csv -o y.csv",
    "export {db} --to csv {db}", "export {db} --to csv --metric nonsense",
    "report", "report {db} -o {db}", "report {db} -o no/such/folder/x.html", "report {db} {db}",
    "report {db} -o page.html", "report {db} -o page.html --metric val_loss",
]
