#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/commands/git_fixture.h"

namespace commands::services {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// --- reading objects ---

TEST_F(GitTest, ResolvesWhatIsThereAndNothingElse) {
  EXPECT_EQ(*git().resolve("HEAD"), head_);
  EXPECT_EQ(*git().resolve("refs/heads/main"), head_);
  EXPECT_EQ(*git().resolve("refs/heads/nope"), std::nullopt);
  EXPECT_EQ(*git().resolve("--all"), std::nullopt);
  EXPECT_TRUE(*git().has_object(head_));
  EXPECT_FALSE(*git().has_object(std::string(40, '1')));
  EXPECT_EQ(*git().tree_of(head_), shell("git rev-parse HEAD^{tree}"));
  EXPECT_EQ(reason_of(git().tree_of("nope")), "git-failed");
}

TEST_F(GitTest, KnowsAncestors) {
  EXPECT_TRUE(*git().is_ancestor(first_, head_));
  EXPECT_FALSE(*git().is_ancestor(head_, first_));
  EXPECT_EQ(reason_of(git().is_ancestor("nope", head_)), "git-failed");
}

TEST_F(GitTest, ListsChangedPathsOfAnyName) {
  shell(
      "mkdir d; echo x > \"$(printf 'd/a\\tb\"\\n ö')\"; git mv a.txt z.txt; "
      "git add -A; git commit -q -m names");
  EXPECT_THAT(*git().changed_paths(head_, "HEAD"),
              UnorderedElementsAre("a.txt", "d/a\tb\"\n ö", "z.txt"));
  EXPECT_THAT(*git().changed_paths(head_, head_), IsEmpty());
}

TEST_F(GitTest, ListsCommitsNewestFirstWithoutMerges) {
  shell(
      "git checkout -q -b side HEAD~1; echo s > s; git add s; "
      "git commit -q -m 'side: x | y'; git checkout -q main; "
      "git merge -q --no-edit side");
  const auto all = git().commits("", "HEAD", 100);
  ASSERT_EQ(all->size(), 3U);
  EXPECT_EQ(all->back().id, first_);
  EXPECT_EQ(all->back().subject, "one");
  EXPECT_EQ(all->back().author, "Ann");
  const auto since = git().commits(head_, "HEAD", 100);
  ASSERT_EQ(since->size(), 1U);
  EXPECT_EQ(since->front().subject, "side: x | y");
  EXPECT_EQ(git().commits("", "HEAD", 2)->size(), 2U);
  EXPECT_THAT(*git().commits("HEAD", "HEAD", 2), IsEmpty());
}

TEST_F(GitTest, FindsTheNewestTrailerOnTheFirstParents) {
  EXPECT_EQ(*git().newest_trailer("HEAD", "A.B*: "), std::nullopt);
  shell(
      "git commit -q --allow-empty -m s -m 'A.B*: older'; "
      "git commit -q --allow-empty -m s -m 'body' -m 'A.B*: newer 2 x'; "
      "git commit -q --allow-empty -m s -m 'AxBB: other' "
      "  -m 'see A.B*: quoted'");
  EXPECT_EQ(*git().newest_trailer("HEAD", "A.B*: "), "newer 2 x");
  EXPECT_EQ(*git().newest_trailer("HEAD~2", "A.B*: "), "older");
  shell(
      "git checkout -q -b side; git commit -q --allow-empty -m 'A.B*: side'; "
      "git checkout -q main; git merge -q --no-ff -m merge side");
  EXPECT_EQ(*git().newest_trailer("HEAD", "A.B*: "), "newer 2 x");
}

TEST_F(GitTest, IsNotMovedByTheUsersSettings) {
  shell("git commit -q --allow-empty -m s -m 'A+: x'");
  shell(
      "git config --global grep.patternType perl; "
      "git config --global color.ui always; "
      "git config --global log.showSignature true; "
      "git config --global log.follow true; "
      "git config --global core.pager 'sed s/^/pager/'; "
      "git config --global status.short true; "
      "git config --global i18n.logOutputEncoding latin1");
  EXPECT_EQ(*git().newest_trailer("HEAD", "A+: "), "x");
  shell("echo x > a.txt; git commit -q -a -m Größe");
  EXPECT_EQ(git().commits("", "HEAD", 1)->front().subject, "Größe");
  shell("echo y > a.txt");
  EXPECT_THAT(*git().changed_tracked_files(), ElementsAre("a.txt"));
}

TEST_F(GitTest, ReadsAFileOfACommit) {
  shell(
      "mkdir -p n; printf 'x\\n\\n' > 'n/*.md'; git add .; "
      "git commit -q -m n");
  EXPECT_EQ(*git().file_at("HEAD", "n/*.md"), "x\n\n");
  EXPECT_EQ(*git().file_at("HEAD", "n/?.md"), std::nullopt);
  EXPECT_EQ(*git().file_at("HEAD", "n"), std::nullopt) << "a folder";
  EXPECT_EQ(*git().file_at(head_, "n/*.md"), std::nullopt);
  EXPECT_EQ(reason_of(git().file_at(std::string(40, '1'), "n")), "git-failed");
  Git below(runner_, work() / "n", true);
  EXPECT_EQ(*below.file_at("HEAD", "a.txt"), "one\n");
}

TEST_F(GitTest, MergesTreesOrNamesTheConflicts) {
  shell(
      "git checkout -q -b side HEAD~1; echo s > s; git add s; "
      "git commit -q -m side; git checkout -q main");
  const auto clean = git().merge_tree("main", "side");
  ASSERT_TRUE(clean);
  EXPECT_TRUE(clean->clean);
  EXPECT_THAT(*git().changed_paths(head_, clean->tree), ElementsAre("s"));

  shell(
      "git checkout -q side; echo t > b.txt; git add b.txt; "
      "git commit -q -m b; git checkout -q main");
  const auto conflict = git().merge_tree("main", "side");
  ASSERT_TRUE(conflict);
  EXPECT_FALSE(conflict->clean);
  EXPECT_THAT(conflict->conflicts, ElementsAre("b.txt"));
  EXPECT_EQ(reason_of(git().merge_tree("main", unrelated_commit())),
            "git-failed");
}

// --- writing objects ---

TEST_F(GitTest, MakesTheSameObjectsFromTheSameRequest) {
  Git git = this->git();
  const GitIdentity who{"Böb <B>", "bob@x.org"};
  const auto request = commit_request();
  const auto commit = git.commit_tree(request);
  ASSERT_TRUE(commit) << commit.error().message;
  const auto tag = git.make_tag("v1", *commit, "Release version 1", who, kAtMs);
  ASSERT_TRUE(tag) << tag.error().message;
  shell(
      "git config --global commit.gpgSign true; "
      "git config --global tag.gpgSign true; "
      "git config --global gpg.program false; "
      "git config --global i18n.commitEncoding latin1; "
      "git config --global user.name Other");
  setenv("GIT_AUTHOR_DATE", "2001-01-01T00:00:00", 1);
  EXPECT_EQ(git.commit_tree(request), *commit);
  EXPECT_EQ(git.make_tag("v1", *commit, "Release version 1", who, kAtMs), *tag);
  unsetenv("GIT_AUTHOR_DATE");

  const std::string text = shell("git cat-file commit " + *commit);
  EXPECT_THAT(text,
              HasSubstr(fmt::format("parent {}\nparent {}\n", head_, first_)));
  EXPECT_THAT(text,
              HasSubstr("author Böb B <bob@x.org> 1760000000 +0000\n"
                        "committer Böb B <bob@x.org> 1760000000 +0000"));
  EXPECT_THAT(text, HasSubstr("\n\nMerge\n\nRelease-Ledger: o 1 r"));
  EXPECT_EQ(shell("git cat-file tag " + *tag),
            fmt::format("object {}\ntype commit\ntag v1\ntagger Böb B "
                        "<bob@x.org> 1760000000 +0000\n\nRelease version 1",
                        *commit));
  EXPECT_EQ(shell("git fsck --strict --no-dangling 2>&1"), "");
}

TEST_F(GitTest, WritesABlobAsItIs) {
  shell(
      "echo '* text=auto' > .gitattributes; "
      "git config core.autocrlf input");
  const auto blob = git().write_blob("a\r\nb");
  ASSERT_TRUE(blob);
  EXPECT_EQ(shell("git cat-file blob " + *blob + " | od -c | head -1"),
            "0000000   a  \\r  \\n   b");
}

TEST_F(GitTest, PutsOneFileIntoATree) {
  shell("git config core.splitIndex true; mkdir sub");
  Git git(runner_, work() / "sub", false);
  const std::string blob = *git.write_blob("notes\n");
  const auto tree = git.tree_with_file(head_, "release-notes/vö 1.md", blob);
  ASSERT_TRUE(tree) << tree.error().message;
  EXPECT_THAT(*git.changed_paths(head_, *tree),
              ElementsAre("release-notes/vö 1.md"));
  EXPECT_EQ(*git.file_at(*tree, "release-notes/vö 1.md"), "notes\n");
  const auto again = git.tree_with_file(head_, "a.txt", blob);
  EXPECT_THAT(*git.changed_paths(head_, *again), ElementsAre("a.txt"));
  EXPECT_EQ(reason_of(git.tree_with_file(head_, "../x", blob)), "git-failed");
  EXPECT_EQ(shell("ls .git | grep -c sharedindex || true"), "0");
}

TEST_F(GitTest, TouchesNeitherWorkTreeNorIndexNorBranch) {
  shell("echo dirty > a.txt; touch b.txt; echo u > untracked");
  const std::string before = users_things();
  Git git = this->git();
  const std::string blob = *git.write_blob("notes\n");
  const std::string tree = *git.tree_with_file(head_, "a.txt", blob);
  CommitRequest request = commit_request();
  request.tree = tree;
  const std::string commit = *git.commit_tree(request);
  EXPECT_THAT(*git.changed_tracked_files(), ElementsAre("a.txt"));
  EXPECT_TRUE(git.merge_tree(head_, commit));
  EXPECT_TRUE(git.push_atomic("origin", {{commit, "refs/heads/stable"}}));
  EXPECT_TRUE(git.fetch("origin", {"refs/heads/stable"}));
  EXPECT_EQ(users_things(), before);
}

}  // namespace
}  // namespace commands::services
