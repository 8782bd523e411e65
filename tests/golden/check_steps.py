#!/usr/bin/python3
"""Compares the rates in a sweep's database with PyTorch's own schedulers, step by step.

    /usr/bin/python3 tests/golden/check_steps.py SWEEP.db

For every completed trial: builds torch.optim.SGD and the trial's torch.optim.lr_scheduler, steps
both as many times as `steps` has rows, and prints the largest difference of lr and momentum,
relative to the largest rate. Exits 1 if one is above 1e-12.
"""

import json
import sqlite3
import sys

import torch

db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
worst = 0.0
trials = db.execute("SELECT trial_id, params FROM trials WHERE state = 'completed'").fetchall()
for trial_id, text in trials:
    params = json.loads(text)
    options = dict(params["scheduler"])
    kind, interval = options.pop("type"), options.pop("interval")
    assert options.pop("warmup") is None, "PyTorch has no warm-up to compare with"
    if options.get("T_max") == "run":
        options["T_max"] = params["training"]["epochs"]
    optimizer = torch.optim.SGD(
        [torch.zeros(1, requires_grad=True)],
        lr=params["optimizer"].get("lr", 1.0),
        momentum=params["optimizer"].get("momentum", 0.0))
    scheduler = getattr(torch.optim.lr_scheduler, kind)(optimizer, **options)
    rows = db.execute("SELECT epoch, step, lr, momentum FROM steps WHERE trial_id = ? ORDER BY step",
                      (trial_id,)).fetchall()
    differences, largest, last_epoch = [0.0, 0.0], 0.0, 1
    for count, (epoch, step, lr, momentum) in enumerate(rows):
        assert step == count, f"{trial_id}: step {count} is missing"
        if (interval == "epoch" and epoch > last_epoch) or (interval == "step" and step > 0):
            optimizer.step()
            scheduler.step()
        last_epoch = epoch
        group = optimizer.param_groups[0]
        largest = max(largest, group["lr"])
        differences[0] = max(differences[0], abs(lr - group["lr"]))
        differences[1] = max(differences[1], abs(momentum - group["momentum"]))
    worst = max(worst, differences[0] / largest, differences[1])
    print(f"{trial_id} {kind:18} {len(rows)} steps  lr {differences[0] / largest:.1e}  "
          f"momentum {differences[1]:.1e}")
print(f"{len(trials)} trials against torch {torch.__version__}: largest difference {worst:.1e}")
sys.exit(worst > 1e-12)
