// verify, rebuild and what a command tidies up after itself.

#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <signal.h>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Upkeep : public ReleaseTest {
 protected:
  std::size_t files(std::string_view extension) const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(scratch_.ledger() / "db")) {
      count += entry.path().extension() == extension ? 1U : 0U;
    }
    return count;
  }
};

TEST_F(Upkeep, OfManyCommandsLeavesFewFiles) {
  for (int i = 0; i < 70; ++i) {
    // Two appends each: that it begins, and that it ends.
    const std::string name = fmt::format("1.{}", i);
    ASSERT_EQ(rl({"--step", "prepare-branch", "--version", name}).exit_code,
              kDone);
    ASSERT_EQ(
        rl({"abandon", name, "--reason", "one of many", "--yes"}).exit_code,
        kDone);
    ASSERT_LE(files(".log"), 60U);
    ASSERT_LE(files(".sst"), 10U);
  }
  EXPECT_GT(files(".sst"), 0U) << "it was tidied up";
  for (const auto& entry : fs::directory_iterator(scratch_.ledger() / "db")) {
    EXPECT_FALSE(entry.path().filename().string().starts_with("LOG"));
  }
  EXPECT_EQ(rl({"verify"}).exit_code, kDone);
}

TEST_F(Upkeep, OfARebuildThatIsKilledLeavesAWholeLedger) {
  reach_tested();
  const std::string before = rl({"status", "--json"}).out;
  // The first batch folds everything, the second removes the old rows.
  for (const char* moment : {"RELEASE_LEDGER_TEST_KILL_BEFORE_EVENT",
                             "RELEASE_LEDGER_TEST_KILL_AFTER_EVENT"}) {
    for (const char* nth : {"1", "2"}) {
      const Ended killed = rl({"rebuild"}, {{moment, nth}});
      EXPECT_EQ(killed.signal, SIGKILL) << shown(killed);
      EXPECT_EQ(rl({"verify"}).exit_code, kDone) << moment << nth;
      EXPECT_EQ(rl({"status", "--json"}).out, before) << moment << nth;
    }
  }
  EXPECT_EQ(rl({"rebuild"}).exit_code, kDone);
  EXPECT_EQ(rl({"status", "--json"}).out, before);
  const json verified = support::parse_object(rl({"verify", "--json"}).out);
  EXPECT_EQ(verified["ok"], true);
  EXPECT_TRUE(verified["warnings"].empty()) << verified;
}

TEST_F(Upkeep, VerifyLooksAtTheStableBranchWithoutAPlanThatParses) {
  finish();
  scratch_.write("release-plan.toml", "[project\n");
  Ended verified = rl({"verify", "--json"});
  EXPECT_EQ(verified.exit_code, kDone) << shown(verified);
  EXPECT_THAT(support::parse_object(verified.out)["warnings"].dump(),
              HasSubstr("release-plan.toml"));
  fs::remove_all(scratch_.ledger());
  ASSERT_EQ(rl({"init"}).exit_code, kDone) << "another ledger";
  verified = rl({"verify", "--json"});
  EXPECT_EQ(verified.exit_code, kIntegrity) << shown(verified);
  EXPECT_THAT(verified.out, HasSubstr("ledger-missing"));
}

TEST_F(Upkeep, VerifyNeedsNobodyWhoActs) {
  prepare();
  scratch_.git({"config", "--global", "--unset", "user.name"});
  const Ended verified = rl({"verify", "--json"});
  EXPECT_EQ(verified.exit_code, kDone) << shown(verified);
}

TEST_F(Upkeep, VerifyPrintsItsObjectWithoutALedger) {
  const Ended verified = rl({"verify", "--json"});
  EXPECT_EQ(verified.exit_code, kUsage);
  const json shape = support::parse_object(verified.out);
  EXPECT_EQ(shape["ok"], false);
  EXPECT_EQ(shape["problems"][0]["kind"], "no-ledger");
}

}  // namespace
}  // namespace e2e
