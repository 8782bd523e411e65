"""Optuna's side of benchmarks/search.py: search_optuna.py DATA EPOCHS GRACE POINTS SEED FOLDER

TPE and its Hyperband pruner. Two processes share a study in a journal file, Optuna's fastest storage
for processes; threads would contend for Python's lock. Prints what it picks, as JSON."""

import json
import multiprocessing
import sys

import optuna
from optuna.storages.journal import JournalFileBackend

from search_space import SPACE, point

PROCESSES = 2
FACTOR = 3


def suggest(trial: optuna.Trial, name: str, how: tuple):
    if how[0] == "choice":
        return trial.suggest_categorical(name, how[1])
    return trial.suggest_float(name, how[1], how[2], log=how[0] == "loguniform")


def suggest_point(trial: optuna.Trial) -> dict:
    kind = trial.suggest_categorical("type", list(SPACE))
    drawn = {name: suggest(trial, f"{kind}.{name}", how) for name, how in SPACE[kind][0].items()}
    return point(kind, drawn)


def open_study(folder: str, seed: int, epochs: int, grace: int) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(
        study_name="search",
        storage=optuna.storages.JournalStorage(JournalFileBackend(f"{folder}/journal")),
        # As its documentation advises for conditional spaces and for several processes.
        sampler=optuna.samplers.TPESampler(
            seed=seed, multivariate=True, group=True, constant_liar=True
        ),
        pruner=optuna.pruners.HyperbandPruner(
            min_resource=grace, max_resource=epochs, reduction_factor=FACTOR
        ),
        direction="maximize",
        load_if_exists=True,
    )


def work(process: int, data: str, epochs: int, grace: int, points: int, seed: int, folder: str):
    from search_training import load, train

    load(data)

    def objective(trial: optuna.Trial) -> float:
        chosen = suggest_point(trial)
        trial.set_user_attr("point", chosen)
        accuracy = 0.0
        for epoch, accuracy in enumerate(train(chosen, epochs, seed, data), 1):
            trial.report(accuracy, epoch)
            if epoch < epochs and trial.should_prune():
                raise optuna.TrialPruned()
        return accuracy

    study = open_study(folder, PROCESSES * seed + process, epochs, grace)
    study.optimize(objective, n_trials=points // PROCESSES)


def main(data: str, epochs: str, grace: str, points: str, seed: str, folder: str) -> None:
    study = open_study(folder, 0, int(epochs), int(grace))
    spawn = multiprocessing.get_context("spawn")
    given = (data, int(epochs), int(grace), int(points), int(seed), folder)
    processes = [spawn.Process(target=work, args=(p, *given)) for p in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    trained = [max(trial.intermediate_values, default=0) for trial in study.trials]
    best = study.best_trial
    print(json.dumps({
        "point": best.user_attrs["point"],
        "value": best.value,
        "points": len(trained),
        "epochs": sum(trained),
    }))  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
