#include "views/exports/output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "params/errors.h"
#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::ThrowsMessage;

size_t Entries(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), {}));
}

TEST(OutputFileTest, AppearsWholeOrNotAtAll) {
  const TempFolder folder;
  {
    OutputFile file(folder / "a.csv");
    file.Stream() << "half";
    EXPECT_FALSE(fs::exists(folder / "a.csv"));
  }
  EXPECT_EQ(Entries(folder.path()), 0U);
  OutputFile file(folder / "a.csv");
  file.Stream() << "whole";
  file.Finish();
  EXPECT_EQ(folder.Read("a.csv"), "whole");
  EXPECT_EQ(Entries(folder.path()), 1U);
}

TEST(OutputFileTest, OverwritesNothing) {
  const TempFolder folder;
  folder.Write("a.csv", "mine");
  EXPECT_THROW(OutputFile(folder / "a.csv"), ExportError);
  OutputFile meanwhile(folder / "b.csv");
  folder.Write("b.csv", "mine");
  EXPECT_THROW(meanwhile.Finish(), ExportError);
  EXPECT_EQ(folder.Read("a.csv") + folder.Read("b.csv"), "minemine");
}

TEST(OutputFileTest, NoSuchFolderIsASentence) {
  const TempFolder folder;
  EXPECT_THAT([&] { OutputFile file(folder / "no/a.csv"); },
              ThrowsMessage<ResourceError>(HasSubstr("no/a.csv: No such file or directory")));
}

TEST(OutputFolderTest, AppearsWholeOrNotAtAll) {
  const TempFolder folder;
  {
    const OutputFolder unfinished(folder / "out");
    WriteNewFile(unfinished.Path() / "half", "");
  }
  EXPECT_EQ(Entries(folder.path()), 0U);
  OutputFolder out(folder / "out/");
  WriteNewFile(out.Path() / "file", "text");
  EXPECT_FALSE(fs::exists(folder / "out"));
  EXPECT_EQ(out.Target(), folder / "out");
  out.Finish();
  EXPECT_EQ(folder.Read("out/file"), "text");
  EXPECT_EQ(Entries(folder.path()), 1U);
}

TEST(OutputFolderTest, TakesAnEmptyFolderAndNoOther) {
  const TempFolder folder;
  fs::create_directory(folder / "empty");
  OutputFolder out(folder / "empty");
  WriteNewFile(out.Path() / "file", "text");
  out.Finish();
  EXPECT_EQ(folder.Read("empty/file"), "text");

  EXPECT_THAT([&] { OutputFolder again(folder / "empty"); },
              ThrowsMessage<ExportError>(HasSubstr("empty is not empty")));
  folder.Write("a-file", "mine");
  EXPECT_THROW(OutputFolder(folder / "a-file"), ExportError);
  fs::create_directory_symlink(folder / "empty", folder / "link");
  EXPECT_THROW(OutputFolder(folder / "link"), ExportError);
}

TEST(SafeNameTest, LeadsNowhere) {
  EXPECT_EQ(SafeName("StepLR step_size=10,seed=0.5"), "StepLR_step_size=10,seed=0.5");
  EXPECT_EQ(SafeName("../../etc/passwd"), "_._.._etc_passwd");
  EXPECT_EQ(SafeName(".."), "_.");
  EXPECT_EQ(SafeName(""), "_");
  EXPECT_EQ(SafeName(std::string("a\0b\n", 4)), "a_b_");
  EXPECT_EQ(SafeName("größe"), "gr____e");
  EXPECT_LE(SafeName(std::string(1000, 'x')).size(), 200U);
}

TEST(UniqueNamesTest, EqualNamesAreCounted) {
  UniqueNames names;
  EXPECT_EQ(names.Add("a"), "a");
  EXPECT_EQ(names.Add("a"), "a-2");
  EXPECT_EQ(names.Add("a-2"), "a-2-2");
}

}  // namespace
}  // namespace lrsweep
