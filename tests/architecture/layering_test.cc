// Which module may include which, and which files may include a third-party library.
// docs/architecture.md shows the same table to people.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

struct Include {
  std::string from;    // "sweep/commands/run.cc"
  std::string header;  // "results/store.h", "mpi.h"
  bool quoted = false;
};

/// What a module may include of the others, as a regular expression of headers. A folder is a
/// module, and so is a folder in it.
const std::map<std::string, std::string> kMayInclude = {
    {"params", ""},
    {"trial", "params/.*|data/dataset\\.h"},
    {"schedulers", "params/.*"},
    {"data", ""},
    {"results", "(trial|params)/.*"},
    {"analysis/statistics", ""},
    {"analysis", "(analysis/statistics|results|trial|params)/.*"},
    {"worker", "(trial|schedulers|data|params)/.*"},
    {"worker/cpu", "(trial|schedulers|data|params)/.*|worker/[^/]*"},
    {"worker/torch", "(trial|schedulers|data|params)/.*|worker/[^/]*"},
    {"views", "(analysis|results|trial|params)/.*"},
    {"views/terminal", "(analysis|results|trial|params)/.*|views/[^/]*"},
    {"views/charts", "(analysis|results|trial|params)/.*|views/[^/]*"},
    // The page's policy names its scripts by their SHA-256.
    {"views/report", "(analysis|results|trial|params)/.*|views/[^/]*|data/sha256\\.h"},
    {"views/exports", "(analysis|results|trial|params|views/charts)/.*|views/[^/]*"},
    {"sweep/config", "(trial|schedulers|params)/.*|data/sha256\\.h"},
    {"sweep/search", "(sweep/config|schedulers|trial|params|analysis/statistics)/.*"},
    // The coordinator takes its trials from an interface and does not know the search space.
    {"sweep/coordinator",
     "(results|trial|params)/.*|sweep/search/trial_(shape|source)\\.h|data/sha256\\.h"},
    {"sweep/mpi", "(sweep/coordinator|trial|params|sweep/process)/.*"},
    {"sweep/process", "params/errors\\.h"},
    {"sweep/commands", "(sweep|views|analysis|results|schedulers|trial|params|data)/.*"},
    {"sweep", ".*"},  // main.cc joins the parts
};

/// Third-party headers, and the files that may include them.
struct Door {
  std::string headers;
  std::string files;
};
const std::vector<Door> kDoors = {
    {"(torch|ATen|c10)/.*", "worker/torch/.*"},
    {"hwy/.*", "worker/cpu/.*"},
    {"protozero/.*", "views/exports/(event_file|hparams)\\.cc"},
    {"mpi\\.h", "sweep/mpi/mpi_worker_pool\\.cc"},
    {"(SQLiteCpp/.*|sqlite3\\.h)", "results/store.*"},
    {"yaml-cpp/.*", "sweep/config/yaml_reader\\.cc"},
    {"curl/.*", "data/download\\.cc"},
    {"openssl/.*", "data/sha256\\.cc"},
    {"boost/.*", "analysis/statistics/summary\\.cc"},
    {"zlib\\.h", "data/idx_file\\.cc"},
    {"CLI/.*", "sweep/commands/command_line\\.cc"},
};

constexpr size_t kMostUnits = 25;  // .cc files of a folder

/// Folders that hold no part of the program.
const std::set<std::string> kNoModules = {"benchmarks", "build",   "cmake", "configs",
                                          "docs",       "scripts", "tests"};

std::string ModuleOf(const std::string& file) { return file.substr(0, file.rfind('/')); }

bool IsSource(const fs::path& path) {
  return path.extension() == ".h" || path.extension() == ".cc";
}

/// The sources of the program, as paths from the root.
std::vector<std::string> Sources() {
  const fs::path root = LRSWEEP_SOURCE_DIR;
  std::vector<std::string> sources;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::end(it); ++it) {
    const std::string name = it->path().filename();
    const bool is_hidden = name.front() == '.';
    if (it->is_directory() && (is_hidden || (it.depth() == 0 && kNoModules.count(name) > 0))) {
      it.disable_recursion_pending();
    }
    if (it->is_regular_file() && IsSource(it->path())) {
      sources.push_back(fs::relative(it->path(), root));
    }
  }
  return sources;
}

std::vector<Include> AllIncludes() {
  static const std::regex kInclude(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> includes;
  for (const std::string& source : Sources()) {
    std::ifstream file(fs::path(LRSWEEP_SOURCE_DIR) / source);
    std::smatch match;
    for (std::string line; std::getline(file, line);) {
      if (!std::regex_search(line, match, kInclude)) continue;
      includes.push_back({source, match[2], match[1] == "\""});
    }
  }
  return includes;
}

bool IsOurs(const std::string& header) {
  return header.find('/') != std::string::npos && fs::exists(fs::path(LRSWEEP_SOURCE_DIR) / header);
}

/// Whether the table lets `from` include `header`, a header of ours.
bool MayInclude(const std::string& from, const std::string& header) {
  const std::string module = ModuleOf(from);
  const auto rule = kMayInclude.find(module);
  if (rule == kMayInclude.end()) return false;
  return ModuleOf(header) == module || std::regex_match(header, std::regex(rule->second));
}

bool IsGenerated(const std::string& header) {
  return header.ends_with("_sql.h") || header.starts_with("page_");
}

TEST(LayeringTest, EveryFolderIsAModuleOfTheTable) {
  std::map<std::string, size_t> units;
  for (const std::string& source : Sources()) {
    EXPECT_TRUE(kMayInclude.count(ModuleOf(source)) > 0)
        << source << ": its folder is not in the table of modules";
    if (source.ends_with(".cc")) ++units[ModuleOf(source)];
  }
  for (const auto& [module, count] : units) {
    EXPECT_LE(count, kMostUnits) << module << "/ has too many .cc files for one folder";
  }
  EXPECT_EQ(units.size(), kMayInclude.size()) << "a module of the table has no source";
}

TEST(LayeringTest, ModulesIncludeWhatTheTableAllows) {
  for (const Include& include : AllIncludes()) {
    if (!IsOurs(include.header)) continue;
    EXPECT_TRUE(MayInclude(include.from, include.header))
        << include.from << " must not include " << include.header;
  }
}

TEST(LayeringTest, NoModulesIncludeOneAnotherInACircle) {
  std::map<std::string, std::set<std::string>>
      reached;                                // by module, through any number of includes
  std::map<std::string, std::string> direct;  // by module: its includes of other modules
  for (const Include& include : AllIncludes()) {
    const std::string from = ModuleOf(include.from);
    if (IsOurs(include.header) && from != ModuleOf(include.header)) {
      reached[from].insert(ModuleOf(include.header));
      direct[from] += "\n  " + include.from + " includes " + include.header;
    }
  }
  for (const auto& [through, ignored] : kMayInclude) {
    for (auto& [from, modules] : reached) {
      if (modules.count(through) > 0)
        modules.insert(reached[through].begin(), reached[through].end());
    }
  }
  for (const auto& [module, modules] : reached) {
    EXPECT_EQ(modules.count(module), 0U)
        << module << " includes itself through other modules:" << direct[module];
  }
}

TEST(LayeringTest, OwnHeadersAreNamedFromTheRoot) {
  for (const Include& include : AllIncludes()) {
    if (!include.quoted || IsGenerated(include.header)) continue;
    const fs::path header = fs::path(LRSWEEP_SOURCE_DIR) / include.header;
    const bool is_template = fs::exists(header.string() + ".in");
    EXPECT_TRUE(fs::exists(header) || is_template)
        << include.from << ": no file " << include.header << " below the root";
    EXPECT_EQ(include.header.find(".."), std::string::npos)
        << include.from << ": " << include.header;
  }
}

TEST(LayeringTest, ThirdPartyLibrariesHaveOneDoor) {
  for (const Include& include : AllIncludes()) {
    for (const Door& door : kDoors) {
      if (!std::regex_match(include.header, std::regex(door.headers))) continue;
      EXPECT_TRUE(std::regex_match(include.from, std::regex(door.files)))
          << include.from << " must not include " << include.header;
    }
  }
}

TEST(LayeringTest, TheTableForbidsWhatItShould) {
  EXPECT_FALSE(MayInclude("schedulers/schedule.cc", "trial/trial.h"));
  EXPECT_FALSE(MayInclude("results/store.cc", "schedulers/catalog.h"));
  EXPECT_FALSE(MayInclude("results/store.cc", "views/terminal/table.h"));
  EXPECT_FALSE(MayInclude("analysis/statistics/paired.cc", "results/store.h"));
  EXPECT_FALSE(MayInclude("worker/engine.h", "results/store.h"));
  EXPECT_FALSE(MayInclude("worker/engine.h", "worker/cpu/cpu_engine.h"));
  EXPECT_FALSE(MayInclude("worker/cpu/cpu_engine.h", "worker/torch/torch_loader.h"));
  EXPECT_FALSE(MayInclude("views/terminal/top.cc", "views/report/report.h"));
  EXPECT_FALSE(MayInclude("views/report/answer.cc", "views/terminal/table.h"));
  EXPECT_FALSE(MayInclude("views/report/page.cc", "data/download.h"));
  EXPECT_FALSE(MayInclude("sweep/commands/run.cc", "worker/engine.h"));
  EXPECT_FALSE(MayInclude("sweep/search/lint.cc", "data/dataset_source.h"));
  EXPECT_FALSE(MayInclude("sweep/coordinator/coordinator.cc", "sweep/mpi/message.h"));
  EXPECT_FALSE(MayInclude("sweep/coordinator/coordinator.h", "sweep/search/search_space.h"));
  EXPECT_FALSE(MayInclude("params/value.cc", "trial/trial.h"));
  EXPECT_FALSE(MayInclude("a_new_folder/file.cc", "params/value.h"));
}

TEST(LayeringTest, TheWholeTreeIsSeen) {
  EXPECT_GT(Sources().size(), 200U);
  EXPECT_GT(AllIncludes().size(), 1000U);
}

}  // namespace
}  // namespace lrsweep
