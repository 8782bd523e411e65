"""What is on this machine: the GPU, the tools, PyTorch, the data, the kit."""

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
KIT = ROOT / "build/gpu-kit"
IDX_IMAGES = "train-images-idx3-ubyte"


def output_of(*words: str) -> str:
    """A command's output; empty if it fails, is missing, or takes more than 15 seconds."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=15, cwd=ROOT)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def first_match(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    return found[1].strip() if found else ""


def find_torch() -> Path | None:
    """The folder of PyTorch, found without importing it, which takes seconds."""
    if given := os.environ.get("LRSWEEP_CUDA_TORCH"):
        return Path(given)
    spec = importlib.util.find_spec("torch")
    if spec and spec.submodule_search_locations:
        return Path(spec.submodule_search_locations[0])
    installed = glob(str(ROOT / "build/cuda-venv/lib/python3*/site-packages/torch"))
    return Path(installed[0]) if installed else None


def find_mnist() -> Path | None:
    given = os.environ.get("LRSWEEP_DATA_DIR")
    for root in [*([Path(given)] if given else []), ROOT / "shared", KIT]:
        if any((root / "mnist" / (IDX_IMAGES + end)).exists() for end in ("", ".gz")):
            return root / "mnist"
    return None


def find_compute_sanitizer() -> str | None:
    folders = [
        *glob("/usr/local/cuda*/bin"),
        *glob("/usr/local/cuda*/compute-sanitizer"),
        *glob("/opt/nvidia/*/bin"),
        *glob("/opt/nvidia/*/*/compute-sanitizer"),
    ]
    return shutil.which("compute-sanitizer", path=os.pathsep.join([os.environ["PATH"], *folders]))


def put_nvcc_on_path() -> None:
    if shutil.which("nvcc") is None:
        os.environ["PATH"] += "".join(
            os.pathsep + folder for folder in glob("/usr/local/cuda*/bin")
        )


def models_of_driver() -> list[str]:
    """The GPUs' names as the kernel's driver gives them, for a machine without nvidia-smi."""
    texts = [Path(file).read_text() for file in glob("/proc/driver/nvidia/gpus/*/information")]
    return [model for text in texts if (model := first_match(r"^Model:\s*(.*)", text))]


@dataclass
class Machine:
    """What this machine has; `gpu` is the first GPU's name, or empty."""

    gpu: str = ""
    torch: Path | None = None
    mnist: Path | None = None
    facts: list[tuple[str, str]] = field(default_factory=list)


def torch_version(torch: Path | None) -> str:
    if torch is None:
        return "not found"
    text = (torch / "version.py").read_text() if (torch / "version.py").exists() else ""
    return first_match(r"^__version__ = '([^']+)'", text) or "unknown"


def look_around(dry_run: bool) -> Machine:
    """Finds out what is here. In a dry run no GPU is seen, by the programs neither."""
    put_nvcc_on_path()
    query = "name,driver_version,memory.total,compute_cap"
    gpus = output_of("nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader").splitlines()
    gpus = gpus or models_of_driver()
    if dry_run:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
        gpus = []
    torch = find_torch()
    machine = Machine(gpus[0].split(",")[0].strip() if gpus else "", torch, find_mnist())
    system = Path("/etc/os-release")
    cpu = first_match(r"^model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    machine.facts = [
        ("GPU (name, driver, memory, compute capability)", "; ".join(gpus) or "none"),
        ("CPU", f"{cpu or 'unknown'}, {os.cpu_count()} cores"),
        (
            "system",
            first_match(r'^PRETTY_NAME="?([^"\n]*)', system.read_text())
            if system.exists()
            else "unknown",
        ),
        ("PyTorch", torch_version(torch)),
        ("nvcc", first_match(r"release [\d.]+, (V[\d.]+)", output_of("nvcc", "--version"))),
        ("g++", output_of("g++", "-dumpfullversion")),
        ("CMake", first_match(r"version (\S+)", output_of("cmake", "--version"))),
        ("ninja", output_of("ninja", "--version")),
        ("lrsweep", output_of("git", "describe", "--always", "--dirty") or "a copy without git"),
    ]
    return machine
