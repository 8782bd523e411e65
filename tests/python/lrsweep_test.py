"""The client, python/lrsweep.py, in programs as lrsweep starts them. Without lrsweep and
PyTorch."""

import json
import signal
import subprocess
import unittest

from fake_lrsweep import TIMEOUT, FakeLrsweep, plain_environment, python

CONSTANT = [(0.1, 0.9)] * 6
FALLING = [(0.1, 0.9), (0.09, 0.9), (0.05, 0.9), (0.04, 0.9), (0.01, 0.9), (0.005, 0.9)]
WITH_MOMENTUM = {"optimizer": {"type": "SGD", "lr": 0.1, "momentum": 0.9}}


def run_by_hand(script, folder="."):
    done = subprocess.run(python(script), env=plain_environment(), cwd=folder, text=True,
                          capture_output=True, timeout=TIMEOUT)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout


class ParametersTest(unittest.TestCase):
    def test_parameters_come_from_lrsweep_and_what_it_lacks_from_the_script(self):
        config = {"params": {"width": 64, "model": {"depth": 3}, "a.b": "c d'\""},
                  "optimizer": {"weight_decay": 0.5}}
        with FakeLrsweep(rates=CONSTANT, config=config) as fake:
            status, output = fake.run(python('''
trial = lrsweep.trial(width=1, dropout=0.25, optimizer={"weight_decay": 0, "eps": 1e-8}, epochs=99)
print([trial["width"], trial["dropout"], trial["model.depth"], trial["a.b"], trial.params["model"]])
print(trial.optimizer, trial.seed, trial.num_epochs, trial.steps_per_epoch, trial.id, trial.managed)
print(trial.resume, trial.start_epoch, trial.dir == pathlib.Path(os.environ["LRSWEEP_DIR"]))
'''))
        self.assertEqual(status, 0, output)
        self.assertEqual(output.splitlines(), [
            """[64, 0.25, 3, 'c d\\'"', {'depth': 3}]""",
            "{'weight_decay': 0.5, 'eps': 1e-08} 5 3 2 0123456789abcdef True", "None 0 True"])

    def test_a_parameter_that_is_missing_is_an_error_with_the_names_that_there_are(self):
        with FakeLrsweep(rates=CONSTANT, config={"params": {"width": 64}}) as fake:
            status, output = fake.run(python('lrsweep.trial()["widht"]'))
        self.assertEqual(status, 1)
        self.assertIn('no parameter "widht" among width', output)

    def test_parameters_too_long_for_a_variable_come_from_the_file(self):
        with FakeLrsweep(rates=CONSTANT, config={"params": {"text": "x" * 200000}}) as fake:
            del fake.variables["LRSWEEP_PARAMS"]
            status, output = fake.run(python('print(len(lrsweep.trial()["text"]))'))
        self.assertEqual((status, output), (0, "200000\n"))

    def test_another_version_of_the_protocol_is_refused(self):
        with FakeLrsweep(rates=CONSTANT, LRSWEEP_PROTOCOL="2") as fake:
            status, output = fake.run(python("lrsweep.trial()"))
        self.assertEqual(status, 1)
        self.assertIn("lrsweep speaks protocol 2, this client 1", output)


class RatesTest(unittest.TestCase):
    def test_every_step_gets_its_row_whatever_a_checkpoint_or_a_scheduler_has_set(self):
        with FakeLrsweep(rates=FALLING, config=WITH_MOMENTUM) as fake:
            status, output = fake.run(python('''
trial = lrsweep.trial()
optimizer = Optimizer({"lr": 7.0, "momentum": 0.3}, {"lr": 8.0, "momentum": 0.3})
for epoch in trial.epochs():
    for _ in range(2):
        trial.set_rates(optimizer)
        optimizer.step()
        optimizer.param_groups[0]["lr"] = 1234  # a scheduler that was left in
    trial.report(val_accuracy=0.5)
print(optimizer.applied, optimizer.param_groups[1]["momentum"])
'''))
            self.assertEqual(status, 0, output)
            self.assertEqual(output, f"{[[lr, lr] for lr, _ in FALLING]} 0.9\n")
            self.assertEqual(fake.reports(), [
                {"epoch": epoch, "steps": 2 * epoch, "lr": FALLING[2 * epoch - 1][0],
                 "momentum": 0.9, "val_accuracy": 0.5} for epoch in (1, 2, 3)])

    def test_the_rate_that_is_reported_is_what_the_optimizer_had_at_its_step(self):
        with FakeLrsweep(rates=FALLING) as fake:
            status, output = fake.run(python('''
trial = lrsweep.trial()
optimizer = Optimizer({"lr": 1.0})
next(trial.epochs())
trial.set_rates(optimizer)
optimizer.param_groups[0]["lr"] = 0.25  # between set_rates and the step
optimizer.step()
trial.report(val_accuracy=0.5, epoch=1)
'''))
            self.assertEqual(status, 0, output)
            self.assertEqual(fake.reports()[0]["lr"], 0.25)
            self.assertEqual(fake.reports()[0]["steps"], 1)

    def test_betas_follow_the_table_and_stay_where_it_has_no_momentum(self):
        script = '''
trial = lrsweep.trial()
optimizer = Optimizer({"lr": 1.0, "betas": (0.9, 0.999)})
trial.set_rates(optimizer)
optimizer.step()
print(optimizer.param_groups[0]["betas"])
trial.report(val_accuracy=1, epoch=1)
'''
        for rates, optimizer, betas, momentum in [
            ([(0.1, 0.85)] * 6, {}, (0.85, 0.999), 0.85),  # of the schedule
            ([(0.1, 0.0)] * 6, {"momentum": 0.0}, (0.0, 0.999), 0.0),
            ([(0.1, 0.0)] * 6, {}, (0.9, 0.999), None),  # of nobody: 0 is no value
            ([(0.1, float("nan"))] * 6, {}, (0.9, 0.999), None),
        ]:
            with self.subTest(rates=rates[0], optimizer=optimizer):
                with FakeLrsweep(rates=rates, config={"optimizer": optimizer}) as fake:
                    status, output = fake.run(python(script))
                    self.assertEqual((status, output), (0, f"{betas}\n"))
                    self.assertEqual(fake.reports()[0].get("momentum"), momentum)

    def test_without_steps_per_epoch_the_table_has_a_row_an_epoch(self):
        with FakeLrsweep(rates=FALLING[:3], steps_per_epoch=0) as fake:
            status, output = fake.run(python('''
trial = lrsweep.trial()
for epoch in trial.epochs():
    print([trial.next_rates().lr for _ in range(4)])
    trial.report(val_accuracy=0.5)
'''))
            self.assertEqual(status, 0, output)
            self.assertEqual(output, "".join(f"{[lr] * 4}\n" for lr, _ in FALLING[:3]))
            self.assertEqual([report.get("steps") for report in fake.reports()], [None] * 3)
            self.assertEqual([report["lr"] for report in fake.reports()], [0.1, 0.09, 0.05])

    def test_a_step_past_the_end_of_the_table_is_an_error(self):
        with FakeLrsweep(rates=FALLING) as fake:
            status, output = fake.run(python("lrsweep.trial().rates(6)"))
        self.assertEqual(status, 1)
        self.assertIn("step 6: the schedule has 3 epochs of 2 steps", output)

    def test_a_schedule_that_follows_a_metric_is_waited_for(self):
        with FakeLrsweep(rates=FALLING[:2]) as fake, fake.running(python('''
trial = lrsweep.trial()
for epoch in trial.epochs():
    print([trial.next_rates().lr for _ in range(2)], flush=True)
    trial.report(val_accuracy=0.5)
''')) as process:
            for epoch in (1, 2):
                fake.wait_for_reports(epoch)
                fake.write_table(FALLING[:2 * epoch + 2])
            output, _ = process.communicate(timeout=TIMEOUT)
        self.assertEqual(process.returncode, 0, output)
        self.assertEqual(output, "[0.1, 0.09]\n[0.05, 0.04]\n[0.01, 0.005]\n")

    def test_a_rate_that_waits_for_a_report_of_this_program_is_an_error(self):
        with FakeLrsweep(rates=FALLING[:2]) as fake:
            status, output = fake.run(python("lrsweep.trial().rates(2)"))
        self.assertEqual(status, 1)
        self.assertIn("this schedule follows a metric, so epoch 1 must be reported before", output)


class ReportsTest(unittest.TestCase):
    def test_what_is_reported_is_one_object_a_line(self):
        with FakeLrsweep(rates=CONSTANT) as fake:
            status, output = fake.run(python('''
trial = lrsweep.trial()
trial.report({"val/loss": float("inf")}, epoch=2, losses=[0.5, 0.25], ok=True)
trial.progress(loss=0.5)  # of no step yet
trial.next_rates()
trial.progress(loss=0.5)
trial.report(val_accuracy=0.75)
'''))
            self.assertEqual((status, output), (0, ""))
            self.assertEqual(fake.reports(), [
                {"epoch": 2, "val/loss": float("inf"), "losses": [0.5, 0.25], "ok": True},
                {"steps": 1, "lr": 0.1, "momentum": 0.9, "loss": 0.5}, {"val_accuracy": 0.75}])

    def test_a_report_of_the_whole_trial_has_the_rates_of_its_last_step(self):
        with FakeLrsweep(rates=FALLING) as fake:
            status, output = fake.run(python('''
trial = lrsweep.trial()
for _ in range(6):
    trial.next_rates()
trial.report(val_accuracy=0.75)
trial.report(test_accuracy=0.5)  # more metrics of the same epoch
'''))
            self.assertEqual((status, output), (0, ""))
            self.assertEqual(fake.reports(), [
                {"lr": 0.005, "momentum": 0.9, "val_accuracy": 0.75}, {"test_accuracy": 0.5}])

    def test_numbers_of_other_libraries_are_numbers(self):
        with FakeLrsweep(rates=CONSTANT) as fake:
            status, output = fake.run(python('''
from fractions import Fraction  # has __float__, as NumPy's and PyTorch's have
lrsweep.trial().report(val_loss=Fraction(1, 4), epoch=1, losses=[Fraction(1, 2)])
'''))
            self.assertEqual(status, 0, output)
            self.assertEqual(fake.reports(), [{"epoch": 1, "val_loss": 0.25, "losses": [0.5]}])

    def test_of_several_processes_rank_0_reports(self):
        for rank, reports in (("0", 1), ("1", 0)):
            with FakeLrsweep(rates=CONSTANT, RANK=rank) as fake:
                status, output = fake.run(python("lrsweep.trial().report(val_accuracy=1)"))
                self.assertEqual((status, output), (0, ""))
                self.assertEqual(len(fake.reports()), reports)


class CheckpointsTest(unittest.TestCase):
    def test_a_checkpoint_is_reported_when_it_is_complete_under_a_name_of_its_own(self):
        with FakeLrsweep(rates=CONSTANT) as fake:
            (fake.dir / "checkpoint-2.txt").write_text("of an attempt that was killed")
            status, output = fake.run(python('''
trial = lrsweep.trial()
for epoch in trial.epochs():
    trial.report(val_accuracy=0.5)
    with trial.checkpoint(".txt") as path:
        path.write_text(str(epoch))
        reports = pathlib.Path(os.environ["LRSWEEP_REPORT"]).read_text().splitlines()
        print("checkpoint" in reports[-1])
'''))
            self.assertEqual((status, output), (0, "False\n" * 3))
            self.assertEqual(fake.reports()[1::2], [
                {"checkpoint": f"checkpoint-{epoch}.txt", "epoch": epoch} for epoch in (1, 2, 3)])
            for epoch in (1, 2, 3):
                self.assertEqual((fake.dir / f"checkpoint-{epoch}.txt").read_text(), str(epoch))
            self.assertFalse((fake.dir / "partial-checkpoint.txt").exists())

    def test_a_folder_is_a_checkpoint_too(self):
        with FakeLrsweep(rates=CONSTANT) as fake:
            (fake.dir / "partial-checkpoint").mkdir()  # of an attempt that was killed
            (fake.dir / "partial-checkpoint" / "old").touch()
            status, output = fake.run(python('''
trial = lrsweep.trial()
trial.report(val_accuracy=0.5, epoch=2)
with trial.checkpoint() as path:
    (path / "model").mkdir(parents=True)
    (path / "model" / "weights").write_text("w")
'''))
            self.assertEqual(status, 0, output)
            self.assertEqual(fake.reports()[1], {"checkpoint": "checkpoint-2", "epoch": 2})
            found = sorted(path.name for path in (fake.dir / "checkpoint-2").rglob("*"))
            self.assertEqual(found, ["model", "weights"])

    def test_what_fails_while_it_is_written_is_not_reported(self):
        for body, error in (("raise OSError('disk full')", "disk full"),
                            ("pass", "nothing was written to")):
            with FakeLrsweep(rates=CONSTANT) as fake:
                status, output = fake.run(python(f'''
trial = lrsweep.trial()
with trial.checkpoint(epoch=1) as path:
    {body}
'''))
                self.assertEqual(status, 1)
                self.assertIn(error, output)
                self.assertEqual(fake.reports(), [])

    def test_a_checkpoint_of_an_epoch_that_was_not_reported_is_an_error(self):
        for where, variables in (("", {}), ("", {"resume": "checkpoint-1", "epoch": 1}),
                                 ("for epoch in trial.epochs():", {})):
            with self.subTest(where), FakeLrsweep(rates=CONSTANT, **variables) as fake:
                status, output = fake.run(python(f'''
trial = lrsweep.trial()
{where or "if True:"}
    if {bool(where)} and epoch == 1:
        trial.report(val_accuracy=0.5)
    with trial.checkpoint() as path:
        path.touch()
'''))
                self.assertEqual(status, 1)
                self.assertIn("report() the epoch first", output)
                self.assertEqual(len(fake.reports()), 2 if where else 0)

    def test_the_folder_with_the_name_is_flushed_before_the_checkpoint_is_reported(self):
        with FakeLrsweep(rates=CONSTANT) as fake:
            status, output = fake.run(python('''
trial = lrsweep.trial()
def fsync(descriptor):
    is_dir = os.path.samestat(os.fstat(descriptor), os.stat(trial.dir))
    print(is_dir, (trial.dir / "checkpoint-1").exists(), trial.reports)
def send(line):
    trial.reports += 1
os.fsync, trial._send, trial.reports = fsync, send, 0
trial.report(val_accuracy=0.5, epoch=1)
with trial.checkpoint() as path:
    path.touch()
'''))
        self.assertEqual((status, output), (0, "False False 1\nTrue True 1\n"))

    def test_another_attempt_continues_after_the_checkpoint(self):
        with FakeLrsweep(rates=FALLING, resume="checkpoint-1.pt", epoch=1) as fake:
            status, output = fake.run(python('''
trial = lrsweep.trial()
print(trial.resume.name, trial.start_epoch, trial.steps)
for epoch in trial.epochs():
    print(epoch, [trial.next_rates().lr for _ in range(2)])
    trial.report(val_accuracy=0.5)
'''))
            self.assertEqual((status, output),
                             (0, "checkpoint-1.pt 1 2\n2 [0.05, 0.04]\n3 [0.01, 0.005]\n"))
            self.assertEqual([report["steps"] for report in fake.reports()], [4, 6])


class StoppingTest(unittest.TestCase):
    def test_sigterm_in_an_epoch_ends_the_program_at_once_with_75(self):
        with FakeLrsweep(rates=CONSTANT) as fake, fake.running(python('''
trial = lrsweep.trial()
for epoch in trial.epochs():
    trial.next_rates()
    trial.progress(loss=1)
    time.sleep(600)
''')) as process:
            fake.wait_for_reports(1)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(TIMEOUT), 75)

    def test_sigterm_after_a_report_lets_the_checkpoint_be_written(self):
        with FakeLrsweep(rates=CONSTANT) as fake:
            status, output = fake.run(python('''
trial = lrsweep.trial()
for epoch in trial.epochs():
    trial.report(val_accuracy=0.5)
    os.kill(os.getpid(), signal.SIGTERM)
    with trial.checkpoint() as path:
        path.write_text("complete")
'''))
            self.assertEqual((status, output), (75, ""))
            self.assertEqual(fake.reports()[1:], [{"checkpoint": "checkpoint-1", "epoch": 1}])

    def test_sigterm_in_a_checkpoint_outside_of_epochs_ends_the_program_after_it(self):
        with FakeLrsweep(rates=CONSTANT) as fake:
            status, output = fake.run(python('''
trial = lrsweep.trial()
trial.report(val_accuracy=0.5, epoch=1)
with trial.checkpoint() as path:
    os.kill(os.getpid(), signal.SIGTERM)
    path.write_text("complete")
print("not here")
'''))
            self.assertEqual((status, output), (75, ""))
            self.assertEqual(len(fake.reports()), 2)

    def test_sigterm_ends_a_forked_child_as_without_lrsweep(self):
        for saving in ("pass", "trial.report(val_accuracy=0.5)"):
            with self.subTest(saving), FakeLrsweep(rates=CONSTANT) as fake:
                status, output = fake.run(python(f'''
import multiprocessing
fork = multiprocessing.get_context("fork")
trial = lrsweep.trial()
for epoch in trial.epochs():
    {saving}
    for wait in (0, 0.2):  # a signal that comes before the child is ready counts, too
        child = fork.Process(target=time.sleep, args=(600,))
        child.start()
        time.sleep(wait)
        child.terminate()
        child.join(timeout=20)
        print(child.exitcode)
    os.kill(os.getpid(), signal.SIGTERM)  # this process still stops
'''))
                self.assertEqual((status, output), (75, "-15\n-15\n"))

    def test_a_child_that_is_forked_keeps_the_handler_of_the_script(self):
        with FakeLrsweep(rates=CONSTANT) as fake:
            status, output = fake.run(python('''
trial = lrsweep.trial()
signal.signal(signal.SIGTERM, lambda *_: os._exit(3))
child = os.fork()
if child == 0:
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(600)
print(os.WEXITSTATUS(os.waitpid(child, 0)[1]))
'''))
        self.assertEqual((status, output), (0, "3\n"))

    def test_a_handler_that_the_script_has_already_stays(self):
        with FakeLrsweep(rates=CONSTANT) as fake:
            status, output = fake.run(python('''
signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
trial = lrsweep.trial()
os.kill(os.getpid(), signal.SIGTERM)
time.sleep(600)
'''))
        self.assertEqual(status, 3, output)

    def test_answers_hold_and_end_end_the_epochs(self):
        for word, status in (("continue", 0), ("hold", 75), ("end", 0)):
            with self.subTest(word), FakeLrsweep(rates=CONSTANT) as fake:
                fake.answer(f"1 {word}")  # is there before the report, and does not count before it
                ended, output = fake.run(python('''
trial = lrsweep.trial()
for epoch in trial.epochs():
    before = trial.answer()
    trial.report(val_accuracy=0.5)
    print(before, trial.answer())
'''))
                self.assertEqual(ended, status, output)
                epochs = 3 if word == "continue" else 1
                self.assertEqual(output.splitlines()[0], f"continue {word}")
                self.assertEqual(len(fake.reports()), epochs)

    def test_an_answer_can_be_waited_for(self):
        with FakeLrsweep(rates=CONSTANT) as fake, fake.running(python('''
trial = lrsweep.trial()
trial.report(val_accuracy=0.5, epoch=1)
print(trial.answer(wait=60))
''')) as process:
            fake.wait_for_reports(1)
            fake.answer("1 hold")
            output, _ = process.communicate(timeout=TIMEOUT)
        self.assertEqual((process.returncode, output), (0, "hold\n"))

    def test_nobody_has_to_answer(self):
        with FakeLrsweep(rates=CONSTANT) as fake:
            del fake.variables["LRSWEEP_ANSWER"]
            status, output = fake.run(python('''
trial = lrsweep.trial()
trial.report(val_accuracy=0.5, epoch=1)
print(trial.answer(wait=0.01))
trial.stop()
'''))
        self.assertEqual((status, output), (75, "continue\n"))


class ByHandTest(unittest.TestCase):
    def test_the_same_script_runs_with_its_defaults(self):
        with FakeLrsweep(rates=[]) as fake:  # for its folder
            output = run_by_hand('''
trial = lrsweep.trial(width=64, lr=0.5, epochs=2, seed=3)
optimizer = Optimizer({"lr": 7.0, "momentum": 0.3})
for epoch in trial.epochs():
    trial.set_rates(optimizer)
    optimizer.step()
    trial.report(val_accuracy=epoch / 4)
    with trial.checkpoint(".txt") as path:
        path.write_text("complete")
print(trial["width"], trial.seed, trial.managed, trial.resume, optimizer.param_groups)
''', fake.dir)
            left = sorted(path.name for path in fake.dir.glob("*checkpoint*"))
        *reports, last = output.splitlines()
        self.assertEqual([json.loads(line) for line in reports], [
            {"epoch": 1, "lr": 0.5, "val_accuracy": 0.25},
            {"checkpoint": "checkpoint-1.txt", "epoch": 1},
            {"epoch": 2, "lr": 0.5, "val_accuracy": 0.5},
            {"checkpoint": "checkpoint-2.txt", "epoch": 2}])
        self.assertEqual(last, "64 3 False None [{'lr': 0.5, 'momentum': 0.3}]")
        self.assertEqual(left, ["checkpoint-2.txt"])

    def test_without_a_rate_the_optimizer_keeps_its_own(self):
        output = run_by_hand('''
trial = lrsweep.trial()
optimizer = Optimizer({"lr": 7.0})
trial.set_rates(optimizer)
print(optimizer.param_groups)
''')
        self.assertEqual(output, "[{'lr': 7.0}]\n")


if __name__ == "__main__":
    unittest.main()
