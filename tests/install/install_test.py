"""Installs a build into a folder, moves that, and runs it as an ordinary user without a network.

    install_test.py BUILD_FOLDER [mpi] [torch]     the plug-ins that the build has
"""

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from small_data import write_data  # noqa: E402

BUILD = Path(sys.argv.pop(1)).resolve()
PLUGINS = [sys.argv.pop(1) for _ in sys.argv[1:] if not sys.argv[1].startswith("-")]
SECONDS = 120  # of a command
NOBODY = 65534

CONFIG = """
name: installed
dataset: {{name: {data}}}
model: {{hidden: [16]}}
training: {{epochs: 2, batch_size: 20, seed: {{grid: [0, 1]}}}}
optimizer: {{type: SGD, lr: 0.05, momentum: 0.9}}
scheduler:
  - {{type: StepLR, step_size: 1, gamma: 0.5}}
  - {{type: OneCycleLR, max_lr: 0.05, total_steps: run}}
"""


def succeeds(*words: str) -> bool:
    return shutil.which(words[0]) is not None and subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS).returncode == 0


def as_ordinary_user(network: bool) -> list[str]:
    """What precedes a command: not as root, and without a network where the kernel grants that."""
    words = []
    if not network and succeeds("unshare", "--net", "true"):
        words += ["unshare", "--net"]
    if os.geteuid() == 0:
        words += ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                  "--no-new-privs", "--bounding-set=-all"]
    return words


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="lrsweep-install-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, onerror=make_writable)
        cls.folder.chmod(0o755)
        first = cls.folder / "first"
        for component in ["core", *PLUGINS]:
            subprocess.run(["cmake", "--install", BUILD, "--prefix", first, "--component", component],
                           check=True, stdout=subprocess.DEVNULL, timeout=SECONDS)
        cls.prefix = first.rename(cls.folder / "moved to here")
        for path in [cls.prefix, *cls.prefix.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & ~0o222)
        cls.program = cls.prefix / "bin/lrsweep"

        cls.home = cls.folder / "home"
        cls.home.mkdir()
        write_data(cls.home / "data")
        (cls.home / "sweep.yaml").write_text(CONFIG.format(data=cls.home / "data"))
        if os.geteuid() == 0:
            os.chown(cls.home, NOBODY, NOBODY)

    def run_program(self, *words: str, network: bool = False) -> str:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home)}
        command = [*as_ordinary_user(network), self.program, *words]
        result = subprocess.run(command, cwd=self.home, env=environment,
                                stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                timeout=SECONDS)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def train(self, name: str, *options: str, network: bool = False) -> list[tuple]:
        """The numbers of the sweep's epochs."""
        database = self.home / f"{name}.db"
        self.run_program("run", "sweep.yaml", "--db", str(database), *options, network=network)
        with contextlib.closing(sqlite3.connect(database)) as connection:
            return connection.execute("SELECT trial_id, epoch, lr, train_loss, val_loss, val_accuracy"
                                      " FROM epochs ORDER BY trial_id, epoch").fetchall()

    def test_the_cpu_engine_trains(self):
        self.assertEqual(len(self.train("cpu", "--engine", "cpu")), 8)
        self.assertRegex(self.run_program("top", "cpu.db"), r"OneCycleLR")
        self.run_program("report", "cpu.db", "-o", "cpu.html")
        self.assertGreater((self.home / "cpu.html").stat().st_size, 100_000)

    def test_workers_give_the_numbers_of_one_process(self):
        self.assertEqual(self.train("workers", "--workers", "2"), self.train("alone"))

    @unittest.skipUnless("mpi" in PLUGINS, "built without MPI")
    def test_ranks_of_mpirun_give_the_numbers_of_one_process(self):  # mpirun needs a network device
        ranks = self.train("ranks", "--workers", "2", "--launcher", "mpirun", network=True)
        self.assertEqual(ranks, self.train("alone for ranks"))

    @unittest.skipUnless("torch" in PLUGINS, "built without LibTorch")
    def test_the_torch_engine_trains(self):
        self.assertEqual(len(self.train("torch", "--engine", "torch")), 8)

    def test_what_is_installed_lies_in_its_folders(self):
        files = {str(path.relative_to(self.prefix)) for path in self.prefix.rglob("*")
                 if not path.is_dir()}
        belongs = re.compile(r"bin/lrsweep|lib[^ ]*/lrsweep/liblrsweep_(mpi|torch)\.so"
                             r"|share/(doc/)?lrsweep/.+|share/man/man1/lrsweep[-\w]*\.1"
                             r"|share/(bash-completion/completions/lrsweep"
                             r"|zsh/site-functions/_lrsweep|fish/vendor_completions\.d/lrsweep\.fish)")
        self.assertEqual({name for name in files if not belongs.fullmatch(name)}, set())
        for plugin in PLUGINS:
            self.assertEqual(len([n for n in files if n.endswith(f"liblrsweep_{plugin}.so")]), 1)
        for name in ("share/doc/lrsweep/README.md", "share/doc/lrsweep/LICENSE",
                     "share/doc/lrsweep/docs/install.md", "share/lrsweep/configs/quickstart.yaml",
                     "share/lrsweep/python/lrsweep.py"):
            self.assertIn(name, files)

    def test_no_library_is_looked_for_in_the_build_folder(self):
        programs = [self.program, *self.prefix.rglob("*.so")]
        self.assertEqual(len(programs), 1 + len(PLUGINS))
        for program in programs:
            dynamic = subprocess.run(["readelf", "--dynamic", program], check=True, text=True,
                                     stdout=subprocess.PIPE).stdout
            self.assertIn("NEEDED", dynamic)
            self.assertNotIn(str(BUILD), dynamic)


def make_writable(remove, path, _):
    """For shutil.rmtree: lets an ordinary user remove what lies in a read-only folder."""
    os.chmod(os.path.dirname(path), 0o700)
    os.chmod(path, 0o700)
    remove(path)


if __name__ == "__main__":
    unittest.main()
