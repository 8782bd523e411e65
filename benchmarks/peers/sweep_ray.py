"""Ray Tune's side of benchmarks/sweep.py: sweep_ray.py script|memory DATA TRIALS FOLDER

Two CPUs, one a trial; actors are reused, so that each imports torch and loads the data once; no
dashboard, no usage report, no output. Prints each trial's last accuracy."""

import json
import sys
from pathlib import Path

from ray_start import start_ray  # before all else of Ray: it sets its environment

import ray
from ray import tune

HERE = Path(__file__).resolve().parent


def trainable(config: dict) -> None:
    sys.path.insert(0, str(HERE))
    from sweep_training import load, train

    for metrics in train(config["trial"], load(config["variant"], config["data"])):
        tune.report(metrics)


def main(variant: str, data: str, trials_file: str, folder: str) -> None:
    trials = [trial["params"] for trial in json.loads(Path(trials_file).read_text())["trials"]]
    start_ray(folder)
    space = {"trial": tune.grid_search(trials), "variant": variant, "data": data}
    tuner = tune.Tuner(
        tune.with_resources(trainable, {"cpu": 1}),
        param_space=space,
        tune_config=tune.TuneConfig(metric="val_accuracy", mode="max", reuse_actors=True),
        run_config=tune.RunConfig(storage_path=folder, name="quickstart", verbose=0),
    )
    results = tuner.fit()
    assert len(results) == len(trials) and not results.errors, results.errors
    print(*(result.metrics["val_accuracy"] for result in results))
    ray.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
