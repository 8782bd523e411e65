"""Checks of the LibTorch engine on the device."""

import json
from typing import Any

from bits import Distance, differing, distance, read_results
from context import Context, add_table
from machine import find_compute_sanitizer
from steps import NotHere, Result, StepFailed

# Between LibTorch and the cpu engine on one CPU (MNIST, 8 members): 5e-7, 4e-7, 1.0e-3, 1.7e-3.
ALLOWED = Distance(first_losses=1e-5, usual_losses=1e-5, mean_loss=5e-3, accuracy=1e-2)
# Trials a second on MNIST, estimated from data sheets and PyTorch's sources before any GPU had run.
ESTIMATES = {1: "0.5-0.7", 16: "5.5-7.5", 64: "10-14 (H200: 12-16)", 256: "13-17 (H200: 16-20)"}


def tests(context: Context, result: Result) -> None:
    """Runs the engine's tests."""
    report = context.work / "torch_test.json"
    report.unlink(missing_ok=True)
    words = [context.program("torch_test"), "--gtest_brief=1", f"--gtest_output=json:{report}"]
    output = context.runner.command(words, may_fail=True)
    if not report.exists():
        raise StepFailed("torch_test ended before it had run all tests", output[-2000:])
    all_tests: dict[str, dict[str, Any]] = {
        f"{suite['name']}.{test['name']}": test
        for suite in json.loads(report.read_text())["testsuites"]
        for test in suite["testsuite"]
    }
    failed = {name: test["failures"] for name, test in all_tests.items() if test.get("failures")}
    skipped = [name for name, test in all_tests.items() if test["result"] == "SKIPPED"]
    passed = len(all_tests) - len(failed) - len(skipped)
    result.text.append(f"{passed} of {len(all_tests)} tests passed.")
    if skipped:
        result.text += ["", f"Skipped: {', '.join(f'`{name}`' for name in skipped)}."]
    if failed:
        lines = [f"{name}: {failures[0]['failure'][:400]}" for name, failures in failed.items()]
        raise StepFailed(f"{len(failed)} tests failed", "\n".join(lines))


def replayed_and_eager(context: Context, result: Result) -> None:
    """Compares replayed epochs with eager ones, and a run with the same run: to the bit."""
    runs = {"replayed": "on", "again": "on", "eager": "off"}
    members = {}
    for name, graphs in runs.items():
        losses = f"{name}.txt"
        pack = context.train_pack("torch", 16, 4, losses, {"LRSWEEP_CUDA_GRAPHS": graphs})
        members[name] = read_results(context.work / losses)
    result.text += [
        f"A pack of 16 on {pack.device}, 4 epochs of {context.steps} steps: every loss, every "
        f"evaluation, the final parameters. The bits depend on: {pack.target}.",
        "",
    ]
    failures = []
    for name, sentence in [("again", "the same run again"), ("eager", "without CUDA graphs")]:
        different = differing(members["replayed"], members[name])
        answer = (
            f"{len(different)} of 16 members differ, {different[0]}" if different else "equal bits"
        )
        result.text.append(f"- {sentence}: {answer}")
        failures += [sentence] if different else []
    if failures:
        raise StepFailed(f"other bits: {'; '.join(failures)}")


def sizes(context: Context, result: Result) -> None:
    """Reports how a trial's numbers depend on the size of its pack; where that is fixed they must
    not."""
    failures = []
    for size, kind in [(0, "a pack"), (64, "filled up to 64, a pack")]:
        packs = {}
        for members in (1, 16, 64):
            losses = f"pack-{members}-{size}.txt"
            context.train_pack("torch", members, 1, losses, size=size)
            packs[members] = read_results(context.work / losses)
        for small, large in [(1, 16), (16, 64)]:
            different = differing(packs[small], packs[large])
            answer = "equal bits"
            if different:
                answer = f"{len(different)} of {small} members differ, {different[0]}"
                failures += [f"{small} and {large}"] if size else []
            result.text.append(f"- {kind} of {small} beside one of {large}: {answer}")
    if failures:
        raise StepFailed(f"a fixed size does not give equal bits to packs of {', '.join(failures)}")


def beside_cpu(context: Context, result: Result) -> None:
    """Compares the device's losses with those of both engines on the CPU."""
    context.train_pack("torch", 8, 1, "device.txt")
    context.train_pack("torch", 8, 1, "torch.txt", {"CUDA_VISIBLE_DEVICES": ""})
    context.train_pack("cpu", 8, 1, "cpu.txt")
    device = read_results(context.work / "device.txt")
    distances = {
        name: distance(device, read_results(context.work / file), context.steps)
        for name, file in [("torch on the CPU", "torch.txt"), ("cpu", "cpu.txt")]
    }
    result.text.append(
        "One epoch of 8 members. Differences, the largest of all members where not said otherwise:"
    )
    add_table(
        result,
        ["engine", "first 10 losses", "first 100, median member", "mean loss", "accuracy"],
        [
            [
                name,
                *(
                    f"{d:.1e}"
                    for d in (one.first_losses, one.usual_losses, one.mean_loss, one.accuracy)
                ),
            ]
            for name, one in [*distances.items(), ("allowed", ALLOWED)]
        ],
    )
    far = [name for name, found in distances.items() if not found.within(ALLOWED)]
    if far:
        raise StepFailed(f"too far from {' and '.join(far)}")


def speed(context: Context, result: Result) -> None:
    """Times packs of four sizes on the device, and the CPU engine on one core."""
    result.text.append(
        "Medians of the epochs after the first. A trial has 20 epochs. The estimates, made before "
        "any GPU had run this, are for MNIST on an H100 (and H200)."
    )
    head = ["pack", "s to train an epoch", "us a step", "s to evaluate", "trials a second"]
    head += ["estimated", "s to start"] if context.has_gpu() else ["s to start"]
    rows: list[list[str]] = []
    before = list(result.text)
    for members, epochs in [(1, 6), (16, 6), (64, 5), (256, 4)]:
        pack = context.train_pack("torch", members, epochs if context.has_gpu() else 2)
        row = [str(members), f"{pack.training:.3f}", f"{1e6 * pack.training / context.steps:.0f}"]
        row += [f"{pack.evaluation:.3f}", f"{pack.trials_a_second(members):.2f}"]
        row += [ESTIMATES[members]] if context.has_gpu() else []
        rows.append([*row, f"{pack.start_seconds:.1f}"])
        result.text = list(before)
        add_table(result, head, rows)
        context.runner.save()
    core = context.train_pack("cpu", 1, 4)
    result.text += [
        "",
        f"The cpu engine on one core of this machine ({core.target}): {core.training:.3f} s to train "
        f"an epoch, {core.evaluation:.3f} to evaluate, {core.trials_a_second(1):.2f} trials a second.",
    ]


def sanitizer(context: Context, result: Result) -> None:
    """Looks for wrong memory accesses in a short training of a pack."""
    if not context.has_gpu():
        raise NotHere("there is no GPU")
    tool = find_compute_sanitizer()
    if tool is None:
        raise NotHere("compute-sanitizer is not on this machine")
    words = [tool, "--tool", "memcheck", "--error-exitcode", "9", context.program("pack_benchmark")]
    output = context.runner.command([*words, str(context.small), "torch", "4", "3"])
    summary = [line.strip("= ") for line in output.splitlines() if "ERROR SUMMARY" in line]
    if not summary:
        raise StepFailed("compute-sanitizer printed no summary", output[-2000:])
    result.text.append(f"A pack of 4, 3 epochs of 16 steps: {summary[-1]}.")
