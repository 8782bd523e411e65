#include "sweep/process/mpirun_command.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace lrsweep {
namespace {

using Words = std::vector<std::string>;

void Add(Words& command, const Words& words) {
  command.insert(command.end(), words.begin(), words.end());
}

Words OpenMpiOptions(const LaunchOptions& options, bool as_root) {
  Words words = {"--enable-recovery", "--oversubscribe", "--bind-to", "none"};
  if (as_root) Add(words, {"--allow-run-as-root"});
  // Many containers forbid cross-memory attach, and our messages are small.
  Add(words, {"--mca", "btl_vader_single_copy_mechanism", "none"});
  // Open MPI 5 ignores it.
  Add(words, {"--mca", "odls_base_sigkill_timeout", "10"});
  // TCP keep-alive for mpirun's daemons: the first probe after the worker timeout, then three
  // probes within another timeout. So the daemon on a machine that is cut off ends before the ranks
  // there do, which wait for three timeouts. If the daemon sent something when a rank ended, TCP
  // would resend that for many minutes and send no probes meanwhile.
  const auto seconds = [](double count) {
    return std::to_string(std::max<int64_t>(1, std::llround(count)));
  };
  Add(words, {"--mca", "oob_tcp_keepalive_time", seconds(options.worker_timeout_seconds)});
  Add(words, {"--mca", "oob_tcp_keepalive_intvl", seconds(options.worker_timeout_seconds / 3)});
  Add(words, {"--mca", "oob_tcp_keepalive_probes", "3"});
  return words;
}

}  // namespace

std::vector<std::string> MpirunCommand(const LaunchOptions& options, bool as_root,
                                       std::vector<std::string> variables,
                                       const std::vector<std::string>& program) {
  const bool is_open_mpi = options.mpi == MpiFamily::kOpenMpi;
  Words command = {"mpirun"};
  if (is_open_mpi) Add(command, OpenMpiOptions(options, as_root));
  // Intel MPI binds ranks, and so the programs that they run, to one core each.
  variables.push_back(is_open_mpi ? std::string(kRecoveryVariable) + "=1" : "I_MPI_PIN=off");
  for (const std::string& variable : variables) {
    const size_t name_end = variable.find('=');
    Add(command, is_open_mpi
                     ? Words{"-x", variable}
                     : Words{"-genv", variable.substr(0, name_end), variable.substr(name_end + 1)});
  }
  Add(command, {"-n", std::to_string(options.workers + 1)});
  if (!options.hostfile.empty())
    Add(command, {is_open_mpi ? "--hostfile" : "-f", options.hostfile});
  Add(command, options.mpirun_arguments);
  Add(command, program);
  return command;
}

}  // namespace lrsweep
