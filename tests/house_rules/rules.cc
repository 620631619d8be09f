#include "tests/house_rules/rules.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace house_rules {
namespace {

// What each folder may include of ours, beside itself. Tests may do anything.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"schema", {}},
    {"ledger", {"schema"}},
    {"commands", {"schema", "ledger"}},
    {"projections", {"schema", "ledger"}},
    {"tools", {"schema", "ledger", "commands", "projections"}},
};

// Where a foreign library may be included: below one of these paths.
struct ForeignHome {
  std::string_view library;
  std::string_view prefix;  // of the included path
  std::string_view home;
};
constexpr std::array kForeignHomes = {
    ForeignHome{"RocksDB", "rocksdb/", "ledger/"},
    ForeignHome{"libcrypto", "openssl/", "ledger/digest."},
    ForeignHome{"libcurl", "curl/", "commands/services/"},
    ForeignHome{"expat", "expat.h", "commands/metrics/"},
    ForeignHome{"toml++", "toml++/", "commands/plan/"},
    ForeignHome{"RE2", "re2/", "commands/metrics/"},
    ForeignHome{"CLI11", "CLI/", "tools/"},
};

struct BannedCall {
  std::string what;
  std::string word;     // that a file without it is not searched for
  std::string pattern;  // in code alone
  std::vector<std::string_view> homes{};  // path prefixes
};
const std::vector<BannedCall> kBannedCalls = {
    {"std::cout", "cout", R"(\bcout\b)", {"tools/", "tests/"}},
    {"printing to standard output",
     "printf",
     R"(\bv?printf\s*\(|\bfprintf\s*\(\s*stdout)",
     {"tools/", "tests/"}},
    {"putting on standard output",
     "put",
     R"(\b(puts|putchar)\s*\()",
     {"tools/", "tests/"}},
    {"fmt::print to standard output",
     "fmt::print",
     R"(\bfmt::print(ln)?\s*\((?!\s*(stderr|file)))",
     {"tools/", "tests/"}},
    {"the environment", "getenv", R"(\bgetenv\s*\()", {"tools/", "tests/"}},
    {"the wall clock",
     "system_clock",
     R"(\bsystem_clock::now\b)",
     {"tools/", "tests/", "ledger/clock."}},
    {"system()", "system", R"((^|[^\w.>])system\s*\()"},
    {"popen()", "popen", R"(\bpopen\s*\()"},
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

std::string folder_of(const std::string& path) {
  return path.substr(0, path.find('/'));
}

std::string at(const SourceFile& file, std::size_t line) {
  return fmt::format("{}:{}: ", file.path, line + 1);
}

// Calls `look(line number from 0, included path)` for every include.
template <class Look>
void for_each_include(const SourceFile& file, Look look) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])");
  const std::vector<std::string> lines = lines_of(file.text);
  for (std::size_t line = 0; line < lines.size(); ++line) {
    std::smatch match;
    if (std::regex_search(lines[line], match, kInclude)) {
      look(line, match[1].str());
    }
  }
}

Complaints lines_that_match(const SourceFile& file,
                            const std::string& text,
                            const std::regex& pattern,
                            std::string_view what) {
  Complaints complaints;
  const std::vector<std::string> lines = lines_of(text);
  for (std::size_t line = 0; line < lines.size(); ++line) {
    std::smatch match;
    if (std::regex_search(lines[line], match, pattern)) {
      complaints.push_back(
          fmt::format("{}{}: {}", at(file, line), what, match.str()));
    }
  }
  return complaints;
}

std::size_t columns_of(std::string_view line) {
  return static_cast<std::size_t>(std::ranges::count_if(line, [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

Complaints longer_than(const SourceFile& file, std::size_t lines_max) {
  const std::size_t lines = lines_of(file.text).size();
  if (lines <= lines_max) {
    return {};
  }
  return {fmt::format(
      "{}:{}: {} lines, at most {}", file.path, lines, lines, lines_max)};
}

bool names_source(const std::string& cmake, const std::string& source) {
  const std::vector<std::string> lines = lines_of(cmake);
  return std::ranges::any_of(lines, [&](const std::string& line) {
    std::istringstream words(line.substr(0, line.find('#')));
    for (std::string word; words >> word;) {
      word.erase(std::ranges::remove_if(
                     word, [](char c) { return c == '(' || c == ')'; })
                     .begin(),
                 word.end());
      if (word == source) {
        return true;
      }
    }
    return false;
  });
}

// Tests, and what measures a library without us.
bool uses_libraries_bare(const SourceFile& file) {
  return file.path.starts_with("tests/") ||
         file.path.starts_with("tools/bench/");
}

}  // namespace

Complaints include_direction(const SourceFile& file) {
  Complaints complaints;
  const std::string from = folder_of(file.path);
  if (!kMayInclude.contains(from)) {
    return complaints;
  }
  for_each_include(file, [&](std::size_t line, const std::string& included) {
    const std::string to = folder_of(included);
    const bool ours = kMayInclude.contains(to) || to == "tests";
    if (ours && to != from && !kMayInclude.at(from).contains(to)) {
      complaints.push_back(fmt::format(
          "{}{} may not include {}", at(file, line), from, included));
    }
  });
  return complaints;
}

Complaints foreign_includes(const SourceFile& file) {
  Complaints complaints;
  if (uses_libraries_bare(file)) {
    return complaints;
  }
  for_each_include(file, [&](std::size_t line, const std::string& included) {
    for (const ForeignHome& foreign : kForeignHomes) {
      if (included.starts_with(foreign.prefix) &&
          !file.path.starts_with(foreign.home)) {
        complaints.push_back(fmt::format("{}{} is included in {} only",
                                         at(file, line),
                                         foreign.library,
                                         foreign.home));
      }
    }
  });
  return complaints;
}

Complaints banned_calls(const SourceFile& file) {
  Complaints complaints;
  const std::string code = code_only(file.text);
  for (const BannedCall& call : kBannedCalls) {
    const bool at_home = std::ranges::any_of(
        call.homes,
        [&](std::string_view home) { return file.path.starts_with(home); });
    if (!at_home && code.find(call.word) != std::string::npos) {
      const Complaints found =
          lines_that_match(file, code, std::regex(call.pattern), call.what);
      complaints.insert(complaints.end(), found.begin(), found.end());
    }
  }
  return complaints;
}

Complaints file_length(const SourceFile& file) {
  return longer_than(file, kFileLinesMax);
}

Complaints line_width(const SourceFile& file) {
  Complaints complaints;
  const std::vector<std::string> lines = lines_of(file.text);
  for (std::size_t line = 0; line < lines.size(); ++line) {
    const std::size_t columns = columns_of(lines[line]);
    if (columns > kLineColumnsMax) {
      complaints.push_back(fmt::format("{}{} columns, at most {}",
                                       at(file, line),
                                       columns,
                                       kLineColumnsMax));
    }
  }
  return complaints;
}

Complaints pragma_once(const SourceFile& file) {
  static const std::regex kPragma(R"((^|\n)#pragma once\n)");
  if (!file.path.ends_with(".h") || std::regex_search(file.text, kPragma)) {
    return {};
  }
  return {at(file, 0) + "no #pragma once"};
}

Complaints banned_words(const SourceFile& file) {
  // Put together here, so that this file keeps the rule too.
  static const std::regex kWords(std::string("\\b(TO") + "DO|FIX" + "ME|XX" +
                                 "X|HA" + "CK|GTEST_" + "SKIP)\\b|\\bDIS" +
                                 "ABLED_");
  return lines_that_match(file, file.text, kWords, "unfinished");
}

Complaints machine_paths(const SourceFile& file) {
  static const std::regex kPath(std::string(R"((^|[\s"'`=(:,]))") +
                                "/(home|work|root|Us" + "ers)/[\\w.]");
  return lines_that_match(file, file.text, kPath, "a path of one machine");
}

Complaints cmake_length(const SourceFile& file) {
  if (file.path == "CMakeLists.txt") {
    return longer_than(file, kRootCMakeLinesMax);
  }
  return file.path.ends_with("/CMakeLists.txt")
             ? longer_than(file, kCMakeLinesMax)
             : Complaints{};
}

Complaints unlisted_sources(const std::vector<SourceFile>& tree) {
  std::map<std::string, std::string> cmake;  // by folder
  for (const SourceFile& file : tree) {
    if (file.path.ends_with("CMakeLists.txt")) {
      cmake[file.path.substr(0, file.path.rfind("CMakeLists.txt"))] = file.text;
    }
  }
  Complaints complaints;
  for (const SourceFile& file : tree) {
    const bool listed = std::ranges::any_of(cmake, [&](const auto& entry) {
      return file.path.starts_with(entry.first) &&
             names_source(entry.second, file.path.substr(entry.first.size()));
    });
    if (file.path.ends_with(".cc") && !listed) {
      complaints.push_back(file.path + ":1: in no CMakeLists.txt");
    }
  }
  return complaints;
}

Complaints more_than_one_pair(const std::vector<SourceFile>& tree,
                              std::string_view prefix) {
  std::set<std::string> pairs;
  for (const SourceFile& file : tree) {
    if (uses_libraries_bare(file)) {
      continue;
    }
    for_each_include(file, [&](std::size_t, const std::string& included) {
      if (included.starts_with(prefix)) {
        pairs.insert(file.path.substr(0, file.path.rfind('.')));
      }
    });
  }
  if (pairs.size() <= 1) {
    return {};
  }
  return {fmt::format("{}.cc:1: {} is included by more than one file pair",
                      *pairs.rbegin(),
                      prefix)};
}

}  // namespace house_rules
