#include "ledger/file.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/ledger/temporary_folder.h"

namespace ledger_tests {
namespace {

using namespace ledger;

std::size_t entries(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(File, IsReplacedWholeAndLeavesNothingElse) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "file", "one", 0600));
  ASSERT_TRUE(write_file(folder / "file", std::string(100'000, 'x'), 0600));
  EXPECT_EQ(read_file(folder / "file").value(), std::string(100'000, 'x'));
  EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(File, IsAnotherOnceReplacedSoThatACrashLeavesOneOrTheOther) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "file", "one", 0600));
  std::ifstream before(folder / "file");
  ASSERT_TRUE(write_file(folder / "file", "two", 0600));
  std::string text;
  before >> text;
  EXPECT_EQ(text, "one") << "it was written over";
}

TEST(File, HasTheModeItWasGiven) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "secret", "x", 0600));
  struct stat info {};
  ASSERT_EQ(::stat((folder / "secret").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST(File, ThatIsNotThereIsNothingAndNoError) {
  const TemporaryFolder folder;
  const auto content = read_file(folder / "none");
  ASSERT_TRUE(content);
  EXPECT_FALSE(*content);
}

TEST(File, ThatCannotBeReadIsNamed) {
  const TemporaryFolder folder;
  const auto content = read_file(folder.path());
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, ErrorCode::kIo);
  EXPECT_NE(content.error().message.find(folder.path().string()),
            std::string::npos);
}

TEST(File, ThatCannotBePublishedLeavesNoTemporary) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "taken" / "inside");
  const Status written = write_file(folder / "taken", "x", 0600);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().reason, "io-error");
  EXPECT_EQ(entries(folder.path()), 1U);
  EXPECT_FALSE(write_file(folder / "no/such/folder", "x", 0600));
}

TEST(Folder, IsMadeForTheOwnerAloneWithAllAboveIt) {
  const TemporaryFolder folder;
  const auto deep = folder.path() / "a" / "b";
  ASSERT_TRUE(make_private_folder(deep));
  ASSERT_TRUE(make_private_folder(deep));
  struct stat info {};
  ASSERT_EQ(::stat(deep.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U);
  std::ofstream(folder / "file") << "x";
  EXPECT_FALSE(make_private_folder(folder.path() / "file" / "below"));
}

TEST(Folder, LosesLeftoverTemporariesOnly) {
  const TemporaryFolder folder;
  std::ofstream(folder / "HEAD.tmp-12") << "x";
  std::ofstream(folder / "HEAD") << "x";
  remove_leftover_temporaries(folder.path());
  EXPECT_EQ(entries(folder.path()), 1U);
  EXPECT_TRUE(std::filesystem::exists(folder / "HEAD"));
}

TEST(Errors, OfAFullDiskAndAForeignFolderSayWhatToDo) {
  const auto full = io_error("/x/HEAD", ENOSPC).error();
  EXPECT_EQ(full.reason, "disk-full");
  EXPECT_FALSE(full.hint.empty());
  const auto denied = io_error("/x/HEAD", EACCES).error();
  EXPECT_EQ(denied.reason, "permission-denied");
  EXPECT_NE(denied.message.find("/x/HEAD"), std::string::npos);
}

}  // namespace
}  // namespace ledger_tests
