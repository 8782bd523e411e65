"""Optuna's side of benchmarks/sweep.py: sweep_optuna.py script|memory DATA TRIALS DB

Two processes share a study in SQLite, each with a GridSampler over its half of the trials: threads
(n_jobs) would contend for Python's lock, and two GridSamplers over the same grid train some points
twice. Prints each trial's last accuracy."""

import json
import multiprocessing
import sys
from pathlib import Path

import optuna

PROCESSES = 2
STUDY = "quickstart"


def work(process: int, variant: str, data: str, trials: list[dict], storage: str) -> None:
    from sweep_training import load, train

    batches = load(variant, data)

    def objective(trial: optuna.Trial) -> float:
        number = trial.suggest_int("trial", 0, len(trials) - 1)
        for epoch, metrics in enumerate(train(trials[number]["params"], batches), 1):
            trial.report(metrics["val_accuracy"], epoch)
        return metrics["val_accuracy"]

    mine = list(range(process, len(trials), PROCESSES))
    sampler = optuna.samplers.GridSampler({"trial": mine})
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    optuna.load_study(study_name=STUDY, storage=storage, sampler=sampler).optimize(objective)


def main(variant: str, data: str, trials_file: str, db: str) -> None:
    trials = json.loads(Path(trials_file).read_text())["trials"]
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = f"sqlite:///{db}"
    study = optuna.create_study(study_name=STUDY, storage=storage, direction="maximize")
    spawn = multiprocessing.get_context("spawn")
    processes = [
        spawn.Process(target=work, args=(process, variant, data, trials, storage))
        for process in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    done = study.get_trials(states=[optuna.trial.TrialState.COMPLETE])
    assert sorted(t.params["trial"] for t in done) == list(range(len(trials))), "not all trained"
    print(*(trial.value for trial in done))


if __name__ == "__main__":
    main(*sys.argv[1:])
