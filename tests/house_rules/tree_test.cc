// The rules, applied to this tree.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/house_rules/rules.h"

namespace house_rules {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

// Folders that hold no text of ours.
bool is_foreign(const fs::path& directory) {
  const std::string name = directory.filename().string();
  return name == "build" || (name.starts_with('.') && name != ".ci");
}

bool is_cpp(const SourceFile& file) {
  return file.path.ends_with(".h") || file.path.ends_with(".cc");
}

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> kTree = [] {
    const fs::path root = RL_SOURCE_DIR;
    std::vector<SourceFile> files;
    for (auto at = fs::recursive_directory_iterator(root);
         at != fs::recursive_directory_iterator();
         ++at) {
      if (at->is_directory() && is_foreign(at->path())) {
        at.disable_recursion_pending();
      } else if (at->is_regular_file()) {
        std::ifstream in(at->path(), std::ios::binary);
        files.push_back({at->path().lexically_relative(root).generic_string(),
                         std::string(std::istreambuf_iterator<char>(in), {})});
      }
    }
    return files;
  }();
  return kTree;
}

using Rule = Complaints (*)(const SourceFile&);

Complaints all(Rule rule, bool cpp_only) {
  Complaints complaints;
  for (const SourceFile& file : tree()) {
    // Bytes that are no text: a golden of something binary.
    const bool binary = file.text.find('\0') != std::string::npos;
    if (!binary && (!cpp_only || is_cpp(file))) {
      const Complaints found = rule(file);
      complaints.insert(complaints.end(), found.begin(), found.end());
    }
  }
  return complaints;
}

TEST(House, HasSources) {
  EXPECT_GT(tree().size(), 20U);
}

TEST(House, IncludesGoOneWay) {
  EXPECT_THAT(all(include_direction, true), IsEmpty());
}

TEST(House, IncludesForeignLibrariesOnlyWhereTheyLive) {
  EXPECT_THAT(all(foreign_includes, true), IsEmpty());
}

TEST(House, IncludesTheStoreAndTheHttpClientInOneFilePairEach) {
  EXPECT_THAT(more_than_one_pair(tree(), "rocksdb/"), IsEmpty());
  EXPECT_THAT(more_than_one_pair(tree(), "curl/"), IsEmpty());
}

TEST(House, CallsTheOutsideOnlyFromItsHomes) {
  EXPECT_THAT(all(banned_calls, true), IsEmpty());
}

TEST(House, KeepsFilesShort) {
  EXPECT_THAT(all(file_length, true), IsEmpty());
}

TEST(House, KeepsFunctionsShort) {
  EXPECT_THAT(all(function_length, true), IsEmpty());
}

TEST(House, KeepsLinesShort) {
  EXPECT_THAT(all(line_width, true), IsEmpty());
}

TEST(House, GuardsEveryHeader) {
  EXPECT_THAT(all(pragma_once, true), IsEmpty());
}

TEST(House, LeavesNothingUnfinished) {
  EXPECT_THAT(all(banned_words, false), IsEmpty());
}

TEST(House, NamesNoPathOfOneMachine) {
  EXPECT_THAT(all(machine_paths, false), IsEmpty());
}

TEST(House, KeepsBuildFilesShort) {
  EXPECT_THAT(all(cmake_length, false), IsEmpty());
}

TEST(House, BuildsEverySource) {
  EXPECT_THAT(unlisted_sources(tree()), IsEmpty());
}

}  // namespace
}  // namespace house_rules
