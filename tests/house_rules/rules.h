// The rules of this house as functions from source text to complaints, so
// that they are kept by a test and not by goodwill. A complaint is one line
// `PATH:LINE: what`; none means the file keeps the rule.
//
// Paths are relative to the root of the tree, with `/`. Pure; thread-safe.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace house_rules {

constexpr std::size_t kFileLinesMax = 500;
constexpr std::size_t kFunctionLinesMax = 70;
constexpr std::size_t kLineColumnsMax = 80;
constexpr std::size_t kCMakeLinesMax = 60;
constexpr std::size_t kRootCMakeLinesMax = 70;

struct SourceFile {
  std::string path;
  std::string text;
};

using Complaints = std::vector<std::string>;

// --- one file of C++ ---

// Our folders include each other in one direction only.
Complaints include_direction(const SourceFile& file);
// A foreign library is included only where it lives.
Complaints foreign_includes(const SourceFile& file);
// Output, environment and clock are reached only from their homes.
Complaints banned_calls(const SourceFile& file);
Complaints file_length(const SourceFile& file);
Complaints function_length(const SourceFile& file);
Complaints line_width(const SourceFile& file);
Complaints pragma_once(const SourceFile& file);

// --- any text file ---

// Words that say "not finished", and switched-off tests.
Complaints banned_words(const SourceFile& file);
// Paths of somebody's machine.
Complaints machine_paths(const SourceFile& file);
Complaints cmake_length(const SourceFile& file);

// --- the whole tree ---

// Every .cc is named in a CMakeLists.txt of its folder or one above.
Complaints unlisted_sources(const std::vector<SourceFile>& tree);
// The program's includes of `prefix` are in one file pair.
Complaints more_than_one_pair(const std::vector<SourceFile>& tree,
                              std::string_view prefix);

// The same text with comments, strings and characters blanked; every line
// keeps its number and every character its column.
std::string code_only(std::string_view text);

}  // namespace house_rules
