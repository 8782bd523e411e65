#include "data/idx_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/dataset.h"
#include "tests/support/idx_bytes.h"
#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class IdxFileTest : public testing::Test {
 protected:
  std::string ErrorOf(const std::string& bytes, uint32_t dimensions) {
    return ErrorOfFile(folder_.Write("file", bytes), dimensions);
  }
  static std::string ErrorOfFile(const std::filesystem::path& path, uint32_t dimensions) {
    try {
      ReadIdxFile(path, dimensions);
    } catch (const DataError& error) {
      return error.what();
    }
    return "no error";
  }
  TempFolder folder_;
};

TEST_F(IdxFileTest, ReadsImages) {
  const auto path = folder_.Write("images", IdxBytes({2, 1, 3}, "abcdef"));
  const IdxFile file = ReadIdxFile(path, 3);
  EXPECT_THAT(file.sizes, ElementsAre(2, 1, 3));
  EXPECT_THAT(file.bytes, ElementsAre('a', 'b', 'c', 'd', 'e', 'f'));
}

TEST_F(IdxFileTest, ReadsLabels) {
  const IdxFile file = ReadIdxFile(folder_.Write("labels", IdxBytes({2}, "\x07\x09")), 1);
  EXPECT_THAT(file.bytes, ElementsAre(7, 9));
}

TEST_F(IdxFileTest, ReadsGzip) {
  WriteGzip(folder_ / "images.gz", IdxBytes({1, 2, 2}, "wxyz"));
  EXPECT_THAT(ReadIdxFile(folder_ / "images.gz", 3).bytes, ElementsAre('w', 'x', 'y', 'z'));
}

TEST_F(IdxFileTest, HeaderIsTheBytesOfTheFormat) {
  const auto header = IdxHeader({60000, 28, 28});
  EXPECT_EQ(std::string(header.begin(), header.end()), IdxBytes({60000, 28, 28}, ""));
}

TEST_F(IdxFileTest, MissingFileIsAnError) {
  EXPECT_THAT(ErrorOfFile(folder_ / "nowhere", 1), HasSubstr("nowhere: No such file"));
}

TEST_F(IdxFileTest, FolderIsAnError) {
  EXPECT_THAT(ErrorOfFile(folder_.path(), 1), HasSubstr("is a folder"));
}

TEST_F(IdxFileTest, EmptyFileIsAnError) {
  EXPECT_THAT(ErrorOf("", 1), HasSubstr("ends within its header"));
}

TEST_F(IdxFileTest, LabelsInPlaceOfImagesAreAnError) {
  EXPECT_THAT(ErrorOf(IdxBytes({2}, "ab"), 3),
              HasSubstr("magic number 0x00000801, expected 0x00000803"));
}

TEST_F(IdxFileTest, TruncatedFileIsAnError) {
  EXPECT_THAT(ErrorOf(IdxBytes({2, 1, 3}, "abcd"), 3), HasSubstr("truncated: 4 of 6 bytes"));
}

TEST_F(IdxFileTest, TruncatedGzipIsAnError) {
  WriteGzip(folder_ / "whole.gz", IdxBytes({1, 100, 100}, std::string(10000, 'x')));
  const std::string whole = folder_.Read("whole.gz");
  folder_.Write("cut.gz", whole.substr(0, whole.size() / 2));
  EXPECT_THAT(ErrorOfFile(folder_ / "cut.gz", 3), HasSubstr("cut.gz: "));
}

TEST_F(IdxFileTest, GzipWithAFlippedBitIsAnError) {
  std::string data;
  for (int i = 0; i < 10000; ++i) data += static_cast<char>(i * 7919 >> 5);
  WriteGzip(folder_ / "whole.gz", IdxBytes({1, 100, 100}, data));
  std::string bytes = folder_.Read("whole.gz");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
  folder_.Write("flipped.gz", bytes);
  EXPECT_THAT(ErrorOfFile(folder_ / "flipped.gz", 3), HasSubstr("damaged gzip data"));
}

TEST_F(IdxFileTest, MoreDataThanTheHeaderSaysIsAnError) {
  EXPECT_THAT(ErrorOf(IdxBytes({2}, "abc"), 1), HasSubstr("more data than the 2 bytes"));
}

TEST_F(IdxFileTest, SizeOfZeroIsAnError) {
  EXPECT_THAT(ErrorOf(IdxBytes({0, 28, 28}, ""), 3), HasSubstr("sizes is 0"));
}

TEST_F(IdxFileTest, AbsurdSizesAreAnErrorWithoutAllocatingThem) {
  EXPECT_THAT(ErrorOf(IdxBytes({0xffffffff, 0xffffffff, 0xffffffff}, ""), 3),
              HasSubstr("more than 4 GiB"));
  EXPECT_THAT(ErrorOf(IdxBytes({0xffffffff}, "a"), 1), HasSubstr("truncated"));
}

}  // namespace
}  // namespace lrsweep
