"""Runs a Python program and records, in applied_rates.txt of the trial's folder, the rate of every
step of a PyTorch optimizer and every partial_fit of scikit-learn's SGDClassifier: what was really
applied.

record_rates.py SCRIPT [ARGUMENTS], by examples_check.py.
"""

import os
import pathlib
import runpy
import sys

script = pathlib.Path(sys.argv[1]).resolve()
text = script.read_text()
record = open(pathlib.Path(os.environ["LRSWEEP_DIR"]) / "applied_rates.txt", "a", buffering=1)

if "import torch" in text:
    from torch.optim.optimizer import register_optimizer_step_post_hook

    register_optimizer_step_post_hook(
        lambda optimizer, *_: print(optimizer.param_groups[0]["lr"], file=record))

if "from sklearn" in text:
    from sklearn.linear_model import SGDClassifier

    fit = SGDClassifier.partial_fit

    def partial_fit(self, *args, **more):
        print(self.eta0, file=record)
        return fit(self, *args, **more)

    SGDClassifier.partial_fit = partial_fit

sys.argv = sys.argv[1:]
sys.path[0] = str(script.parent)
runpy.run_path(str(script), run_name="__main__")
