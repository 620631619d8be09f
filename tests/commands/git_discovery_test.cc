#include "commands/services/git_discovery.h"

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "tests/commands/git_fixture.h"

namespace commands::services {
namespace {
namespace fs = std::filesystem;

class GitDiscoveryTest : public GitTest {
 protected:
  GitDiscoveryTest() { ::unsetenv("GIT_CEILING_DIRECTORIES"); }

  void expect_as_git_says(const fs::path& directory) {
    const auto found = plain_git_folder(directory);
    ASSERT_TRUE(found) << directory;
    EXPECT_EQ(found->string(),
              shell("cd '" + directory.string() +
                    "' && git rev-parse --path-format=absolute "
                    "--git-common-dir"));
  }
};

TEST_F(GitDiscoveryTest, FindsThePlainFolderAboveIt) {
  fs::create_directories(work() / "a" / "b");
  fs::create_directory_symlink(work() / "a", folder() / "link");
  expect_as_git_says(work());
  expect_as_git_says(work() / "a" / "b");
  expect_as_git_says(folder() / "link" / "b");
}

TEST_F(GitDiscoveryTest, LeavesEverythingElseToGit) {
  EXPECT_EQ(plain_git_folder(folder()), std::nullopt);
  EXPECT_EQ(plain_git_folder(folder() / "missing"), std::nullopt);
  EXPECT_EQ(plain_git_folder(origin()), std::nullopt);  // bare
  EXPECT_EQ(plain_git_folder(work() / ".git"), std::nullopt);
  shell("git worktree add -q --detach ../second");  // .git is a file
  EXPECT_EQ(plain_git_folder(folder() / "second"), std::nullopt);
  shell("git init -q --bare inner");
  EXPECT_EQ(plain_git_folder(work() / "inner"), std::nullopt);
  fs::create_directories(work() / "broken" / ".git");
  EXPECT_EQ(plain_git_folder(work() / "broken"), std::nullopt);
}

TEST_F(GitDiscoveryTest, LeavesItToGitWhereVariablesDirectIt) {
  for (const char* name : {"GIT_DIR", "GIT_CEILING_DIRECTORIES"}) {
    ::setenv(name, "/nowhere", 1);
    EXPECT_EQ(plain_git_folder(work()), std::nullopt) << name;
    ::unsetenv(name);
  }
  EXPECT_NE(plain_git_folder(work()), std::nullopt);
}

}  // namespace
}  // namespace commands::services
