"""Makes a wheel of an installation that has the built program, and unpacks it as pip does:

    wheel_test.py PROGRAM
"""

import base64
import csv
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = Path(sys.argv.pop(1)).resolve()


def make_wheel(prefix: Path, folder: Path, seconds: str = "1700000000") -> subprocess.CompletedProcess:
    return subprocess.run([ROOT / "scripts" / "make-wheel", prefix, folder], capture_output=True, text=True,
                          timeout=60, check=False, env={**os.environ, "SOURCE_DATE_EPOCH": seconds})


class WheelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.temporary = tempfile.TemporaryDirectory(prefix="lrsweep wheel ")
        cls.folder = Path(cls.temporary.name)
        cls.prefix = cls.folder / "prefix"
        (cls.prefix / "bin").mkdir(parents=True)
        (cls.prefix / "bin" / "lrsweep").symlink_to(PROGRAM)
        documents = cls.prefix / "share" / "doc" / "lrsweep"
        documents.mkdir(parents=True)
        for name in ("LICENSE", "THIRD_PARTY.md"):
            (documents / name).symlink_to(ROOT / name)
        configs = cls.prefix / "share" / "lrsweep" / "configs"
        configs.mkdir(parents=True)
        (configs / "quickstart.yaml").symlink_to(ROOT / "configs" / "quickstart.yaml")
        made = make_wheel(cls.prefix, cls.folder / "dist")
        assert made.returncode == 0, made.stderr
        cls.wheel = Path(made.stdout.splitlines()[-1])
        with zipfile.ZipFile(cls.wheel) as archive:
            cls.files = {entry.filename: archive.read(entry) for entry in archive.infolist()}
            cls.modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}

    @classmethod
    def tearDownClass(cls) -> None:
        cls.temporary.cleanup()

    def one(self, pattern: str) -> str:
        names = [name for name in self.files if re.fullmatch(pattern, name)]
        self.assertEqual(len(names), 1, f"{pattern}: {names}")
        return names[0]

    def test_has_the_program_itself_as_a_command(self) -> None:
        name = self.one(r"lrsweep-[\d.]+\.data/scripts/lrsweep")
        self.assertEqual(self.files[name], PROGRAM.read_bytes())
        self.assertEqual(self.modes[name], 0o755)

    def test_has_the_python_modules_and_the_configurations(self) -> None:
        for module in ("lrsweep.py", "lrsweep_reader.py"):
            self.assertEqual(self.files[module], (ROOT / "python" / module).read_bytes())
        self.one(r"lrsweep-[\d.]+\.data/data/share/lrsweep/configs/quickstart\.yaml")

    def test_has_licences(self) -> None:
        self.one(r"lrsweep-[\d.]+\.dist-info/licenses/LICENSE")

    def test_record_lists_every_file_with_its_hash(self) -> None:
        record = self.one(r"lrsweep-[\d.]+\.dist-info/RECORD")
        rows = list(csv.reader(self.files[record].decode().splitlines()))
        self.assertEqual(sorted(row[0] for row in rows), sorted(self.files))
        for name, digest, size in rows:
            if name == record:
                continue
            expected = base64.urlsafe_b64encode(hashlib.sha256(self.files[name]).digest())
            self.assertEqual(digest, "sha256=" + expected.rstrip(b"=").decode(), name)
            self.assertEqual(int(size), len(self.files[name]), name)

    def test_metadata_is_of_the_project(self) -> None:
        metadata = self.files[self.one(r"lrsweep-[\d.]+\.dist-info/METADATA")].decode()
        for line in ("Name: lrsweep", "Requires-Python: >=3.8", 'Requires-Dist: pandas; extra == "reader"'):
            self.assertIn("\n" + line + "\n", metadata)
        tag = re.search(r"-(py3-none-.*)\.whl", self.wheel.name)[1]
        self.assertIn(f"\nTag: {tag}\n", self.files[self.one(r"lrsweep-[\d.]+\.dist-info/WHEEL")].decode())

    def test_is_the_same_again(self) -> None:
        again = make_wheel(self.prefix, self.folder / "again")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(Path(again.stdout.splitlines()[-1]).read_bytes(), self.wheel.read_bytes())

    def test_says_what_is_missing(self) -> None:
        made = make_wheel(self.folder / "empty", self.folder / "none")
        self.assertEqual(made.returncode, 1)
        self.assertIn("empty/bin/lrsweep is missing: install lrsweep there first", made.stderr)

    def test_refuses_another_version(self) -> None:
        program = self.folder / "old" / "bin" / "lrsweep"
        program.parent.mkdir(parents=True)
        program.write_text("#!/bin/sh\necho lrsweep 0.0.1\n")
        program.chmod(0o755)
        made = make_wheel(self.folder / "old", self.folder / "none")
        self.assertEqual(made.returncode, 1)
        self.assertIn("is version lrsweep 0.0.1, but python/pyproject.toml says", made.stderr)


if __name__ == "__main__":
    unittest.main()
