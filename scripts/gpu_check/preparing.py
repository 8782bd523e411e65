"""The steps before the checks: libraries, data, the build."""

import os
import re

from context import BIN, PROGRAMS, Context, make_data
from machine import KIT
from steps import NotHere, Result, StepFailed


def unpack(context: Context, result: Result) -> None:
    """Unpacks the libraries, and finds or makes the data."""
    archive = KIT / "kit.tar.gz"
    if archive.exists():
        context.kit.mkdir(exist_ok=True)
        context.runner.command(["tar", "-xzf", str(archive), "-C", str(context.kit)])
        os.environ["LRSWEEP_CUDA_KIT"] = str(context.kit)
        manifest = (context.kit / "MANIFEST").read_text().splitlines()
        result.text.append(f"Libraries: build/gpu-kit. {manifest[0]} {manifest[1]}")
    else:
        result.text.append("Libraries: this machine's own (there is no build/gpu-kit).")
    make_data(context.small)
    images = 60000
    if not context.has_gpu():
        images = 1000
        data = "1,000 random images."
    elif context.here.mnist:
        context.data = context.here.mnist
        os.environ["LRSWEEP_DATA_DIR"] = str(context.here.mnist.parent)
        data = "MNIST."
    else:
        context.data = context.work / "random"
        make_data(context.data, 60000, 10000)
        data = "random images in MNIST's size; MNIST is not here."
    context.steps = -(-images // 64)
    result.text += ["", f"Data: {data}"]


def configure(context: Context, result: Result) -> None:
    """Configures everything; without the program where its libraries are missing."""
    if context.here.torch is None:
        raise NotHere("PyTorch was not found: set LRSWEEP_CUDA_TORCH to its folder")
    os.environ["LRSWEEP_CUDA_TORCH"] = str(context.here.torch)
    words = ["scripts/build-cuda", "--configure"]
    try:
        context.runner.command(words)
    except StepFailed as failure:
        result.text += [f"Without the program: {failure}", "", "```", failure.tail, "```"]
        context.runner.command([*words, "--worker-only"])


def build(context: Context, result: Result) -> None:
    """Builds what the other steps run. What fails to compile leaves the rest."""
    for name in PROGRAMS:
        (BIN / name).unlink(missing_ok=True)  # of an earlier check
    ninja = ["ninja", "-C", "build/cuda"]
    targets = context.runner.command([*ninja, "-t", "targets", "all"])
    wanted = [name for name in PROGRAMS if f"\n{name}: phony" in targets]
    output = context.runner.command([*ninja, "-k", "0", *wanted], may_fail=True)
    count = re.findall(r"^\[\d+/(\d+)\]", output, re.MULTILINE)
    result.text.append(f"{count[-1] if count else 0} steps on {os.cpu_count()} cores.")
    missing = [name for name in PROGRAMS if not (BIN / name).exists()]
    if missing:
        errors = [line for line in output.splitlines() if "error" in line or "FAILED" in line]
        raise StepFailed(f"not built: {', '.join(missing)}", "\n".join(errors[:12]))


def libraries(context: Context, result: Result) -> None:
    """Shows which CUDA libraries the engine loads: PyTorch's own, not the toolkit's."""
    context.program("torch_test")
    output = context.runner.command(["ldd", str(BIN / "liblrsweep_torch.so")])
    name = r"^\s*(lib(?:torch|c10|cudart|cublas|nvrtc|nccl)\S*) => (\S+)"
    found = re.findall(name, output, re.MULTILINE)
    packages = str(context.here.torch.resolve().parent) if context.here.torch else ""
    shown = [f"{library} => {path.replace(packages, '<site-packages>', 1)}" for library, path in found]
    result.text += ["```", *shown, "```"]
    others = [path for _, path in found if not os.path.realpath(path).startswith(packages + "/")]
    if others:
        raise StepFailed(f"loaded from outside PyTorch's folders: {', '.join(others)}")
