// What a program says while it runs: its output, and the reports in it and in its report file.
#pragma once

#include "worker/command/line_reader.h"
#include "worker/command/output_log.h"
#include "worker/command/report_file.h"

namespace lrsweep {

/// Reads without waiting. Output goes to the log; reports are the lines of standard output that
/// begin with "lrsweep {", from the brace on, and the lines of the report file that are not blank.
/// Not thread-safe.
class ProgramOutput {
 public:
  /// `out`, `err`: the ends of the program's pipes. Reports are given to `take`. All that is given
  /// must outlive this object.
  ProgramOutput(int out, int err, OutputLog& log, ReportFile& reports, LineReader::Take take);

  /// The pipes to wait for; -1 for one that the program has closed.
  int out() const { return has_out_ ? out_ : -1; }
  int err() const { return has_err_ ? err_ : -1; }
  /// Whether the report file has more than was read at once.
  bool has_more_reports() const { return has_more_reports_; }

  /// Reads what there is, but not for ever.
  void Read();
  /// Reads all that is left of a program that has ended; with `takes_last_line` also lines that
  /// have no newline.
  void ReadRest(bool takes_last_line);

 private:
  bool ReadPipe(int fd, bool has_reports, int most_chunks);
  void ReadReports();
  LineReader::Take TakePrinted();
  LineReader::Take TakeAppended();

  int out_, err_;
  OutputLog& log_;
  ReportFile& reports_;
  LineReader::Take take_;
  LineReader lines_;  // of standard output
  bool has_out_ = true, has_err_ = true;
  bool has_more_reports_ = false;
};

}  // namespace lrsweep
