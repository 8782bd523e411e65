"""A small real sweep that can be disturbed, and checks of its database afterwards."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from small_data import write_data  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = Path(os.environ.get("LRSWEEP_PROGRAM", ROOT / "build/release/bin/lrsweep"))
DEADLINE_SECONDS = 90  # of one command, from its last disturbance
ORPHAN_SECONDS = 5

CONFIG = """
name: torture
dataset: {{name: {data}}}
model: {{hidden: [32]}}
training: {{epochs: {epochs}, batch_size: 20, seed: {{grid: {seeds}}}}}
optimizer:
  - {{type: SGD, lr: 0.05, momentum: 0.9}}
  - {{type: Adam, lr: 0.002}}
scheduler:
  - {{type: StepLR, step_size: 2, gamma: 0.5}}
  - {{type: OneCycleLR, max_lr: 0.05, total_steps: run}}
  - {{type: ReduceLROnPlateau, patience: 0}}
  - {{type: StepLR, step_size: 1, gamma: 1.0e+30, interval: step}}  # its loss becomes NaN
"""

# Trials that share epochs: WSD's trunk up to where each length decays, schedules that follow a
# metric up to where they part, the same training under two names, and one that diverges for all.
SHARING_CONFIG = """
name: torture
dataset: {{name: {data}}}
model: {{hidden: [32]}}
training: {{epochs: {{grid: [{half}, {epochs}]}}, batch_size: 20, seed: {{grid: {seeds}}}}}
optimizer:
  - {{type: SGD, lr: 0.05, momentum: 0.9}}
  - {{type: Adam, lr: 0.002}}
scheduler:
  - {{type: WSD, interval: epoch, num_warmup_steps: 1, num_decay_steps: {{grid: [2, 3]}}}}
  - {{type: ReduceLROnPlateau, patience: {{grid: [0, 1]}}, threshold: 0.02}}
  - {{type: StepLR, step_size: {{grid: [4, 50, 60]}}, gamma: 0.5}}
  - {{type: StepLR, step_size: 1, gamma: 1.0e+30, interval: step}}  # its loss becomes NaN
"""

# Sampled points; which of them are trained further, and with how many seeds, follows from values.
SEARCH_CONFIG = """
name: torture
dataset: {{name: {data}}}
model: {{hidden: [32]}}
training: {{epochs: {epochs}, batch_size: 20, seed: {{grid: {seeds}}}}}
optimizer:
  - {{type: SGD, lr: {{loguniform: [0.01, 0.2]}}, momentum: 0.9}}
  - {{type: Adam, lr: {{loguniform: [0.0005, 0.01]}}}}
scheduler:
  - {{type: StepLR, step_size: {{choice: [30%, 50%]}}, gamma: 0.5, interval: step}}
  - {{type: WSD, num_warmup_steps: 5%, num_decay_steps: {{grid: [20%, 50%]}}}}
  - {{type: StepLR, step_size: 1, gamma: 1.0e+30, interval: step}}  # its loss becomes NaN
search: {{sampler: sobol, trials: 2}}
pruner: {{type: Hyperband, rungs: {rungs}, rung_seeds: 2}}
replicate: {{axis: seed, race: {{confidence: 0.95}}}}
"""

# Points in rounds of three, of which those behind the tenth follow from the values of earlier ones.
TPE_CONFIG = """
name: torture
dataset: {{name: {data}}}
model: {{hidden: [32]}}
training: {{epochs: {epochs}, batch_size: 20, seed: {{grid: {seeds}}}}}
optimizer:
  - {{type: SGD, lr: {{loguniform: [0.01, 0.2]}}, momentum: {{uniform: [0, 0.95]}}}}
scheduler:
  - {{type: StepLR, step_size: {{choice: [30%, 50%]}}, gamma: {{uniform: [0.1, 0.9]}}, interval: step}}
  - {{type: StepLR, step_size: 1, gamma: {{loguniform: [0.1, 1.0e+30]}}}}  # some losses become NaN
search: {{sampler: tpe, trials: 22, batch: 3}}
"""

PROGRAM_CONFIG = """
name: torture
trial:
  command: [{python}, {script}, --via, "{{params.via}}"]
  metrics: {{score: max, val_loss: min}}
  steps_per_epoch: 5
  grace: 2
params: {{via: {{grid: [stdout, file]}}}}
training: {{epochs: {epochs}, seed: {{grid: {seeds}}}}}
optimizer: {{type: SGD, lr: 0.05, momentum: 0.9}}
scheduler:
  - {{type: StepLR, step_size: 2, gamma: 0.5}}
  - {{type: OneCycleLR, max_lr: 0.05, total_steps: run}}
  - {{type: ReduceLROnPlateau, metric: val_loss, patience: 0}}
objective: {{metric: score, mode: max}}
"""

SHARED_PROGRAM_CONFIG = """
name: torture
trial:
  command: [{python}, {script}, --via, "{{params.via}}"]
  metrics: {{score: max, val_loss: min}}
  steps_per_epoch: 5
  grace: 2
  resumable: exact
params: {{via: {{grid: [stdout, file]}}}}
training: {{epochs: {{grid: [{shorter}, {epochs}]}}, seed: {{grid: {seeds}}}}}
optimizer: {{type: SGD, lr: 0.05, momentum: 0.9}}
scheduler:
  - {{type: StepLR, step_size: {{grid: [3, 5, 6, 40]}}, gamma: 0.5}}
  - {{type: WSD, num_warmup_steps: 0, num_decay_steps: 30%}}
  - {{type: ReduceLROnPlateau, metric: val_loss, patience: {{grid: [0, 1, 2]}}}}
objective: {{metric: score, mode: max}}
"""

QUERIES = (
    "SELECT trial_id, epoch, steps_done, lr, train_loss, val_loss, val_accuracy FROM epochs"
    " ORDER BY 1, 2",
    "SELECT trial_id, epoch, name, value FROM metrics ORDER BY 1, 2, 3",
    "SELECT * FROM steps ORDER BY trial_id, step",
    "SELECT place, trial_id, value, state, diverged, epochs_done FROM ranking",
)

# What a search has decided.
PLACES = ("SELECT number, trial_id, in_space, state, epochs_done, point, budget, rung, bracket, stopped_by, promoted,"
          " dropped, objective_value FROM trials ORDER BY number")

# Epochs that name another trial's, and differ from it in a column.
UNLIKE = """SELECT e.trial_id, e.epoch FROM epochs e
  LEFT JOIN epochs o ON o.trial_id = e.trained_by AND o.epoch = e.epoch
  WHERE e.trained_by IS NOT NULL AND (o.trained_by IS NOT NULL OR
  (e.steps_done, e.lr, e.train_loss, e.val_loss, e.val_accuracy, e.test_loss, e.test_accuracy, e.wall_seconds)
  IS NOT (o.steps_done, o.lr, o.train_loss, o.val_loss, o.val_accuracy, o.test_loss, o.test_accuracy,
  o.wall_seconds))"""


def content(database: Path, queries: tuple[str, ...] = QUERIES) -> list:
    """What the queries give; runs SQLite's checks of the file first."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok", "integrity"
        assert not connection.execute("PRAGMA foreign_key_check").fetchall(), "foreign keys"
        return [connection.execute(query).fetchall() for query in queries]
    finally:
        connection.close()


def ask(database: Path, query: str) -> list:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def processes(marker: str) -> dict[int, str]:
    """Roles (launcher, mpirun, coordinator, worker) by pid, of processes with `marker` as an argument; and
    programs, which are trials of the database `marker`. A relay is the rank of a worker that it forked."""
    found = {}
    of_trial = f"LRSWEEP_DIR={marker}.trials/".encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if (entry / "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                continue
            variables = (entry / "environ").read_bytes().split(b"\0")
        except (OSError, IndexError):
            continue
        if any(variable.startswith(of_trial) for variable in variables):
            found[int(entry.name)] = "program"
        if marker not in words:
            continue
        if words[0] in ("mpirun", "prterun", "mpiexec.hydra"):
            found[int(entry.name)] = "mpirun"
        elif words[0].endswith("lrsweep"):
            try:
                rank = rank_of(int(entry.name))
                is_relay = (entry / "comm").read_text().strip() == "lrsweep-relay"
            except OSError:
                continue
            worker = "relay" if is_relay else "worker"
            found[int(entry.name)] = {None: "launcher", 0: "coordinator"}.get(rank, worker)
    return found


def rank_of(pid: int) -> int | None:
    """None: a process that is no rank. A forked worker has its rank in its name, and the variables of
    the coordinator."""
    variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    for variable in variables:
        if variable.startswith((b"OMPI_COMM_WORLD_RANK=", b"PMI_RANK=")):
            return int(variable.split(b"=")[1])
    if b"LRSWEEP_FORKS_WORKERS=1" not in variables:
        return None
    _, _, rank = Path(f"/proc/{pid}/comm").read_text().strip().partition("lrsweep-")
    return int(rank or 0)


def wait_for_training(database: Path, workers: int) -> dict[int, str]:
    """Waits until there are this many workers and a trial has started; returns the processes."""
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        there = processes(str(database))
        if list(there.values()).count("worker") == workers and database.exists():
            if ask(database, "SELECT count(*) FROM attempts")[0][0] > 0:
                return there
        time.sleep(0.02)
    raise RuntimeError("the sweep did not begin")


def send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def left_behind(database: Path) -> dict[int, str]:
    """Kills and returns the processes that have not ended within ORPHAN_SECONDS."""
    limit = time.monotonic() + ORPHAN_SECONDS
    while left := processes(str(database)):
        if time.monotonic() > limit:
            print("left behind:", left, flush=True)
            for pid in left:
                send(pid, signal.SIGKILL)
            return left
        time.sleep(0.02)
    return {}


def ends(command: subprocess.Popen, database: Path) -> bool:
    """Whether the command ends within the deadline; if not, it is killed."""
    try:
        command.wait(DEADLINE_SECONDS)
        return True
    except subprocess.TimeoutExpired:
        print("a command did not end:", processes(str(database)), flush=True)
        command.kill()
        command.wait()
        return False


def while_running(command: subprocess.Popen):
    """Yields until the command ends; raises RuntimeError if that takes longer than the deadline."""
    limit = time.monotonic() + DEADLINE_SECONDS
    while command.poll() is None:
        if time.monotonic() > limit:
            command.kill()
            raise RuntimeError("a command did not end")
        yield


def files_beside(database: Path) -> list[str]:
    """The names of SQLite's files beside the database."""
    return [path.name for path in database.parent.glob(database.name + "-*")]


class Sweep:
    """A configuration in `folder`, and its undisturbed result."""

    of_program = False
    reference_options = ()
    queries = QUERIES  # of what must be equal
    launcher = "fork"  # or "mpirun", of runs with several workers

    def __init__(self, folder: Path, seeds: int = 4, epochs: int = 12, train: int = 2000) -> None:
        self.folder = folder
        self.config = folder / "sweep.yaml"
        self.config.write_text(self.configuration(list(range(seeds)), epochs, train))
        reference = folder / "reference.db"
        start = time.monotonic()
        subprocess.run(self.command(reference, *self.reference_options, workers=2), check=True,
                       stdin=subprocess.DEVNULL)
        self.undisturbed_seconds = time.monotonic() - start
        self.reference_bytes = reference.stat().st_size
        self.reference = content(reference, self.queries)

    def configuration(self, seeds: list[int], epochs: int, train: int) -> str:
        write_data(self.folder / "data", train)
        return CONFIG.format(data=self.folder / "data", epochs=epochs, seeds=seeds)

    def command(self, database: Path, *options: str, workers: int = 0) -> list:
        """The command line of a run; `workers` 0: everything in one process."""
        launch = ["--workers", str(workers), "--launcher", self.launcher] if workers else []
        return [PROGRAM, "run", self.config, "--db", database, "-q", *launch, *options]

    def start(self, database: Path, *options: str, workers: int = 0, log=None) -> subprocess.Popen:
        log = log or subprocess.DEVNULL
        return subprocess.Popen(self.command(database, *options, workers=workers), stdout=log,
                                stderr=log, stdin=subprocess.DEVNULL)

    def run(self, database: Path, *options: str, workers: int = 0) -> int:
        return subprocess.run(self.command(database, *options, workers=workers),
                              stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                              timeout=DEADLINE_SECONDS).returncode

    def is_whole(self, database: Path) -> bool:
        """Whether the database has the numbers of the undisturbed one, in a single file."""
        if beside := files_beside(database):
            print(f"{database}: left beside it: {beside}", flush=True)
        same = content(database, self.queries) == self.reference
        if not same:
            print(f"{database}: differs from {self.folder / 'reference.db'}", flush=True)
        return same and not beside


class SharingSweep(Sweep):
    """One whose trials share epochs. Undisturbed they are trained by themselves."""

    reference_options = ("--no-share",)

    def configuration(self, seeds: list[int], epochs: int, train: int) -> str:
        write_data(self.folder / "data", train)
        return SHARING_CONFIG.format(data=self.folder / "data", epochs=epochs, half=epochs // 2,
                                     seeds=seeds)

    def is_whole(self, database: Path) -> bool:
        """And whether each epoch that names another trial is that trial's in every column."""
        unlike = ask(database, UNLIKE)
        shares = ask(database, "SELECT count(trained_by) FROM epochs")[0][0] > 0
        if unlike or not shares:
            print(f"{database}: epochs are {'' if shares else 'not '}shared; unlike those that they "
                  f"name: {unlike[:3]}", flush=True)
        return super().is_whole(database) and shares and not unlike


class HalvingSweep(Sweep):
    """A search with Hyperband and a race. Undisturbed its trials are trained by themselves."""

    reference_options = ("--no-share",)
    queries = (*QUERIES, PLACES)

    def __init__(self, folder: Path, rungs: str) -> None:
        self.rungs = rungs
        folder.mkdir()
        super().__init__(folder)
        for what in ("max(rung) = min(rung)", "max(bracket) = 0", "sum(dropped) = 0"):
            if ask(folder / "reference.db", f"SELECT {what} FROM trials")[0][0]:
                raise RuntimeError(f"this search decides too little: {what}")

    def configuration(self, seeds: list[int], epochs: int, train: int) -> str:
        write_data(self.folder / "data", train)
        return SEARCH_CONFIG.format(data=self.folder / "data", epochs=epochs, seeds=seeds, rungs=self.rungs)


class TpeSweep(Sweep):
    """A search by TPE. Undisturbed its trials are trained by themselves."""

    reference_options = ("--no-share",)
    queries = (*QUERIES, PLACES)

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        super().__init__(folder, seeds=2, epochs=6)
        plan = subprocess.run([PROGRAM, "plan", self.config, "--json"], check=True, capture_output=True)
        tpe = json.loads(plan.stdout)["tpe"]
        diverged = ask(folder / "reference.db", "SELECT sum(diverged) FROM trials")[0][0]
        if tpe["rounds"] - tpe["random_rounds"] < 3 or not diverged:
            raise RuntimeError(f"this search decides too little: {tpe}, {diverged} diverged")

    def configuration(self, seeds: list[int], epochs: int, train: int) -> str:
        write_data(self.folder / "data", train)
        return TPE_CONFIG.format(data=self.folder / "data", epochs=epochs, seeds=seeds)


class ProgramSweep(Sweep):
    """The same of a user's program (resumable.py)."""

    of_program = True

    def configuration(self, seeds: list[int], epochs: int, train: int) -> str:
        script = Path(__file__).resolve().parent / "resumable.py"
        return PROGRAM_CONFIG.format(python=sys.executable, script=script, epochs=epochs, seeds=seeds)


class SharedProgramSweep(ProgramSweep):
    """The same whose trials share their first epochs; of the undisturbed ones each is trained alone."""

    reference_options = ("--no-share",)

    def configuration(self, seeds: list[int], epochs: int, train: int) -> str:
        script = Path(__file__).resolve().parent / "resumable.py"
        return SHARED_PROGRAM_CONFIG.format(python=sys.executable, script=script, epochs=epochs,
                                            shorter=epochs * 2 // 3, seeds=[0, 3])


def exit_status(database: Path) -> int:
    """The sweep's exit status by its database; 75: there is work left."""
    if not database.exists():
        return 75
    words = [PROGRAM, "status", "--exit-code", database]
    return subprocess.run(words, stdout=subprocess.DEVNULL).returncode
