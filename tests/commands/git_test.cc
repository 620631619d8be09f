#include "commands/services/git.h"

#include <gmock/gmock.h>
#include <signal.h>

#include "tests/commands/git_fixture.h"

namespace commands::services {
namespace {

using ledger::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

// --- where we are ---

TEST_F(GitTest, KnowsWhereItIsFromASubfolder) {
  std::filesystem::create_directory(work() / "sub");
  Git git(runner_, work() / "sub", true);
  EXPECT_EQ(git.top_level(), std::filesystem::canonical(work()));
  EXPECT_EQ(git.common_directory(),
            std::filesystem::canonical(work()) / ".git");
  EXPECT_EQ(git.head_commit(), head_);
}

TEST_F(GitTest, SharesTheCommonDirectoryBetweenWorkTrees) {
  shell("git worktree add -q --detach ../second");
  Git git(runner_, folder() / "second", true);
  EXPECT_EQ(git.common_directory(),
            std::filesystem::canonical(work()) / ".git");
}

TEST_F(GitTest, SaysThatItIsNotInARepository) {
  Git outside(runner_, folder(), true);
  const auto top = outside.top_level();
  EXPECT_EQ(reason_of(top), "not-a-repository");
  EXPECT_EQ(top.error().code, ErrorCode::kUsage);
  EXPECT_EQ(reason_of(outside.head_commit()), "not-a-repository");
  EXPECT_EQ(reason_of(outside.common_directory()), "not-a-repository");
  Git bare(runner_, origin(), true);
  EXPECT_EQ(reason_of(bare.top_level()), "not-a-repository");
}

TEST_F(GitTest, SaysThatThereIsNoCommitYet) {
  shell("git init -q empty", ".");
  Git git(runner_, folder() / "empty", true);
  EXPECT_EQ(reason_of(git.head_commit()), "no-commit");
}

TEST_F(GitTest, NamesTheTrackedFilesThatDiffer) {
  EXPECT_THAT(*git().changed_tracked_files(), IsEmpty());
  shell(
      "echo x >> a.txt; echo x > 'new file'; git mv b.txt 'c ö.txt'; "
      "echo u > untracked");
  shell("git add 'new file'");
  std::filesystem::create_directory(work() / "sub");
  Git git(runner_, work() / "sub", true);
  EXPECT_THAT(*git.changed_tracked_files(),
              UnorderedElementsAre("a.txt", "b.txt", "c ö.txt", "new file"));
}

TEST_F(GitTest, ReadsWhoActs) {
  const auto who = git().identity();
  EXPECT_EQ(who->name, "Ann");
  EXPECT_EQ(who->email, "ann@x.org");
  write(folder() / "home/.gitconfig", "");
  EXPECT_EQ(git().identity()->name, "");
}

TEST_F(GitTest, ShowsARemotesUrlWithoutItsCredentials) {
  shell("git remote add forge https://ann:s3cret@x.org/r.git");
  EXPECT_EQ(*git().remote_url("forge"), "https://x.org/r.git");
  EXPECT_EQ(*git().remote_url("nope"), std::nullopt);
  EXPECT_EQ(*git().remote_url("--all"), std::nullopt);
}

// --- dry runs ---

TEST_F(GitTest, ChangesNothingAtAllWhenReadOnly) {
  shell(
      "git checkout -q -b side HEAD~1; echo s > s; git add s; "
      "git commit -q -m side; git checkout -q main");
  shell("echo x > a.txt; touch b.txt");  // an index to be refreshed
  const std::string before = everything();
  {
    Git git = this->git(true);
    EXPECT_THAT(*git.changed_tracked_files(), ElementsAre("a.txt"));
    EXPECT_EQ(git.remote_refs("origin", {"refs/heads/main"})->size(), 1U);
    const auto merge = git.merge_tree("main", "side");
    ASSERT_TRUE(merge && merge->clean);
    EXPECT_THAT(*git.changed_paths("main", merge->tree), ElementsAre("s"))
        << "the tree can be looked at";
    EXPECT_TRUE(*git.has_object(head_));
  }
  EXPECT_EQ(everything(), before);
}

TEST_F(GitTest, TakesAWriteInADryRunForOurBug) {
  EXPECT_DEATH((void)git(true).write_blob("x"), "dry run");
  EXPECT_DEATH((void)git(true).push_atomic("origin", {{head_, "refs/x"}}),
               "dry run");
  EXPECT_DEATH((void)git(true).fetch("origin", {"refs/x"}), "dry run");
}

// --- refs and work trees here ---

TEST_F(GitTest, CreatesARefOnceAndNeverMovesIt) {
  EXPECT_TRUE(*git().create_ref("refs/tags/v1", head_));
  EXPECT_TRUE(*git().create_ref("refs/tags/v1", head_)) << "there already";
  EXPECT_FALSE(*git().create_ref("refs/tags/v1", first_));
  EXPECT_EQ(*git().resolve("refs/tags/v1"), head_);
  write(work() / ".git/refs/tags/v2.lock", "");
  const auto locked = git().create_ref("refs/tags/v2", head_);
  EXPECT_EQ(reason_of(locked), "git-failed");
  EXPECT_THAT(locked.error().hint, HasSubstr("refs/tags/v2.lock"));
}

TEST_F(GitTest, MakesAndRemovesAWorkTreeOfItsOwn) {
  const std::string before = users_things();
  const auto place = folder() / "isolated";
  for (int round = 0; round < 2; ++round) {
    const auto added = git().worktree_add(place, first_);
    ASSERT_TRUE(added) << added.error().message;
    EXPECT_EQ(read(place / "a.txt"), "one\n");
    EXPECT_FALSE(std::filesystem::exists(place / "b.txt"));
    write(place / "left", "behind");
    EXPECT_TRUE(git().worktree_remove(place));
    EXPECT_FALSE(std::filesystem::exists(place));
    EXPECT_TRUE(git().worktree_remove(place)) << "gone already";
  }
  EXPECT_TRUE(git().worktree_add(place, first_));
  std::filesystem::remove_all(place);  // a crash, then a tidy user
  EXPECT_TRUE(git().worktree_add(place, first_));
  EXPECT_EQ(users_things(), before);
}

// --- the runner in between ---

// Answers as told and keeps what it was asked.
class CannedRunner : public ProcessRunner {
 public:
  Result<ProcessResult> run(const ProcessRequest& request) override {
    asked.push_back(request);
    return answer;
  }
  Result<std::unique_ptr<RunningProcess>> start(
      const ProcessRequest&) override {
    return ledger::fail(ErrorCode::kInternal, "canned", "git is only run");
  }
  std::vector<ProcessRequest> asked;
  ProcessResult answer;
};

TEST(GitCalls, SayWhatBecameOfGit) {
  CannedRunner runner;
  Git git(runner, "/", true);
  runner.answer.end = ProcessEnd::kTimedOut;
  auto result = git.top_level();
  EXPECT_EQ(reason_of(result), "git-timed-out");
  EXPECT_THAT(result.error().message, HasSubstr("60 s"));
  runner.answer.end = ProcessEnd::kInterrupted;
  EXPECT_EQ(git.top_level().error().code, ErrorCode::kInterrupted);
  runner.answer.end = ProcessEnd::kSignalled;
  runner.answer.signal = SIGKILL;
  EXPECT_THAT(git.top_level().error().message, HasSubstr("signal 9"));
}

TEST(GitCalls, TidyUpEvenAfterAnInterrupt) {
  CannedRunner runner;
  Git git(runner, "/", false);
  runner.answer.exit_code = 0;
  EXPECT_TRUE(git.worktree_remove("/x"));
  EXPECT_FALSE(runner.asked.back().interruptible);
  (void)git.top_level();
  EXPECT_TRUE(runner.asked.back().interruptible);
}

TEST(GitCalls, NeverActOnHalfAnAnswer) {
  CannedRunner runner;
  Git git(runner, "/", true);
  runner.answer.exit_code = 0;
  runner.answer.out = "a\tb\n";
  runner.answer.truncated = true;
  EXPECT_EQ(reason_of(git.remote_refs("origin", {"b"})), "git-failed");
}

TEST(GitCalls, NeverPromptAndNeverTakeOptionalLocks) {
  CannedRunner runner;
  Git git(runner, "/", false);
  git.inherit({9});
  runner.answer.exit_code = 0;
  (void)git.push_atomic("origin", {{"abc", "refs/heads/x"}});
  const ProcessRequest& push = runner.asked.back();
  EXPECT_THAT(push.environment,
              testing::IsSupersetOf({Pair("GIT_TERMINAL_PROMPT", "0"),
                                     Pair("GIT_OPTIONAL_LOCKS", "0"),
                                     Pair("LC_ALL", "C")}));
  EXPECT_THAT(push.inherited, ElementsAre(9));
  EXPECT_EQ(push.timeout, Git::kNetworkTimeout);
  for (const std::string& argument : push.argv) {
    EXPECT_THAT(argument, Not(HasSubstr("force")));
    EXPECT_THAT(argument, Not(HasSubstr("no-verify")));
  }
}

}  // namespace
}  // namespace commands::services
