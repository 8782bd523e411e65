"""The client's scheduler in the transformers Trainer. Run by scripts/test-programs."""

import unittest

from fake_lrsweep import FakeLrsweep, python

TRAIN = '''
import torch, transformers
from torch.optim.optimizer import register_optimizer_step_post_hook

class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))
    def forward(self, x):
        return {"loss": (self.weight * x - 1).square().mean()}

applied = []
register_optimizer_step_post_hook(
    lambda optimizer, *_: applied.append(optimizer.param_groups[0]["lr"]))
trial = lrsweep.trial()

class Reporter(transformers.TrainerCallback):
    def on_evaluate(self, args, state, control, metrics, **_):
        trial.report(val_loss=metrics["eval_loss"], epoch=round(state.epoch))

model, data = Model(), [{"x": float(i)} for i in range(8)]
optimizer = torch.optim.SGD(model.parameters(), lr=3.0)
trainer = transformers.Trainer(
    model=model,
    args=transformers.TrainingArguments(
        output_dir=trial.dir / "hf", num_train_epochs=trial.num_epochs, report_to="none",
        per_device_train_batch_size=2, gradient_accumulation_steps=2, eval_strategy="epoch",
        save_strategy="epoch", max_grad_norm=0, use_cpu=True, disable_tqdm=True,
        remove_unused_columns=False, label_names=["x"], prediction_loss_only=True),
    train_dataset=data, eval_dataset=data, callbacks=[Reporter()],
    optimizers=(optimizer, trial.torch_scheduler(optimizer)))
trainer.train(resume_from_checkpoint=str(trial.resume) if trial.resume else None)
print(applied)
'''
RATES = [0.01, 0.009, 0.005, 0.004, 0.001, 0.0005]
TABLE = [(lr, 0.0) for lr in RATES]


class TrainerTest(unittest.TestCase):
    def test_each_step_of_the_optimizer_gets_its_row_resumed_or_not(self):
        with FakeLrsweep(rates=TABLE) as fake:
            status, output = fake.run(python(TRAIN))
            self.assertEqual(status, 0, output)
            self.assertEqual(output.splitlines()[-1], str(RATES))
            reports = fake.reports()
            self.assertEqual([report["epoch"] for report in reports], [1, 2, 3])
            self.assertEqual([report["steps"] for report in reports], [2, 4, 6])
            self.assertEqual([report["lr"] for report in reports], RATES[1::2])

            fake.variables.update(LRSWEEP_EPOCH="1",
                                  LRSWEEP_RESUME=str(fake.dir / "hf" / "checkpoint-2"))
            status, output = fake.run(python(TRAIN))
            self.assertEqual(status, 0, output)
            self.assertEqual(output.splitlines()[-1], str(RATES[2:]))
            self.assertEqual(fake.reports()[3:], reports[1:])


if __name__ == "__main__":
    unittest.main()
