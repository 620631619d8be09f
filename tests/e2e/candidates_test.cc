// Candidates: branches that are there already, a HEAD that moves, a second
// candidate, two releases in a row and a hotfix on stable.

#include <string>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kBranch = "refs/heads/staging/v" + kVersion + "-rc1";

class Candidates : public ReleaseTest {
 protected:
  void expect_stale() const {
    const json now = status();
    EXPECT_EQ(now["candidate"], 2);
    EXPECT_EQ(now["commit"], scratch_.head());
    EXPECT_EQ(support::named(now["steps"], "prepare-branch")["state"], "done");
    EXPECT_NE(support::named(now["steps"], "bug-check")["state"], "done");
    EXPECT_NE(support::named(now["steps"], "workflow-tests")["state"], "done");
    EXPECT_NE(validation()["outcome"], "passed");
  }
};

TEST_F(Candidates, AdoptABranchThatIsAtThisCommit) {
  scratch_.git({"push", "--quiet", "origin", "HEAD:" + kBranch});
  const Ended ended = step("prepare-branch");
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.out + ended.err, HasSubstr("adopt"));
  const auto created = support::of_type(history(), "BranchCreated");
  ASSERT_EQ(created.size(), 1U);
  EXPECT_EQ(created[0]["data"]["adopted"], true);
  finish();
}

TEST_F(Candidates, RefuseABranchAtAnotherCommitAndNameTheWayOut) {
  scratch_.git({"push", "--quiet", "origin", "HEAD:" + kBranch});
  const std::string other = scratch_.head();
  scratch_.commit("Another commit");
  const Ended refused = step("prepare-branch");
  EXPECT_THAT(refused.exit_code, AnyOf(kGateSaidNo, kUsage));
  expect_refusal(refused, refused.exit_code);
  EXPECT_THAT(refused.err, HasSubstr("--rc 2"));
  EXPECT_EQ(staging_branch(1), other);

  const Ended ended = step("prepare-branch", {"--rc", "2"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(staging_branch(1), other);
  EXPECT_EQ(staging_branch(2), scratch_.head());
  finish();
}

TEST_F(Candidates, StayWhereTheyAreWhenHeadMoves) {
  reach_bugs_checked();
  const std::string candidate = scratch_.head();
  scratch_.write("train.sh", scratch_.read("train.sh") + "# faster\n");
  scratch_.commit("Go on working");

  const Ended refused = step("workflow-tests");
  expect_refusal(refused, kUsage);
  EXPECT_THAT(refused.err,
              AllOf(HasSubstr("isolated"), HasSubstr(candidate.substr(0, 7))));
  EXPECT_EQ(scratch_.runs(), 0);
  EXPECT_EQ(staging_branch(1), candidate);

  scratch_.git({"checkout", "--quiet", "--detach", candidate});
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
  scratch_.git({"checkout", "--quiet", "main"});
  EXPECT_EQ(step("release").exit_code, kDone);
  EXPECT_EQ(status()["commit"], candidate);
  EXPECT_EQ(scratch_.origin_git({"show", "stable:train.sh"}).find("# faster"),
            std::string::npos);
}

class Isolated : public ReleaseTest {
 protected:
  Isolated()
      : ReleaseTest([] {
          PlanText plan;
          plan.run = "checkout = \"isolated\"";
          return plan;
        }()) {}
};

TEST_F(Isolated, ValidatesTheCandidateWhereverHeadIs) {
  reach_bugs_checked();
  scratch_.write("train.sh", "exit 1\n");
  scratch_.commit("Break the training");
  const Ended ended = step("workflow-tests");
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(validation()["outcome"], "passed");
  EXPECT_EQ(scratch_.git({"worktree", "list"}).find('\n'), std::string::npos)
      << "a work tree was left behind";
}

TEST_F(Candidates, MakeOlderEvidenceStale) {
  reach_tested();
  scratch_.write("model.txt", "fixed\n");
  scratch_.commit("Fix the model");
  const Ended ended = step("prepare-branch", {"--rc", "2"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  expect_stale();
  EXPECT_EQ(step("release").exit_code, kGateSaidNo);
  EXPECT_EQ(scratch_.origin_ref("refs/tags/v" + kVersion), "");
  finish();
  EXPECT_EQ(scratch_.runs(), 2);
  EXPECT_EQ(scratch_.origin_git({"show", "stable:model.txt"}), "fixed");
}

TEST_F(Candidates, OnlyGoForward) {
  prepare();
  const std::string first = scratch_.head();
  scratch_.commit("Another commit");
  EXPECT_EQ(step("prepare-branch", {"--rc", "2"}).exit_code, kDone);
  step("prepare-branch", {"--rc", "1"});
  EXPECT_EQ(status()["candidate"], 2);
  EXPECT_EQ(staging_branch(1), first);
  EXPECT_EQ(staging_branch(2), scratch_.head());
}

TEST_F(Candidates, MayStandOnADetachedHead) {
  scratch_.git({"checkout", "--quiet", "--detach"});
  finish();
  EXPECT_EQ(status()["state"], "released");
}

TEST_F(Candidates, BelongToTwoReleasesInARow) {
  finish("2025.10.02");
  scratch_.write("model.txt", "better\n");
  scratch_.commit("Improve the model");
  finish("2025.10.09");

  const auto releases = support::parse_lines(rl({"list", "--json"}).out);
  ASSERT_EQ(releases.size(), 2U);
  EXPECT_EQ(releases[0]["state"], "released");
  EXPECT_EQ(releases[1]["state"], "released");
  EXPECT_THAT(
      scratch_.origin_git({"show", "stable:release-notes/v2025.10.09.md"}),
      AllOf(HasSubstr("Improve the model"), Not(HasSubstr("Begin"))));
  // Both releases are in the history of stable, with their notes.
  EXPECT_NE(
      scratch_.origin_git({"show", "stable:release-notes/v2025.10.02.md"}), "");
  scratch_.origin_git(
      {"merge-base", "--is-ancestor", "v2025.10.02", "v2025.10.09"});
  EXPECT_EQ(rl({"verify"}).exit_code, kDone);
}

TEST_F(Candidates, RefuseToDropAHotfixOfStable) {
  finish("2025.10.01");
  scratch_.git({"fetch", "--quiet", "origin"});
  scratch_.git({"checkout", "--quiet", "--detach", "origin/stable"});
  scratch_.write("hotfix.txt", "urgent\n");
  const std::string hotfix = scratch_.commit("Fix it on stable");
  scratch_.git({"push", "--quiet", "origin", "HEAD:refs/heads/stable"});
  scratch_.git({"checkout", "--quiet", "main"});
  scratch_.write("model.txt", "better\n");
  scratch_.commit("Improve the model");

  reach_tested();
  const Ended refused = step("release");
  expect_refusal(refused, kGateSaidNo);
  EXPECT_THAT(refused.err, HasSubstr("hotfix.txt"));
  EXPECT_EQ(scratch_.origin_ref("refs/heads/stable"), hotfix);
  EXPECT_EQ(scratch_.origin_ref("refs/tags/v" + kVersion), "");

  // The way out: bring it over, and make a new candidate.
  scratch_.git({"cherry-pick", hotfix});
  EXPECT_EQ(step("prepare-branch", {"--rc", "2"}).exit_code, kDone);
  finish();
  EXPECT_EQ(scratch_.origin_git({"show", "stable:hotfix.txt"}), "urgent");
}

}  // namespace
}  // namespace e2e
