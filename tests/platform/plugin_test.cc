#include "platform/plugin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "tests/support/temp_folder.h"

namespace lrsweep {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Plugin Named(const std::string& file_name, const std::string& symbol = "answer") {
  return {file_name, symbol, "the test's plug-in", "build it", "load its module"};
}

std::string RefusalOf(const Plugin& plugin) {
  try {
    OpenPlugin(plugin);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

class PluginTest : public testing::Test {
 protected:
  ~PluginTest() override { unsetenv(kPluginsVariable); }

  TempFolder folder_;
};

TEST_F(PluginTest, OfTheProgramsVersionIsOpenedFromBesideIt) {
  void* const answer = OpenPlugin(Named("lrsweep_test_plugin_same.so"));
  EXPECT_EQ(reinterpret_cast<int (*)()>(answer)(), 42);
}

TEST_F(PluginTest, OfAnotherVersionIsRefusedWithBothVersions) {
  EXPECT_THAT(RefusalOf(Named("lrsweep_test_plugin_other.so")),
              AllOf(HasSubstr("lrsweep_test_plugin_other.so is of lrsweep 0.0.7, and this program "
                              "is lrsweep "),
                    HasSubstr("; build it")));
  EXPECT_THAT(RefusalOf(Named("lrsweep_test_plugin_unknown.so")),
              HasSubstr("is of an unknown version of lrsweep"));
}

TEST_F(PluginTest, WithoutTheFunctionIsRefused) {
  EXPECT_THAT(RefusalOf(Named("lrsweep_test_plugin_same.so", "question")),
              AllOf(HasSubstr("is not the plug-in of this lrsweep"), HasSubstr("question")));
}

TEST_F(PluginTest, ThatIsMissingSaysWhereItWasLookedForAndWhatToDo) {
  EXPECT_THAT(RefusalOf(Named("none.so")),
              AllOf(HasSubstr("the test's plug-in is missing: looked for "),
                    HasSubstr("/bin/none.so and "), HasSubstr("/lrsweep/none.so; build it")));
}

TEST_F(PluginTest, ThatCannotBeLoadedSaysWhyAndWhatToDo) {
  folder_.Write("text.so", "no library");
  setenv(kPluginsVariable, folder_.path().c_str(), 1);
  EXPECT_THAT(RefusalOf(Named("text.so")),
              AllOf(HasSubstr("cannot load the test's plug-in ("), HasSubstr("text.so): "),
                    HasSubstr("; load its module")));
}

TEST_F(PluginTest, OfTheFolderInTheVariableComesFirst) {
  folder_.Write("lrsweep_test_plugin_same.so", "no library");
  setenv(kPluginsVariable, folder_.path().c_str(), 1);
  EXPECT_THAT(RefusalOf(Named("lrsweep_test_plugin_same.so")), HasSubstr("cannot load"));
  setenv(kPluginsVariable, "/nowhere", 1);
  EXPECT_NE(OpenPlugin(Named("lrsweep_test_plugin_same.so")), nullptr);
}

}  // namespace
}  // namespace lrsweep
