"""A program as lrsweep trains it, whose every number depends on its whole history: on the rates of all
steps before, on the seed, and on the checkpoint that it resumes from. It can be killed at any time.

    resumable.py --via stdout|file

It reports by lines on standard output or in $LRSWEEP_REPORT; in halves, so that it may be killed in
mid-line. Checkpoints are written in place, in halves too: a file, or of odd seeds a folder. Where the
whole schedule is known at the start, it reports every second epoch only, and says of a checkpoint that it
is complete when the next report is out. Of seed 3 it once ends by itself in mid-training."""

import hashlib
import json
import os
import signal
import struct
import sys
import time
from pathlib import Path

DIR = Path(os.environ["LRSWEEP_DIR"])
EPOCHS = int(os.environ["LRSWEEP_EPOCHS"])
STEPS = int(os.environ["LRSWEEP_STEPS_PER_EPOCH"])
SEED = int(os.environ["LRSWEEP_SEED"])
EPOCH_SECONDS = 0.01
HALF_SECONDS = 0.001

is_told_to_stop = False


def stop(*_) -> None:
    global is_told_to_stop
    is_told_to_stop = True


def write_in_halves(file, text: str) -> None:
    middle = len(text) // 2
    file.write(text[:middle])
    file.flush()
    time.sleep(HALF_SECONDS)
    file.write(text[middle:])
    file.flush()


def report(what: dict) -> None:
    if sys.argv[2] == "stdout":
        write_in_halves(sys.stdout, f"lrsweep {json.dumps(what)}\n")
        return
    with open(os.environ["LRSWEEP_REPORT"], "a") as file:
        write_in_halves(file, json.dumps(what) + "\n")


def rates(epochs: int) -> list[tuple[float, float]]:
    """(lr, momentum) of every step of so many epochs; waits until the table has them."""
    needed = 16 * STEPS * epochs
    while True:
        table = Path(os.environ["LRSWEEP_SCHEDULE_BINARY"]).read_bytes()
        if len(table) >= needed:
            return list(struct.iter_unpack("=dd", table[:len(table) // 16 * 16]))
        if is_told_to_stop:
            return []
        time.sleep(HALF_SECONDS)


def save(epoch: int, state: bytes) -> str:
    name = f"after-{epoch}"
    file = DIR / name
    if SEED % 2 == 1:
        file.mkdir(exist_ok=True)
        file = file / "state"
    with open(file, "w") as out:
        write_in_halves(out, state.hex())
    return name


def restored(path: str) -> bytes:
    file = Path(path)
    return bytes.fromhex((file / "state" if file.is_dir() else file).read_text())


def share(state: bytes) -> float:
    return int.from_bytes(state[:6], "big") / 2**48


def main() -> int:
    signal.signal(signal.SIGTERM, stop)
    state = hashlib.sha256(f"seed {SEED}".encode()).digest()
    done = int(os.environ["LRSWEEP_EPOCH"])
    if "LRSWEEP_RESUME" in os.environ:
        state = restored(os.environ["LRSWEEP_RESUME"])
    knows_all = len(rates(1)) >= STEPS * EPOCHS
    late = None  # a checkpoint that is complete, but was not reported
    for epoch in range(done + 1, EPOCHS + 1):
        table = rates(epoch)
        if not table:
            break
        for step in range(STEPS * (epoch - 1), STEPS * epoch):
            state = hashlib.sha256(state + struct.pack("=dd", *table[step])).digest()
        time.sleep(EPOCH_SECONDS)
        if knows_all and epoch % 2 == 1 and epoch < EPOCHS:
            continue
        lr = table[STEPS * epoch - 1][0]
        report({"epoch": epoch, "steps": STEPS * epoch, "score": share(state),
                "val_loss": share(state[8:]), "extra/last-byte": state[-1], "lr": lr})
        if late:
            report(late)
            late = None
        if epoch == EPOCHS:
            break
        leaves = SEED == 3 and epoch == EPOCHS // 2 and not (DIR / "left-once").exists()
        checkpoint = {"checkpoint": save(epoch, state), "epoch": epoch}
        if knows_all and not (leaves or is_told_to_stop):
            late = checkpoint
        else:
            report(checkpoint)
        if leaves:
            (DIR / "left-once").touch()
            return 75
        if is_told_to_stop:
            return 75
    return 0 if table else 75


if __name__ == "__main__":
    sys.exit(main())
