// doctor says what is set up and what is not, and changes nothing.

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Doctor : public ReleaseTest {
 protected:
  json checks(int exit_code, const Environment& more = {}) const {
    const Ended ended = rl({"doctor", "--json"}, more);
    EXPECT_EQ(ended.exit_code, exit_code) << shown(ended);
    return support::parse_object(ended.out);
  }

  static json check(const json& all, std::string_view name) {
    for (const json& one : all["checks"]) {
      if (one["name"] == name) {
        return one;
      }
    }
    ADD_FAILURE() << "no check " << name << " in " << all;
    return {};
  }

  fs::path key() const {
    return fs::directory_iterator(scratch_.home() / ".config" /
                                  "release-ledger" / "keys")
        ->path();
  }
};

TEST_F(Doctor, FindsNothingBeforeThereIsALedgerAndMakesNone) {
  const auto before = support::snapshot(scratch_.root());
  const json all = checks(kDone);
  EXPECT_EQ(all["ok"], true);
  EXPECT_EQ(check(all, "ledger")["state"], "ok");
  EXPECT_THAT(check(all, "libraries")["detail"].get<std::string>(),
              HasSubstr("RocksDB"));
  EXPECT_EQ(support::snapshot(scratch_.root()), before);
}

TEST_F(Doctor, FindsNothingInAGoodLedgerAndChangesNothing) {
  prepare();
  const auto before = support::snapshot(scratch_.root());
  const json all = checks(kDone);
  for (const json& one : all["checks"]) {
    EXPECT_TRUE(support::missing_keys(one, {"name", "state", "detail", "hint"})
                    .empty());
    EXPECT_EQ(one["state"], "ok") << one;
    EXPECT_TRUE(one["hint"].is_null()) << one;
  }
  EXPECT_EQ(support::snapshot(scratch_.root()), before);
  const Ended table = rl({"doctor"});
  EXPECT_EQ(table.exit_code, kDone);
  EXPECT_THAT(table.out, HasSubstr("libraries"));
}

TEST_F(Doctor, WarnsOfAKeyThatOthersMayRead) {
  prepare();
  fs::permissions(key(), fs::perms::others_read, fs::perm_options::add);
  const json all = checks(kDone);
  EXPECT_EQ(all["ok"], true);
  EXPECT_EQ(check(all, "key")["state"], "warning");
  EXPECT_THAT(check(all, "key")["hint"].get<std::string>(), HasSubstr("chmod"));
}

TEST_F(Doctor, WarnsOfAKeyThatIsGoneAndMakesNone) {
  prepare();
  const fs::path file = key();
  fs::remove(file);
  EXPECT_EQ(check(checks(kDone), "key")["state"], "warning");
  EXPECT_FALSE(fs::exists(file));
}

TEST_F(Doctor, FindsAKeyThatIsNone) {
  prepare();
  support::write_file(key(), "nonsense\n");
  const json all = checks(kMachine);
  EXPECT_EQ(all["ok"], false);
  EXPECT_EQ(check(all, "key")["state"], "broken");
}

TEST_F(Doctor, FindsALedgerThatIsDamaged) {
  prepare();
  support::write_file(scratch_.ledger() / "HEAD", "");
  const json all = checks(kIntegrity);
  EXPECT_EQ(all["ok"], false);
  EXPECT_EQ(check(all, "ledger")["state"], "broken");
}

TEST_F(Doctor, FindsAPlanThatDoesNotParse) {
  scratch_.write("release-plan.toml", "[project\n");
  EXPECT_EQ(check(checks(kUsage), "plan")["state"], "broken");
  fs::remove(scratch_.work() / "release-plan.toml");
  EXPECT_EQ(check(checks(kDone), "plan")["state"], "warning");
}

TEST_F(Doctor, WarnsOfWhatACrashLeft) {
  prepare();
  support::write_file(scratch_.ledger() / "db.torn-x" / "000001.sst", "old");
  EXPECT_EQ(check(checks(kDone), "size")["state"], "warning");
}

}  // namespace
}  // namespace e2e
