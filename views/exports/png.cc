#include "views/exports/png.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "params/errors.h"

namespace lrsweep {
namespace {

/// Runs a program found on the PATH, its output to /dev/null unless `quiet` is false. Returns its
/// exit status; 127 where there is no such program.
int Run(std::vector<std::string> words, bool quiet) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (quiet) posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int error =
      posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return 127;
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return 127;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

void RequirePngConverter() {
  if (Run({"rsvg-convert", "--version"}, true) == 0) return;
  throw ResourceError(
      "--to png needs rsvg-convert: install librsvg2-bin (Debian, Ubuntu), librsvg2-tools (Fedora) "
      "or librsvg (Homebrew), or use --to svg");
}

void ConvertToPng(const std::filesystem::path& svg, const std::filesystem::path& png) {
  const int status =
      Run({"rsvg-convert", "--zoom=2", "--output=" + png.string(), svg.string()}, false);
  if (status != 0) {
    throw ResourceError("rsvg-convert ended with " + std::to_string(status) + " on " +
                        svg.filename().string() + ": see its message above");
  }
}

}  // namespace lrsweep
