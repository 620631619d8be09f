#include "commands/services/git_discovery.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "tests/commands/git_fixture.h"

namespace commands::services {
namespace {
namespace fs = std::filesystem;

class GitDiscoveryTest : public GitTest {
 protected:
  GitDiscoveryTest() { ::unsetenv("GIT_CEILING_DIRECTORIES"); }

  std::optional<fs::path> found(const fs::path& directory) const {
    return plain_git_folder(directory,
                            [this](std::string_view name) -> std::string {
                              return name == set_ ? "/nowhere" : "";
                            });
  }

  void expect_as_git_says(const fs::path& directory) {
    const auto plain = found(directory);
    ASSERT_TRUE(plain) << directory;
    EXPECT_EQ(plain->string(),
              shell("cd '" + directory.string() +
                    "' && git rev-parse --path-format=absolute "
                    "--git-common-dir"));
  }

  std::string set_;  // the variable that is set
};

TEST_F(GitDiscoveryTest, FindsThePlainFolderAboveIt) {
  fs::create_directories(work() / "a" / "b");
  fs::create_directory_symlink(work() / "a", folder() / "link");
  expect_as_git_says(work());
  expect_as_git_says(work() / "a" / "b");
  expect_as_git_says(folder() / "link" / "b");
}

TEST_F(GitDiscoveryTest, LeavesEverythingElseToGit) {
  EXPECT_EQ(found(folder()), std::nullopt);
  EXPECT_EQ(found(folder() / "missing"), std::nullopt);
  EXPECT_EQ(found(origin()), std::nullopt);  // bare
  EXPECT_EQ(found(work() / ".git"), std::nullopt);
  shell("git worktree add -q --detach ../second");  // .git is a file
  EXPECT_EQ(found(folder() / "second"), std::nullopt);
  shell("git init -q --bare inner");
  EXPECT_EQ(found(work() / "inner"), std::nullopt);
  fs::create_directories(work() / "broken" / ".git");
  EXPECT_EQ(found(work() / "broken"), std::nullopt);
}

TEST_F(GitDiscoveryTest, LeavesItToGitWhereVariablesDirectIt) {
  for (const char* name : {"GIT_DIR", "GIT_CEILING_DIRECTORIES"}) {
    set_ = name;
    EXPECT_EQ(found(work()), std::nullopt) << name;
  }
  set_.clear();
  EXPECT_NE(found(work()), std::nullopt);
}

}  // namespace
}  // namespace commands::services
