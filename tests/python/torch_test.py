"""The client with PyTorch's optimizers and schedulers. Run by scripts/test-programs."""

import unittest

from fake_lrsweep import FakeLrsweep, python

FALLING = [(0.1, 0.9), (0.09, 0.8), (0.05, 0.7), (0.04, 0.6), (0.01, 0.5), (0.005, 0.4)]
RATES = [lr for lr, _ in FALLING]

# A parameter whose gradient is 1: without momentum it falls by the rate of each step.
START = '''
import torch
parameter = torch.nn.Parameter(torch.zeros((), dtype=torch.float64))

def step(optimizer):
    before = parameter.item()
    parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    applied.append(round(before - parameter.item(), 6))

applied = []
trial = lrsweep.trial()
'''


def sgd(rates, script, **arguments):
    """The lines that a script prints, and what it reports."""
    with FakeLrsweep(rates=rates, **arguments) as fake:
        status, output = fake.run(python(START + script))
        if status != 0:
            raise AssertionError(output)
        return output.splitlines(), fake.reports()


def without_momentum(rates):
    return [(lr, 0.0) for lr, _ in rates]


class TorchTest(unittest.TestCase):
    def test_set_rates_decides_whatever_a_checkpoint_restored(self):
        output, reports = sgd(without_momentum(FALLING), '''
optimizer = torch.optim.SGD([parameter], lr=3.0)
state = optimizer.state_dict()
for epoch in trial.epochs():
    optimizer.load_state_dict(state)  # with its rate, 3.0
    for _ in range(2):
        trial.set_rates(optimizer)
        step(optimizer)
    trial.report(val_loss=1)
print(applied)
''')
        self.assertEqual(output, [str(RATES)])
        self.assertEqual([report["lr"] for report in reports], RATES[1::2])

    def test_momentum_betas_and_a_rate_in_a_tensor_are_set(self):
        output, _ = sgd(FALLING, '''
optimizers = [torch.optim.SGD([parameter], lr=1.0, momentum=0.1),
              torch.optim.AdamW([parameter], lr=torch.tensor(1.0), betas=(0.1, 0.99))]
trial.set_rates(*optimizers)
sgd, adam = (optimizer.param_groups[0] for optimizer in optimizers)
print(sgd["lr"], sgd["momentum"], round(adam["lr"].item(), 6), adam["betas"])
''')
        self.assertEqual(output, ["0.1 0.9 0.1 (0.9, 0.99)"])

    def test_the_scheduler_gives_the_tables_rates_for_each_step(self):
        output, reports = sgd(without_momentum(FALLING), '''
optimizer = torch.optim.SGD([parameter], lr=3.0)
scheduler = trial.torch_scheduler(optimizer)
for epoch in (1, 2, 3):
    for _ in range(2):
        step(optimizer)
        scheduler.step()
    trial.report(val_loss=1, epoch=epoch)
print(applied)
''')
        self.assertEqual(output, [str(RATES)])
        self.assertEqual([report["lr"] for report in reports], RATES[1::2])
        self.assertEqual([report["steps"] for report in reports], [2, 4, 6])

    def test_the_scheduler_steps_once_an_epoch_without_steps_per_epoch(self):
        output, reports = sgd(without_momentum(FALLING[:3]), '''
optimizer = torch.optim.SGD([parameter], lr=3.0)
scheduler = trial.torch_scheduler(optimizer)
for epoch in (1, 2, 3):
    for _ in range(2):
        step(optimizer)
    scheduler.step()
    trial.report(val_loss=1, epoch=epoch)
print(applied)
''', steps_per_epoch=0)
        self.assertEqual(output, ["[0.1, 0.1, 0.09, 0.09, 0.05, 0.05]"])
        self.assertEqual([report.get("steps") for report in reports], [None] * 3)

    def test_a_scheduler_that_is_stepped_wrongly_shows_in_the_report(self):
        _, reports = sgd(without_momentum(FALLING), '''
optimizer = torch.optim.SGD([parameter], lr=3.0)
scheduler = trial.torch_scheduler(optimizer)
for _ in range(2):
    step(optimizer)
scheduler.step()  # once an epoch, where each step is meant
trial.report(val_loss=1, epoch=1)
''')
        self.assertEqual((reports[0]["lr"], reports[0]["steps"]), (0.1, 1))

    def test_the_scheduler_continues_from_its_saved_state_and_without(self):
        for restore in ("", "scheduler.load_state_dict(torch.load(path))",
                        "optimizer.load_state_dict({**optimizer.state_dict(), 'param_groups': "
                        "[{**optimizer.state_dict()['param_groups'][0], 'lr': 9.0}]})"):
            output, reports = sgd(without_momentum(FALLING), f'''
optimizer = torch.optim.SGD([parameter], lr=3.0)
scheduler = trial.torch_scheduler(optimizer)
path = trial.dir / "scheduler.pt"
torch.save({{"last_epoch": 2, "_step_count": 3, "base_lrs": [3.0]}}, path)
{restore}
for _ in range(2):
    step(optimizer)
    scheduler.step()
trial.report(val_loss=1, epoch=2)
torch.save(scheduler.state_dict(), path)
print(applied, torch.load(path)["last_epoch"])
''', epoch=1, resume="checkpoint-1")
            self.assertEqual(output, ["[0.05, 0.04] 4"], restore)
            self.assertEqual(reports[0], {"epoch": 2, "steps": 4, "lr": 0.04, "val_loss": 1})

    def test_the_scheduler_sets_the_momentum(self):
        output, reports = sgd(FALLING, '''
optimizer = torch.optim.SGD([parameter], lr=3.0, momentum=0.1)
scheduler = trial.torch_scheduler(optimizer)
for _ in range(2):
    step(optimizer)
    scheduler.step()
trial.report(val_loss=1, epoch=1)
print(optimizer.param_groups[0]["momentum"])
''')
        self.assertEqual(output, ["0.8"])
        self.assertEqual(reports[0]["momentum"], 0.8)

    def test_by_hand_the_scheduler_keeps_the_rate_of_the_script(self):
        fake = FakeLrsweep(rates=[])
        with fake:
            fake.variables.clear()
            status, output = fake.run(python(START.replace("trial()", "trial(lr=0.5)") + '''
optimizer = torch.optim.SGD([parameter], lr=3.0)
scheduler = trial.torch_scheduler(optimizer)
step(optimizer)
scheduler.step()
print(applied, scheduler.get_last_lr())
'''))
        self.assertEqual((status, output), (0, "[0.5] [0.5]\n"))


if __name__ == "__main__":
    unittest.main()
