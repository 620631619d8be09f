// The README's table has every verb of the program.

#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/docs/page.h"
#include "tests/support/program.h"

namespace docs {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// The first word of each line below "Subcommands:".
std::vector<std::string> verbs_of(const std::string& help) {
  std::istringstream lines(help);
  std::vector<std::string> verbs;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == "Subcommands:") {
      inside = true;
    } else if (inside && !line.starts_with("  ")) {
      break;
    } else if (inside && line.size() > 2 && line[2] != ' ') {
      verbs.push_back(line.substr(2, line.find(' ', 2) - 2));
    }
  }
  return verbs;
}

TEST(Readme, NamesEveryVerb) {
  support::Invocation invocation;
  invocation.argv = {RL_PROGRAM, "--help"};
  invocation.directory = RL_SOURCE_DIR;
  const support::Ended help = support::run(invocation);
  ASSERT_EQ(help.exit_code, 0) << help.err;
  const std::string table = section(page("README.md"), "Verbs");
  const std::vector<std::string> verbs = verbs_of(help.out);
  EXPECT_THAT(verbs, Not(IsEmpty()));
  for (const std::string& verb : verbs) {
    EXPECT_THAT(table, HasSubstr("| `" + verb)) << verb;
  }
}

}  // namespace
}  // namespace docs
