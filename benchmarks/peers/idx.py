"""The four unpacked IDX files of a folder as NumPy arrays."""

from pathlib import Path

import numpy as np


def images(folder: Path, kind: str) -> np.ndarray:
    """uint8 [images, 784]; `kind` is "train" or "t10k"."""
    data = np.fromfile(folder / f"{kind}-images-idx3-ubyte", dtype=np.uint8)
    return data[16:].reshape(int.from_bytes(data[4:8].tobytes(), "big"), -1)


def labels(folder: Path, kind: str) -> np.ndarray:
    """int64 [images]."""
    data = np.fromfile(folder / f"{kind}-labels-idx1-ubyte", dtype=np.uint8)
    return data[8:].astype(np.int64)
