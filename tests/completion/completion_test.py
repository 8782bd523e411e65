"""Types lrsweep's commands with TABs into a real shell.

usage: completion_test.py SHELL PROGRAM

The shell's `lrsweep` is a wrapper that completes as PROGRAM does and otherwise records its arguments,
so that a test sees which words a typed line becomes.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from shells import Shell

SHELL, PROGRAM = sys.argv[1], sys.argv[2]

WRAPPER = """#!/bin/sh
case ${1-} in
  __complete | completion) exec "$LRSWEEP_PROGRAM" "$@" ;;
esac
printf '%s\\n' "$#" "$@" >> "$LRSWEEP_TYPED"
"""

CONFIG = """name: s
trial: {command: [echo, 'lrsweep {"loss": 1}'], metrics: {loss: min}}
training: {epochs: 1, seed: {grid: [0, 1, 2]}}
scheduler: {type: ConstantLR, factor: 1}
optimizer: {lr: 0.1}
"""


class CompletionTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.base = Path(tempfile.mkdtemp(prefix="lrsweep completion "))
        cls.folder = cls.base / "a folder"
        (cls.folder / "data").mkdir(parents=True)
        (cls.folder / "bin").mkdir()
        for name in ("my sweep.yaml", "notes.txt"):
            (cls.folder / name).write_text(CONFIG)
        wrapper = cls.folder / "bin" / "lrsweep"
        wrapper.write_text(WRAPPER)
        wrapper.chmod(0o755)
        subprocess.run([PROGRAM, "run", "my sweep.yaml", "-q", "--db", "my sweep.db"],
                       cwd=cls.folder, timeout=100, check=True)
        plan = subprocess.run([PROGRAM, "plan", "--json", "my sweep.yaml"], cwd=cls.folder,
                              timeout=100, capture_output=True, check=True)
        cls.ids = [trial["trial_id"] for trial in json.loads(plan.stdout)["trials"]]
        cls.typed = cls.base / "typed"
        cls.typed.touch()
        environment = {
            "PATH": f"{cls.folder}/bin:{os.environ['PATH']}", "HOME": str(cls.folder), "TERM": "xterm",
            "LANG": "C.UTF-8", "LRSWEEP_PROGRAM": PROGRAM, "LRSWEEP_TYPED": str(cls.typed),
        }
        cls.shell = Shell(SHELL, cls.folder, environment)

    @classmethod
    def tearDownClass(cls):
        cls.shell.close()
        shutil.rmtree(cls.base)

    def words_of(self, line):
        """The arguments that lrsweep gets for a typed line."""
        already = len(self.recorded())
        self.shell.type(line + "\r")

        def is_there():
            words = self.recorded()[already:]
            return len(words) > 0 and len(words) > int(words[0])

        self.shell.wait_until(is_there, f"the command {line!r}")
        return self.recorded()[already + 1:]

    def recorded(self):
        """A line for each word of each command, with their number in front."""
        return self.typed.read_text().splitlines()

    def test_commands_and_options(self):
        self.assertEqual(self.words_of("lrsweep pla\t"), ["plan"])
        self.assertEqual(self.words_of("lrsweep run x.yaml --checkpoint-e\t5"),
                         ["run", "x.yaml", "--checkpoint-every", "5"])
        self.assertEqual(self.words_of("lrsweep top x.db --no-\t"), ["top", "x.db", "--no-verdict"])

    def test_choices_behind_a_blank_and_behind_an_equals_sign(self):
        self.assertEqual(self.words_of("lrsweep top x.db --scope last-5\t"),
                         ["top", "x.db", "--scope", "last-5-avg"])
        self.assertEqual(self.words_of("lrsweep top x.db --scope=last-5\t"),
                         ["top", "x.db", "--scope=last-5-avg"])

    def test_files_by_their_endings(self):
        self.assertEqual(self.words_of("lrsweep plan my\t"), ["plan", "my sweep.yaml"])
        self.assertEqual(self.words_of("lrsweep plan my\\ sw\t"), ["plan", "my sweep.yaml"])
        self.assertEqual(self.words_of('lrsweep plan "my sw\t'), ["plan", "my sweep.yaml"])
        self.assertEqual(self.words_of("lrsweep top my\t"), ["top", "my sweep.db"])
        # Where no name has the ending, zsh offers the others.
        self.assertEqual(self.words_of("lrsweep top no\t"),
                         ["top", "notes.txt" if SHELL == "zsh" else "no"])
        self.assertEqual(self.words_of("lrsweep run my\\ sweep.yaml --db=my\t"),
                         ["run", "my sweep.yaml", "--db=my sweep.db"])
        words = self.words_of("lrsweep verify my\t--data da\t")
        self.assertEqual([word.rstrip("/") for word in words], ["verify", "my sweep.db", "--data", "data"])

    def test_types_of_schedules(self):
        self.assertEqual(self.words_of("lrsweep schedules OneC\t"), ["schedules", "OneCycleLR"])
        self.assertEqual(self.words_of("lrsweep schedules timm.cos\t"), ["schedules", "timm.cosine"])

    def test_trials_of_a_database(self):
        first = self.ids[0]
        for typed in ("my\\ sweep.db", '"my sweep.db"', "~/my\\ sweep.db"):
            words = self.words_of(f"lrsweep show {typed} {first[:5]}\t")
            self.assertEqual(words[0], "show")
            self.assertTrue(words[1].endswith("my sweep.db"))
            self.assertEqual(words[2:], [first], typed)
        self.assertEqual(
            self.words_of(f"lrsweep compare my\\ sweep.db {first[:5]}\t{self.ids[1][:5]}\t"),
            ["compare", "my sweep.db", first, self.ids[1]])
        self.assertEqual(self.words_of(f"lrsweep compare my\\ sweep.db:{first[:5]}\t"),
                         ["compare", f"my sweep.db:{first}"])

    def test_metrics_of_a_database(self):
        self.assertEqual(self.words_of("lrsweep top my\\ sweep.db --metric lo\t"),
                         ["top", "my sweep.db", "--metric", "loss"])

    def test_the_program_by_its_path(self):
        self.assertEqual(self.words_of("bin/lrsweep pla\t"), ["plan"])
        self.assertEqual(self.words_of("~/bin/lrsweep pla\t"), ["plan"])

    def test_what_cannot_be_read_says_nothing(self):
        (self.folder / "broken.db").write_text("no database")
        for db in ("none.db", "broken.db", "data"):
            shown = len(self.shell.shown)
            self.assertEqual(self.words_of(f"lrsweep show {db} ab\t"), ["show", db, "ab"])
            for word in ("rror", "No such", "not a", "cannot"):
                self.assertNotIn(word, self.shell.shown[shown:])

    def test_several_are_listed(self):
        self.shell.type("lrsweep --\t\t")
        self.shell.wait_for("--version")
        self.shell.type("\x15lrsweep completion \t\t")
        self.shell.wait_for("fish")
        self.shell.type("\x15")


if __name__ == "__main__":
    if shutil.which(SHELL) is None:
        print(f"skipped: completion in {SHELL}: it is not installed")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
