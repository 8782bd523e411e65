"""Checks the manual pages that the program writes: complete, and without a warning of mandoc.

usage: manual_test.py PROGRAM
"""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = sys.argv[1]


class ManualTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.share = Path(tempfile.mkdtemp(prefix="lrsweep manual "))
        subprocess.run([PROGRAM, "__documents", cls.share, "2026-11-29"], check=True, timeout=60)
        cls.pages = sorted((cls.share / "man/man1").iterdir())

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.share)

    def test_every_command_of_the_help_has_a_page_with_examples(self):
        text = subprocess.run([PROGRAM, "--help"], check=True, timeout=60, capture_output=True,
                              text=True).stdout
        commands = [line.split()[0] for line in text.split("Subcommands:")[1].splitlines()
                    if line.startswith("  ") and line[2] != " "]
        self.assertGreater(len(commands), 10)
        names = ["lrsweep.1", *(f"lrsweep-{command}.1" for command in commands)]
        self.assertEqual([page.name for page in self.pages], sorted(names))
        for page in self.pages:
            self.assertRegex(page.read_text(), r"\.SH EXAMPLES\n[A-Z]", page.name)

    def test_completions_are_where_shells_look_for_them(self):
        for name in ("bash-completion/completions/lrsweep", "zsh/site-functions/_lrsweep",
                     "fish/vendor_completions.d/lrsweep.fish"):
            self.assertIn("__complete", (self.share / name).read_text())

    @unittest.skipIf(shutil.which("mandoc") is None, "no mandoc")
    def test_mandoc_finds_nothing_wrong(self):
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *self.pages], timeout=60,
                              capture_output=True, text=True, check=False)
        self.assertEqual(lint.stdout + lint.stderr, "")

    @unittest.skipIf(shutil.which("man") is None, "no man")
    def test_man_warns_of_nothing(self):
        for page in self.pages:
            man = subprocess.run(["man", "--warnings", "-l", page], timeout=60, capture_output=True,
                                 text=True, check=False, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
            self.assertEqual((man.returncode, man.stderr), (0, ""), page.name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
