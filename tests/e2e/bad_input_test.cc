// Bad input ends with one line, an exit code of the contract, and nothing
// changed.

#include <filesystem>
#include <ostream>
#include <string>
#include <system_error>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class BadInput : public ReleaseTest {
 protected:
  Ended expect_nothing_changes(const Arguments& arguments,
                               int exit_code) const {
    const support::Snapshot before = support::snapshot(scratch_.root());
    Ended ended = rl(arguments);
    expect_bare_refusal(ended, exit_code);
    EXPECT_THAT(
        support::differences(before, support::snapshot(scratch_.root())),
        IsEmpty());
    return ended;
  }
};

// --- names ---

class BadName : public BadInput,
                public ::testing::WithParamInterface<std::string> {};

TEST_P(BadName, IsRefused) {
  expect_nothing_changes({"--all", "--version", GetParam()}, kUsage);
  expect_nothing_changes({"--step", "prepare-branch", "--version", GetParam()},
                         kUsage);
}

INSTANTIATE_TEST_SUITE_P(Names,
                         BadName,
                         ::testing::Values("../x",
                                           "a..b",
                                           "a b",
                                           "a\tb",
                                           "a\nb",
                                           "a\x1b[31mb",
                                           "",
                                           std::string(300, 'x'),
                                           ".x",
                                           "x.",
                                           "x.lock",
                                           "x/y",
                                           "ä",
                                           "x~1",
                                           "@{0}"));

// --- plans ---

struct BadPlanText {
  std::string name;
  std::string from;  // what of a good plan
  std::string to;    // becomes this
  std::string says;
};

void PrintTo(const BadPlanText& plan, std::ostream* out) {
  *out << plan.name;
}

class BadPlan : public BadInput,
                public ::testing::WithParamInterface<BadPlanText> {
 protected:
  BadPlan() {
    std::string text = scratch_.read("release-plan.toml");
    const std::size_t at = text.find(GetParam().from);
    EXPECT_NE(at, std::string::npos);
    scratch_.write("release-plan.toml",
                   text.replace(at, GetParam().from.size(), GetParam().to));
  }
};

TEST_P(BadPlan, IsRefusedByEveryVerbThatReadsIt) {
  for (const Arguments& reading :
       {Arguments{"--all", "--version", kVersion},
        Arguments{"--all", "--version", kVersion, "--check"},
        Arguments{"plan", "check"},
        Arguments{"plan", "show"}}) {
    const Ended ended = expect_nothing_changes(reading, kUsage);
    EXPECT_THAT(
        ended.err,
        AllOf(HasSubstr("release-plan.toml:"), HasSubstr(GetParam().says)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Plans,
    BadPlan,
    ::testing::Values(
        BadPlanText{"UnknownKey", "module =", "modul =", "module"},
        BadPlanText{"WrongType", "\"local\"", "7", "location"},
        BadPlanText{"UnknownLocation", "\"local\"", "\"moon\"", "moon"},
        BadPlanText{"UnknownOperator", "\">=\"", "\"=>\"", "=>"},
        BadPlanText{"DuplicateName",
                    "[approval]",
                    "[[validation]]\nname = \"smoke\"\nmodule = \"m\"\n"
                    "location = \"local\"\n"
                    "[approval]",
                    "smoke"},
        BadPlanText{"MissingDependency",
                    "location =",
                    "depends_on = [\"smoek\"]\nlocation =",
                    "smoek"},
        BadPlanText{"CyclicDependency",
                    "location =",
                    "depends_on = [\"smoke\"]\nlocation =",
                    "smoke"},
        BadPlanText{
            "ApprovalWithoutRoles", "required = 0", "required = 2", "role"},
        BadPlanText{"NotToml", "local =", "local = =", ":2:"},
        BadPlanText{"UnknownTable", "[approval]", "[aproval]", "approval"}),
    [](const auto& tested) { return tested.param.name; });

TEST_F(BadInput, NoPlanIsToldHowToGetOne) {
  std::error_code error;
  std::filesystem::remove(scratch_.work() / "release-plan.toml", error);
  const Ended ended =
      expect_nothing_changes({"--all", "--version", kVersion}, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("release-ledger init"));
}

// --- places ---

TEST_F(BadInput, OutsideAGitRepositoryIsRefused) {
  support::Invocation outside = invocation({"--all", "--version", kVersion});
  outside.directory = scratch_.home();
  const support::Snapshot before = support::snapshot(scratch_.root());
  expect_bare_refusal(support::run(outside), kUsage);
  EXPECT_THAT(support::differences(before, support::snapshot(scratch_.root())),
              IsEmpty());
}

TEST_F(BadInput, WithoutARemoteIsRefused) {
  scratch_.git({"remote", "remove", "origin"});
  const Ended ended = expect_nothing_changes(
      {"--step", "prepare-branch", "--version", kVersion}, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("origin"));
}

TEST_F(BadInput, ARemoteThatCannotBeReachedIsAnOutsideFailure) {
  scratch_.git({"remote",
                "set-url",
                "origin",
                (scratch_.root() / "nowhere.git").string()});
  const Ended ended = rl({"--step", "prepare-branch", "--version", kVersion});
  expect_refusal(ended, kUpstream);
  EXPECT_THAT(ended.err, HasSubstr("origin"));
  scratch_.git({"remote", "set-url", "origin", scratch_.origin().string()});
  finish();
}

TEST_F(BadInput, APushThatIsRejectedMovesNothingAndIsTriedAgain) {
  hook("pre-receive", "echo 'not today' >&2; exit 1");
  const Ended ended = step("prepare-branch");
  expect_refusal(ended, kUpstream);
  EXPECT_THAT(ended.err, HasSubstr("not today"));
  EXPECT_EQ(staging_branch(1), "");
  EXPECT_THAT(ended.err, HasSubstr("type the command again"));
  EXPECT_EQ(step_state("prepare-branch"), "failed");
  EXPECT_THAT(rl({"status", kVersion}).out, HasSubstr("not today"));
  hook("pre-receive", "exit 0");
  prepare();
  EXPECT_EQ(staging_branch(1), scratch_.head());
  EXPECT_EQ(count("BranchCreated"), 1U);
}

TEST_F(BadInput, AnEmptyRepositoryIsRefused) {
  scratch_.git({"init", "--quiet", "../empty"});
  support::Invocation empty = invocation({"--all", "--version", kVersion});
  empty.directory = scratch_.root() / "empty";
  expect_bare_refusal(support::run(empty), kUsage);
}

TEST_F(BadInput, ADirtyTreeIsRefusedWhereItMatters) {
  reach_bugs_checked();
  scratch_.write("notes.txt", "untracked files matter to nobody\n");
  scratch_.write("train.sh", scratch_.read("train.sh") + "# tweak\n");
  const Ended ended = step("workflow-tests");
  expect_refusal(ended, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("train.sh"));
  EXPECT_EQ(scratch_.runs(), 0);
  scratch_.git({"checkout", "--quiet", "train.sh"});
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
}

TEST_F(BadInput, ATreeThatARunDirtiesIsNoEvidence) {
  reach_bugs_checked();
  scratch_.behave("smoke", "echo '# tweak' >> train.sh");
  const Ended ended = step("workflow-tests");
  EXPECT_NE(ended.exit_code, kDone) << shown(ended);
  EXPECT_NE(validation()["outcome"], "passed");
}

TEST_F(BadInput, ALogThatCannotBeWrittenIsThisMachinesFailure) {
  reach_bugs_checked();
  std::error_code error;
  std::filesystem::remove_all(scratch_.ledger() / "logs", error);
  support::write_file(scratch_.ledger() / "logs", "in the way");
  const Ended ended = step("workflow-tests");
  expect_refusal(ended, kMachine);
  EXPECT_THAT(ended.err, HasSubstr("logs"));
  EXPECT_EQ(scratch_.runs(), 0);
  std::filesystem::remove(scratch_.ledger() / "logs", error);
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
}

// --- words ---

TEST_F(BadInput, AnUnknownWordIsToldTheNearOne) {
  struct Word {
    Arguments typed;
    std::string near;
  };
  for (const Word& word : {
           Word{{"statsu"}, "status"},
           Word{{"histroy", kVersion}, "history"},
           Word{{"--step", "relase", "--version", kVersion}, "release"},
           Word{{"--step", "workflow-test", "--version", kVersion},
                "workflow-tests"},
           Word{{"--all", "--versoin", kVersion}, "--version"},
       }) {
    const Ended ended = expect_nothing_changes(word.typed, kUsage);
    EXPECT_THAT(ended.err, HasSubstr(word.near));
  }
}

TEST_F(BadInput, AnUnknownReleaseIsToldTheNearOne) {
  prepare();
  for (const Arguments& typed :
       {Arguments{"status", "2025.10.20"},
        Arguments{"history", "2025.10.20"},
        Arguments{"explain", "2025.10.20"},
        Arguments{"replay", "2025.10.20", "--at", "2"},
        Arguments{"abandon", "2025.10.20", "--reason", "x", "--yes"},
        Arguments{"approve", "2025.10.20", "--role", "x", "--yes"}}) {
    const Ended ended = rl(typed);
    expect_refusal(ended, kUsage);
    EXPECT_THAT(ended.err, HasSubstr(kVersion));
    EXPECT_EQ(ended.out, "");
  }
}

TEST_F(BadInput, OnlyTheFirstStepStartsARelease) {
  for (const char* name :
       {"bug-check", "workflow-tests", "release", "announce"}) {
    const Ended ended =
        expect_nothing_changes({"--step", name, "--version", kVersion}, kUsage);
    EXPECT_THAT(ended.err, HasSubstr("prepare-branch"));
  }
}

TEST_F(BadInput, ReadingWithoutALedgerIsRefusedButAListIsEmpty) {
  for (const char* verb : {"status", "history", "explain", "verify"}) {
    expect_nothing_changes({verb}, kUsage);
  }
  const Ended ended = rl({"list", "--json"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(ended.out, "");
}

TEST_F(BadInput, WordsThatContradictEachOtherAreRefused) {
  expect_nothing_changes({"--all", "--step", "release"}, kUsage);
  prepare();
  for (const Arguments& typed :
       {Arguments{"abandon", kVersion, "--yes"},
        Arguments{"waive", kVersion, "smoke", "--yes"},
        Arguments{"approve", kVersion, "--yes"},
        Arguments{"replay", kVersion, "--at", "yesterday"},
        Arguments{"status", "--csv"},
        Arguments{"list", "--csv", "--json"},
        Arguments{"status", ""},
        Arguments{"compare", "", ""},
        Arguments{"metrics", "--plot"},
        Arguments{"metrics", "--agg", "max"},
        Arguments{"prove", "-1"},
        Arguments{"announce"},
        Arguments{"blame", "--help"},
        Arguments{"approve", kVersion, "--role", "x", "--key", "/nonexistent"},
        Arguments{"--step", "release", "--version", kVersion, "--rc", "2"}}) {
    const Ended ended = rl(typed);
    expect_refusal(ended, kUsage);
    EXPECT_EQ(ended.out, "");
  }
}

TEST_F(BadInput, AWordIsToldWhatToTypeInstead) {
  const std::vector<std::pair<Arguments, std::string>> cases = {
      {{"announce"}, "release-ledger --step announce"},
      {{"blame", "sps_max"}, "did you mean metrics blame?"},
      {{"metrics", "blame"}, "release-ledger metrics blame --help"},
      {{"plan", "show", "--log", "x"}, "release-ledger plan show --help"},
      {{"status", ""}, "V is given, and empty"},
      {{"prove", "-1"}, "whole number"},
      {{"approve"}, "approve needs V"}};
  for (const auto& [typed, says] : cases) {
    const Ended ended = rl(typed);
    expect_bare_refusal(ended, kUsage);
    EXPECT_THAT(ended.err, HasSubstr(says));
  }
  const Ended page = rl({"help", "metrics", "blame"});
  EXPECT_EQ(page.exit_code, kDone) << shown(page);
  EXPECT_EQ(page.out, rl({"metrics", "blame", "--help"}).out);
  EXPECT_THAT(page.out, HasSubstr("release-ledger metrics blame"));
  EXPECT_EQ(rl({"completion", "bash", "--color", "never"}).exit_code, kDone);
}

TEST_F(BadInput, AMomentBeforeTheReleaseSuggestsNoOtherName) {
  prepare();
  const Ended ended = rl({"replay", kVersion, "--at", "0"});
  expect_refusal(ended, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("at position 0; it was started at"));
}

}  // namespace
}  // namespace e2e
