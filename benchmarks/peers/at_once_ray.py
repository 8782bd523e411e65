"""Ray Tune's side of benchmarks/programs.py: at_once_ray.py TRIALS FOLDER

Two CPUs, one a trial; actors are reused; no dashboard, no usage report, no output. Prints the
number of trials."""

import json
import subprocess
import sys

from ray_start import start_ray  # before all else of Ray: it sets its environment

import ray
from ray import tune


def trainable(_: dict) -> None:
    done = subprocess.run(
        ["/bin/echo", '{"val_loss": 0.5}'], check=True, stdout=subprocess.PIPE
    )
    tune.report(json.loads(done.stdout))


def main(trials: str, folder: str) -> None:
    start_ray(folder)
    tuner = tune.Tuner(
        tune.with_resources(trainable, {"cpu": 1}),
        param_space={"seed": tune.grid_search(list(range(int(trials))))},
        tune_config=tune.TuneConfig(metric="val_loss", mode="min", reuse_actors=True),
        run_config=tune.RunConfig(storage_path=folder, name="at-once", verbose=0),
    )
    results = tuner.fit()
    assert not results.errors, results.errors
    print(sum(result.metrics["val_loss"] == 0.5 for result in results))
    ray.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
