// The house's rule: who may include whom, and which third-party library may appear where.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <string>
#include <vector>

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

struct Include {
  std::string from;    // "sweep/run.cc"
  std::string header;  // "results/store.h", "mpi.h"
  bool quoted = false;
};

std::string Room(const std::string& path) { return path.substr(0, path.find('/')); }

/// What a room may include of the others, as a regular expression; `params` is open to all.
const std::map<std::string, const char*> kMayEnter = {
    {"params", ""},
    {"schedulers", ""},
    {"data", ""},
    {"analysis", ""},
    {"results", ""},
    {"worker", "schedulers/.*|data/(dataset|huge_pages)\\.h|results/trial\\.h"},
    {"views", "(results|analysis)/.*"},
    // The page's policy names its scripts by their SHA-256.
    {"report", "(views|results|analysis)/.*|data/sha256\\.h"},
    {"exports", "(views|results|analysis)/.*"},
    {"sweep", "(schedulers|data|results|views|report|exports)/.*"},
};

std::vector<Include> AllIncludes() {
  static const std::regex kInclude(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  const fs::path root = LRSWEEP_SOURCE_DIR;
  std::vector<Include> includes;
  for (const auto& [room, may_enter] : kMayEnter) {
    for (const auto& entry : fs::directory_iterator(root / room)) {
      const std::string extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      std::ifstream file(entry.path());
      std::smatch match;
      for (std::string line; std::getline(file, line);) {
        if (!std::regex_search(line, match, kInclude)) continue;
        includes.push_back(
            {room + "/" + entry.path().filename().string(), match[2], match[1] == "\""});
      }
    }
  }
  return includes;
}

/// Whether `from` may include `header`, a header of ours.
bool MayEnter(const std::string& from, const std::string& header) {
  const std::string target = Room(header);
  if (Room(from) == target || target == "params" || from == "sweep/main.cc") return true;
  return std::regex_match(header, std::regex(kMayEnter.at(Room(from))));
}

bool IsGenerated(const std::string& header) {
  return header.ends_with("_sql.h") || header.starts_with("page_");
}

/// The files that may include a library's headers.
struct Wall {
  const char* headers;  // as a regular expression
  const char* files;
};
const std::vector<Wall> kWalls = {
    {"(torch|ATen|c10)/.*", "worker/torch_engine.*"},
    {"hwy/.*", "worker/cpu_engine.*"},
    {"protozero/.*", "exports/(event_file|hparams)\\.cc"},
    {"mpi\\.h", "sweep/mpi_worker_pool\\.cc"},
    {"(SQLiteCpp/.*|sqlite3\\.h)", "results/store.*"},
    {"yaml-cpp/.*", "sweep/yaml_reader\\.cc"},
    {"curl/.*", "data/download\\.cc"},
    {"openssl/.*", "data/sha256\\.cc"},
    {"zlib\\.h", "data/idx_file\\.cc"},
    {"CLI/.*", "sweep/cli.*\\.cc"},
};

TEST(LayeringTest, RoomsAreEnteredAsTheHouseAllows) {
  for (const Include& include : AllIncludes()) {
    const bool ours = fs::exists(fs::path(LRSWEEP_SOURCE_DIR) / include.header);
    if (!ours || include.header.find('/') == std::string::npos) continue;
    EXPECT_TRUE(MayEnter(include.from, include.header))
        << include.from << " must not include " << include.header;
  }
}

TEST(LayeringTest, OwnHeadersAreNamedFromTheRoot) {
  for (const Include& include : AllIncludes()) {
    if (!include.quoted || IsGenerated(include.header)) continue;
    const fs::path header = fs::path(LRSWEEP_SOURCE_DIR) / include.header;
    const bool template_of_it = fs::exists(header.string() + ".in");
    EXPECT_TRUE(fs::exists(header) || template_of_it) << include.from << ": " << include.header;
    EXPECT_EQ(include.header.find(".."), std::string::npos) << include.from;
  }
}

TEST(LayeringTest, LibrariesStayBehindTheirWalls) {
  for (const Include& include : AllIncludes()) {
    for (const Wall& wall : kWalls) {
      if (!std::regex_match(include.header, std::regex(wall.headers))) continue;
      EXPECT_TRUE(std::regex_match(include.from, std::regex(wall.files)))
          << include.from << " must not include " << include.header;
    }
  }
}

TEST(LayeringTest, TheRuleForbidsWhatItShould) {
  EXPECT_FALSE(MayEnter("schedulers/schedule.cc", "results/trial.h"));
  EXPECT_FALSE(MayEnter("results/store.cc", "schedulers/catalog.h"));
  EXPECT_FALSE(MayEnter("results/store.cc", "views/table.h"));
  EXPECT_FALSE(MayEnter("analysis/paired.cc", "results/store.h"));
  EXPECT_FALSE(MayEnter("worker/engine.h", "results/store.h"));
  EXPECT_FALSE(MayEnter("worker/engine.h", "sweep/message.h"));
  EXPECT_FALSE(MayEnter("views/top.cc", "report/report.h"));
  EXPECT_FALSE(MayEnter("report/page.cc", "data/download.h"));
  EXPECT_FALSE(MayEnter("sweep/run.cc", "worker/engine.h"));
  EXPECT_FALSE(MayEnter("params/value.cc", "results/trial.h"));
}

TEST(LayeringTest, TheWholeTreeIsSeen) { EXPECT_GT(AllIncludes().size(), 100U); }

}  // namespace
}  // namespace lrsweep
