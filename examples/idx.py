"""MNIST from the IDX files that lrsweep uses too; nothing is downloaded."""

import gzip
import os
import pathlib

import numpy


FOLDERS = [os.environ.get("LRSWEEP_DATA_DIR"), pathlib.Path(__file__).parent.parent / "data",
           pathlib.Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "lrsweep"]


def load(kind, count=None):
    """The first images as floats from 0 to 1, [count, 28, 28], and their labels. `kind`: train,
    t10k."""
    images = read(f"{kind}-images-idx3-ubyte")[16:].reshape(-1, 28, 28)[:count]
    labels = read(f"{kind}-labels-idx1-ubyte")[8:][:count]
    return images.astype(numpy.float32) / 255, labels.astype(numpy.int64)


def read(name):
    for folder in filter(None, FOLDERS):
        path = pathlib.Path(folder) / "mnist" / name
        packed = path.with_name(name + ".gz")
        if path.exists() or packed.exists():
            data = path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes())
            return numpy.frombuffer(data, numpy.uint8)
    raise FileNotFoundError(f"no mnist/{name} (or .gz) in {FOLDERS}; set LRSWEEP_DATA_DIR")
