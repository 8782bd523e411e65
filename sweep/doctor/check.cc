#include "sweep/doctor/check.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <exception>

#include "params/text.h"
#include "sweep/process/limited_child.h"

namespace lrsweep {
namespace {

// In front of the findings: libraries may print, too.
constexpr const char* kMark = "\nlrsweep-findings ";

/// What a library printed last, where it may be the reason.
std::string LastWords(const std::string& output) {
  const std::string line = ErrorLine(output);
  return line.empty() ? "" : ": " + line;
}

Finding Failed(const Check& check, const ChildEnd& end) {
  if (end.timed_out) {
    return {check.topic, Health::kFails, fmt::format("no answer within {} s", check.limit.count()),
            "see whether a disk, a batch system or a driver hangs; lrsweep would wait for it, too"};
  }
  if (end.signal != 0) {
    return {check.topic, Health::kFails,
            fmt::format("crashed by {}{}", strsignal(end.signal), LastWords(end.output)),
            "install lrsweep or this library again; the library may be of another version"};
  }
  return {check.topic, Health::kFails, "the check itself failed" + LastWords(end.output), ""};
}

}  // namespace

Findings RunCheck(const Check& check) {
  try {
    const ChildEnd end = RunLimited(
        [&check] {
          const std::string text = kMark + PackFindings(check.run()) + "\n";
          std::fputs(text.c_str(), stdout);
          return 0;
        },
        check.limit);
    const size_t mark = end.output.rfind(kMark);
    if (!end.Succeeded() || mark == std::string::npos) return {Failed(check, end)};
    return UnpackFindings(end.output.substr(mark + std::strlen(kMark)));
  } catch (const std::exception& error) {
    return {{check.topic, Health::kFails, error.what(), ""}};
  }
}

}  // namespace lrsweep
