// A user's program for tests: does what its arguments say, one after another.
//
//   print TEXT            a line of stdout
//   error TEXT            a line of stderr
//   half TEXT             the same without its newline
//   report TEXT           a line of $LRSWEEP_REPORT
//   raw HEX               bytes on stdout
//   epochs FIRST LAST     a report of each epoch, with val_accuracy epoch / 10 and the table's rate
//   saving FIRST LAST     the same, and writes and reports a checkpoint after each
//   resuming LAST         `saving` from the epoch after $LRSWEEP_EPOCH on
//   asking                from here on: reads an answer after each epoch; at "hold" and "end" it
//   ends
//                         with 75, after the checkpoint where it saves
//   save EPOCH            writes and reports a checkpoint
//   environment           all variables, a line each
//   arguments ...         all that follow, a line each
//   touch FILE, sleep SECONDS, exit STATUS, signal NUMBER
//   ignore                SIGTERM
//   save-on-term EPOCH    at SIGTERM: writes and reports a checkpoint of that epoch, exits with 75
//   daemon                leaves a process of another session that writes its pid to daemon.pid
//   child                 leaves a process of the same group, pid in child.pid
//   hidden                as daemon, without any environment
//   flood MEGABYTES       that much on stdout without a newline
//   lines COUNT           so many short lines of stdout
//   close                 stdout and stderr
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace {

using Words = std::vector<std::string>;

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string InFolder(const std::string& name) { return Variable("LRSWEEP_DIR") + "/" + name; }

/// In one piece, also within a signal handler.
void Print(const std::string& text) {
  if (write(1, text.data(), text.size()) < 0) _exit(1);
}

void PrintLine(const std::string& line) { Print(line + "\n"); }

/// The rate of a step, as the CSV has it.
std::string RateAt(int64_t step) {
  std::ifstream table(Variable("LRSWEEP_SCHEDULE"));
  std::string line;
  for (int64_t row = -2; row < step; ++row) std::getline(table, line);
  const size_t begin = line.find(',') + 1;
  return line.substr(begin, line.find(',', begin) - begin);
}

void ReportEpoch(int64_t epoch) {
  const std::string per_epoch = Variable("LRSWEEP_STEPS_PER_EPOCH");
  const int64_t steps = epoch * (per_epoch.empty() ? 1 : std::atoll(per_epoch.c_str()));
  PrintLine("lrsweep {\"epoch\": " + std::to_string(epoch) +
            ", \"val_accuracy\": " + std::to_string(static_cast<double>(epoch) / 10) +
            ", \"lr\": " + RateAt(steps - 1) + "}");
}

void Save(int64_t epoch) {
  const std::string name = "ckpt-" + std::to_string(epoch);
  std::ofstream(InFolder(name)) << epoch;
  PrintLine(R"(lrsweep {"checkpoint": ")" + name + R"(", "epoch": )" + std::to_string(epoch) + "}");
}

/// Where it asks: whether the answer to the next epoch is to go on.
bool ShouldContinue() {
  static std::ifstream answers(Variable("LRSWEEP_ANSWER"));
  std::string answer;
  std::getline(answers, answer);
  return answer.ends_with("continue");
}

bool is_asking = false;

void TrainEpochs(int64_t first, int64_t last, bool saves) {
  for (int64_t epoch = first; epoch <= last; ++epoch) {
    ReportEpoch(epoch);
    const bool ends = is_asking && !ShouldContinue();
    if (saves) Save(epoch);
    if (ends) std::exit(75);
  }
}

volatile std::sig_atomic_t saved_epoch = 0;
void SaveAndExit(int /*signal*/) {
  Save(saved_epoch);
  _exit(75);
}

/// A process that outlives this one unless it is ended.
void LeaveProcess(const std::string& pid_file, bool leaves_group, bool has_environment) {
  if (fork() != 0) {
    while (!std::ifstream(InFolder(pid_file)).good()) usleep(1000);
    return;
  }
  if (leaves_group) {
    setsid();
    if (fork() != 0) _exit(0);
  }
  const std::string file = InFolder(pid_file);
  std::ofstream(file + ".part") << getpid();
  std::rename((file + ".part").c_str(), file.c_str());
  close(1);
  close(2);
  if (has_environment) {
    execlp("sleep", "sleep", "600", nullptr);
  } else {
    execlp("env", "env", "-i", "/bin/sleep", "600", nullptr);
  }
  _exit(1);
}

void Flood(int64_t megabytes) {
  const std::string block(1 << 20, 'x');
  for (int64_t i = 0; i < megabytes; ++i) {
    if (write(1, block.data(), block.size()) < 0) return;
  }
}

int64_t Number(const std::string& word) { return std::atoll(word.c_str()); }

/// Does the thing that begins at `at`, and returns the place of the next one.
size_t Do(const Words& words, size_t at) {
  const std::string& what = words[at];
  const auto argument = [&](size_t i) { return words.at(at + i); };
  if (what == "print") return PrintLine(argument(1)), at + 2;
  if (what == "error") return std::cerr << argument(1) << std::endl, at + 2;
  if (what == "half") return Print(argument(1)), at + 2;
  if (what == "report") {
    std::ofstream(Variable("LRSWEEP_REPORT"), std::ios::app) << argument(1) << "\n";
    return at + 2;
  }
  if (what == "raw") {
    for (size_t i = 0; i < argument(1).size(); i += 2) {
      Print({static_cast<char>(std::stoi(argument(1).substr(i, 2), nullptr, 16))});
    }
    return at + 2;
  }
  if (what == "asking") return is_asking = true, at + 1;
  if (what == "epochs" || what == "saving") {
    return TrainEpochs(Number(argument(1)), Number(argument(2)), what == "saving"), at + 3;
  }
  if (what == "resuming") {
    const int64_t done = Number(Variable("LRSWEEP_EPOCH"));
    return TrainEpochs(done + 1, Number(argument(1)), /*saves=*/true), at + 2;
  }
  if (what == "save") return Save(Number(argument(1))), at + 2;
  if (what == "environment") {
    for (char** word = environ; *word != nullptr; ++word) PrintLine(*word);
    return at + 1;
  }
  if (what == "arguments") {
    for (size_t i = at + 1; i < words.size(); ++i) PrintLine("[" + words[i] + "]");
    return words.size();
  }
  if (what == "touch") return std::ofstream(InFolder(argument(1))) << "x", at + 2;
  if (what == "sleep") {
    std::this_thread::sleep_for(std::chrono::duration<double>(std::stod(argument(1))));
    return at + 2;
  }
  if (what == "exit") _exit(static_cast<int>(Number(argument(1))));
  if (what == "signal") {
    const int signal = static_cast<int>(Number(argument(1)));
    std::signal(signal, SIG_DFL);  // a sanitizer has a handler of its own
    return raise(signal), at + 2;
  }
  if (what == "ignore") return std::signal(SIGTERM, SIG_IGN), at + 1;
  if (what == "save-on-term") {
    saved_epoch = static_cast<int>(Number(argument(1)));
    return std::signal(SIGTERM, SaveAndExit), at + 2;
  }
  if (what == "daemon") return LeaveProcess("daemon.pid", true, true), at + 1;
  if (what == "hidden") return LeaveProcess("hidden.pid", true, false), at + 1;
  if (what == "child") return LeaveProcess("child.pid", false, true), at + 1;
  if (what == "flood") return Flood(Number(argument(1))), at + 2;
  if (what == "lines") {
    for (int64_t i = 0; i < Number(argument(1)); ++i) std::cout << "line " << i << "\n";
    return std::cout << std::flush, at + 2;
  }
  if (what == "close") return close(1), close(2), at + 1;
  std::cerr << "test_program: unknown: " << what << std::endl;
  std::exit(64);
}

}  // namespace

int main(int argc, char** argv) {
  const Words words(argv + 1, argv + argc);
  for (size_t at = 0; at < words.size();) at = Do(words, at);
  return 0;
}
