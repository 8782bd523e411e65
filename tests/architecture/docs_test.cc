// What the documentation says about the repository: files that it names exist, links lead
// somewhere, and the version is the same everywhere.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = LRSWEEP_SOURCE_DIR;

std::string Content(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// README.md, docs/*.md and the like, as paths from the root.
std::vector<fs::path> Pages() {
  std::vector<fs::path> pages;
  for (const char* folder : {".", "docs", "schedulers", "benchmarks", "packaging", ".github"}) {
    for (const auto& entry : fs::directory_iterator(kRoot / folder)) {
      if (entry.path().extension() == ".md") {
        pages.push_back(fs::relative(entry.path(), kRoot));
      }
    }
  }
  return pages;
}

/// All matches of the first group of `pattern`.
std::vector<std::string> Matches(const std::string& text, const std::regex& pattern) {
  std::vector<std::string> matches;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
    matches.push_back((*it)[1]);
  }
  return matches;
}

/// The folders of the root that hold sources, as alternatives of a regular expression.
std::string SourceFolders() {
  std::string folders = "\\.github|\\.ci";
  for (const auto& entry : fs::directory_iterator(kRoot)) {
    const std::string name = entry.path().filename();
    if (entry.is_directory() && name.front() != '.' && name != "build") folders += "|" + name;
  }
  return folders;
}

/// The files that a page names: "results/store.cc"; "results/store" for a header and its source;
/// "schedulers/catalog_*.cc" or "sweep/commands/<command>.cc" for any of them.
std::vector<std::string> NamedFiles(const std::string& text) {
  const std::regex name("(?:^|[\\s`(\"|])((?:" + SourceFolders() + ")/[-\\w./*<>]*)");
  std::vector<std::string> names = Matches(text, name);
  for (std::string& file : names) {
    while (file.ends_with('.')) file.pop_back();
  }
  return names;
}

std::string AsPattern(const std::string& name) {
  std::string pattern;
  bool in_placeholder = false;
  for (const char c : name) {
    if (c == '<' || c == '*') pattern += ".*";
    if (c == '<' || c == '>') in_placeholder = c == '<';
    if (c == '<' || c == '>' || c == '*' || in_placeholder) continue;
    pattern += (c == '.' ? "\\." : std::string(1, c));
  }
  return pattern;
}

bool AnyFileMatches(const std::string& name) {
  const fs::path folder = kRoot / fs::path(name).parent_path();
  if (!fs::is_directory(folder)) return false;
  const std::regex pattern(AsPattern(fs::path(name).filename()));
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (std::regex_match(entry.path().filename().string(), pattern)) return true;
  }
  return false;
}

bool Exists(const std::string& name) {
  if (name.find_first_of("*<") != std::string::npos) return AnyFileMatches(name);
  for (const char* ending : {"", ".h", ".cc"}) {
    if (fs::exists(kRoot / (name + ending))) return true;
  }
  return false;
}

TEST(DocsTest, EveryFileThatAPageNamesExists) {
  size_t names = 0;
  for (const fs::path& page : Pages()) {
    if (page == "CHANGELOG.md") continue;  // it also tells of what there was
    for (const std::string& name : NamedFiles(Content(kRoot / page))) {
      EXPECT_TRUE(Exists(name)) << page << " names " << name;
      ++names;
    }
  }
  EXPECT_GT(names, 100U);
}

TEST(DocsTest, EveryLinkToAFileLeadsToOne) {
  static const std::regex kLink(R"(\]\(([^)#\s]+)(?:#[^)]*)?\))");
  size_t links = 0;
  for (const fs::path& page : Pages()) {
    for (const std::string& target : Matches(Content(kRoot / page), kLink)) {
      if (target.find("://") != std::string::npos) continue;
      EXPECT_TRUE(fs::exists(kRoot / page.parent_path() / target))
          << page << " links to " << target;
      ++links;
    }
  }
  EXPECT_GT(links, 20U);
}

TEST(DocsTest, NamesOfMissingFilesAreFound) {
  const std::vector<std::string> names =
      NamedFiles("see `results/no_such_file.cc`, and results/no*");
  ASSERT_EQ(names.size(), 2U);
  for (const std::string& name : names) EXPECT_FALSE(Exists(name)) << name;
  EXPECT_TRUE(Exists("results/store"));
  EXPECT_TRUE(Exists("results/store_*.cc"));
  EXPECT_TRUE(Exists("results/<name>.cc"));
}

TEST(DocsTest, TheVersionIsTheSameEverywhere) {
  const std::vector<std::string> versions = Matches(
      Content(kRoot / "CMakeLists.txt"), std::regex(R"(project\(lrsweep VERSION ([\d.]+))"));
  ASSERT_EQ(versions.size(), 1U);
  EXPECT_NE(Content(kRoot / "CITATION.cff").find("\nversion: " + versions[0] + "\n"),
            std::string::npos);
  EXPECT_NE(Content(kRoot / "python/pyproject.toml").find("\nversion = \"" + versions[0] + "\"\n"),
            std::string::npos);
  EXPECT_NE(Content(kRoot / "packaging/conda/meta.yaml")
                .find("{% set version = \"" + versions[0] + "\" %}"),
            std::string::npos);
  EXPECT_NE(Content(kRoot / "CHANGELOG.md").find("\n## " + versions[0]), std::string::npos);
}

}  // namespace
}  // namespace lrsweep
