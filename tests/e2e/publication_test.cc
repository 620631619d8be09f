// What the world sees of a release: notes, merge, tag and announcement. The
// user's own checkout is left alone.

#include <string>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

const std::string kNotes = "release-notes/v" + kVersion + ".md";

class Publication : public ReleaseTest {
 protected:
  std::string origin(const Arguments& arguments) const {
    return scratch_.origin_git(arguments);
  }
  std::string tag() const {
    return scratch_.origin_ref("refs/tags/v" + kVersion);
  }
};

TEST_F(Publication, MergesStagingIntoStableWithTwoParents) {
  make_stable();
  const std::string before = scratch_.origin_ref("refs/heads/stable");
  const std::string candidate = scratch_.head();
  reach_published();
  EXPECT_EQ(origin({"rev-list", "--parents", "-n1", "stable"}),
            origin({"rev-parse", "stable"}) + " " + before + " " +
                origin({"rev-parse", "staging/v" + kVersion + "-rc1"}));
  // The notes are one commit on the candidate, and touch nothing else.
  EXPECT_EQ(origin({"rev-parse", "stable^2^"}), candidate);
  EXPECT_EQ(origin({"diff", "--name-only", candidate, "stable"}), kNotes);
}

TEST_F(Publication, OfWhatStableHoldsBesideIsRefusedWithTheWayOn) {
  make_stable();
  reach_tested();
  scratch_.git({"checkout",
                "--quiet",
                "-b",
                "hotfix",
                scratch_.origin_ref("refs/heads/stable")});
  scratch_.write("hotfix.txt", "mended in a hurry\n");
  scratch_.git({"add", "hotfix.txt"});
  scratch_.git({"commit", "--quiet", "-m", "Mend in a hurry"});
  scratch_.git({"push", "--quiet", "origin", "HEAD:refs/heads/stable"});
  scratch_.git({"checkout", "--quiet", "-"});
  expect_refusal(step("release"), kGateSaidNo);
  EXPECT_THAT(status()["next"].get<std::string>(),
              AllOf(HasSubstr("origin stable"),
                    HasSubstr("release-ledger --step prepare-branch"),
                    HasSubstr("--rc 2")));
  const Ended explained = rl({"explain", kVersion});
  EXPECT_THAT(explained.out, HasSubstr("--rc 2"));
  EXPECT_THAT(explained.out, Not(HasSubstr("--step announce")));
}

TEST_F(Publication, SaysInTheMergeHowFarTheLedgerWas) {
  reach_published();
  const std::string body = origin({"show", "-s", "--format=%B", "stable"});
  const std::size_t at = body.find("Release-Ledger: ");
  ASSERT_NE(at, std::string::npos) << body;
  const std::string line = body.substr(at, body.find('\n', at) - at);
  EXPECT_THAT(line, MatchesRegex("Release-Ledger: [^ ]+ [0-9]+ [^ ]+"));
}

TEST_F(Publication, TagsTheMergeWithTheSeedsMessage) {
  reach_published();
  EXPECT_EQ(origin({"cat-file", "-t", "v" + kVersion}), "tag");
  EXPECT_EQ(
      origin(
          {"for-each-ref", "--format=%(contents)", "refs/tags/v" + kVersion}),
      "Release version " + kVersion + "\n");
  EXPECT_EQ(origin({"rev-parse", "v" + kVersion + "^{commit}"}),
            origin({"rev-parse", "stable"}));
  const json created = support::of_type(history(), "TagCreated")[0]["data"];
  EXPECT_EQ(created["tag"], "v" + kVersion);
  EXPECT_EQ(created["object"], tag());
  EXPECT_EQ(created["commit"], origin({"rev-parse", "stable"}));
}

TEST_F(Publication, LeavesTheUsersCheckoutAlone) {
  scratch_.git({"checkout", "--quiet", "-b", "topic"});
  scratch_.write("untracked.txt", "mine\n");
  const support::Snapshot before = support::snapshot(scratch_.work());
  const std::string index = scratch_.git({"ls-files", "--stage"});
  finish();
  for (const std::string& line :
       support::differences(before, support::snapshot(scratch_.work()))) {
    EXPECT_THAT(line, ::testing::StartsWith(".git"));
  }
  EXPECT_EQ(scratch_.git({"symbolic-ref", "HEAD"}), "refs/heads/topic");
  EXPECT_EQ(scratch_.git({"ls-files", "--stage"}), index);
  EXPECT_EQ(scratch_.git({"status", "--porcelain"}), "?? untracked.txt");
  EXPECT_EQ(scratch_.git({"branch", "--format=%(refname:short)"}),
            "main\ntopic");
}

TEST_F(Publication, WritesNotesWithTheEvidence) {
  scratch_.write_plan(support::two_approvals());
  scratch_.commit("Ask two people");
  make_stable();
  reach_tested();
  approve("Robb", "release-manager");
  approve("Jack", "technical-lead");
  EXPECT_EQ(step("release").exit_code, kDone);
  const std::string notes = origin({"show", "stable:" + kNotes});
  EXPECT_THAT(notes,
              AllOf(HasSubstr(kVersion),
                    HasSubstr("Improve the model"),
                    HasSubstr("smoke"),
                    HasSubstr("sps_max"),
                    HasSubstr("41000"),
                    HasSubstr("30000")));
  EXPECT_THAT(notes, ::testing::Not(HasSubstr("Begin")));
}

TEST_F(Publication, OfAFirstReleaseMakesTheStableBranch) {
  reach_published();
  EXPECT_NE(scratch_.origin_ref("refs/heads/stable"), "");
  origin({"merge-base", "--is-ancestor", scratch_.head(), "stable"});
  EXPECT_NE(origin({"show", "stable:" + kNotes}), "");
}

TEST_F(Publication, MovesBranchAndTagTogetherOrNeither) {
  make_stable();
  const std::string before = scratch_.origin_ref("refs/heads/stable");
  reach_tested();
  hook("update",
       "case $1 in refs/tags/*) echo 'no tags today' >&2; "
       "exit 1;; esac");
  const Ended ended = step("release");
  expect_refusal(ended, kUpstream);
  EXPECT_THAT(ended.err, HasSubstr("no tags today"));
  EXPECT_EQ(scratch_.origin_ref("refs/heads/stable"), before);
  EXPECT_EQ(tag(), "");
  EXPECT_EQ(count("TagPushed"), 0U);
  EXPECT_EQ(count("StableMerged"), 0U);

  hook("update", "exit 0");
  EXPECT_EQ(step("release").exit_code, kDone);
  EXPECT_EQ(count("TagPushed"), 1U);
  EXPECT_EQ(origin({"rev-list", "--count", "--merges", "stable"}), "1");
  EXPECT_EQ(scratch_.runs(), 1);
}

TEST_F(Publication, NeverMovesATagThatHasComeMeanwhile) {
  reach_tested();
  scratch_.git({"tag", "v" + kVersion, "HEAD"});
  scratch_.git({"push", "--quiet", "origin", "v" + kVersion});
  const std::string theirs = tag();
  const Ended ended = step("release");
  EXPECT_THAT(ended.exit_code, AnyOf(kGateSaidNo, kUpstream)) << shown(ended);
  expect_refusal(ended, ended.exit_code);
  EXPECT_THAT(ended.err, HasSubstr("v" + kVersion));
  EXPECT_EQ(tag(), theirs);
}

TEST_F(Publication, GoesOnWhenStableMovesBelowIt) {
  make_stable();
  reach_tested();
  // Somebody pushes to stable what the candidate has already.
  scratch_.git({"push", "--quiet", "origin", "main:refs/heads/stable"});
  EXPECT_EQ(step("release").exit_code, kDone);
  EXPECT_NE(tag(), "");
}

TEST_F(Publication, IsAnnouncedOnlyAfterItHappened) {
  reach_tested();
  for (const Arguments& more :
       {Arguments{}, Arguments{"--confirm-announced", "posted"}}) {
    const Ended ended = step("announce", more);
    expect_refusal(ended, kGateSaidNo);
    EXPECT_EQ(ended.out.find("Released stable version"), std::string::npos);
  }
  EXPECT_EQ(count("AnnouncementPosted"), 0U);
}

TEST_F(Publication, IsAnnouncedOnce) {
  finish();
  const Ended ended = step("announce", {"--confirm-announced", "again"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(count("AnnouncementPosted"), 1U);
  EXPECT_EQ(count("ReleaseCompleted"), 1U);
  const json posted =
      support::of_type(history(), "AnnouncementPosted")[0]["data"];
  EXPECT_EQ(posted["reason"], "posted");
}

TEST_F(Publication, ReadsItsNotesFolderFromThePlan) {
  PlanText plan;
  plan.more =
      "[project]\nrelease_notes = "
      "\"devops/stable/release-notes/v{version}.md\"\n";
  scratch_.write_plan(plan);
  scratch_.commit("Notes elsewhere");
  reach_published();
  EXPECT_NE(origin({"show", "stable:devops/stable/" + kNotes}), "");
  EXPECT_THAT(step("announce").out,
              HasSubstr("Release notes: devops/stable/" + kNotes + "\n"));
}

TEST_F(Publication, LeavesNoSecretOfAUrlBehind) {
  prepare();
  scratch_.git(
      {"remote", "set-url", "origin", "http://ann:s3cret@127.0.0.1:9/x.git"});
  const Ended ended = step("prepare-branch", {"--rc", "2"});
  EXPECT_NE(ended.exit_code, kDone);
  EXPECT_EQ((ended.out + ended.err).find("s3cret"), std::string::npos)
      << shown(ended);
  EXPECT_EQ(rl({"history", kVersion, "--json"}).out.find("s3cret"),
            std::string::npos);
}

}  // namespace
}  // namespace e2e
