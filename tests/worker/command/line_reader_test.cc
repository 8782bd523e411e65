#include "worker/command/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lrsweep {
namespace {

using testing::ElementsAre;

class Lines {
 public:
  explicit Lines(const std::string& prefix, size_t most = 100) : reader_(prefix, most) {}
  void Add(std::string_view bytes) { reader_.Add(bytes, take_); }
  void Finish() { reader_.Finish(take_); }
  std::vector<std::string> taken;

 private:
  LineReader reader_;
  LineReader::Take take_ = [this](std::string_view line, bool is_whole) {
    taken.push_back(std::string(line) + (is_whole ? "" : " (cut)"));
  };
};

TEST(LineReaderTest, KeepsLinesWithThePrefixInWhateverPiecesTheyCome) {
  const std::string text = "x\nlrsweep {1}\n lrsweep {2}\nlrsweepx\n\nlrsweep {3}\nlrsw\n";
  for (size_t piece = 1; piece <= text.size(); ++piece) {
    Lines lines("lrsweep ");
    for (size_t at = 0; at < text.size(); at += piece) lines.Add(text.substr(at, piece));
    EXPECT_THAT(lines.taken, ElementsAre("{1}", "{3}")) << piece;
  }
}

TEST(LineReaderTest, EndsALineWithACarriageReturnToo) {
  Lines lines("lrsweep ");
  lines.Add("50%|###   |\rlrsweep {1}\r\nlrsweep {2}\r\n");
  EXPECT_THAT(lines.taken, ElementsAre("{1}", "{2}"));
}

TEST(LineReaderTest, GivesALineWithoutNewlineAtTheEndOnly) {
  Lines lines("");
  lines.Add("a\nb");
  EXPECT_THAT(lines.taken, ElementsAre("a"));
  lines.Finish();
  EXPECT_THAT(lines.taken, ElementsAre("a", "b"));
  lines.Finish();
  EXPECT_THAT(lines.taken, ElementsAre("a", "b"));
}

TEST(LineReaderTest, CutsALineThatIsTooLong) {
  Lines lines("> ", 4);
  lines.Add("> 1234\n> 12345\n> 12");
  lines.Add("3456789\n> 1\n");
  EXPECT_THAT(lines.taken, ElementsAre("1234", "1234 (cut)", "1234 (cut)", "1"));
}

TEST(LineReaderTest, KeepsZeroBytes) {
  Lines lines("");
  lines.Add(std::string_view("a\0b\n", 4));
  EXPECT_EQ(lines.taken.at(0), std::string("a\0b", 3));
}

}  // namespace
}  // namespace lrsweep
