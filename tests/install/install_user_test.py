"""What scripts/install-user and CMake say where they cannot build lrsweep. Nothing is built.

    install_user_test.py SOURCE_FOLDER CXX
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE, CXX = Path(sys.argv.pop(1)).resolve(), sys.argv.pop(1)
SECONDS = 120
TOOLS = ["awk", "bash", "cat", "cp", "df", "dirname", "grep", "head", "mkdir", "mktemp", "nproc", "realpath",
         "rm", "sed", "sort", "tail"]


class InstallUserTest(unittest.TestCase):
    """The script, in a folder of its own, with a PATH that has nothing but TOOLS and what a test adds."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="lrsweep install user "))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "scripts").mkdir()
        shutil.copy(SOURCE / "scripts/install-user", self.folder / "scripts")
        self.path = self.folder / "path"
        self.path.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            self.assertIsNotNone(found, tool)
            (self.path / tool).symlink_to(found)

    def program(self, name: str, text: str) -> None:
        (self.path / name).unlink(missing_ok=True)  # a link, whose target must stay as it is
        (self.path / name).write_text(f"#!/usr/bin/env bash\n{text}\n")
        (self.path / name).chmod(0o755)

    def compiler(self, name: str, version: str, builds: str = "true") -> None:
        self.program(name, f'case $1 in -dump*) echo {version} ;; --version) echo {name} ;; *) {builds} ;; esac')

    def refuses(self, *words: str, status: int = 1, **variables: str) -> str:
        result = subprocess.run(
            ["bash", self.folder / "scripts/install-user", *words], cwd=self.folder, text=True,
            env={"PATH": str(self.path), **variables}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS)
        self.assertEqual(result.returncode, status, result.stdout)
        return result.stdout

    def test_no_folder(self):
        self.assertIn("scripts/install-user PREFIX", self.refuses(status=64))

    def test_wrong_options(self):
        self.assertIn("unknown option --mpi", self.refuses("p", "--mpi"))
        self.assertIn("--jobs needs a value", self.refuses("p", "--jobs"))
        self.assertIn("--jobs many: expected a number", self.refuses("p", "--jobs", "many"))
        self.assertIn("no such folder", self.refuses("p", "--sources", "nowhere"))
        self.assertIn("two folders to install into", self.refuses("p", "q"))

    def test_folder_that_cannot_be_written_to(self):
        self.assertIn("cannot write to /proc/p", self.refuses("/proc/p"))

    def test_no_space(self):
        self.program("df", "echo; echo /dev/x 1 1 7 99% /")
        self.assertIn("only 7 MB are free", self.refuses("p"))

    def test_no_compiler(self):
        output = self.refuses("p")
        self.assertIn("none in PATH", output)
        self.assertIn("expected g++ 11 or clang++ 14", output)

    def test_compiler_that_is_too_old(self):
        self.compiler("g++", "8.5.0")
        self.compiler("clang++", "13.0.1")
        output = self.refuses("p")
        self.assertIn("g++ is version 8.5.0; clang++ is version 13.0.1; expected g++ 11", output)
        self.assertIn("CXX is g++, version 8.5.0: expected", self.refuses("p", CXX="g++"))
        self.assertIn("no program in PATH", self.refuses("p", CXX="g++-77"))

    def test_newer_compiler_beside_an_old_one_is_taken(self):
        self.compiler("g++", "8.5.0")
        self.compiler("g++-12", "12.3.0")
        self.compiler("gcc-12", "12.3.0")
        self.assertIn("compiler: g++-12 12.3.0", self.refuses("p"))

    def test_compiler_that_does_not_work(self):
        self.compiler("g++", "12.2.0", "echo 'fatal error: bit: No such file' >&2; exit 1")
        self.compiler("gcc", "12.2.0")
        output = self.refuses("p")
        self.assertIn("fatal error: bit", output)
        self.assertIn("g++ cannot build a C++20 program", output)

    def test_no_python(self):
        self.compiler("g++", "12.2.0")
        self.compiler("gcc", "12.2.0")
        self.assertIn("python3 is missing", self.refuses("p"))

    def test_python_without_venv(self):
        self.compiler("g++", "12.2.0")
        self.compiler("gcc", "12.2.0")
        self.program("python3", "echo 'ensurepip is not available'; exit 1")
        output = self.refuses("p")
        self.assertIn("ensurepip is not available", output)
        self.assertIn("python3 has no venv", output)

    def test_no_network(self):
        self.compiler("g++", "12.2.0")
        self.compiler("gcc", "12.2.0")
        self.program("pip", "echo 'Temporary failure in name resolution'; exit 1")
        self.program("python3", f'mkdir -p "$3/bin"; cp "{self.path}/pip" "$3/bin/pip"')
        output = self.refuses("p")
        self.assertIn("Temporary failure in name resolution", output)
        self.assertIn("pip cannot install cmake ninja", output)


class ConfigureTest(unittest.TestCase):
    """CMake, which ends before it writes a build."""

    def configure(self, *options: str) -> str:
        with tempfile.TemporaryDirectory(prefix="lrsweep configure ") as folder:
            result = subprocess.run(
                ["cmake", "-G", "Ninja", "-S", SOURCE, "-B", folder, f"-DCMAKE_CXX_COMPILER={CXX}", "-DLRSWEEP_TESTS=OFF",
                 "-DLRSWEEP_MPI=OFF", "-DLRSWEEP_TORCH=OFF", *options],
                env={**os.environ, "https_proxy": "http://127.0.0.1:9"}, text=True, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS)
            self.assertNotEqual(result.returncode, 0, result.stdout)
            return " ".join(result.stdout.split())

    def test_unknown_place_of_libraries(self):
        self.assertIn("expected auto, system or bundled", self.configure("-DLRSWEEP_DEPENDENCIES=debian"))

    def test_missing_library(self):
        output = self.configure("-DLRSWEEP_DEPENDENCIES=system", "-DCMAKE_DISABLE_FIND_PACKAGE_muparser=ON")
        self.assertIn("muparser is missing on this system, or too old", output)
        self.assertIn("libmuparser-dev", output)

    def test_source_that_cannot_be_downloaded(self):
        output = self.configure("-DLRSWEEP_DEPENDENCIES=bundled")
        self.assertIn("cannot download highway 1.0.3", output)
        self.assertIn("-DLRSWEEP_SOURCES=/path/to/sources", output)

    def test_source_with_another_hash(self):
        with tempfile.TemporaryDirectory() as sources:
            (Path(sources) / "highway-1.0.3.tar.gz").write_bytes(b"something else")
            output = self.configure("-DLRSWEEP_DEPENDENCIES=bundled", f"-DLRSWEEP_SOURCES={sources}")
            self.assertIn("is not highway 1.0.3: expected SHA256=566fc773", output)

    def test_pinned_versions_are_documented(self):
        pins = re.findall(r"^lrsweep_source\((\S+) (\S+) ", (SOURCE / "cmake/sources.cmake").read_text(),
                          re.MULTILINE)
        self.assertGreater(len(pins), 10)
        table = (SOURCE / "THIRD_PARTY.md").read_text()
        for name, version in pins:
            self.assertIn(version, table, name)


if __name__ == "__main__":
    unittest.main()
