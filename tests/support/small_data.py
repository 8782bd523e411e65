"""Data sets that are learned in milliseconds."""

import random
import struct
from pathlib import Path


def write_data(folder: Path, train: int = 1000, test: int = 400) -> None:
    """Four IDX files of random images whose labels can be learned, though not by heart."""
    folder.mkdir()
    source = random.Random(7)
    mostly_black = bytes(value if value < 40 else 0 for value in range(256))
    for name, count in (("train", train), ("t10k", test)):
        labels = bytes(source.randrange(10) for _ in range(count))
        images = bytearray()
        for label in labels:
            pixels = bytearray(source.randbytes(784).translate(mostly_black))
            if source.random() < 0.85:
                pixels[label * 78 : label * 78 + 20] = bytes([source.randrange(20, 90)]) * 20
            images += pixels
        header = struct.pack(">IIII", 0x803, count, 28, 28)
        (folder / f"{name}-images-idx3-ubyte").write_bytes(header + images)
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, count) + labels)
