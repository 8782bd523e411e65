"""Ray Tune's side of benchmarks/search.py: search_ray.py DATA EPOCHS GRACE POINTS SEED FOLDER

Random points and ASHA. Two CPUs, one a trial; actors are reused, so that each imports torch and
loads the data once; no dashboard, no usage report, no output. Prints what it picks, as JSON."""

import json
import sys
from pathlib import Path

from ray_start import start_ray  # before all else of Ray: it sets its environment

import ray
from ray import tune
from ray.tune.schedulers import ASHAScheduler
from ray.tune.search.basic_variant import BasicVariantGenerator

from search_space import SPACE, point

FACTOR = 3
HERE = Path(__file__).resolve().parent


def distribution(kind: str, *given):
    return {"choice": tune.choice, "uniform": tune.uniform, "loguniform": tune.loguniform}[kind](
        *given
    )


def chosen(config: dict) -> dict:
    """All types' parameters are drawn; those of the drawn type count."""
    kind = config["type"]
    return point(kind, {name: config[f"{kind}.{name}"] for name in SPACE[kind][0]})


def trainable(config: dict) -> None:
    sys.path.insert(0, str(HERE))
    from search_training import train

    for accuracy in train(chosen(config), config["epochs"], config["seed"], config["data"]):
        tune.report({"val_accuracy": accuracy})


def main(data: str, epochs: str, grace: str, points: str, seed: str, folder: str) -> None:
    start_ray(folder)
    space = {
        "type": tune.choice(list(SPACE)),
        **{
            f"{kind}.{name}": distribution(*how)
            for kind, (drawn, _) in SPACE.items()
            for name, how in drawn.items()
        },
        "data": data,
        "epochs": int(epochs),
        "seed": int(seed),
    }
    tuner = tune.Tuner(
        tune.with_resources(trainable, {"cpu": 1}),
        param_space=space,
        tune_config=tune.TuneConfig(
            metric="val_accuracy",
            mode="max",
            num_samples=int(points),
            search_alg=BasicVariantGenerator(random_state=int(seed)),
            scheduler=ASHAScheduler(
                max_t=int(epochs), grace_period=int(grace), reduction_factor=FACTOR
            ),
            reuse_actors=True,
        ),
        run_config=tune.RunConfig(storage_path=folder, name="search", verbose=0),
    )
    results = tuner.fit()
    assert len(results) == int(points) and not results.errors, results.errors
    best = results.get_best_result()
    print(json.dumps({
        "point": chosen(best.config),
        "value": best.metrics["val_accuracy"],
        "points": len(results),
        "epochs": sum(result.metrics["training_iteration"] for result in results),
    }))  # fmt: skip
    ray.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
