// Which module may include which, and which files may include a third-party library, as the tables
// of docs/architecture.md say.

#include <fnmatch.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
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

/// The rows of the table in docs/architecture.md whose first column is called `first_column`. A row
/// is its cells, a cell the words that it has in backticks, or its text where there are none.
std::vector<std::vector<std::vector<std::string>>> TableOf(const std::string& first_column) {
  static const std::regex kWord("`([^`]+)`");
  std::ifstream page(fs::path(LRSWEEP_SOURCE_DIR) / "docs/architecture.md");
  std::string line;
  while (std::getline(page, line) && !line.starts_with("| " + first_column + " |")) {
  }
  std::getline(page, line);  // |---|---|
  std::vector<std::vector<std::vector<std::string>>> rows;
  while (std::getline(page, line) && line.starts_with("|")) {
    auto& row = rows.emplace_back();
    std::istringstream cells(line.substr(1));
    for (std::string cell; std::getline(cells, cell, '|');) {
      auto& words = row.emplace_back();
      for (std::sregex_iterator it(cell.begin(), cell.end(), kWord), end; it != end; ++it) {
        words.push_back((*it)[1]);
      }
      if (words.empty()) words.push_back(cell);
    }
  }
  return rows;
}

/// What a module may include beside its own files and those of its parent folder: "trial/" is a
/// folder with all below it, "data/sha256.h" one header.
const std::map<std::string, std::vector<std::string>>& MayIncludeTable() {
  static const auto kTable = [] {
    std::map<std::string, std::vector<std::string>> table;
    for (const auto& row : TableOf("module")) {
      const std::string& folder = row.at(0).at(0);
      table[folder.substr(0, folder.size() - 1)] = row.at(2);
    }
    return table;
  }();
  return kTable;
}

/// Whether `header` is the one that `word` names, or below the folder that it names.
bool IsNamedBy(const std::string& word, const std::string& header) {
  return word.ends_with('/') ? header.starts_with(word) : header == word;
}

/// Third-party headers, and the files that may include them ("results/store*").
struct Door {
  std::vector<std::string> headers;
  std::vector<std::string> files;
};

const std::vector<Door>& Doors() {
  static const auto kTable = [] {
    std::vector<Door> doors;
    for (const auto& row : TableOf("library")) doors.push_back({row.at(1), row.at(2)});
    return doors;
  }();
  return kTable;
}

/// Whether `door` lets `file` include what it is the door of.
bool LetsIn(const Door& door, const std::string& file) {
  return std::any_of(door.files.begin(), door.files.end(), [&](const std::string& pattern) {
    return fnmatch(pattern.c_str(), file.c_str(), FNM_PATHNAME) == 0;
  });
}

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
  const auto rule = MayIncludeTable().find(module);
  if (rule == MayIncludeTable().end()) return false;
  const bool has_parent = module.find('/') != std::string::npos;
  if (ModuleOf(header) == module || (has_parent && ModuleOf(header) == ModuleOf(module))) {
    return true;
  }
  return std::any_of(rule->second.begin(), rule->second.end(), [&](const std::string& word) {
    return word == " everything " || IsNamedBy(word, header);
  });
}

bool IsGenerated(const std::string& header) {
  return header.ends_with("_sql.h") || header.starts_with("page_") || header.starts_with("script_");
}

TEST(LayeringTest, EveryFolderIsAModuleOfTheTable) {
  std::map<std::string, size_t> units;
  for (const std::string& source : Sources()) {
    EXPECT_TRUE(MayIncludeTable().count(ModuleOf(source)) > 0)
        << source << ": its folder is not in the table of modules";
    if (source.ends_with(".cc")) ++units[ModuleOf(source)];
  }
  for (const auto& [module, count] : units) {
    EXPECT_LE(count, kMostUnits) << module << "/ has too many .cc files for one folder";
  }
  EXPECT_EQ(units.size(), MayIncludeTable().size()) << "a module of the table has no source";
}

// Two types of one name are one to the linker, whatever they are made of: it keeps the functions of
// either, and destroys the one by the other's destructor.
TEST(LayeringTest, TypesOfHeadersHaveDifferentNames) {
  static const std::regex kType(
      R"(^(?:enum class|struct|class|enum) (\w+)(?: final)?(?: : [^;()]*)? \{$)");
  std::map<std::string, std::string> header_of;
  for (const std::string& source : Sources()) {
    if (!source.ends_with(".h")) continue;
    std::ifstream file(fs::path(LRSWEEP_SOURCE_DIR) / source);
    std::smatch match;
    for (std::string line; std::getline(file, line);) {
      if (!std::regex_search(line, match, kType)) continue;
      const auto [found, is_new] = header_of.try_emplace(match[1], source);
      EXPECT_TRUE(is_new) << match[1] << " is in " << found->second << " and in " << source;
    }
  }
  EXPECT_GT(header_of.size(), 100U);
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
  for (const auto& [through, ignored] : MayIncludeTable()) {
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
  std::vector<size_t> uses(Doors().size());
  for (const Include& include : AllIncludes()) {
    for (size_t i = 0; i < Doors().size(); ++i) {
      const Door& door = Doors()[i];
      if (std::none_of(door.headers.begin(), door.headers.end(),
                       [&](const auto& word) { return IsNamedBy(word, include.header); })) {
        continue;
      }
      ++uses[i];
      EXPECT_TRUE(LetsIn(door, include.from))
          << include.from << " must not include " << include.header;
    }
  }
  EXPECT_GT(uses.size(), 8U);
  for (size_t i = 0; i < uses.size(); ++i) EXPECT_GT(uses[i], 0U) << Doors()[i].headers.front();
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
  EXPECT_FALSE(MayInclude("sweep/coordinator/coordinator.cc", "sweep/messages/message.h"));
  EXPECT_FALSE(MayInclude("sweep/search/adaptive_source.cc", "sweep/coordinator/trial_queue.h"));
  EXPECT_FALSE(MayInclude("params/value.cc", "trial/trial.h"));
  EXPECT_FALSE(MayInclude("a_new_folder/file.cc", "params/value.h"));
  EXPECT_TRUE(MayInclude("worker/cpu/cpu_engine.cc", "worker/engine.h"));
  EXPECT_TRUE(MayInclude("analysis/groups.cc", "analysis/statistics/summary.h"));
  EXPECT_TRUE(MayInclude("sweep/main.cc", "worker/engine.h"));
}

TEST(LayeringTest, TheWholeTreeIsSeen) {
  EXPECT_GT(Sources().size(), 200U);
  EXPECT_GT(AllIncludes().size(), 1000U);
}

}  // namespace
}  // namespace lrsweep
