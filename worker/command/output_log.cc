#include "worker/command/output_log.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "params/json_value.h"
#include "trial/trial_folder.h"

namespace lrsweep {
namespace {

constexpr size_t kTailBytes = 2000;
constexpr int kTailLines = 20;

}  // namespace

OutputLog::OutputLog(const std::string& folder, size_t most_bytes)
    : file_(folder + "/" + kOutputFile),
      previous_(folder + "/" + kPreviousOutputFile),
      most_bytes_(most_bytes) {
  Open();
}

void OutputLog::Open() {
  fd_ = UniqueFd(open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  struct stat status {};
  size_ = fstat(fd_.get(), &status) == 0 ? static_cast<size_t>(status.st_size) : 0;
}

void OutputLog::Add(std::string_view bytes) {
  if (bytes.empty()) return;
  tail_ += bytes.substr(bytes.size() - std::min(bytes.size(), kTailBytes));
  if (tail_.size() > 2 * kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
  Write(bytes);
}

void OutputLog::Say(const std::string& sentence) {
  Write((last_ == '\n' ? "lrsweep: " : "\nlrsweep: ") + sentence + "\n");
}

void OutputLog::Write(std::string_view bytes) {
  last_ = bytes.back();
  if (size_ + bytes.size() > most_bytes_ && size_ > 0) {
    if (std::rename(file_.c_str(), previous_.c_str()) == 0) Open();
  }
  while (!bytes.empty()) {
    const ssize_t count = write(fd_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(count));
    size_ += static_cast<size_t>(count);
  }
}

std::string OutputLog::Tail() const {
  const size_t last = tail_.find_last_not_of(" \t\r\n");
  if (last == std::string::npos) return "";
  std::string text = tail_.substr(0, last + 1);
  if (text.size() > kTailBytes) text.erase(0, text.size() - kTailBytes);
  size_t begin = text.size();
  for (int line = 0; line < kTailLines && begin != std::string::npos; ++line) {
    begin = begin == 0 ? std::string::npos : text.rfind('\n', begin - 1);
  }
  if (begin != std::string::npos) text.erase(0, begin + 1);
  std::replace(text.begin(), text.end(), '\0', ' ');  // would end the text for others
  return ValidUtf8(text);
}

}  // namespace lrsweep
