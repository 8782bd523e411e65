// Runs the built programs as a user would.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace lrsweep {

struct ProgramResult {
  int status = 0;
  std::string output;  // stdout and stderr as they came
};

/// Runs a shell command line; its end is awaited.
inline ProgramResult RunShell(const std::string& command) {
  FILE* pipe = popen(("exec 2>&1; " + command).c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("no shell");
  ProgramResult result;
  std::array<char, 4096> buffer{};
  while (const size_t count = fread(buffer.data(), 1, buffer.size(), pipe)) {
    result.output.append(buffer.data(), count);
  }
  const int status = pclose(pipe);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

/// The beginning of a command line that runs lrsweep on `ranks` MPI ranks, killed after 100 s.
inline std::string Mpirun(int ranks) {
  // --foreground: else timeout sends mpirun a signal twice, which then kills its ranks at once.
  return "sh -c '. " LRSWEEP_SOURCE_DIR
         "/scripts/mpi-env; exec \"$0\" \"$@\"' timeout --foreground --kill-after=5 100 mpirun "
         "--bind-to none -n " +
         std::to_string(ranks) + " ";
}

}  // namespace lrsweep
