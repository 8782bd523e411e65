"""The steps of scripts/check-gpu. Each adds what it found to its result, as Markdown."""

import json
import os
import re
import shutil
import sqlite3
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

import machine
from bits import Distance, differing, distance, read_results
from machine import KIT, ROOT, Machine
from steps import NotHere, Result, Runner, StepFailed

sys.path.insert(0, str(ROOT / "tests/support"))
from small_data import write_data  # noqa: E402

BIN = ROOT / "build/cuda/bin"
EPOCHS_OF_A_TRIAL = 20
TRIALS = 64  # of the sweep
# Between LibTorch and the cpu engine on one CPU (MNIST, 8 members): 5e-7, 3e-7, 1.0e-3, 1.7e-3.
ALLOWED = Distance(first_losses=1e-5, usual_losses=1e-5, mean_loss=5e-3, accuracy=1e-2)
# Trials a second, estimated from data sheets and PyTorch's sources before any GPU had run this.
ESTIMATES = {1: "0.5-0.7", 16: "5.5-7.5", 64: "10-14 (H200: 12-16)", 256: "13-17 (H200: 16-20)"}


@dataclass
class Pack:
    """What pack_benchmark measured."""

    device: str
    target: str
    start_seconds: float
    training: float  # median seconds of an epoch, without the first, which captures the graphs
    evaluation: float

    @property
    def epoch_seconds(self) -> float:
        return self.training + self.evaluation


def row_of(name: str, d: Distance) -> str:
    return (f"| {name} | {d.first_losses:.1e} | {d.usual_losses:.1e} | {d.mean_loss:.1e} | "
            f"{d.accuracy:.4f} |")  # fmt: skip


def make_data(folder: Path, **counts: int) -> None:
    """Writes random images anew: an interrupted check may have left half of them."""
    shutil.rmtree(folder, ignore_errors=True)
    write_data(folder, **counts)


class Checks:
    """The steps, and what they share."""

    def __init__(self, runner: Runner, here: Machine, work: Path) -> None:
        self.runner = runner
        self.here = here
        self.work = work  # files of this check
        self.kit = work / "kit"  # unpacked
        self.data = Path()  # IDX files for everything but compute-sanitizer
        self.small = work / "small"
        self.steps = 0  # of an epoch of `data`

    def has_gpu(self) -> bool:
        return bool(self.here.gpu)

    def need(self, program: str) -> str:
        path = BIN / program
        if not path.exists():
            raise NotHere(f"{program} was not built")
        return str(path)

    # --- Preparing

    def unpack(self, result: Result) -> None:
        """Unpacks the kit, and finds or makes the data."""
        if (KIT / "kit.tar.gz").exists():
            self.kit.mkdir(exist_ok=True)
            self.runner.command(["tar", "-xzf", str(KIT / "kit.tar.gz"), "-C", str(self.kit)])
            os.environ["LRSWEEP_CUDA_KIT"] = str(self.kit)
            result.text.append("Libraries: " + (self.kit / "MANIFEST").read_text().splitlines()[0])
        else:
            result.text.append("Libraries: this machine's own (there is no build/gpu-kit).")
        make_data(self.small)
        if not self.has_gpu():
            self.data, images = self.small, 1000
            result.text.append("Data: 1,000 random images.")
        elif self.here.mnist:
            self.data, images = self.here.mnist, 60000
            os.environ["LRSWEEP_DATA_DIR"] = str(self.here.mnist.parent)
            result.text.append("Data: MNIST.")
        else:
            self.data, images = self.work / "random", 60000
            make_data(self.data, train=60000, test=10000)
            result.text.append("Data: random images in MNIST's size (MNIST is not here).")
        self.steps = -(-images // 64)

    def configure(self, result: Result) -> None:
        """Configures everything; without the program where its libraries are missing."""
        if self.here.torch is None:
            raise NotHere("PyTorch was not found: set LRSWEEP_CUDA_TORCH to its folder")
        os.environ["LRSWEEP_CUDA_TORCH"] = str(self.here.torch)
        words = ["scripts/build-cuda", "--configure"]
        try:
            self.runner.command(words)
        except StepFailed as failure:
            result.text.append(f"Without the program, because: {failure}")
            result.text.append(f"```\n{failure.tail}\n```")
            self.runner.command([*words, "--worker-only"])

    def build(self, result: Result) -> None:
        """Builds what the other steps run; what could not be built is named."""
        programs = ["torch_test", "pack_benchmark", "lrsweep"]
        targets = self.runner.command(["ninja", "-C", "build/cuda", "-t", "targets", "all"])
        wanted = [name for name in programs if f"\n{name}: phony" in targets]
        # The engine's library first: it holds most of what takes long to compile.
        output = self.runner.command(["ninja", "-C", "build/cuda", "-k", "0", "lrsweep_torch", *wanted],
                                     may_fail=True)  # fmt: skip
        count = re.findall(r"^\[\d+/(\d+)\]", output, re.MULTILINE)
        result.text.append(f"{count[-1] if count else 0} steps on {os.cpu_count()} cores.")
        lost = [name for name in programs if not (BIN / name).exists()]
        if lost or "FAILED:" in output:
            errors = [line for line in output.splitlines() if "error" in line or "FAILED" in line]
            raise StepFailed(f"not built: {', '.join(lost)}", "\n".join(errors[:12]))

    def libraries(self, result: Result) -> None:
        """Shows which CUDA libraries the engine loads."""
        self.need("torch_test")
        output = self.runner.command(["ldd", str(BIN / "liblrsweep_torch.so")])
        lines = re.findall(r"^\s*(lib(?:torch|c10|cudart|cublas|nvrtc|nccl)\S*) => (\S+)", output,
                           re.MULTILINE)  # fmt: skip
        assert self.here.torch
        packages = str(self.here.torch.resolve().parent)
        result.text += ["```", *(f"{a} => {b.replace(packages, '<site-packages>')}" for a, b in lines),
                        "```"]  # fmt: skip
        others = [path for _, path in lines if not os.path.realpath(path).startswith(packages + "/")]
        if others:
            raise StepFailed(f"loaded from outside PyTorch's folders: {', '.join(others)}")

    # --- The engine

    def tests(self, result: Result) -> None:
        """Runs the engine's tests on the device."""
        report = self.work / "torch_test.json"
        report.unlink(missing_ok=True)
        output = self.runner.command([self.need("torch_test"), "--gtest_brief=1",
                                      f"--gtest_output=json:{report}"], may_fail=True)  # fmt: skip
        if not report.exists():
            raise StepFailed("torch_test ended before it had run all tests", output[-2000:])
        tests = [(f"{suite['name']}.{test['name']}", test)
                 for suite in json.loads(report.read_text())["testsuites"]
                 for test in suite["testsuite"]]  # fmt: skip
        failed = [(name, test) for name, test in tests if test.get("failures")]
        skipped = [name for name, test in tests if test["result"] == "SKIPPED"]
        passed = len(tests) - len(failed) - len(skipped)
        result.text.append(f"{passed} of {len(tests)} tests passed.")
        if skipped:
            result.text.append("Skipped: " + ", ".join(f"`{name}`" for name in skipped) + ".")
        if failed:
            tail = "\n".join(f"{name}: {test['failures'][0]['failure'][:300]}" for name, test in failed)
            raise StepFailed(f"{len(failed)} tests failed", tail)

    def pack(self, engine: str, members: int, epochs: int, losses: str = "", data: Path | None = None,
             **environment: str) -> Pack:  # fmt: skip
        """Trains a pack by pack_benchmark; writes its numbers to the file `losses`, if named."""
        words = [self.need("pack_benchmark"), str(data or self.data), engine, str(members), str(epochs)]
        output = self.runner.command(words + ([str(self.work / losses)] if losses else []), **environment)
        found = json.loads(output[output.index("{") :])
        later = found["epochs"][1:] or found["epochs"]
        seconds = [statistics.median(column) for column in zip(*later)]
        pack = Pack(found["device"], found["target"], found["start_seconds"], *seconds)
        on_gpu = engine == "torch" and "CUDA_VISIBLE_DEVICES" not in environment and self.has_gpu()
        if on_gpu != pack.device.startswith("cuda"):
            raise StepFailed(f"engine {engine} trained on {pack.device}")
        return pack

    def bits(self, result: Result) -> None:
        """Compares replayed epochs with eager ones, and the same run twice: both to the bit."""
        runs = {"replayed": {}, "replayed again": {}, "eager": {"LRSWEEP_CUDA_GRAPHS": "off"}}
        members = {}
        for name, environment in runs.items():
            pack = self.pack("torch", 16, 4, f"{name}.txt", **environment)
            members[name] = read_results(self.work / f"{name}.txt")
        result.text.append(f"A pack of 16 on {pack.device}, 4 epochs of {self.steps} steps: every loss, "
                           "evaluation and final parameter. What the bits depend on: "
                           f"`{pack.target}`.")  # fmt: skip
        failures = []
        for name, sentence in [("replayed again", "the same run again"),
                               ("eager", "the same epochs without CUDA graphs")]:  # fmt: skip
            different = differing(members["replayed"], members[name])
            result.text.append(f"- {sentence}: " + (f"{len(different)} of 16 members differ, "
                               f"{different[0]}" if different else "equal bits"))  # fmt: skip
            failures += [sentence] if different else []
        if failures:
            raise StepFailed(f"other bits: {'; '.join(failures)}")

    def company(self, result: Result) -> None:
        """Reports how a trial's numbers depend on the size of its pack. Nothing is promised."""
        for members in (1, 16, 64):
            self.pack("torch", members, 1, f"pack-{members}.txt")
        small, alone = (read_results(self.work / f"pack-{size}.txt") for size in (16, 1))
        large = read_results(self.work / "pack-64.txt")
        for name, one, other in [("1 and 16", alone, small), ("16 and 64", small, large)]:
            different = differing(one, other)
            shared = min(len(one), len(other))
            result.text.append(f"- packs of {name}: " + (
                f"{len(different)} of {shared} members differ; the first: {different[0]}"
                if different else f"equal bits of all {shared} members that both have"))  # fmt: skip

    def beside_cpu(self, result: Result) -> None:
        """Compares the GPU's losses with those of both engines on the CPU."""
        self.pack("torch", 8, 1, "device.txt")
        self.pack("torch", 8, 1, "torch-cpu.txt", CUDA_VISIBLE_DEVICES="")
        self.pack("cpu", 8, 1, "cpu.txt")
        device = read_results(self.work / "device.txt")
        rows = ["| compared with | first 10 losses | first 100 losses, median member | mean loss | accuracy |",
                "|---|---:|---:|---:|---:|"]  # fmt: skip
        far = []
        for name, file in [("torch on the CPU", "torch-cpu.txt"), ("cpu", "cpu.txt")]:
            found = distance(device, read_results(self.work / file), self.steps)
            rows.append(row_of(name, found))
            far += [] if found.within(ALLOWED) else [name]
        rows.append(row_of("allowed", ALLOWED))
        result.text += ["Differences of 8 members over one epoch, the largest of all members where "
                        "not said otherwise:", "", *rows]  # fmt: skip
        if far:
            raise StepFailed(f"too far from {' and '.join(far)}")

    def speed(self, result: Result) -> None:
        """Times packs of four sizes on the device, and the CPU engine on one core."""
        result.text += [
            f"A trial has {EPOCHS_OF_A_TRIAL} epochs. Medians without the first epoch. The estimates, "
            "made before any GPU had run this, are for MNIST on an H100 (and H200).", "",
            "| pack | s of training an epoch | us a step | s of evaluation | trials a second | estimated | s to start |",
            "|---:|---:|---:|---:|---:|---:|---:|"]  # fmt: skip
        for members, epochs in [(1, 6), (16, 6), (64, 5), (256, 4)]:
            pack = self.pack("torch", members, epochs)
            rate = members / (EPOCHS_OF_A_TRIAL * pack.epoch_seconds)
            result.text.append(
                f"| {members} | {pack.training:.3f} | {1e6 * pack.training / self.steps:.0f} | "
                f"{pack.evaluation:.3f} | {rate:.2f} | {ESTIMATES[members]} | {pack.start_seconds:.1f} |")
            self.runner.save()
        core = self.pack("cpu", 1, 4)
        rate = 1 / (EPOCHS_OF_A_TRIAL * core.epoch_seconds)
        result.text += ["", f"The cpu engine on one core of this machine ({core.target}): "
                        f"{core.epoch_seconds:.3f} s an epoch, {rate:.2f} trials a second."]  # fmt: skip

    # --- The program

    def sweep_config(self) -> Path:
        path = self.work / "sweep.yaml"
        epochs = EPOCHS_OF_A_TRIAL if self.has_gpu() else 2
        path.write_text(f"""name: gpu-check
dataset: {{name: {self.data}}}
model: {{hidden: [128]}}
training: {{epochs: {epochs}, batch_size: 64, seed: {{grid: [0, 1, 2, 3, 4, 5, 6, 7]}}}}
optimizer: {{type: SGD, lr: {{grid: [0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12]}}, momentum: 0.9}}
scheduler: {{type: CosineAnnealingLR, T_max: run}}
objective: {{metric: val_accuracy, mode: max}}
""")
        return path

    def sweep(self, result: Result, *options: str, **environment: str) -> None:
        """Runs a sweep of 64 trials by the program, in this process or as `options` say."""
        db = self.work / "sweep.db"
        for file in self.work.glob("sweep.db*"):
            file.unlink()
        words = [self.need("lrsweep"), "run", str(self.sweep_config()), "--db", str(db), "--engine",
                 "torch", *options]  # fmt: skip
        output = self.runner.command(words, **environment)
        with sqlite3.connect(db) as connection:
            states = dict(connection.execute("SELECT state, count(*) FROM trials GROUP BY state"))
            attempts = connection.execute(
                "SELECT device, pack_size, count(*) FROM attempts GROUP BY device, pack_size"
            ).fetchall()
            best = connection.execute("SELECT max(objective_value) FROM trials").fetchone()[0]
        found = re.search(r"completed in ([\d.]+) s", output)
        seconds = float(found[1]) if found else 0
        result.text.append(f"{states.get('completed', 0)} of {TRIALS} trials completed in {seconds:.1f} s"
                           f" ({TRIALS / seconds if seconds else 0:.1f} a second); best accuracy {best}.")
        result.text += [f"- {count} on {device} in packs of {size}" for device, size, count in attempts]
        if states != {"completed": TRIALS}:
            raise StepFailed(f"states: {states}", output)
        if self.has_gpu() != all(device.startswith("cuda") for device, _, _ in attempts):
            raise StepFailed("trials were trained on another device")

    def worker_rank(self, result: Result) -> None:
        """The same sweep by mpirun: a coordinator and one worker rank with the GPU."""
        environment = {}
        if self.kit.exists():
            (self.kit / "bin/mpirun").unlink(missing_ok=True)
            (self.kit / "bin/mpirun").symlink_to("orterun")
            environment = {
                "PATH": f"{self.kit / 'bin'}{os.pathsep}{os.environ['PATH']}",
                "LD_LIBRARY_PATH": f"{self.kit / 'lib/x86_64-linux-gnu'}",
                "OPAL_PREFIX": str(self.kit),
                "OMPI_MCA_plm_rsh_agent": "/bin/false",  # there may be no ssh, and none is needed
                "PMIX_INSTALL_PREFIX": str(self.kit / "lib/x86_64-linux-gnu/pmix2"),
            }
        elif shutil.which("mpirun") is None:
            raise NotHere("there is no mpirun")
        self.sweep(result, "--workers", "1", **environment)

    def repeat(self, result: Result) -> None:
        """Trains one trial of the sweep again, alone, and reports what differs. Nothing is promised."""
        db = self.work / "sweep.db"
        if not db.exists():
            raise NotHere("there is no sweep")
        with sqlite3.connect(db) as connection:
            trial = connection.execute("SELECT trial_id FROM trials ORDER BY number").fetchone()[0]
        output = self.runner.command([self.need("lrsweep"), "verify", str(db), trial], may_fail=True)
        result.text += ["```", output.strip(), "```"]

    def sanitizer(self, result: Result) -> None:
        """Looks for wrong memory accesses in a short training of a pack."""
        tool = machine.find_compute_sanitizer()
        if tool is None:
            raise NotHere("compute-sanitizer is not on this machine")
        output = self.runner.command(
            [tool, "--tool", "memcheck", "--error-exitcode", "9", self.need("pack_benchmark"),
             str(self.small), "torch", "4", "3"])  # fmt: skip
        summary = re.findall(r"ERROR SUMMARY.*", output)
        if not summary:
            raise StepFailed("compute-sanitizer printed no summary", output[-2000:])
        result.text.append(f"A pack of 4, 3 epochs of 16 steps: {summary[-1]}.")

