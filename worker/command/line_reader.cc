#include "worker/command/line_reader.h"

#include <algorithm>
#include <utility>

namespace lrsweep {

LineReader::LineReader(std::string prefix, size_t most_bytes)
    : prefix_(std::move(prefix)), most_bytes_(most_bytes) {}

void LineReader::Add(std::string_view bytes, const Take& take) {
  while (!bytes.empty()) {
    const size_t end = bytes.find_first_of("\n\r");
    AddPart(bytes.substr(0, end));
    if (end == std::string_view::npos) return;
    EndLine(take);
    bytes.remove_prefix(end + 1);
  }
}

void LineReader::Finish(const Take& take) { EndLine(take); }

void LineReader::Reset() {
  line_.clear();
  is_skipped_ = false;
  is_cut_ = false;
}

void LineReader::AddPart(std::string_view part) {
  if (is_skipped_) return;
  const size_t most = prefix_.size() + most_bytes_;
  const size_t room = most - std::min(most, line_.size());
  is_cut_ = is_cut_ || part.size() > room;
  line_.append(part.substr(0, room));
  const size_t known = std::min(line_.size(), prefix_.size());
  if (line_.compare(0, known, prefix_, 0, known) != 0) {
    Reset();
    is_skipped_ = true;
  }
}

void LineReader::EndLine(const Take& take) {
  if (!is_skipped_ && line_.size() >= prefix_.size() && !line_.empty()) {
    take(std::string_view(line_).substr(prefix_.size()), !is_cut_);
  }
  Reset();
}

}  // namespace lrsweep
