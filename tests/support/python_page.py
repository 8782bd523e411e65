"""Runs the snippets of docs/python.md, each by itself, on a sweep of a small data set.

python_page.py PROGRAM, by scripts/test-python-page.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import duckdb
import duckdb_extension_sqlite_scanner
from small_data import write_data

ROOT = pathlib.Path(__file__).resolve().parent.parent


def make_sweep(program, folder):
    write_data(folder / "data", 500, 100)
    subprocess.run(
        [program, "run", ROOT / "configs" / "mnist.yaml", "--engine", "cpu", "--quiet",
         "--set", f"dataset.name={folder / 'data'}", "--set", "training.batch_size=16",
         "--set", "training.seed={grid: [0, 1, 2]}"],
        cwd=folder, check=True)


def install_extension(home):
    """What the page's INSTALL fetches from DuckDB, from a package; DuckDB checks its signature."""
    package = pathlib.Path(duckdb_extension_sqlite_scanner.__file__).parent
    (extension,) = package.glob("extensions/*/*.duckdb_extension")
    duckdb.connect(config={"home_directory": home}).sql(f"INSTALL '{extension}'")


def read_snippets():
    """As commands; of shell snippets each line is one."""
    page = (ROOT / "docs" / "python.md").read_text()
    blocks = re.findall(r"^```(python|sh)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    for language, code in blocks:
        if language == "python":
            yield [sys.executable, "-c", code]
        else:
            yield from (["bash", "-c", line] for line in code.splitlines())


def runs(command, folder):
    """Whether it ends well and has something to say."""
    done = subprocess.run(command, cwd=folder, env={**os.environ, "HOME": folder}, text=True,
                          capture_output=True)
    print(command[-1], done.stdout, done.stderr, sep="\n")
    if done.returncode == 0 and done.stdout.strip():
        return True
    print(f"FAILED: status {done.returncode}, or nothing printed")
    return False


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        make_sweep(pathlib.Path(program).resolve(), pathlib.Path(folder))
        install_extension(folder)
        ran = [runs(command, folder) for command in read_snippets()]
    print(f"{sum(ran)} of {len(ran)} snippets ran")
    sys.exit(not ran or not all(ran))


main(sys.argv[1])
