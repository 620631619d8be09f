#include <cstdlib>

#include <gmock/gmock.h>

#include "tests/commands/git_fixture.h"

namespace commands::services {
namespace {

using ledger::ErrorCode;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

// --- the remote ---

TEST_F(GitTest, ListsExactlyTheNamedRefsWithATagsOwnId) {
  shell(
      "git tag -a -m t v1; git tag light; git push -q origin v1 light; "
      "git push -q origin main:refs/x/refs/tags/v1");
  const auto refs = git().remote_refs(
      "origin", {"refs/tags/v1", "refs/tags/light", "refs/heads/nope"});
  ASSERT_TRUE(refs) << refs.error().message;
  EXPECT_THAT(
      *refs,
      UnorderedElementsAre(Pair("refs/tags/v1", shell("git rev-parse v1")),
                           Pair("refs/tags/light", head_)));
  EXPECT_NE(refs->at("refs/tags/v1"), head_);
  EXPECT_THAT(*git().remote_refs("origin", {}), IsEmpty());
}

TEST_F(GitTest, TellsAnUnreachableRemoteFromOneThatIsNotConfigured) {
  shell("git remote add gone /nowhere/r.git");
  const auto gone = git().remote_refs("gone", {"refs/heads/main"});
  EXPECT_EQ(reason_of(gone), "remote-unreachable");
  EXPECT_EQ(gone.error().code, ErrorCode::kUpstream);
  EXPECT_THAT(gone.error().message, HasSubstr("'/nowhere/r.git' does not"));
  EXPECT_EQ(reason_of(git().fetch("gone", {"refs/heads/main"})),
            "remote-unreachable");
  EXPECT_EQ(reason_of(git().push_atomic("gone", {{head_, "refs/heads/x"}})),
            "remote-unreachable");
  for (const char* name : {"nope", "--upload-pack=touch x", ""}) {
    const auto none = git().remote_refs(name, {"refs/heads/main"});
    EXPECT_EQ(reason_of(none), "no-remote") << name;
    EXPECT_EQ(none.error().code, ErrorCode::kUsage);
    EXPECT_EQ(reason_of(git().push_atomic(name, {{head_, "refs/heads/x"}})),
              "no-remote");
  }
}

TEST_F(GitTest, AsksSshNotToAskUnlessTheUserHasSaidHowToCallIt) {
  write_script(folder() / "bin/ssh", "echo \"$@\" > ../ssh-arguments; exit 1");
  const std::string path = (folder() / "bin").string() + ":" + getenv("PATH");
  const std::string before = getenv("PATH");
  setenv("PATH", path.c_str(), 1);
  shell("git remote add far ssh://git@x.invalid/r.git");
  EXPECT_EQ(reason_of(git().remote_refs("far", {"refs/heads/main"})),
            "remote-unreachable");
  EXPECT_THAT(read(folder() / "ssh-arguments"), HasSubstr("-oBatchMode=yes"));
  shell("git config core.sshCommand 'ssh -4'");
  (void)git().remote_refs("far", {"refs/heads/main"});
  EXPECT_THAT(read(folder() / "ssh-arguments"), Not(HasSubstr("BatchMode")));
  setenv("PATH", before.c_str(), 1);
}

TEST_F(GitTest, FetchesObjectsWithoutMovingAnyRef) {
  shell(
      "git clone -q origin.git other && cd other && "
      "git commit -q --allow-empty -m theirs && git tag -a -m t v9 && "
      "git push -q origin main v9",
      ".");
  const std::string theirs = shell("git rev-parse main", "origin.git");
  const std::string refs = shell("git for-each-ref");
  EXPECT_FALSE(*git().has_object(theirs));
  const auto fetched = git().fetch("origin", {"refs/heads/main"});
  EXPECT_TRUE(fetched) << fetched.error().message;
  EXPECT_TRUE(*git().has_object(theirs));
  EXPECT_EQ(shell("git for-each-ref"), refs);
  EXPECT_FALSE(std::filesystem::exists(work() / ".git/FETCH_HEAD"));
  EXPECT_EQ(reason_of(git().fetch("origin", {"refs/heads/nope"})),
            "git-failed");
}

TEST_F(GitTest, PushesBranchAndTagTogetherAndAgain) {
  Git git = this->git();
  const std::string tag = *git.make_tag(
      "v1", head_, "Release version 1", {"Ann", "ann@x.org"}, kAtMs);
  const std::vector<RefUpdate> updates{{head_, "refs/heads/stable"},
                                       {tag, "refs/tags/v1"}};
  shell(
      "git tag -a -m mine follow-me; "
      "git config --global push.followTags true");
  for (int round = 0; round < 2; ++round) {
    const auto pushed = git.push_atomic("origin", updates);
    ASSERT_TRUE(pushed) << pushed.error().message;
  }
  EXPECT_EQ(origin_ref("refs/heads/stable"), head_);
  EXPECT_EQ(origin_ref("refs/tags/v1"), tag);
  EXPECT_EQ(origin_ref("refs/tags/follow-me"), "") << "only what was named";
}

TEST_F(GitTest, RefusesAPushThatIsNotAFastForwardAndLeavesBothRefs) {
  const auto pushed = git().push_atomic(
      "origin",
      {{head_, "refs/tags/v1"}, {unrelated_commit(), "refs/heads/main"}});
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().code, ErrorCode::kUpstream);
  EXPECT_EQ(pushed.error().reason, "push-rejected");
  EXPECT_THAT(pushed.error().message,
              HasSubstr("refs/heads/main: [rejected] (non-fast-forward)"));
  EXPECT_EQ(origin_ref("refs/heads/main"), head_);
  EXPECT_EQ(origin_ref("refs/tags/v1"), "");
}

TEST_F(GitTest, NeverMovesATag) {
  shell("git push -q origin HEAD~1:refs/tags/v1");
  EXPECT_EQ(reason_of(git().push_atomic("origin", {{head_, "refs/tags/v1"}})),
            "push-rejected");
  EXPECT_EQ(origin_ref("refs/tags/v1"), first_);
}

TEST_F(GitTest, RepeatsWhatAHookOfTheRemoteSaid) {
  write_script(origin() / "hooks/pre-receive",
               "printf '\\033[31mno pushes on Friday\\033[0m\\n'; exit 1\n");
  const auto pushed = git().push_atomic(
      "origin", {{head_, "refs/heads/stable"}, {head_, "refs/tags/v1"}});
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().reason, "push-rejected");
  EXPECT_EQ(pushed.error().message,
            "origin refused refs/heads/stable: [remote rejected] "
            "(pre-receive hook declined): no pushes on Friday");
  EXPECT_EQ(origin_ref("refs/heads/stable"), "");
}

TEST_F(GitTest, NamesAStaleLockOnTheRemoteAndHowToClearIt) {
  const auto lock = origin() / "refs/heads/stable.lock";
  write(lock, "");
  const std::vector<RefUpdate> updates{{head_, "refs/heads/stable"},
                                       {head_, "refs/tags/v1"}};
  const auto pushed = git().push_atomic("origin", updates);
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().reason, "push-rejected");
  EXPECT_THAT(pushed.error().hint, HasSubstr("refs/heads/stable.lock"));
  EXPECT_THAT(pushed.error().hint, HasSubstr("rm "));
  EXPECT_EQ(origin_ref("refs/tags/v1"), "");
  std::filesystem::remove(lock);
  EXPECT_TRUE(git().push_atomic("origin", updates));
}

TEST_F(GitTest, RunsTheUsersPrePushHook) {
  write_script(work() / ".git/hooks/pre-push",
               "cat > seen; echo 'run the tests first' >&2; exit 1\n");
  const auto pushed =
      git().push_atomic("origin", {{head_, "refs/heads/stable"}});
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().reason, "git-failed");
  EXPECT_EQ(pushed.error().message, "git push: run the tests first");
  EXPECT_THAT(pushed.error().hint, HasSubstr("pre-push"));
  EXPECT_THAT(read(work() / "seen"), HasSubstr("refs/heads/stable"));
  EXPECT_EQ(origin_ref("refs/heads/stable"), "");
}

}  // namespace
}  // namespace commands::services
