#include "sweep/data/sweep_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "params/errors.h"
#include "sweep/search/search_space.h"
#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;

/// In an empty folder, which is also the user's home.
class DatasetNameTest : public testing::Test {
 protected:
  DatasetNameTest() : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder_.path());
    setenv("HOME", folder_.path().c_str(), 1);
  }
  ~DatasetNameTest() override { std::filesystem::current_path(before_); }

  static SweepConfig Config(const std::string& name) {
    SweepConfig config = ParseSweepConfig(
        "name: t\ndataset:\n  name: " + name +
            "\ntraining: {epochs: 1}\noptimizer: {lr: 0.1}\nscheduler: {type: ConstantLR}\n",
        "s.yaml");
    ResolveDatasetName(config);
    return config;
  }
  static std::string NameOf(const std::string& name) {
    return std::get<std::string>(*Find(Config(name).fixed, "dataset.name"));
  }
  static std::string ErrorOf(const std::string& name) {
    try {
      Config(name);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "no error";
  }

  TempFolder folder_;

 private:
  std::filesystem::path before_;
};

TEST_F(DatasetNameTest, KnownNamesAreReadInAnyCase) {
  for (const char* name : {"mnist", "MNIST", "Mnist"}) EXPECT_EQ(NameOf(name), "mnist");
  for (const char* name : {"fashion_mnist", "FashionMNIST", "Fashion-MNIST", "FASHION_MNIST"}) {
    EXPECT_EQ(NameOf(name), "fashion_mnist");
  }
}

TEST_F(DatasetNameTest, TheTrialIsThatOfTheKnownName) {
  EXPECT_EQ(SearchSpace(Config("MNIST")).IdAt(0), SearchSpace(Config("mnist")).IdAt(0));
}

TEST_F(DatasetNameTest, AFolderOfThatNameStaysAFolder) {
  std::filesystem::create_directory("MNIST");
  std::filesystem::create_directory("digits");
  EXPECT_EQ(NameOf("MNIST"), "MNIST");
  EXPECT_EQ(NameOf("digits"), "digits");
}

TEST_F(DatasetNameTest, ATildeIsTheHomeFolder) {
  EXPECT_EQ(NameOf("~/mnist"), folder_.path().string() + "/mnist");
  EXPECT_EQ(NameOf("'~'"), folder_.path().string());
  EXPECT_EQ(NameOf("~nobody/mnist"), "~nobody/mnist");
}

TEST_F(DatasetNameTest, APathIsReadLater) { EXPECT_EQ(NameOf("./nowhere"), "./nowhere"); }

TEST_F(DatasetNameTest, AMisspeltNameHasItsPlaceAndTheNearestName) {
  EXPECT_EQ(ErrorOf("mnits"),
            "s.yaml:3:9: dataset.name: no data set and no folder is called \"mnits\"; did you mean "
            "\"mnist\"?");
  EXPECT_THAT(ErrorOf("FashonMNIST"), HasSubstr("s.yaml:3:9: "));
  std::filesystem::create_directory("digits");
  EXPECT_THAT(ErrorOf("digit"), HasSubstr("did you mean \"digits\"?"));
  EXPECT_THAT(ErrorOf("cifar10"),
              HasSubstr("known are mnist, fashion_mnist; of a folder write the path"));
}

}  // namespace
}  // namespace lrsweep
