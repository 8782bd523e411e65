#include "sweep/process/process_identity.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace lrsweep {
namespace {

/// Fields of /proc/PID/stat (proc(5)).
struct Stat {
  char state = '?';
  int64_t start_time = 0;
};

std::optional<Stat> ReadStat(int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  // The second field, the program's name in parentheses, may contain spaces and parentheses.
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream rest(line.substr(name_end + 1));
  Stat stat;
  rest >> stat.state;
  std::string skipped;
  for (int field = 4; field < 22; ++field) rest >> skipped;
  rest >> stat.start_time;
  if (!rest) return std::nullopt;
  return stat;
}

std::string ReadMachine() {
  std::string boot;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id") >> std::ws, boot);
  std::error_code failed;
  const auto pid_namespace = std::filesystem::read_symlink("/proc/self/ns/pid", failed);
  if (boot.empty() || failed) return "";
  return boot + " " + pid_namespace.string();
}

const std::string& ThisMachine() {
  static const std::string machine = ReadMachine();
  return machine;
}

}  // namespace

ProcessIdentity ThisProcess() {
  const int64_t pid = getpid();
  const auto stat = ReadStat(pid);
  if (!stat) return {"", pid, 0};
  return {ThisMachine(), pid, stat->start_time};
}

bool IsGone(const ProcessIdentity& process) {
  if (process.machine.empty() || process.machine != ThisMachine()) return false;
  const auto stat = ReadStat(process.pid);
  return !stat || stat->start_time != process.start_time || stat->state == 'Z' ||
         stat->state == 'X';
}

}  // namespace lrsweep
