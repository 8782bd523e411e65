// docs/schedules.md has every type and every alias, as the catalog describes them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "schedulers/aliases/alias.h"
#include "schedulers/catalog.h"

namespace lrsweep {
namespace {

using testing::HasSubstr;

const std::string kDocs = std::string(LRSWEEP_SOURCE_DIR) + "/docs/";
const char kMadeBy[] = "scripts/schedules-page makes docs/schedules.md";

std::string Page() {
  std::ifstream file(kDocs + "schedules.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(SchedulesPageTest, HasEveryTypeWithItsPicture) {
  const std::string page = Page();
  ASSERT_FALSE(SchedulerTypes().empty());
  for (const SchedulerType& type : SchedulerTypes()) {
    SCOPED_TRACE(type.name);
    EXPECT_THAT(page, HasSubstr("\n## " + type.name + "\n")) << kMadeBy;
    EXPECT_THAT(page, HasSubstr("\n" + type.formula + "\n")) << kMadeBy;
    EXPECT_THAT(page, HasSubstr("\n" + type.example + "\n")) << kMadeBy;
    const std::string picture = "schedules/" + type.name + ".svg";
    EXPECT_THAT(page, HasSubstr("\"" + picture + "\"")) << kMadeBy;
    ASSERT_TRUE(std::filesystem::exists(kDocs + picture)) << kMadeBy;
    EXPECT_LT(std::filesystem::file_size(kDocs + picture), 20'000U);
  }
}

TEST(SchedulesPageTest, HasEveryNameOfOtherLibraries) {
  const std::string page = Page();
  ASSERT_FALSE(Aliases().empty());
  for (const Alias& alias : Aliases()) {
    EXPECT_THAT(page, HasSubstr("\n| `" + alias.name + "` | " + alias.summary)) << kMadeBy;
  }
}

}  // namespace
}  // namespace lrsweep
