#include "data/dataset_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "data/sha256.h"
#include "tests/support/idx_bytes.h"
#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;

const std::array<std::string, 4> kFiles = {
    IdxBytes({2, 1, 1}, "ab"), IdxBytes({2}, std::string("\x00\x01", 2)), IdxBytes({1, 1, 1}, "c"),
    IdxBytes({1}, std::string("\x00", 1))};

/// A folder that serves as a mirror (libcurl reads file://), with a data set in it.
class DatasetSourceTest : public testing::Test {
 protected:
  DatasetSourceTest() {
    known_.name = "tiny";
    known_.mirrors = {MirrorUrl()};
    for (size_t i = 0; i < kFiles.size(); ++i) {
      WriteGzip(mirror_ / (std::string(kDatasetFiles[i]) + ".gz"), kFiles[i]);
      known_.sha256[i] = Sha256Hex(kFiles[i]);
    }
  }
  std::string MirrorUrl() const { return "file://" + mirror_.path().string() + "/"; }
  std::string FetchError() {
    try {
      DownloadDataset(known_, target_.path());
    } catch (const DataError& error) {
      return error.what();
    }
    return "no error";
  }
  size_t FilesInTarget() const {
    const auto files = std::filesystem::directory_iterator(target_.path());
    return static_cast<size_t>(std::distance(begin(files), end(files)));
  }
  TempFolder mirror_;
  TempFolder target_;
  KnownDataset known_;
};

TEST_F(DatasetSourceTest, FetchPutsTheUnpackedFilesInPlace) {
  DownloadDataset(known_, target_.path());
  EXPECT_EQ(FilesInTarget(), 4U);
  EXPECT_EQ(target_.Read("train-images-idx3-ubyte"), kFiles[0]);
  EXPECT_EQ(LoadDataset(target_.path())->train.count, 2);
}

TEST_F(DatasetSourceTest, FetchTriesTheMirrorsInTurn) {
  known_.mirrors = {"file:///nowhere/", MirrorUrl()};
  DownloadDataset(known_, target_.path());
  EXPECT_EQ(FilesInTarget(), 4U);
}

TEST_F(DatasetSourceTest, FetchWithoutAnyMirrorSaysWhatEachAnswered) {
  known_.mirrors = {"file:///nowhere/", "file:///elsewhere/"};
  const std::string error = FetchError();
  EXPECT_THAT(error, HasSubstr("file:///nowhere/train-images-idx3-ubyte.gz: "));
  EXPECT_THAT(error, HasSubstr("file:///elsewhere/train-images-idx3-ubyte.gz: "));
  EXPECT_EQ(FilesInTarget(), 0U);
}

TEST_F(DatasetSourceTest, FetchRefusesOtherBytes) {
  WriteGzip(mirror_ / "t10k-labels-idx1-ubyte.gz", IdxBytes({1}, "\x05"));
  EXPECT_THAT(FetchError(), HasSubstr("its SHA-256 is not that of tiny"));
  EXPECT_FALSE(std::filesystem::exists(target_ / "t10k-labels-idx1-ubyte"));
}

TEST_F(DatasetSourceTest, FetchKeepsWhatIsThere) {
  DownloadDataset(known_, target_.path());
  known_.mirrors = {"file:///nowhere/"};
  EXPECT_NO_THROW(DownloadDataset(known_, target_.path()));
}

TEST_F(DatasetSourceTest, FolderIsADatasetByItsPath) {
  DownloadDataset(known_, target_.path());
  const auto sourced = SourceDataset(target_.path().string(), [](const std::string&) {});
  EXPECT_EQ(sourced.data->test.count, 1);
  // Computed with a shell: SHA-256 of the four files' SHA-256, each followed by a newline.
  std::string all;
  for (const std::string& file : kFiles) all += Sha256Hex(file) + "\n";
  EXPECT_EQ(sourced.sha256, Sha256Hex(all));
}

TEST_F(DatasetSourceTest, UnknownNameIsAnError) {
  EXPECT_THROW(SourceDataset("cifar", [](const std::string&) {}), DataError);
}

TEST_F(DatasetSourceTest, KnownNameWithOtherDataIsRefused) {
  std::filesystem::create_directory(target_ / "mnist");
  DownloadDataset(known_, target_ / "mnist");
  setenv("LRSWEEP_DATA_DIR", target_.path().c_str(), 1);
  try {
    SourceDataset("mnist", [](const std::string&) {});
    FAIL() << "not refused";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("is not the file of mnist"));
  }
}

TEST_F(DatasetSourceTest, TrainImagesOfAFolderComeFromItsLabels) {
  DownloadDataset(known_, target_.path());
  EXPECT_EQ(CountTrainImages(target_.path().string()), 2);
  EXPECT_EQ(CountTrainImages("mnist"), 60000);
  EXPECT_THROW(CountTrainImages("/nowhere"), DataError);
  EXPECT_THROW(CountTrainImages(mirror_.path().string() + "/x"), DataError);
}

TEST(SearchFoldersTest, GivenFolderComesFirstThenHereThenTheCache) {
  setenv("LRSWEEP_DATA_DIR", "/given", 1);
  setenv("XDG_CACHE_HOME", "/cache", 1);
  const auto folders = SearchFolders(*FindKnownDataset("fashion_mnist"));
  EXPECT_THAT(folders, testing::ElementsAre("/given/fashion_mnist", "data/fashion_mnist",
                                            "/cache/lrsweep/fashion_mnist",
                                            "/usr/share/datasets/fashion-mnist"));
}

// From FIPS 180-2, appendix B.
TEST(Sha256Test, GivesTheStandardsDigests) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Base64("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
}

}  // namespace
}  // namespace lrsweep
