// A record that is not what was written is said to be so, at once.

#include <filesystem>
#include <string>
#include <system_error>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Integrity : public ReleaseTest {
 protected:
  fs::path head() const { return scratch_.ledger() / "HEAD"; }

  void expect_integrity_failure() const {
    expect_refusal(rl({"status", kVersion}), kIntegrity);
    expect_refusal(rl({"--all", "--version", kVersion}), kIntegrity);
    const Ended verified = rl({"verify", "--json"});
    EXPECT_EQ(verified.exit_code, kIntegrity) << shown(verified);
    const json shape = support::parse_object(verified.out);
    EXPECT_EQ(shape["ok"], false);
    EXPECT_FALSE(shape["problems"].empty());
    for (const json& problem : shape["problems"]) {
      EXPECT_TRUE(
          support::missing_keys(problem, {"kind", "where", "what"}).empty());
    }
  }
};

TEST_F(Integrity, OfADamagedRootInTheHeadIsGone) {
  prepare();
  std::string text = support::read_file(head());
  // A signed note: origin, size, root.
  const std::size_t root = text.find('\n', text.find('\n') + 1) + 1;
  text.at(root + 4) = text.at(root + 4) == 'A' ? 'B' : 'A';
  support::write_file(head(), text);
  expect_integrity_failure();
}

TEST_F(Integrity, OfADamagedSignatureIsSeenByVerifyAndByWriters) {
  prepare();
  std::string text = support::read_file(head());
  const std::size_t signature = text.size() - 20;
  text.at(signature) = text.at(signature) == 'A' ? 'B' : 'A';
  support::write_file(head(), text);
  expect_refusal(rl({"verify"}), kIntegrity);
  expect_refusal(rl({"--all", "--version", kVersion}), kIntegrity);
}

TEST_F(Integrity, OfAnEmptyHeadIsGone) {
  prepare();
  support::write_file(head(), "");
  expect_integrity_failure();
}

TEST_F(Integrity, OfAMissingHeadIsGone) {
  prepare();
  fs::remove(head());
  expect_integrity_failure();
}

TEST_F(Integrity, OfAMissingStoreIsGone) {
  prepare();
  fs::remove_all(scratch_.ledger() / "db");
  expect_integrity_failure();
}

TEST_F(Integrity, OfAnOlderCopyOfTheStoreIsGone) {
  prepare();
  const auto all = fs::copy_options::recursive;
  std::error_code error;
  fs::copy(scratch_.ledger() / "db", scratch_.root() / "old", all, error);
  EXPECT_EQ(step("bug-check", {"--confirm-bugs", "none"}).exit_code, kDone);
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
  fs::remove_all(scratch_.ledger() / "db", error);
  fs::copy(scratch_.root() / "old", scratch_.ledger() / "db", all, error);
  expect_integrity_failure();
}

TEST_F(Integrity, OfAChangedLogIsGoneAndOfAMissingOneOnlyWarnedOf) {
  reach_tested();
  const fs::path log = scratch_.ledger() /
                       newest("ValidationCompleted")["log"].get<std::string>();
  const std::string text = support::read_file(log);
  support::write_file(log, text + "SPS: 99999\n");
  Ended verified = rl({"verify", "--json"});
  EXPECT_EQ(verified.exit_code, kIntegrity) << shown(verified);
  EXPECT_THAT(verified.out, HasSubstr(log.filename().string()));
  fs::remove(log);
  verified = rl({"verify"});
  EXPECT_EQ(verified.exit_code, kDone) << shown(verified);
}

TEST_F(Integrity, OfAFolderThatIsNoLedgerIsAUsageError) {
  const std::string other = (scratch_.root() / "other").string();
  support::write_file(other + "/file.txt", "no ledger\n");
  expect_refusal(rl({"--ledger", other, "status", kVersion}), kUsage);
}

TEST_F(Integrity, OfALostLedgerIsSeenInTheStableBranch) {
  finish("2025.10.01");
  fs::remove_all(scratch_.ledger());
  const Ended refused = step("prepare-branch");
  expect_refusal(refused, kIntegrity);
  EXPECT_THAT(refused.err, HasSubstr("--new-ledger"));
  EXPECT_EQ(staging_branch(1), "");
  const Ended ended =
      step("prepare-branch", {"--new-ledger", "the disk was lost"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(staging_branch(1), scratch_.head());
  finish();
}

TEST_F(Integrity, OfTheFolderIsItsOwnersAlone) {
  prepare();
  EXPECT_EQ(fs::status(scratch_.ledger()).permissions(), fs::perms::owner_all);
  int keys = 0;
  for (const auto& entry : fs::recursive_directory_iterator(
           scratch_.home() / ".config" / "release-ledger" / "keys")) {
    EXPECT_EQ(entry.status().permissions(),
              fs::perms::owner_read | fs::perms::owner_write);
    ++keys;
  }
  EXPECT_EQ(keys, 1);
}

}  // namespace
}  // namespace e2e
