#include "worker/command/program_output.h"

#include <unistd.h>

#include <cerrno>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "worker/command/report_line.h"

namespace lrsweep {
namespace {

constexpr std::string_view kReportPrefix = "lrsweep ";

}  // namespace

ProgramOutput::ProgramOutput(int out, int err, OutputLog& log, ReportFile& reports,
                             LineReader::Take take)
    : out_(out),
      err_(err),
      log_(log),
      reports_(reports),
      take_(std::move(take)),
      lines_(std::string(kReportPrefix), kMostReportBytes) {}

void ProgramOutput::Read() {
  constexpr int kMostChunks = 16;
  has_out_ = has_out_ && ReadPipe(out_, /*has_reports=*/true, kMostChunks);
  has_err_ = has_err_ && ReadPipe(err_, /*has_reports=*/false, kMostChunks);
  ReadReports();
}

void ProgramOutput::ReadRest(bool takes_last_line) {
  // The program has ended, so what is left is what the pipes hold: 64 KiB each.
  constexpr int kAll = std::numeric_limits<int>::max();
  if (has_out_) ReadPipe(out_, /*has_reports=*/true, kAll);
  if (has_err_) ReadPipe(err_, /*has_reports=*/false, kAll);
  do {
    ReadReports();
  } while (has_more_reports_);
  if (takes_last_line) {
    lines_.Finish(TakePrinted());
    reports_.Finish(TakeAppended());
  }
}

/// Reads what there is, so many chunks at most. False: the program has closed it.
bool ProgramOutput::ReadPipe(int fd, bool has_reports, int most_chunks) {
  static thread_local std::vector<char> buffer(1 << 16);
  for (int chunk = 0; chunk < most_chunks; ++chunk) {
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count == 0) return false;
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    const std::string_view bytes(buffer.data(), static_cast<size_t>(count));
    log_.Add(bytes);
    if (has_reports) lines_.Add(bytes, TakePrinted());
  }
  return true;
}

void ProgramOutput::ReadReports() { has_more_reports_ = reports_.Read(TakeAppended()); }

/// Takes a line of stdout that begins with the word "lrsweep".
LineReader::Take ProgramOutput::TakePrinted() {
  return [this](std::string_view line, bool is_whole) {
    if (line.starts_with('{')) take_(line, is_whole);
  };
}

/// Takes a line of the report file, unless it is blank.
LineReader::Take ProgramOutput::TakeAppended() {
  return [this](std::string_view line, bool is_whole) {
    if (line.find_first_not_of(" \t") != std::string_view::npos) take_(line, is_whole);
  };
}

}  // namespace lrsweep
