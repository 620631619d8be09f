// Each rule complains about what breaks it, and about nothing else.

#include "tests/house_rules/rules.h"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace house_rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string repeat(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

TEST(CodeOnly, BlanksCommentsStringsAndCharacters) {
  EXPECT_EQ(code_only("a; // b\nc"), "a;     \nc");
  EXPECT_EQ(code_only("a /* b\n c */ d"), "a     \n      d");
  EXPECT_EQ(code_only(R"(f("x\"y", 'z', 1'000))"), "f(      ,    , 1'000)");
  EXPECT_EQ(code_only("R\"-(a\"\nb)-\" c"), "      \n     c");
}

TEST(IncludeDirection, RefusesWhatPointsUpOrAcross) {
  EXPECT_THAT(include_direction({"schema/a.h", "\n#include \"ledger/b.h\"\n"}),
              ElementsAre("schema/a.h:2: schema may not include ledger/b.h"));
  EXPECT_THAT(
      include_direction({"commands/a.h", "#include \"projections/b.h\"\n"}),
      SizeIs(1));
  EXPECT_THAT(
      include_direction({"projections/a.h", "#include \"commands/b.h\"\n"}),
      SizeIs(1));
  EXPECT_THAT(include_direction({"ledger/a.cc", "#  include \"tests/b.h\"\n"}),
              SizeIs(1));
}

TEST(IncludeDirection, AllowsWhatPointsDown) {
  EXPECT_THAT(include_direction({"tools/a.cc",
                                 "#include \"commands/b.h\"\n"
                                 "#include \"projections/b.h\"\n"
                                 "#include <fmt/format.h>\n"}),
              IsEmpty());
  EXPECT_THAT(include_direction({"commands/a.cc", "#include \"ledger/b.h\"\n"}),
              IsEmpty());
}

TEST(ForeignIncludes, RefusesALibraryAwayFromItsHome) {
  EXPECT_THAT(foreign_includes({"commands/a.cc", "#include <rocksdb/db.h>\n"}),
              ElementsAre(HasSubstr("RocksDB is included in ledger/ only")));
  EXPECT_THAT(foreign_includes({"ledger/a.cc", "#include <openssl/evp.h>\n"}),
              SizeIs(1));
  EXPECT_THAT(foreign_includes({"ledger/a.cc", "#include <CLI/CLI.hpp>\n"}),
              SizeIs(1));
  EXPECT_THAT(foreign_includes({"tools/a.cc", "#include <re2/re2.h>\n"}),
              SizeIs(1));
  EXPECT_THAT(foreign_includes({"commands/a.cc", "#include <toml++/toml.h>\n"}),
              SizeIs(1));
}

TEST(ForeignIncludes, AllowsALibraryAtHome) {
  EXPECT_THAT(
      foreign_includes({"ledger/digest.cc", "#include <openssl/evp.h>\n"}),
      IsEmpty());
  EXPECT_THAT(
      foreign_includes({"commands/plan/a.cc", "#include <toml++/toml.h>\n"}),
      IsEmpty());
}

TEST(MoreThanOnePair, CountsAHeaderAndItsSourceAsOne) {
  const SourceFile header{"ledger/a.h", "#include <rocksdb/db.h>\n"};
  const SourceFile source{"ledger/a.cc", "#include <rocksdb/db.h>\n"};
  const SourceFile other{"ledger/b.cc", "#include <rocksdb/env.h>\n"};
  EXPECT_THAT(more_than_one_pair({header, source}, "rocksdb/"), IsEmpty());
  EXPECT_THAT(more_than_one_pair({header, other}, "rocksdb/"), SizeIs(1));
  const SourceFile bare{"tools/bench/bare.cc", other.text};
  EXPECT_THAT(more_than_one_pair({header, bare}, "rocksdb/"), IsEmpty());
  EXPECT_THAT(foreign_includes(bare), IsEmpty());
}

TEST(BannedCalls, RefusesTheOutsideAwayFromItsHome) {
  for (const char* call : {"std::cout << 1;",
                           "std::printf(x);",
                           "puts(x);",
                           "fmt::print(x);",
                           "fprintf(stdout, x);",
                           "const char* x = getenv(y);",
                           "std::system(x);",
                           "popen(x, y);",
                           "auto t = std::chrono::system_clock::now();"}) {
    EXPECT_THAT(banned_calls({"ledger/a.cc", call}), SizeIs(1)) << call;
  }
  EXPECT_THAT(banned_calls({"tools/a.cc", "system(x);"}), SizeIs(1));
}

TEST(BannedCalls, AllowsWhatOnlyLooksLikeOne) {
  for (const char* fine : {"// std::cout\n",
                           "f(\"getenv(x)\");",
                           "std::snprintf(a, b, c);",
                           "fmt::print(stderr, x);",
                           "fprintf(stderr, x);",
                           "file_system(x);",
                           "a.system(x);"}) {
    EXPECT_THAT(banned_calls({"ledger/a.cc", fine}), IsEmpty()) << fine;
  }
  EXPECT_THAT(banned_calls({"tools/a.cc", "std::cout << getenv(x);"}),
              IsEmpty());
  EXPECT_THAT(banned_calls({"ledger/clock.cc", "system_clock::now();"}),
              IsEmpty());
}

TEST(FileLength, AllowsFiveHundredLines) {
  EXPECT_THAT(file_length({"a.cc", repeat("x\n", 500)}), IsEmpty());
  EXPECT_THAT(file_length({"a.cc", repeat("x\n", 501)}), SizeIs(1));
}

TEST(FunctionLength, CountsFromTheHeadToTheBrace) {
  const auto function = [](std::size_t statements) {
    return "namespace a {\n\nint f(int x,\n      int y) {\n" +
           repeat("  g({1}, [] { h(); });\n", statements) + "}\n\n}\n";
  };
  EXPECT_THAT(function_length({"a.cc", function(67)}), IsEmpty());
  EXPECT_THAT(function_length({"a.cc", function(68)}),
              ElementsAre("a.cc:3: function of 71 lines, at most 70"));
}

TEST(FunctionLength, MeasuresMembersTestsAndConstructors) {
  const std::string body = " {\n" + repeat("    g();\n", 80) + "  }\n";
  for (const std::string& head : {"class A {\n  int f() const" + body + "};\n",
                                  "TEST(A, B)" + body,
                                  "A::A() : a_{1}, b_(2)" + body,
                                  "struct A : B {\n  A() : a_{1}" + body}) {
    EXPECT_THAT(function_length({"a.cc", head}), SizeIs(1)) << head;
  }
}

TEST(FunctionLength, MeasuresNoTypesNoTablesAndNoMacros) {
  const std::string lines = repeat("  int a;\n", 80);
  EXPECT_THAT(function_length({"a.h", "struct A {\n" + lines + "};\n"}),
              IsEmpty());
  const std::string rows = repeat("  {f(1), 2},\n", 80);
  EXPECT_THAT(function_length({"a.cc", "const A kA = {\n" + rows + "};\n"}),
              IsEmpty());
  EXPECT_THAT(function_length({"a.h", "#define A(x) \\\n  if (x) { \\\n}\n"}),
              IsEmpty());
}

TEST(LineWidth, CountsCharactersNotBytes) {
  EXPECT_THAT(line_width({"a.cc", repeat("x", 80) + "\n"}), IsEmpty());
  EXPECT_THAT(line_width({"a.cc", "y\n" + repeat("x", 81) + "\n"}),
              ElementsAre("a.cc:2: 81 columns, at most 80"));
  EXPECT_THAT(line_width({"a.cc", repeat("é", 80) + "\n"}), IsEmpty());
}

TEST(PragmaOnce, IsAskedOfHeadersOnly) {
  EXPECT_THAT(pragma_once({"a.h", "// x\n\n#pragma once\n"}), IsEmpty());
  EXPECT_THAT(pragma_once({"a.h", "// #pragma once\n"}), SizeIs(1));
  EXPECT_THAT(pragma_once({"a.cc", ""}), IsEmpty());
}

TEST(BannedWords, AreFoundAsWords) {
  using namespace std::string_literals;
  for (const std::string& word : {"TO"s + "DO",
                                  "FIX"s + "ME",
                                  "XX"s + "X",
                                  "HA"s + "CK",
                                  "GTEST_"s + "SKIP"}) {
    EXPECT_THAT(banned_words({"a.md", "// " + word + ": later"}), SizeIs(1));
    EXPECT_THAT(banned_words({"a.md", word + "S"}), IsEmpty());
  }
  EXPECT_THAT(banned_words({"a.cc", "TEST(A, DIS"s + "ABLED_B)"}), SizeIs(1));
}

TEST(MachinePaths, AreFoundWhereAPathBegins) {
  const std::string users = std::string("/Us") + "ers/x";
  const std::string home = std::string("/ho") + "me/x";
  EXPECT_THAT(machine_paths({"a.cc", "\"" + home + "\""}), SizeIs(1));
  EXPECT_THAT(machine_paths({"a.md", users}), SizeIs(1));
  EXPECT_THAT(machine_paths({"a.sh", "cd $DIR" + home}), IsEmpty());
  EXPECT_THAT(machine_paths({"a.sh", "/usr/bin/env"}), IsEmpty());
}

TEST(CMakeLength, AllowsTheRootTenLinesMore) {
  EXPECT_THAT(cmake_length({"CMakeLists.txt", repeat("x\n", 70)}), IsEmpty());
  EXPECT_THAT(cmake_length({"CMakeLists.txt", repeat("x\n", 71)}), SizeIs(1));
  EXPECT_THAT(cmake_length({"a/CMakeLists.txt", repeat("x\n", 61)}), SizeIs(1));
  EXPECT_THAT(cmake_length({"a.cc", repeat("x\n", 99)}), IsEmpty());
}

TEST(UnlistedSources, LooksInTheFolderAndAboveIt) {
  const SourceFile cmake{"a/CMakeLists.txt",
                         "add_library(a\n  b.cc\n  c/d.cc)\n# e.cc\n"};
  EXPECT_THAT(unlisted_sources({cmake, {"a/b.cc", ""}, {"a/c/d.cc", ""}}),
              IsEmpty());
  EXPECT_THAT(unlisted_sources({cmake, {"a/e.cc", ""}}),
              ElementsAre("a/e.cc:1: in no CMakeLists.txt"));
  EXPECT_THAT(unlisted_sources({cmake, {"b.cc", ""}}), SizeIs(1));
}

}  // namespace
}  // namespace house_rules
