#include "worker/command/answer_pipe.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <array>

namespace lrsweep {

// Both ends are open here, so that the program's open does not wait for this process, and what is
// written stays there between two of its reads.
AnswerPipe::AnswerPipe(const std::string& path) {
  unlink(path.c_str());
  if (mkfifo(path.c_str(), 0666) != 0) return;
  fd_ = UniqueFd(open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
}

void AnswerPipe::Write(int64_t epoch, const char* word) {
  if (!fd_.IsOpen()) return;
  ++written_;
  const std::string line = std::to_string(epoch) + " " + word + "\n";
  if (write(fd_.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size())) return;
  // It is full of answers that nobody has read.
  std::array<char, 4096> old{};
  while (read(fd_.get(), old.data(), old.size()) > 0) {
  }
  if (write(fd_.get(), line.data(), line.size()) < 0) return;
}

bool AnswerPipe::IsRead() const {
  int waiting = 0;
  return written_ > 0 && fd_.IsOpen() && ioctl(fd_.get(), FIONREAD, &waiting) == 0 && waiting == 0;
}

}  // namespace lrsweep
