#include "worker/command/schedule_table.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include "platform/unique_fd.h"
#include "worker/command/file_error.h"

namespace lrsweep {
namespace {

constexpr size_t kBufferBytes = 1 << 16;
constexpr int64_t kStepsBetweenChecks = 1 << 14;
constexpr int64_t kComparedRows = 64;
constexpr std::string_view kHeader = "step,lr,momentum\n";

/// A file that is written through a buffer. Flush before it is closed.
class OutputFile {
 public:
  OutputFile(std::string name, int flags)
      : name_(std::move(name)), fd_(open(name_.c_str(), flags | O_WRONLY | O_CLOEXEC, 0666)) {
    if (!fd_.IsOpen()) FailWithErrno(name_);
    buffer_.reserve(kBufferBytes + 256);
  }

  void Add(std::string_view bytes) {
    buffer_ += bytes;
    if (buffer_.size() >= kBufferBytes) Flush();
  }

  void Flush() {
    for (std::string_view rest = buffer_; !rest.empty();) {
      const ssize_t count = write(fd_.get(), rest.data(), rest.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) FailWithErrno(name_);
      rest.remove_prefix(static_cast<size_t>(count));
    }
    buffer_.clear();
  }

 private:
  std::string name_;
  UniqueFd fd_;
  std::string buffer_;
};

/// A real in its shortest exact form; the last one is remembered, since most rows repeat it.
class ShortestText {
 public:
  std::string_view Of(double value) {
    if (std::bit_cast<uint64_t>(value) != bits_ || length_ == 0) {
      bits_ = std::bit_cast<uint64_t>(value);
      length_ = std::to_chars(text_.begin(), text_.end(), value).ptr - text_.data();
    }
    return {text_.data(), length_};
  }

 private:
  std::array<char, 32> text_{};
  size_t length_ = 0;
  uint64_t bits_ = 0;
};

/// Writes rows to both files.
class RowWriter {
 public:
  RowWriter(const ScheduleFiles& files, int flags)
      : csv_(files.csv, flags), binary_(files.binary, flags) {}

  void AddHeader() { csv_.Add(kHeader); }

  void Add(int64_t step, const Rates& rates) {
    std::array<char, 24> number{};
    const auto end = std::to_chars(number.begin(), number.end(), step).ptr;
    std::array<char, 96> row{};
    char* at = row.data();
    const auto put = [&at](std::string_view text, char last) {
      std::memcpy(at, text.data(), text.size());
      at += text.size();
      *at++ = last;
    };
    put({number.data(), static_cast<size_t>(end - number.data())}, ',');
    put(lr_.Of(rates.lr), ',');
    put(momentum_.Of(rates.momentum), '\n');
    csv_.Add({row.data(), static_cast<size_t>(at - row.data())});
    const auto bytes = std::bit_cast<std::array<char, 16>>(std::array{rates.lr, rates.momentum});
    binary_.Add({bytes.data(), bytes.size()});
  }

  /// A program that reads the new rows of one file finds those of the other.
  void Flush() {
    binary_.Flush();
    csv_.Flush();
  }

 private:
  OutputFile csv_, binary_;
  ShortestText lr_, momentum_;
};

void MoveIntoPlace(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) FailWithErrno(to);
}

int64_t SizeOf(const std::string& file) {
  struct stat status {};
  return stat(file.c_str(), &status) == 0 ? status.st_size : -1;
}

}  // namespace

bool WriteScheduleTable(const ScheduleFiles& files, const RatesAt& rates, int64_t steps,
                        const ShouldContinue& should_continue) {
  const ScheduleFiles parts{files.csv + ".part", files.binary + ".part"};
  RowWriter writer(parts, O_CREAT | O_TRUNC);
  writer.AddHeader();
  for (int64_t step = 0; step < steps; ++step) {
    if (step % kStepsBetweenChecks == kStepsBetweenChecks - 1 && !should_continue()) {
      unlink(parts.csv.c_str());
      unlink(parts.binary.c_str());
      return false;
    }
    writer.Add(step, rates(step));
  }
  writer.Flush();
  // The binary file last: where it is complete, both are.
  MoveIntoPlace(parts.csv, files.csv);
  MoveIntoPlace(parts.binary, files.binary);
  return true;
}

void ExtendScheduleTable(const ScheduleFiles& files, const RatesAt& rates, int64_t first,
                         int64_t count) {
  RowWriter writer(files, O_APPEND);
  for (int64_t step = first; step < first + count; ++step) writer.Add(step, rates(step));
  writer.Flush();
}

bool HoldsScheduleTable(const ScheduleFiles& files, const RatesAt& rates, int64_t steps) {
  constexpr int64_t kRowBytes = 2 * sizeof(double);
  if (SizeOf(files.csv) < static_cast<int64_t>(kHeader.size())) return false;
  if (SizeOf(files.binary) != steps * kRowBytes) return false;
  const UniqueFd file(open(files.binary.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.IsOpen()) return false;
  const int64_t compared = std::min(steps, kComparedRows);
  for (int64_t i = 0; i < compared; ++i) {
    const int64_t step = compared == 1 ? 0 : (steps - 1) * i / (compared - 1);
    std::array<double, 2> row{};
    if (pread(file.get(), row.data(), kRowBytes, step * kRowBytes) != kRowBytes) return false;
    const Rates expected = rates(step);
    const auto bits = [](double number) { return std::bit_cast<uint64_t>(number); };
    if (bits(row[0]) != bits(expected.lr) || bits(row[1]) != bits(expected.momentum)) return false;
  }
  return true;
}

}  // namespace lrsweep
