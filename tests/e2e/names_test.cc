// Which release is meant, and what the program says about itself.

#include <filesystem>
#include <string>
#include <vector>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class Names : public ReleaseTest {
 protected:
  std::vector<json> releases() const {
    return support::parse_lines(rl({"list", "--json"}).out);
  }
};

TEST_F(Names, AreNotNeededForTheOneInProgress) {
  prepare();
  EXPECT_EQ(rl({"--step", "bug-check", "--confirm-bugs", "none"}).exit_code,
            kDone);
  EXPECT_EQ(rl({"--all"}).exit_code, kWaiting);
  EXPECT_EQ(rl({"--all", "--confirm-announced", "posted"}).exit_code, kDone);
  EXPECT_EQ(status()["state"], "released");
  EXPECT_EQ(releases().size(), 1U);
}

TEST_F(Names, AreMadeFromTheDateWhenNothingIsInProgress) {
  finish();
  const Ended ended = rl({"--step", "prepare-branch"}, {{"TZ", "Asia/Tokyo"}});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  ASSERT_EQ(releases().size(), 2U);
  EXPECT_THAT(releases()[1]["version"].get<std::string>(),
              MatchesRegex("[0-9]{4}\\.[0-9]{2}\\.[0-9]{2}-[0-9]{4}"));
}

TEST_F(Names, AreMadeFromTheTimeInUtc) {
  support::Invocation faked =
      invocation({"--step", "prepare-branch"}, {{"TZ", "UTC-9"}});
  faked.argv.insert(faked.argv.begin(),
                    {"faketime", "-f", "@2025-10-02 23:30:00"});
  const Ended ended = support::run(faked);
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  ASSERT_EQ(releases().size(), 1U);
  EXPECT_EQ(releases()[0]["version"], "2025.10.02-1430");
}

TEST_F(Names, OfSeveralInProgressAreListedNotGuessed) {
  prepare();
  EXPECT_EQ(rl({"--step", "prepare-branch", "--new", "--version", "2025.10.09"})
                .exit_code,
            kDone);
  for (const Arguments& typed :
       {Arguments{"--all"}, Arguments{"--step", "bug-check"}}) {
    const Ended ended = rl(typed);
    expect_refusal(ended, kUsage);
    EXPECT_THAT(ended.err, AllOf(HasSubstr(kVersion), HasSubstr("2025.10.09")));
  }
  EXPECT_EQ(rl({"--all", "--version", kVersion}).exit_code, kWaiting);
}

TEST_F(Names, MayBeWrittenWithTheirPrefix) {
  prepare();
  for (const std::string& name : {"v" + kVersion, "release_" + kVersion}) {
    const Ended ended = rl({"--step", "prepare-branch", "--version", name});
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
    EXPECT_THAT(ended.err, HasSubstr("name is " + kVersion));
    EXPECT_EQ(status(name)["version"], kVersion);
  }
  EXPECT_EQ(releases().size(), 1U);
}

TEST_F(Names, AreUsedOnce) {
  finish();
  const Ended ended = rl({"--all", "--new", "--version", kVersion});
  EXPECT_THAT(ended.exit_code, AnyOf(kGateSaidNo, kUsage)) << shown(ended);
  expect_refusal(ended, ended.exit_code);
  EXPECT_EQ(releases().size(), 1U);
}

TEST_F(Names, MayBeStrange) {
  for (const std::string& name :
       {std::string("1"), std::string("A+b_c-d.e"), std::string(64, 'x')}) {
    finish(name);
    EXPECT_EQ(status(name)["version"], name);
  }
}

TEST_F(Names, OfTheProgramIsItsVersion) {
  const Ended ended = rl({"--version"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.out, HasSubstr(RL_PROGRAM_VERSION));
  expect_bare_refusal(rl({"--all", "--version"}), kUsage);
}

TEST_F(Names, OfAllVerbsAreInTheHelp) {
  const Ended ended = rl({"--help"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  for (const char* verb : {"init",
                           "plan",
                           "run",
                           "list",
                           "status",
                           "history",
                           "explain",
                           "approve",
                           "revoke",
                           "waive",
                           "abandon",
                           "yank",
                           "replay",
                           "verify",
                           "rebuild",
                           "completion"}) {
    EXPECT_THAT(ended.out, HasSubstr(verb));
    const Ended page = rl({verb, "--help"});
    EXPECT_EQ(page.exit_code, kDone) << verb << shown(page);
  }
}

TEST_F(Names, OfVerbsAreCompletedByTheShell) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Ended ended = rl({"completion", shell});
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
    EXPECT_THAT(ended.out,
                AllOf(HasSubstr("release-ledger"), HasSubstr("status")));
  }
}

TEST_F(Names, OfFilesCanBeGiven) {
  const std::string elsewhere = (scratch_.root() / "elsewhere").string();
  const std::string plan = (scratch_.root() / "plan.toml").string();
  support::write_file(plan, scratch_.read("release-plan.toml"));
  scratch_.git({"rm", "--quiet", "release-plan.toml"});
  scratch_.commit("The plan is elsewhere");
  const Ended ended = rl({"--plan",
                          plan,
                          "--ledger",
                          elsewhere,
                          "--step",
                          "prepare-branch",
                          "--version",
                          kVersion});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_TRUE(std::filesystem::exists(elsewhere + "/HEAD"));
  EXPECT_FALSE(std::filesystem::exists(scratch_.ledger()));
  EXPECT_EQ(rl({"status", kVersion, "--ledger", elsewhere}).exit_code, kDone);
  EXPECT_EQ(rl({"status", kVersion}, {{"RELEASE_LEDGER", elsewhere}}).exit_code,
            kDone);
  EXPECT_EQ(rl({"plan", "check"}, {{"RELEASE_LEDGER_PLAN", plan}}).exit_code,
            kDone);
}

TEST_F(Names, OfTheWorkTreesFoldersDoNotMatter) {
  scratch_.write("deep/er/file.txt", "x\n");
  scratch_.commit("A folder");
  prepare();
  support::Invocation below = invocation({"status", kVersion, "--json"});
  below.directory = scratch_.work() / "deep" / "er";
  EXPECT_EQ(support::run(below).out, rl({"status", kVersion, "--json"}).out);
  scratch_.git({"worktree", "add", "--quiet", "../second"});
  below.directory = scratch_.root() / "second";
  EXPECT_EQ(support::run(below).out, rl({"status", kVersion, "--json"}).out);
}

TEST_F(Names, OfTheSeedsValidationsAreInAFirstPlan) {
  std::filesystem::remove(scratch_.work() / "release-plan.toml");
  const Ended ended = rl({"init"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(scratch_.read("release-plan.toml"),
              AllOf(HasSubstr("arena_local_smoke"),
                    HasSubstr("arena_remote_50k"),
                    HasSubstr("arena_staging_2b")));
  EXPECT_EQ(rl({"plan", "check"}).exit_code, kDone);
  EXPECT_THAT(rl({"plan", "show"}).out, HasSubstr("arena_local_smoke"));
  // A plan that is there is nobody's to overwrite.
  scratch_.write("release-plan.toml", "# mine\n");
  rl({"init"});
  EXPECT_EQ(scratch_.read("release-plan.toml"), "# mine\n");
}

}  // namespace
}  // namespace e2e
