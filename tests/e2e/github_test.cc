// The release step by a pull request, against a GitHub that really merges.

#include "tests/e2e/github_fixture.h"

namespace e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class GitHub : public GitHubTest {};

TEST_F(GitHub, TakesAReleaseFromNothingToItsPageWithoutABrowser) {
  Ended ended = all();
  EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);
  EXPECT_THAT(ended.err, HasSubstr("pull/412"));
  EXPECT_EQ(status()["pull_request"]["number"], 412);
  const json opened = pull();
  EXPECT_EQ(opened["title"], "Release v" + kVersion + " (rc1)");
  EXPECT_EQ(opened["base"], "stable");
  for (const char* part : {"## Changes",
                           "Improve the model",
                           "## Validations",
                           "## Metrics against the last release",
                           "sps_max",
                           "## Approvals",
                           "## Waivers"}) {
    EXPECT_THAT(opened["body"].get<std::string>(), HasSubstr(part));
  }
  both_approve();
  ended = all({"--confirm-announced", "posted"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  expect_released_once();
  EXPECT_EQ(status()["state"], "released");
  const auto granted = support::of_type(history(), "ApprovalGranted");
  ASSERT_THAT(granted, SizeIs(2));
  EXPECT_EQ(granted[0]["data"]["by"], "Robb <robb@x.org>");
  EXPECT_EQ(granted[0]["data"]["source"], "github");
  const std::string message =
      scratch_.origin_git({"log", "-1", "--format=%B", "stable"});
  EXPECT_THAT(message, HasSubstr("Release version " + kVersion));
  EXPECT_THAT(message, HasSubstr("Approved-by: Jack <jack@x.org>"));
  EXPECT_THAT(message, HasSubstr("Release-Ledger: "));
  EXPECT_THAT(fake_.state()["releases"][0]["body"].get<std::string>(),
              HasSubstr("# Release v" + kVersion));
}

TEST_F(GitHub, IsAskedForEachThingOnce) {
  reach_opened();
  both_approve();
  for (int i = 0; i < 3; ++i) {
    const Ended ended = release();
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  }
  EXPECT_THAT(fake_.requests("POST", "/repos/acme/sim/pulls"), SizeIs(1));
  EXPECT_THAT(fake_.requests("PUT"), SizeIs(1));
  EXPECT_THAT(fake_.requests("POST", "/repos/acme/sim/releases"), SizeIs(1));
  const Ended whole = rl({"export"});
  EXPECT_THAT(whole.out, Not(HasSubstr("ghp_s3cret")));
}

TEST_F(GitHub, AdoptsAPullRequestThatIsThere) {
  reach_tested();
  // What is pushed before the pull request is: the notes.
  EXPECT_EQ(release({}, {{"GITHUB_API_URL", "http://127.0.0.1:9"}}).exit_code,
            kUpstream);
  at_github([&](json& world) {
    world["pulls"].push_back({{"number", 300},
                              {"state", "open"},
                              {"title", "By hand"},
                              {"body", "by hand"},
                              {"head", "staging/v" + kVersion + "-rc1"},
                              {"base", "stable"},
                              {"head_sha", staging_branch(1)},
                              {"user", "robb"}});
  });
  const Ended ended = release();
  EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);
  const auto opened = support::of_type(history(), "PullRequestOpened");
  ASSERT_THAT(opened, SizeIs(1));
  EXPECT_EQ(opened[0]["data"]["number"], 300);
  EXPECT_EQ(opened[0]["data"]["adopted"], true);
  EXPECT_EQ(pull()["body"], "by hand");
  // Its author's own approval does not count.
  both_approve();
  EXPECT_EQ(release().exit_code, kWaiting);
  EXPECT_THAT(support::of_type(history(), "ApprovalGranted"), SizeIs(1));
}

TEST_F(GitHub, CountsOnlyReviewsThatCount) {
  reach_opened();
  review("stranger", "APPROVED");
  review("unlisted", "APPROVED");
  review("robb", "APPROVED", std::string(40, '1'));
  review("jack", "COMMENTED");
  const Ended ended = release();
  expect_refusal(ended, kWaiting);
  EXPECT_THAT(ended.err, HasSubstr("stranger may not write"));
  EXPECT_THAT(ended.err, HasSubstr("no [[person]] has github = 701"));
  EXPECT_THAT(ended.err, HasSubstr("given on 111111111111"));
  EXPECT_EQ(count("ApprovalGranted"), 0U);
}

TEST_F(GitHub, WithdrawsAnApprovalWithItsReview) {
  reach_opened();
  review("robb", "APPROVED");
  EXPECT_EQ(release().exit_code, kWaiting);
  EXPECT_EQ(count("ApprovalGranted"), 1U);
  at_github(
      [&](json& world) { world["reviews"]["412"][0]["state"] = "DISMISSED"; });
  EXPECT_EQ(release().exit_code, kWaiting);
  EXPECT_EQ(count("ApprovalRevoked"), 1U);
  review("jack", "CHANGES_REQUESTED");
  const Ended ended = release();
  expect_refusal(ended, kWaiting);
  EXPECT_THAT(ended.err, HasSubstr("jack asked for changes"));
  both_approve();
  EXPECT_EQ(release().exit_code, kDone);
  expect_released_once();
}

TEST_F(GitHub, LeavesPlainApprovalsAsTheyAre) {
  reach_opened();
  EXPECT_EQ(approve("Robb", "release-manager").exit_code, kDone);
  review("jack", "APPROVED");
  const Ended ended = release();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(count("ApprovalRevoked"), 0U);
}

TEST_F(GitHub, TellsRefusalsInItsWordsAndWhatToDo) {
  reach_opened();
  both_approve();
  at_github([](json& world) { world["rules"]["merge_commits"] = false; });
  Ended ended = release();
  expect_refusal(ended, kGateSaidNo);
  EXPECT_THAT(ended.err, HasSubstr("Merge commits are not allowed"));
  EXPECT_THAT(ended.err, HasSubstr("allow merge commits"));
  EXPECT_EQ(step_state("release"), "failed");
  at_github([](json& world) {
    world["rules"] = {{"checks", json::array({"build"})}};
  });
  ended = release();
  expect_refusal(ended, kWaiting);
  EXPECT_THAT(ended.err, HasSubstr("\"build\" is expected"));
  at_github([](json& world) {
    world["checks"].push_back({{"name", "build"},
                               {"status", "completed"},
                               {"conclusion", "success"}});
  });
  EXPECT_EQ(release().exit_code, kDone);
  expect_released_once();
}

TEST_F(GitHub, RefusesACommitThatNobodyApproved) {
  reach_opened();
  both_approve();
  at_github([](json& world) { world["move_head_on_merge"] = true; });
  Ended ended = release();
  expect_refusal(ended, kGateSaidNo);
  EXPECT_THAT(ended.err, HasSubstr("Head branch was modified"));
  ended = release();
  expect_refusal(ended, kGateSaidNo);
  EXPECT_THAT(ended.err, HasSubstr("--rc 2"));
  EXPECT_EQ(scratch_.origin_git({"rev-list", "--count", "--merges", "stable"}),
            "0");
}

TEST_F(GitHub, TriesAgainWhereTheBaseHasMoved) {
  reach_opened();
  both_approve();
  at_github([](json& world) { world["move_base_on_merge"] = true; });
  const Ended ended = release();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  expect_released_once();
  EXPECT_EQ(count("PullRequestRefused"), 1U);
}

TEST_F(GitHub, AdoptsWhatAPersonMergedButTagsItWithApprovalsOnly) {
  reach_opened();
  const std::string merged = scratch_.git(
      {"commit-tree",
       scratch_.origin_git({"rev-parse", staging_branch(1) + "^{tree}"}),
       "-p",
       scratch_.origin_ref("refs/heads/stable"),
       "-p",
       staging_branch(1),
       "-m",
       "Merged in the browser"});
  scratch_.git({"push", "--quiet", "origin", merged + ":refs/heads/stable"});
  at_github([&](json& world) {
    world["pulls"][0].update({{"state", "closed"},
                              {"merged", true},
                              {"merged_at", "2026-02-01T11:00:00Z"}});
  });
  Ended ended = release();
  expect_refusal(ended, kWaiting);
  EXPECT_EQ(count("PullRequestMerged"), 1U);
  both_approve();
  ended = release();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  expect_released_once();
}

TEST_F(GitHub, NeedsATokenAndSaysWhich) {
  reach_tested();
  const Ended ended = release({}, {{"GITHUB_TOKEN", ""}});
  expect_refusal(ended, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("GITHUB_TOKEN"));
}

TEST_F(GitHub, IsRehearsedWithBodiesAndWithoutAWrite) {
  reach_tested();
  const auto before = support::snapshot(scratch_.origin());
  const Ended ended = release({"--check"});
  EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);
  EXPECT_THAT(ended.out, HasSubstr("POST " + fake_.url() + "/repos/acme/sim"));
  EXPECT_THAT(ended.out, HasSubstr("merge_method"));
  EXPECT_THAT(ended.out, HasSubstr("tag_name"));
  EXPECT_THAT(ended.out, Not(HasSubstr("ghp_s3cret")));
  EXPECT_EQ(support::snapshot(scratch_.origin()), before);
  EXPECT_THAT(fake_.requests("POST"), IsEmpty());
  EXPECT_THAT(fake_.requests("PUT"), IsEmpty());
}

TEST_F(GitHub, IsRehearsedWithItsReadsAndTheNewText) {
  reach_opened();
  const std::string pulls = fake_.url() + "/repos/acme/sim/pulls/412";
  Ended ended = release({"--check"});
  EXPECT_THAT(ended.out + ended.err,
              HasSubstr("asks GET " + pulls + "/reviews"));
  EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("PATCH")));
  EXPECT_THAT(ended.out + ended.err, HasSubstr("*** (from GITHUB_TOKEN)"));
  EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("ghp_s3cret")));
  // The notes are written anew, and the text follows them.
  record_other_evidence();
  ended = release({"--check"});
  EXPECT_THAT(ended.out + ended.err, HasSubstr("would write release-notes/"));
  EXPECT_THAT(ended.out + ended.err, HasSubstr("PATCH " + pulls));
  EXPECT_THAT(ended.out + ended.err, HasSubstr("42123"));
  EXPECT_THAT(fake_.requests("PATCH"), IsEmpty());
  EXPECT_EQ(release().exit_code, kWaiting);
  EXPECT_THAT(fake_.requests("PATCH"), SizeIs(1));
  EXPECT_THAT(pull()["body"].get<std::string>(), HasSubstr("42123"));
}

TEST_F(GitHub, IsWaitedForWhereThatIsWanted) {
  reach_opened();
  support::Running running(invocation(
      {"--step", "release", "--version", kVersion, "--wait", "60s"}, token()));
  EXPECT_TRUE(support::eventually([&] {
    return fake_.requests("GET", "/repos/acme/sim/pulls/412/reviews").size() >
           1;
  }));
  both_approve();
  const Ended ended = running.wait();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  expect_released_once();
  expect_refusal(release({"--wait", "soon"}), kUsage);
}

TEST_F(GitHub, SaysWhenATagIsSpent) {
  reach_opened();
  both_approve();
  at_github([](json& world) { world["spent_tags"].push_back("v" + kVersion); });
  Ended ended = release();
  expect_refusal(ended, kGateSaidNo);
  EXPECT_THAT(ended.err, HasSubstr("used by an immutable release"));
  EXPECT_EQ(count("TagPushed"), 1U);
  EXPECT_EQ(step_state("release"), "running");
}

class RequiredChecks : public GitHubTest {
 protected:
  RequiredChecks() : GitHubTest("required_checks = [\"build\"]\n") {}

  void check(const std::string& status, const json& conclusion) const {
    at_github([&](json& world) {
      world["checks"] = json::array({{{"name", "build"},
                                      {"status", status},
                                      {"conclusion", conclusion}}});
    });
  }
};

TEST_F(RequiredChecks, AreWaitedForAndHaveToSucceed) {
  reach_opened();
  both_approve();
  Ended ended = release();
  expect_refusal(ended, kWaiting);
  EXPECT_THAT(ended.err, HasSubstr("build (not begun)"));
  check("in_progress", nullptr);
  EXPECT_EQ(release().exit_code, kWaiting);
  check("completed", "failure");
  ended = release();
  expect_refusal(ended, kGateSaidNo);
  EXPECT_THAT(ended.err, HasSubstr("build (failure)"));
  check("completed", "success");
  EXPECT_EQ(release().exit_code, kDone);
}

}  // namespace
}  // namespace e2e
