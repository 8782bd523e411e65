#include "sweep/commands/watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "params/errors.h"
#include "results/store.h"
#include "results/time_text.h"
#include "sweep/commands/print.h"
#include "sweep/commands/reading.h"
#include "sweep/commands/sweep_exit_status.h"
#include "sweep/process/interrupt.h"
#include "views/terminal/status.h"
#include "views/terminal/terminal.h"

namespace lrsweep {
namespace {

constexpr auto kPause = std::chrono::seconds(2);

enum class Form { kPicture, kLine, kJsonLine };

/// What is shown of one moment, and the status that the sweep's run would exit with.
struct Moment {
  std::string text;
  std::string line;  // another one: something has changed
  int exit_status = kAllEndedWell;
};

Moment Look(const std::string& db, Form form, const Style& style) {
  return Reading(db, [&]() -> Moment {
    const Store store = Store::Open(db);  // anew: it shows one moment, and holds up no writer
    std::string line = StatusLine(store);
    std::string text = form == Form::kPicture    ? StatusText(store, style)
                       : form == Form::kJsonLine ? StatusJsonLine(store)
                                                 : UtcNow() + "  " + line;
    return {std::move(text), std::move(line), SweepExitStatus(store)};
  });
}

/// A picture of several lines that is drawn over the one before. Nothing has to be restored when
/// the program ends at whatever moment: the last picture stays.
class Picture {
 public:
  explicit Picture(std::FILE* out) : out_(out) {}

  /// As much of it as the terminal has room for, or all of it where it is the `last` one.
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
  /// To the picture's first line. After a resize its lines have moved: then on an empty screen.
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

}  // namespace

int WatchStatus(const StatusCommand& command, std::FILE* out) {
  CatchInterrupts();
  Picture picture(out);
  std::string shown;
  while (true) {
    const auto terminal = command.json ? std::nullopt : FindTerminal(out);
    const Form form = terminal ? Form::kPicture : command.json ? Form::kJsonLine : Form::kLine;
    const Moment moment = Look(command.db, form, StyleFor(out));
    const bool last = moment.exit_status != kInterrupted;
    if (terminal) {
      picture.Draw(moment.text, *terminal, last);
    } else if (moment.line != shown) {
      Print(out, moment.text);
      shown = moment.line;
    }
    if (last || !SleepUnlessInterrupted(kPause)) {
      return command.exit_code ? moment.exit_status : int{kAllEndedWell};
    }
  }
}

}  // namespace lrsweep
