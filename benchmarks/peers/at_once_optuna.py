"""Optuna's side of benchmarks/programs.py: at_once_optuna.py TRIALS FOLDER

Two processes share a study in a journal file, Optuna's fastest storage for processes; threads would
contend for Python's lock. The sampler draws at random. Prints the number of trials."""

import json
import multiprocessing
import subprocess
import sys

import optuna
from optuna.storages.journal import JournalFileBackend

PROGRAM = ["/bin/echo", '{"val_loss": 0.5}']
PROCESSES = 2


def objective(trial: optuna.Trial) -> float:
    trial.suggest_int("seed", 0, 1_000_000)
    done = subprocess.run(PROGRAM, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)["val_loss"]


def load(folder: str) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = optuna.storages.JournalStorage(JournalFileBackend(f"{folder}/journal"))
    sampler = optuna.samplers.RandomSampler()
    return optuna.create_study(
        study_name="at-once", storage=storage, sampler=sampler, load_if_exists=True
    )


def work(folder: str, trials: int) -> None:
    load(folder).optimize(objective, n_trials=trials)


def main(trials: str, folder: str) -> None:
    load(folder)
    each = int(trials) // PROCESSES
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=work, args=(folder, each)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print(sum(trial.value == 0.5 for trial in load(folder).trials))


if __name__ == "__main__":
    main(*sys.argv[1:])
