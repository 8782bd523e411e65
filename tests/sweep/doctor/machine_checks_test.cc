#include "sweep/doctor/machine_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(MachineChecksTest, ALocalFolderIsWritableAndKeepsNothing) {
  TempFolder folder;
  const FolderFacts facts = LookAtFolder(folder.path().string());
  EXPECT_TRUE(facts.is_writable) << facts.why_not;
  EXPECT_TRUE(facts.has_locks);
  EXPECT_GT(facts.free_bytes, 0);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(MachineChecksTest, AFolderThatCannotBeWrittenSaysWhy) {
  EXPECT_FALSE(LookAtFolder("/proc/self").is_writable);
  const FolderFacts none = LookAtFolder("/no/such folder");
  EXPECT_FALSE(none.is_writable);
  EXPECT_EQ(none.why_not, "No such file or directory");
}

TEST(MachineChecksTest, TheMachineHasCoresMemoryAndALibrary) {
  const CoreFacts cores = LookAtCores();
  EXPECT_GE(cores.online, 1);
  EXPECT_GE(cores.allowed, 1);
  const MemoryFacts memory = LookAtMemory();
  EXPECT_GT(memory.total, 100e6);
  EXPECT_LE(memory.available, memory.total);
  EXPECT_THAT(LookAtSystem().at(1).what, HasSubstr("glibc 2."));
}

TEST(MachineChecksTest, DataAreFoundInTheUsersFolder) {
  TempFolder folder;
  fs::create_directory(folder / "mnist");
  setenv("LRSWEEP_DATA_DIR", folder.path().c_str(), 1);
  EXPECT_NE(LookForDatasets().at(0).found_in, (folder / "mnist").string());
  for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                           "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    folder.Write(std::string("mnist/") + name, "");
  }
  EXPECT_EQ(LookForDatasets().at(0).found_in, (folder / "mnist").string());
  unsetenv("LRSWEEP_DATA_DIR");
}

}  // namespace
}  // namespace lrsweep
