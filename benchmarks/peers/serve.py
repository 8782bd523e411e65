"""The protocol between benchmarks/engine.py and a process that trains: the process prints its name,
then trains and evaluates an epoch for each line on stdin and answers "SECONDS ACCURACY"."""

import sys
import time
from collections.abc import Callable


def serve(name: str, epoch: Callable[[], float]) -> None:
    """`epoch` trains one more epoch, evaluates, and returns the test accuracy, 0 to 1."""
    print(name, flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        accuracy = epoch()
        print(f"{time.perf_counter() - start:.6f} {accuracy:.4f}", flush=True)
