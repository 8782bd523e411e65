#include "data/shared_dataset.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "data/dataset_source.h"
#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::ElementsAre;

Dataset SmallDataset() {
  const ImageSet train{
      .count = 2, .pixels = 3, .images = std::vector<uint8_t>{1, 2, 3, 4, 5, 6}, .labels = {0, 4}};
  const ImageSet test{
      .count = 1, .pixels = 3, .images = std::vector<uint8_t>{7, 8, 9}, .labels = {2}};
  return {.train = train, .test = test, .rows = 1, .columns = 3, .classes = 5};
}

/// Runs `check` in a child process and returns its result.
template <typename Check>
bool InAnotherProcess(const Check& check) {
  const pid_t child = fork();
  if (child == 0) _exit(check() ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(SharedDatasetTest, ArrivesWholeInAnotherProcess) {
  const PublishedDataset published(SmallDataset());
  ASSERT_NE(published.path(), "");
  EXPECT_TRUE(InAnotherProcess([&] {
    const auto data = MapDataset(published.path());
    return data != nullptr && data->train.count == 2 && data->test.count == 1 && data->rows == 1 &&
           data->columns == 3 && data->classes == 5 &&
           std::vector<uint8_t>(data->train.images.begin(), data->train.images.end()) ==
               std::vector<uint8_t>{1, 2, 3, 4, 5, 6} &&
           data->train.labels == std::vector<uint8_t>{0, 4} && data->test.images[2] == 9 &&
           data->test.labels == std::vector<uint8_t>{2};
  }));
}

TEST(SharedDatasetTest, OtherDataUnderThePathAreNotTaken) {
  const PublishedDataset published(SmallDataset());
  EXPECT_EQ(MapDataset(published.path(), std::string(64, '0')), nullptr);
  EXPECT_NE(MapDataset(published.path(), DatasetSha256(SmallDataset())), nullptr);
}

TEST(SharedDatasetTest, StaysAsItIsWhileTheSystemMovesItIntoHugePages) {
  constexpr int64_t kPixels = 7;
  constexpr int64_t kCount = 1'000'000;  // more than three huge pages
  std::vector<uint8_t> images(kCount * kPixels);
  for (size_t i = 0; i < images.size(); ++i) images[i] = static_cast<uint8_t>(i * i % 253);
  Dataset large = SmallDataset();
  large.columns = large.train.pixels = large.test.pixels = kPixels;
  large.train.count = kCount;
  large.train.images = images;
  large.train.labels.assign(kCount, 3);
  large.test.images = std::vector<uint8_t>(kPixels, 9);
  auto published = std::make_unique<PublishedDataset>(large);
  const auto data = MapDataset(published->path());
  ASSERT_NE(data, nullptr);
  const auto is_whole = [&] {
    return std::equal(images.begin(), images.end(), data->train.images.begin());
  };
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(is_whole()) << i;
  published.reset();
  EXPECT_TRUE(is_whole());
}

TEST(SharedDatasetTest, StaysMappedAfterThePublisherIsGone) {
  auto published = std::make_unique<PublishedDataset>(SmallDataset());
  const std::string path = published->path();
  const auto data = MapDataset(path);
  published.reset();
  ASSERT_NE(data, nullptr);
  EXPECT_THAT(data->test.images, ElementsAre(7, 8, 9));
  EXPECT_EQ(MapDataset(path), nullptr);
}

TEST(SharedDatasetTest, CannotBeChanged) {
  const PublishedDataset published(SmallDataset());
  const int file = open(published.path().c_str(), O_RDWR);
  ASSERT_GE(file, 0);
  EXPECT_EQ(write(file, "x", 1), -1);
  EXPECT_EQ(ftruncate(file, 0), -1);
  close(file);
}

TEST(SharedDatasetTest, NothingIsMappedWhereThereIsNothing) {
  EXPECT_EQ(MapDataset(""), nullptr);
  EXPECT_EQ(MapDataset("/proc/self/fd/999999"), nullptr);
}

TEST(SharedDatasetTest, AFileOfAnotherKindIsNoDataset) {
  const TempFolder folder;
  folder.Write("file", std::string(1000, 'x'));
  EXPECT_EQ(MapDataset((folder / "file").string()), nullptr);
  EXPECT_EQ(MapDataset("/dev/zero"), nullptr);
}

TEST(SharedDatasetTest, SealedMemoryOfAnotherProgramIsNoDataset) {
  const int file = memfd_create("other", MFD_ALLOW_SEALING);
  ASSERT_EQ(write(file, std::string(1000, 'x').data(), 1000), 1000);
  ASSERT_EQ(fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW), 0);
  EXPECT_EQ(MapDataset("/proc/self/fd/" + std::to_string(file)), nullptr);
  close(file);
}

}  // namespace
}  // namespace lrsweep
