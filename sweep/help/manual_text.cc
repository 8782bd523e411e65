#include "sweep/help/manual_text.h"

#include <map>

namespace lrsweep {
namespace {

using Examples = std::map<std::string, std::vector<ManualEntry>>;

const Examples& AllExamples() {
  static const Examples kExamples = {
      {"plan",
       {{"lrsweep plan sweep.yaml", "Show what would be trained."},
        {"lrsweep plan sweep.yaml --set training.epochs=5 --json", "With other values, as JSON."}}},
      {"preview",
       {{"lrsweep preview sweep.yaml", "Draw the schedules in the terminal."},
        {"lrsweep preview sweep.yaml --svg schedules.svg", "Draw them into one chart."}}},
      {"schedules",
       {{"lrsweep schedules", "List the types."},
        {"lrsweep schedules OneCycleLR", "Explain one type and its parameters."},
        {"lrsweep schedules --of transformers", "List the names of another library."}}},
      {"run",
       {{"lrsweep run sweep.yaml", "Train in this process, into NAME.db."},
        {"lrsweep run sweep.yaml --workers 8", "Train with 8 workers on this machine."},
        {"lrsweep run sweep.yaml --workers 64 --hostfile hosts", "On several machines."},
        {"lrsweep run sweep.yaml --max-wall-time 3:50:00",
         "End within a batch job's limit; the same command continues."}}},
      {"top",
       {{"lrsweep top sweep.db", "Rank the trials by the sweep's objective."},
        {"lrsweep top sweep.db --by group --metric val_loss --scope best",
         "Rank means over seeds by another metric."},
        {"lrsweep top sweep.db --where 'max_lr > 0.05' --json", "Some of them, as JSON."}}},
      {"report",
       {{"lrsweep report sweep.db", "Write report.html."},
        {"lrsweep report sweep.db --watch -o live.html", "Write it anew while the sweep runs."}}},
      {"show",
       {{"lrsweep show sweep.db 3fa2", "Show the trial whose id begins with 3fa2."},
        {"lrsweep show sweep.db 3fa2 --config > one.yaml",
         "Write a configuration that trains it alone."}}},
      {"compare",
       {{"lrsweep compare sweep.db 3fa2 9c01", "Compare two trials."},
        {"lrsweep compare monday.db tuesday.db", "Compare two sweeps."}}},
      {"verify",
       {{"lrsweep verify sweep.db 3fa2", "Train a trial again and compare all bits."},
        {"lrsweep verify sweep.db --all --epochs 1", "The first epoch of every trial."}}},
      {"status",
       {{"lrsweep status sweep.db --watch", "Follow a running sweep."},
        {"lrsweep status sweep.db --exit-code", "Ask in a script whether work is left."}}},
      {"log", {{"lrsweep log sweep.db 3fa2 -f", "Follow the output of a trial's program."}}},
      {"clean", {{"lrsweep clean sweep.db", "Remove output and checkpoints of ended trials."}}},
      {"export",
       {{"lrsweep export sweep.db --to csv trials.csv", "Write the trials as CSV."},
        {"lrsweep export sweep.db --to tensorboard runs", "Write a folder for TensorBoard."}}},
      {"completion",
       {{"source <(lrsweep completion bash)", "Complete lrsweep's words in this bash."}}},
      {"doctor",
       {{"lrsweep doctor", "Say what works here, and what to do about the rest."},
        {"lrsweep doctor --json > doctor.json", "The same, to attach to a bug report."}}},
  };
  return kExamples;
}

}  // namespace

const std::vector<ManualEntry>& ExitStatuses() {
  static const std::vector<ManualEntry> kStatuses = {
      {"0", "All trials ended well."},
      {"1", "Some trials failed."},
      {"2", "A mistake in the command or the configuration."},
      {"70", "A bug of lrsweep."},
      {"74", "The disk, the data or the database would not do."},
      {"75", "Interrupted, with work left: the same command continues it."},
  };
  return kStatuses;
}

const std::vector<ManualEntry>& EnvironmentVariables() {
  static const std::vector<ManualEntry> kVariables = {
      {"LRSWEEP_DATA_DIR", "A folder with data sets, searched first: mnist/ in it is MNIST."},
      {"LRSWEEP_PLUGINS", "A folder with the plug-ins, searched first."},
      {"LRSWEEP_CUDA_GRAPHS",
       "on or off: whether the steps of a training on a GPU are replayed as CUDA graphs [on]."},
      {"XDG_CACHE_HOME", "Data sets are downloaded into lrsweep/ in it [~/.cache]."},
      {"SSL_CERT_FILE", "The certificates that a download of data is checked by."},
      {"HOME", "The user's folder, for the cache."},
      {"CUDA_VISIBLE_DEVICES",
       "The GPUs that may be used. Programs of trials also get those of HIP_VISIBLE_DEVICES, "
       "ROCR_VISIBLE_DEVICES and ZE_AFFINITY_MASK."},
      {"NO_COLOR", "Not empty: text for terminals has no colours."},
      {"TERM", "dumb: the same."},
      {"PATH", "Where mpirun, rsvg-convert and the programs of trials are found."},
      {"PMIX_OUTPUT_STDERR_FD",
       "Set by mpirun: output through it is never drawn as on a terminal."},
  };
  return kVariables;
}

const std::vector<ManualEntry>& SweepFiles() {
  static const std::vector<ManualEntry> kFiles = {
      {"NAME.db", "The sweep's SQLite database: configuration, trials, epochs, steps, ranking."},
      {"NAME.db-wal, NAME.db-shm, NAME.db-journal",
       "Beside it while it is being written, and after a crash: keep them with it."},
      {"NAME.db.trials/",
       "Where trials are a user's program: a folder for each, with its output and parameters."},
      {"~/.cache/lrsweep/", "Data sets that were downloaded."},
  };
  return kFiles;
}

std::vector<ManualEntry> ExamplesOf(const std::string& command) {
  const auto found = AllExamples().find(command);
  return found == AllExamples().end() ? std::vector<ManualEntry>() : found->second;
}

}  // namespace lrsweep
