"""Prints the head of RESULTS.md: the machine and the versions of the software measured."""

import ctypes
import os
import re
import sqlite3
import subprocess
from pathlib import Path

from measuring import PEERS_PYTHON, ROOT, find_data, table

PEER_PACKAGES = ("torch", "torchvision", "jax", "ray", "optuna")


def output(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout


def first(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    return found[1].strip() if found else "unknown"


def cache(variable: str) -> str:
    """A value of CMake's cache."""
    text = (ROOT / "build/release/CMakeCache.txt").read_text()
    return first(rf"^{variable}:\w+=(.*)", text)


def openblas() -> str:
    """OpenBLAS's version and the kernel that it chooses on this machine."""
    library = ctypes.CDLL("libopenblas.so.0")
    library.openblas_get_config.restype = library.openblas_get_corename.restype = ctypes.c_char_p
    version = first(r"OpenBLAS (\S+)", library.openblas_get_config().decode())
    return f"{version}, {library.openblas_get_corename().decode()} kernels"


def libtorch() -> str:
    text = (Path(cache("Torch_DIR")) / "TorchConfigVersion.cmake").read_text()
    return first(r'PACKAGE_VERSION "(.*?)"', text)


def peers() -> list[tuple[str, str]]:
    script = "import importlib.metadata as m, sys; print(*map(m.version, sys.argv[1:]))"
    versions = output(str(PEERS_PYTHON), "-c", script, *PEER_PACKAGES).split()
    python = output(str(PEERS_PYTHON), "--version").split()[1]
    text = ", ".join(f"{name} {version}" for name, version in zip(PEER_PACKAGES, versions))
    return [("peers", f"Python {python}, {text}")]


def system() -> str:
    name = first('PRETTY_NAME="(.*)"', Path("/etc/os-release").read_text())
    return f"{name}, Linux {os.uname().release}"


def main() -> None:
    for name in ("mnist", "fashion_mnist"):  # if one is missing, say so before minutes have passed
        find_data(name)
    rows = [
        ("CPU", first(r"^model name\s*: (.*)", Path("/proc/cpuinfo").read_text())),
        ("cores", str(os.cpu_count())),
        ("system", system()),
        ("compiler", output(cache("CMAKE_CXX_COMPILER"), "--version").splitlines()[0]),
        ("Highway", output("pkg-config", "--modversion", "libhwy").strip()),
        ("OpenBLAS", openblas()),
        ("LibTorch", libtorch()),
        ("SQLite", sqlite3.sqlite_version),
        ("Open MPI", first(r"\(Open MPI\) (\S+)", output("mpirun", "--version"))),
        *(peers() if PEERS_PYTHON.exists() else []),
    ]
    print(table(["what", "which"], rows, numbers=False))


if __name__ == "__main__":
    main()
