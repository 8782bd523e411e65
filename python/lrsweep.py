"""Client of lrsweep: makes a training script a trial of a sweep.

    import lrsweep

    trial = lrsweep.trial(width=64, lr=0.1, epochs=3)   # defaults, for runs without lrsweep
    model = Net(trial["width"])
    for epoch in trial.epochs():
        for batch in loader:
            ...
            trial.set_rates(optimizer)                  # before each step
            optimizer.step()
        trial.report(val_accuracy=accuracy)
        with trial.checkpoint(".pt") as path:
            torch.save(state, path)

The protocol beneath, for any language, is docs/programs.md of lrsweep. This file needs Python 3.8
and its standard library only; it may be copied beside a script. """

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import struct
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, NamedTuple, NoReturn, Optional, Sequence

STOPPED = 75  # exit status: stopped early, to be continued from the latest checkpoint
_ROW = struct.Struct("=dd")  # of the schedule's table


class Rates(NamedTuple):
    """What an optimizer applies at a step. None: what it has already."""

    lr: Optional[float]
    momentum: Optional[float] = None


class Trial:
    """The trial that this process trains, as lrsweep's environment describes it. Of several
    processes that train it together (torchrun, Lightning), rank 0 alone reports.

    The arguments are defaults: `params` and `optimizer` for what the configuration's sections of
    these names lack, `epochs`, `seed` and a constant rate `lr` for runs without lrsweep."""

    def __init__(self, *, epochs: int = 1, seed: int = 0, lr: Optional[float] = None,
                 optimizer: Optional[Mapping[str, Any]] = None, **params: Any) -> None:
        self.managed = "LRSWEEP_PROTOCOL" in os.environ  # False: run by hand
        env = self._env = os.environ if self.managed else {}
        if env.get("LRSWEEP_PROTOCOL", "1") != "1":
            raise RuntimeError(f"lrsweep speaks protocol {env['LRSWEEP_PROTOCOL']}, this client 1; "
                               "install the client that came with this lrsweep")
        self.id = env.get("LRSWEEP_TRIAL_ID", "")
        self.dir = Path(env.get("LRSWEEP_DIR", "."))  # the trial's own, the same in every attempt
        config = Path(env["LRSWEEP_PARAMS_FILE"]).read_text() if self.managed else "{}"
        self.config = json.loads(config)  # the sections of the trial: params, optimizer, ...
        self.params = {**params, **self.config.get("params", {})}
        self.optimizer = {**(optimizer or {}), **self.config.get("optimizer", {})}
        self.seed = int(env.get("LRSWEEP_SEED", seed))
        self.num_epochs = int(env.get("LRSWEEP_EPOCHS", epochs))
        self.steps_per_epoch = int(env.get("LRSWEEP_STEPS_PER_EPOCH", 0))  # 0: not known
        self.start_epoch = int(env.get("LRSWEEP_EPOCH", 0))  # epochs that earlier attempts did
        self.resume = Path(env["LRSWEEP_RESUME"]) if env.get("LRSWEEP_RESUME") else None
        self.is_leader = os.environ.get("RANK", os.environ.get("LOCAL_RANK", "0")) == "0"
        self.epoch: Optional[int] = None  # the one that epochs() is at, from 1
        self.steps = self.start_epoch * self.steps_per_epoch  # optimizer steps of the whole trial
        self._reported = self.start_epoch
        self._given = Rates(lr)  # the table's at the latest step
        self._applied: Optional[Rates] = None  # the optimizer's at the latest step
        self._watched: list = []
        self._stopping = self._is_saving = False
        self._last_checkpoint: Optional[Path] = None
        self._answer, self._rest = (0, "continue"), ""
        self._table = self._report = self._fifo = -1
        if self.managed:
            self._open(env)

    def _open(self, env: Mapping[str, str]) -> None:
        self._table = os.open(env["LRSWEEP_SCHEDULE_BINARY"], os.O_RDONLY)
        if self.is_leader:
            self._report = os.open(env["LRSWEEP_REPORT"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        if self.is_leader and "LRSWEEP_ANSWER" in env:
            # Opened for reading alone, a FIFO is at its end while no other process writes to it.
            self._fifo = os.open(env["LRSWEEP_ANSWER"], os.O_RDWR | os.O_NONBLOCK)
        in_main = threading.current_thread() is threading.main_thread()
        if in_main and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            _handle_sigterm(self._on_sigterm)

    def __getitem__(self, name: str) -> Any:
        """A parameter of the program: trial["width"], trial["model.depth"]."""
        value: Any = self.params
        for key in [name] if name in self.params else name.split("."):
            if not isinstance(value, Mapping) or key not in value:
                raise KeyError(f'no parameter "{name}" among {", ".join(self.params) or "none"}')
            value = value[key]
        return value

    def epochs(self) -> Iterator[int]:
        """The epochs left, from 1. Ends early where lrsweep ends the trial. Where lrsweep stops it,
        ends the process; but what follows report() in the body is done before."""
        try:
            for self.epoch in range(self.start_epoch + 1, self.num_epochs + 1):
                self.steps = (self.epoch - 1) * self.steps_per_epoch
                yield self.epoch
                self._is_saving = False
                answer = self.answer(wait=0.1)  # it comes within a millisecond
                if answer == "end" or self.epoch == self.num_epochs:
                    return
                if answer == "hold" or self._stopping:
                    self.stop()
        finally:
            self.epoch, self._is_saving = None, False

    def answer(self, wait: float = 0) -> str:
        """lrsweep's answer to the latest report: "continue", "hold" (write a checkpoint, then stop)
        or "end"; "continue" where none has come after `wait` seconds."""
        end = time.monotonic() + wait
        while self._fifo >= 0 and self._answer[0] < self._reported:
            if not select.select([self._fifo], [], [], max(end - time.monotonic(), 0))[0]:
                return "continue"
            *lines, self._rest = (self._rest + os.read(self._fifo, 4096).decode()).split("\n")
            for epoch, word in map(str.split, lines):
                self._answer = (int(epoch), word)
        return self._answer[1]

    def stop(self) -> NoReturn:
        """Ends the process with exit status 75; another attempt continues from the checkpoint."""
        raise SystemExit(STOPPED)

    def _on_sigterm(self, *_: Any) -> None:
        self._stopping = True
        if not self._is_saving:
            self.stop()

    def rates(self, step: int) -> Rates:
        """The table's row of a step, from 0; without steps_per_epoch, of an epoch, from 0. Where
        the schedule follows a metric, waits until lrsweep has read the report of the epoch
        before."""
        if not self.managed:
            return self._given
        per_epoch = self.steps_per_epoch or 1
        if not 0 <= step < self.num_epochs * per_epoch:
            raise IndexError(f"step {step}: the schedule has {self.num_epochs} epochs of "
                             f"{per_epoch} steps; is trial.steps_per_epoch right in the YAML?")
        while len(row := os.pread(self._table, _ROW.size, step * _ROW.size)) < _ROW.size:
            if self.is_leader and step // per_epoch > self._reported:
                raise RuntimeError(f"step {step}: this schedule follows a metric, so epoch "
                                   f"{step // per_epoch} must be reported before")
            time.sleep(0.001)
            os.close(self._table)
            self._table = os.open(self._env["LRSWEEP_SCHEDULE_BINARY"], os.O_RDONLY)
        lr, momentum = _ROW.unpack(row)
        has_momentum = momentum or {"momentum", "betas"} & self.config.get("optimizer", {}).keys()
        return Rates(lr, momentum if has_momentum and momentum == momentum else None)

    def next_rates(self) -> Rates:
        """Counts an optimizer step and gives its rates."""
        if self._stopping and not self._is_saving:
            self.stop()
        epoch = self._reported + 1 if self.epoch is None else self.epoch
        self._given = self._applied = self.rates(self.steps if self.steps_per_epoch else epoch - 1)
        self.steps += 1
        return self._given

    def set_rates(self, *optimizers: Any) -> Rates:
        """Counts a step and sets its rates in PyTorch optimizers, whatever they have or a
        checkpoint restored. To be called before each step."""
        self.next_rates()
        for optimizer in optimizers:
            _set_rates(optimizer, self._given)
            self._watch(optimizer)
        return self._given

    def torch_scheduler(self, optimizer: Any) -> Any:
        """A torch LRScheduler with the table's rates, for Lightning and the transformers Trainer.
        Its step() follows each step of the optimizer; without steps_per_epoch, each epoch."""
        from torch.optim.lr_scheduler import LRScheduler
        trial = self

        class TableLR(LRScheduler):
            def get_lr(self):  # what is shown; before the step, apply() has the last word
                trial.steps = self.last_epoch
                known = min(trial._reported + 1, trial.num_epochs) * (trial.steps_per_epoch or 1)
                lr = trial.rates(self.last_epoch).lr if self.last_epoch < known else None
                return [group["lr"] if lr is None else lr for group in optimizer.param_groups]

            def apply(self):
                trial._given = trial.rates(self.last_epoch)
                _set_rates(optimizer, trial._given)

        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
        first = self.steps if self.steps_per_epoch else self.start_epoch
        scheduler = TableLR(optimizer, last_epoch=first - 1)
        self._watch(optimizer, scheduler.apply)
        return scheduler

    def _watch(self, optimizer: Any, before_step: Callable[[], None] = lambda: None) -> None:
        """Has each step of a PyTorch optimizer note the rates that it really applies."""
        if any(optimizer is other for other in self._watched):
            return
        self._watched.append(optimizer)

        def note(*_: Any) -> None:
            before_step()
            group = optimizer.param_groups[0]
            momentum = group["betas"][0] if "betas" in group else group.get("momentum")
            self._applied = Rates(float(group["lr"]), self._given.momentum and momentum)

        if hasattr(optimizer, "register_step_pre_hook"):
            optimizer.register_step_pre_hook(note)

    def report(self, metrics: Optional[Mapping[str, Any]] = None, *, epoch: Optional[int] = None,
               losses: Optional[Sequence[Any]] = None, **more: Any) -> None:
        """Reports the metrics of an epoch: the one that epochs() is at, or `epoch`; without both,
        of the whole trial. `losses`: of each step since the last report. Adds steps and applied
        rates."""
        epoch = self.epoch if epoch is None else epoch
        line = self._progress() if epoch or self._reported == self.start_epoch else {}
        if epoch is None:
            line.pop("steps", None)  # with it, a report of progress
        else:
            line = {"epoch": epoch, **line}
        line.update(metrics or {}, **more)
        if losses is not None:
            line["losses"] = [float(loss) for loss in losses]
        self._reported = self.num_epochs if epoch is None else epoch
        self._is_saving = self.epoch is not None
        self._send(line)

    def progress(self, loss: Any) -> None:
        """Tells the live view where an epoch is; every second or so, not every step. Does nothing
        without steps_per_epoch."""
        line = self._progress()
        if "steps" in line:
            self._send({**line, "loss": loss})

    def _progress(self) -> dict:
        steps = self.steps if self._applied and self.steps_per_epoch else None
        line = {"steps": steps, **(self._applied or Rates(None))._asdict()}
        return {name: value for name, value in line.items() if value is not None}

    @contextlib.contextmanager
    def checkpoint(self, suffix: str = "", *, epoch: Optional[int] = None) -> Iterator[Path]:
        """Gives a path where to write a file or a folder. Reports it when it is complete, as the
        checkpoint of the epoch reported last. A later attempt has it as `resume`."""
        if epoch is None:
            epoch = self._reported
            if epoch == self.start_epoch or self.epoch not in (None, epoch):
                raise RuntimeError("report() the epoch first, or give checkpoint(epoch=...): "
                                   "a checkpoint is of an epoch that was reported")
        path = self.dir / f"checkpoint-{epoch}{suffix}"
        partial = self.dir / f"partial-checkpoint{suffix}"
        was_saving, self._is_saving = self._is_saving, True
        try:
            _remove(partial)  # an attempt may have been killed here
            yield partial
            if not partial.exists():
                raise FileNotFoundError(f"nothing was written to {partial}; where a library adds a "
                                        'suffix to the name, give it: trial.checkpoint(".npz")')
            _sync(partial, *partial.rglob("*"))
            _remove(path)
            os.replace(partial, path)
            with contextlib.suppress(OSError):  # some file systems cannot sync a folder
                _sync(self.dir)
            self._send({"checkpoint": path.name, "epoch": epoch})
            if not self.managed and self._last_checkpoint not in (None, path):
                _remove(self._last_checkpoint)
            self._last_checkpoint = path
        finally:
            self._is_saving = was_saving
        if self._stopping and not was_saving:
            self.stop()

    def _send(self, line: Mapping[str, Any]) -> None:
        text = json.dumps(line, default=float)  # float(): NumPy's and PyTorch's numbers
        if not self.managed:
            print(text, flush=True)
        elif self.is_leader:
            os.write(self._report, text.encode() + b"\n")


trial = Trial  # as scripts say it: trial = lrsweep.trial(width=64)


def read(database: Any) -> Any:
    """A sweep's database as pandas frames. Needs lrsweep_reader.py and pandas."""
    import lrsweep_reader
    return lrsweep_reader.Sweep(database)


def _handle_sigterm(handler: Callable[..., None]) -> None:
    """Handles SIGTERM in this process alone: forked children, such as a data loader's, die of it.
    Blocks it during a fork: Python would lose a signal that the child gets before it is ready."""
    block, unblock = (partial(signal.pthread_sigmask, how, [signal.SIGTERM])
                      for how in (signal.SIG_BLOCK, signal.SIG_UNBLOCK))

    def reset() -> None:
        if signal.getsignal(signal.SIGTERM) == handler:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        unblock()

    signal.signal(signal.SIGTERM, handler)
    os.register_at_fork(before=block, after_in_parent=unblock, after_in_child=reset)


def _set_rates(optimizer: Any, rates: Rates) -> None:
    for group in optimizer.param_groups:
        if rates.lr is not None and hasattr(group["lr"], "fill_"):
            group["lr"].fill_(rates.lr)  # a tensor, which a compiled step reads
        elif rates.lr is not None:
            group["lr"] = rates.lr
        if rates.momentum is not None and "betas" in group:
            group["betas"] = (rates.momentum, *group["betas"][1:])
        elif rates.momentum is not None and "momentum" in group:
            group["momentum"] = rates.momentum


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    elif path.exists():
        path.unlink()


def _sync(*paths: Path) -> None:
    """Waits until files and folders are on the disk."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
