// `lrsweep status`: how far a sweep is, once or until it ends.

#include "views/terminal/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "params/errors.h"
#include "results/store.h"
#include "results/time_text.h"
#include "sweep/commands/commands.h"
#include "sweep/commands/exit_status.h"
#include "sweep/commands/output.h"
#include "sweep/commands/shared_options.h"
#include "sweep/config/sweep_config.h"
#include "sweep/coordinator/adaptive_search.h"
#include "sweep/process/interrupt.h"
#include "views/terminal/terminal.h"

namespace lrsweep {
namespace {

struct StatusArguments {
  std::string db;
  bool exit_code = false;  // exit as the sweep's run would
  bool watch = false;
  bool json = false;
};

constexpr auto kPause = std::chrono::seconds(2);

enum class Form { kPicture, kLine, kJsonLine };

/// How many trials a search has at most that has not ended. None where that is not known, as of a
/// configuration that this version cannot read.
std::optional<int64_t> MostToCome(const Store& store, int exit_status) {
  if (exit_status != kInterrupted) return std::nullopt;
  try {
    const SweepRecord sweep = store.Sweep();
    return MostTrials(ParseSweepConfig(sweep.config_yaml, sweep.name), store);
  } catch (const ConfigError&) {
    return std::nullopt;
  }
}

/// The sweep's status at one moment.
struct Moment {
  std::string text;
  std::string line;                 // differs when something has changed
  int exit_status = kAllEndedWell;  // of a run of the sweep: SweepExitStatus
};

Moment Look(const std::string& db, Form form, const Style& style) {
  return WithUsageErrors(db, [&]() -> Moment {
    // Opened for each look: a store shows the moment of its opening, and while it is open the
    // writer's journal grows.
    const Store store = Store::Open(db);
    const int status = SweepExitStatus(store);
    const std::optional<int64_t> most = MostToCome(store, status);
    std::string line = StatusLine(store, most);
    std::string text = form == Form::kPicture    ? StatusText(store, db, style, most)
                       : form == Form::kJsonLine ? StatusJsonLine(store, db, most)
                                                 : UtcNow() + "  " + line;
    return {std::move(text), std::move(line), status};
  });
}

/// A block of lines on a terminal that replaces the one drawn before. It leaves the terminal's
/// modes alone, so nothing has to be restored when the program is killed: the last picture stays.
class Picture {
 public:
  explicit Picture(std::FILE* out) : out_(out) {}

  /// Draws the lines that fit the terminal's height, or all of them if this is the `last` picture.
  void Draw(const std::string& text, const TerminalSize& size, bool last) {
    std::string drawn = Back(size);
    size_t begin = 0;
    lines_ = 0;
    while (begin < text.size() && (last || lines_ + 1 < size.rows)) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      drawn += text.substr(begin, end - begin) + "\x1b[K\n";  // clears what was there before
      begin = end + 1;
      ++lines_;
    }
    Print(out_, drawn + "\x1b[J");
  }

 private:
  /// The codes that move to the picture's first line. After a resize its lines have moved, so the
  /// screen is cleared instead.
  std::string Back(const TerminalSize& size) {
    const bool resized = lines_ > 0 && (size.columns != size_.columns || size.rows != size_.rows);
    size_ = size;
    if (resized) return "\x1b[2J\x1b[H";
    return lines_ > 0 ? fmt::format("\r\x1b[{}A", lines_) : "";
  }

  std::FILE* out_;
  TerminalSize size_;
  int lines_ = 0;
};

/// Shows the status until the sweep has nothing left to do or a signal asks to stop. A terminal
/// gets a picture that is redrawn every two seconds; a file or pipe gets a line (with `json` an
/// object on one line) whenever something has changed.
int WatchStatus(const StatusArguments& arguments, std::FILE* out) {
  CatchInterrupts();
  Picture picture(out);
  std::string shown;
  while (true) {
    const auto terminal = arguments.json ? std::nullopt : FindTerminal(out);
    const Form form = terminal ? Form::kPicture : arguments.json ? Form::kJsonLine : Form::kLine;
    const Moment moment = Look(arguments.db, form, StyleFor(out));
    const bool last = moment.exit_status != kInterrupted;
    if (terminal) {
      picture.Draw(moment.text, *terminal, last);
    } else if (moment.line != shown) {
      Print(out, moment.text);
      shown = moment.line;
    }
    if (last || !SleepUnlessInterrupted(kPause)) {
      return arguments.exit_code ? moment.exit_status : int{kAllEndedWell};
    }
  }
}

int ShowStatus(const StatusArguments& arguments, std::FILE* out) {
  int status = kAllEndedWell;
  Print(out, WithUsageErrors(arguments.db, [&] {
          const Store store = Store::Open(arguments.db);
          status = SweepExitStatus(store);
          const std::optional<int64_t> most = MostToCome(store, status);
          return arguments.json ? StatusJson(store, arguments.db, most)
                                : StatusText(store, arguments.db, StyleFor(out), most);
        }));
  return arguments.exit_code ? status : int{kAllEndedWell};
}

}  // namespace

Subcommand StatusCommand() {
  const auto arguments = std::make_shared<StatusArguments>();
  return {.name = "status",
          .help = "Show how far a sweep is",
          .options = {DatabaseOption(arguments->db),
                      JsonOption(arguments->json),
                      {.name = "--watch",
                       .target = &arguments->watch,
                       .help = "show it again every 2 seconds until the sweep ends; to a file or "
                               "pipe, print a line for every change"},
                      {.name = "--exit-code",
                       .target = &arguments->exit_code,
                       .help = "exit as the sweep's run would: 0, 1 where trials failed, 75 with "
                               "work left"}},
          .run = [arguments](const CommandContext&) {
            return arguments->watch ? WatchStatus(*arguments, stdout)
                                    : ShowStatus(*arguments, stdout);
          }};
}

}  // namespace lrsweep
