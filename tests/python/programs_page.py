"""Runs what docs/programs.md shows: writes its files, gives its commands, compares their outputs.

programs_page.py PROGRAM [--pandas] [--write]

A block whose first line is a comment with a file's name is that file. In ```console blocks, what
follows `$ ` is a command. --pandas also runs blocks that need it; --write puts the outputs into the
page. """

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "programs.md"
BLOCK = re.compile(r"^(<!-- needs pandas -->\n)?```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
TIMEOUT = 120  # seconds, of a command


def environment(program, folder):
    rest = {name: value for name, value in os.environ.items() if not name.startswith("LRSWEEP_")}
    bin_folder = folder.parent / "bin"
    bin_folder.mkdir()
    (bin_folder / "lrsweep").symlink_to(program)
    return {**rest, "PATH": f"{bin_folder}:{rest['PATH']}", "PYTHONPATH": ROOT / "python"}


def run(command, folder, env):
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=TIMEOUT)
    return done.stdout.replace(str(folder), "/home/me/sweeps"), done.returncode


def run_console(block, folder, env):
    """The block as it should be."""
    text = ""
    for line in block.splitlines():
        if line.startswith("$ "):
            output, status = run(line[2:], folder, env)
            if status != 0:
                raise SystemExit(f"{line}\n{output}exit status {status}")
            text += f"{line}\n{output}"
    return text


def diff():
    command = ["diff", "-U1", "mnist_plain.py", "mnist.py"]
    done = subprocess.run(command, cwd=ROOT / "examples", stdout=subprocess.PIPE, text=True)
    return "".join(done.stdout.splitlines(keepends=True)[2:])


def comparable(text):
    """Without what differs from run to run: times."""
    text = re.sub(r"\d+(\.\d+)? (ms|s)\b", "T s", text)
    return re.sub(r" +", " ", re.sub(r"-{3,}", "---", text))


def name_of_file(block):
    found = re.match(r"(?:#|//) ([\w.]+)\n", block)
    return found and found[1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--pandas", action="store_true")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="programs ") as temporary:
        folder = pathlib.Path(temporary).resolve() / "sweeps"
        folder.mkdir()
        env = environment(args.program.resolve(), folder)
        counts = {"files": 0, "commands": 0, "differences": 0}

        def check(match):
            """Runs a block, and gives it as it should be."""
            needs_pandas, language, block = match.groups()
            if needs_pandas and not args.pandas:
                return match[0]
            if name := name_of_file(block):
                if language == "yaml":
                    run_console(f"$ lrsweep plan {name}", folder, env)
                return match[0]
            if language not in ("console", "diff"):
                return match[0]
            shown = run_console(block, folder, env) if language == "console" else diff()
            counts["commands"] += block.count("$ ")
            if comparable(shown) != comparable(block):
                counts["differences"] += 1
                if not args.write:
                    print(f"The page shows\n\n{block}\nbut it is\n\n{shown}")
            return f"{needs_pandas or ''}```{language}\n{shown}```"

        page = PAGE.read_text()
        for _, _, block in BLOCK.findall(page):
            if name := name_of_file(block):
                (folder / name).write_text(block)
                counts["files"] += 1
        written = BLOCK.sub(check, page)
        print(", ".join(f"{count} {what}" for what, count in counts.items()))
        if args.write:
            PAGE.write_text(written)
        elif counts["differences"] or counts["files"] < 8 or counts["commands"] < 10:
            sys.exit(1)


main()
