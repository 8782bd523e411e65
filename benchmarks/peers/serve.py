"""How benchmarks/engine.py talks with whoever trains: a first line with the name, then for each
line on stdin an epoch of training and evaluation, answered with "SECONDS ACCURACY"."""

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
