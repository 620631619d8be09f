#include "tests/schema/schema_check.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <flatbuffers/idl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace schema_tests {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

// A schema as flatc reads it.
std::string compiled(const std::string& text) {
  flatbuffers::Parser parser;
  EXPECT_TRUE(parser.Parse(text.c_str())) << parser.error_ << "\n" << text;
  parser.Serialize();
  return {reinterpret_cast<const char*>(parser.builder_.GetBufferPointer()),
          parser.builder_.GetSize()};
}

std::vector<std::string> breaks_between(const std::string& released,
                                        const std::string& now) {
  return breaks(*reflection::GetSchema(released.data()),
                *reflection::GetSchema(now.data()));
}

constexpr std::string_view kReleased = R"(namespace t;
enum Mood : ubyte { unset = 0, good = 1, bad = 2 }
table Tag { kind:string (id: 0); }
table Note { text:string (id: 0); }
table Day {
  name:string (id: 0);
  mood:Mood (id: 1);
  hours:uint = 24 (id: 2);
  tags:[Tag] (id: 3);
}
root_type Day;
file_identifier "DAYS";
)";

// The released schema with one thing changed.
std::vector<std::string> breaks_of(const std::string& before,
                                   const std::string& after) {
  std::string now(kReleased);
  const auto at = now.find(before);
  EXPECT_NE(at, now.npos) << before;
  now.replace(at, before.size(), after);
  return breaks_between(compiled(std::string(kReleased)), compiled(now));
}

TEST(SchemaCheck, LetsAdditionsPass) {
  EXPECT_THAT(breaks_of("\n  name", "\n  name"), IsEmpty());
  EXPECT_THAT(breaks_of("[Tag] (id: 3);", "[Tag] (id: 3); more:long (id: 4);"),
              IsEmpty());
  EXPECT_THAT(breaks_of("bad = 2", "bad = 2, worse = 3"), IsEmpty());
  EXPECT_THAT(breaks_of("table Day", "table Week { n:int (id: 0); } table Day"),
              IsEmpty());
}

TEST(SchemaCheck, NamesWhatIsGone) {
  EXPECT_THAT(
      breaks_of("  tags:[Tag] (id: 3);\n", ""),
      ElementsAre("t.Day, field 3: tags [t.Tag] = 0/0 optional is gone"));
  EXPECT_THAT(breaks_of(", bad = 2", ""),
              ElementsAre("t.Mood: bad = 2 is gone"));
  EXPECT_THAT(breaks_of("table Note {", "table Memo {"), Not(IsEmpty()));
  EXPECT_THAT(breaks_of("hours:uint = 24 (id: 2);",
                        "hours:uint = 24 (id: 2, deprecated);"),
              Not(IsEmpty()));
}

TEST(SchemaCheck, FindsEveryOtherMeaningOfTheSameBytes) {
  const std::pair<const char*, const char*> changes[] = {
      {"name:string", "title:string"},
      {"good = 1", "fine = 1"},
      {"good = 1, bad = 2", "bad = 1, good = 2"},
      {"Mood : ubyte", "Mood : ushort"},
      {"uint = 24", "uint = 12"},
      {"uint = 24", "ulong = 24"},
      {"uint = 24", "int = 24"},
      {"uint = 24", "uint = null"},
      {"name:string (id: 0)", "name:[ubyte] (id: 0)"},
      {"name:string (id: 0);\n  mood:Mood (id: 1)",
       "name:string (id: 1);\n  mood:Mood (id: 0)"},
      {"name:string (id: 0)", "name:string (id: 0, required)"},
      {"(id: 3);", "(id: 3); more:string (id: 4, required);"},
      {"table Tag", "struct Point { x:int; } table Tag"},
      {"table Day", "union Thing { Tag } table Day"},
      {"\"DAYS\"", "\"WEEK\""},
      {"root_type Day", "root_type Tag"},
      {"namespace t", "namespace u"},
  };
  for (const auto& [before, after] : changes) {
    EXPECT_THAT(breaks_of(before, after), Not(IsEmpty()))
        << before << " became " << after;
  }
}

std::string binary_schema(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  flatbuffers::Verifier verifier(
      reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  EXPECT_TRUE(reflection::VerifySchemaBuffer(verifier)) << file;
  return bytes;
}

TEST(SchemaCheck, FindsNothingSinceAnyRelease) {
  int schemas = 0;
  for (const auto& version : fs::directory_iterator(RL_RELEASED_FOLDER)) {
    for (const auto& source : fs::directory_iterator(version.path())) {
      const fs::path name = source.path().stem().string() + ".bfbs";
      SCOPED_TRACE(version.path().filename() / name);
      const fs::path binaries = RL_BINARY_SCHEMA_FOLDER;
      EXPECT_THAT(
          breaks_between(
              binary_schema(binaries / version.path().filename() / name),
              binary_schema(binaries / name)),
          IsEmpty());
      ++schemas;
    }
  }
  EXPECT_GE(schemas, 5);
}

}  // namespace
}  // namespace schema_tests
