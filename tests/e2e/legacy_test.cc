// import of the predecessor's state: shown as imported, evidence of nothing.

#include <filesystem>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Legacy : public ReleaseTest {
 protected:
  std::string file(const std::string& text) const {
    const auto place = scratch_.root() / "state.json";
    support::write_file(place, text);
    return place.string();
  }
  const json state_ = {{"version", "release_" + kVersion},
                       {"created_at", "2025-01-02T03:04:05"},
                       {"commit_sha", std::string(40, 'a')},
                       {"validations",
                        {{"smoke",
                          {{"workflow_type", "train"},
                           {"location", "local"},
                           {"exit_code", 1},
                           {"metrics", {{"sps_max", 41000.0}}},
                           {"outcome", "passed"}}}}},
                       {"gates",
                        json::array({{{"step", "bug_check"},
                                      {"passed", true},
                                      {"timestamp", "2025-01-02T04:00:00"},
                                      {"notes", "none"}}})}};
};

TEST_F(Legacy, IsShownAsImported) {
  const Ended done = rl({"import", file(state_.dump(2) + "\n")});
  ASSERT_EQ(done.exit_code, kDone) << shown(done);
  const json shown_now = status();
  EXPECT_EQ(shown_now["state"], "imported");
  EXPECT_TRUE(shown_now["waiting_for"].is_null());
  const json imported = shown_now["imported"];
  EXPECT_EQ(imported["as_written"], "release_" + kVersion);
  EXPECT_EQ(imported["created_at"], "2025-01-02T03:04:05.000Z");
  EXPECT_EQ(imported["validations"][0]["outcome"], "passed");
  EXPECT_EQ(imported["validations"][0]["exit_code"], 1);
  EXPECT_THAT(imported["validations"][0]["contradiction"].get<std::string>(),
              HasSubstr("exit code 1"));
  EXPECT_EQ(imported["gates"][0]["passed"], true);
  const auto listed = support::parse_lines(rl({"list", "--json"}).out);
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0]["state"], "imported");
  EXPECT_EQ(listed[0]["commit"], std::string(40, 'a'));
  EXPECT_EQ(rl({"list", "--state", "imported", "--json"}).out,
            rl({"list", "--json"}).out);
  const auto measured =
      support::parse_lines(rl({"metrics", "sps_max", "--json"}).out);
  ASSERT_EQ(measured.size(), 1U);
  EXPECT_EQ(measured[0]["imported"], true);
  EXPECT_TRUE(measured[0]["passed"].is_null());
  EXPECT_EQ(support::types(history()),
            (std::vector<std::string>{
                "ReleaseImported", "ValidationImported", "GateImported"}));
  EXPECT_THAT(rl({"status", kVersion}).out, HasSubstr("evidence of nothing"));
  EXPECT_EQ(rl({"verify"}).exit_code, kDone);
}

TEST_F(Legacy, TakesItsNameAndStandsInNoViewsWay) {
  finish("1.0");
  ASSERT_EQ(rl({"import", file(state_.dump())}).exit_code, kDone);
  expect_refusal(rl({"--all", "--version", kVersion}), kUsage);
  expect_refusal(rl({"--all", "--new", "--version", kVersion}), kUsage);
  const auto listed = support::parse_lines(rl({"list", "--json"}).out);
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[1]["started_at"], "2025-01-02T03:04:05.000Z");
  EXPECT_THAT(rl({"list"}).out, Not(HasSubstr("0.0 s")));
  // The newest value is the last that was measured.
  const auto keys = support::parse_lines(rl({"metrics", "--json"}).out);
  ASSERT_FALSE(keys.empty());
  for (const json& key : keys) {
    EXPECT_EQ(key["version"], "1.0") << key;
  }
  EXPECT_EQ(rl({"names", "validations"}).out, "smoke\n");
  EXPECT_THAT(rl({"stats"}).out, HasSubstr("1 imported"));
  EXPECT_EQ(support::json::parse(rl({"stats", "--json"}).out)["imported"], 1);
  EXPECT_THAT(rl({"audit", kVersion}).out,
              AllOf(HasSubstr("imported from the predecessor"),
                    Not(HasSubstr("unset set"))));
}

TEST_F(Legacy, TwiceAddsNothing) {
  ASSERT_EQ(rl({"import", file(state_.dump())}).exit_code, kDone);
  const auto before = rl({"history", "--json"}).out;
  EXPECT_EQ(rl({"import", file(state_.dump())}).exit_code, kDone);
  // The same facts, written another way.
  EXPECT_EQ(rl({"import", file(state_.dump(4))}).exit_code, kDone);
  EXPECT_EQ(rl({"history", "--json"}).out, before);
  json other = state_;
  other["gates"][0]["passed"] = false;
  expect_refusal(rl({"import", file(other.dump())}), kGateSaidNo);
  EXPECT_EQ(rl({"history", "--json"}).out, before);
}

TEST_F(Legacy, SatisfiesNoGateAndItsNameIsUsed) {
  ASSERT_EQ(rl({"import", file(state_.dump())}).exit_code, kDone);
  const Ended started = step("prepare-branch");
  EXPECT_NE(started.exit_code, kDone) << shown(started);
  EXPECT_THAT(started.err, HasSubstr("imported"));
  expect_refusal(approve("ann", "release-manager"), kGateSaidNo);
  // Another release is not helped by it.
  const Ended other = rl({"--step", "release", "--version", "2025.10.03"});
  EXPECT_EQ(other.exit_code, kUsage) << shown(other);
  EXPECT_EQ(
      rl({"--step", "prepare-branch", "--version", "2025.10.03"}).exit_code,
      kDone);
  expect_refusal(rl({"--step", "release", "--version", "2025.10.03"}),
                 kGateSaidNo);
}

TEST_F(Legacy, ThatIsDamagedIsRefusedWhole) {
  const std::string good = state_.dump(2);
  expect_refusal(rl({"import", file(good.substr(0, good.size() - 30))}),
                 kUsage);
  json bad = state_;
  bad["validations"]["smoke"]["metrics"]["sps_max"] = "fast";
  const Ended refused = rl({"import", file(bad.dump(2))});
  expect_refusal(refused, kUsage);
  EXPECT_THAT(refused.err, HasSubstr("validations.smoke.metrics"));
  expect_refusal(rl({"import", file("{\n  \"foo\": 1\n}\n")}), kUsage);
  EXPECT_EQ(rl({"list"}).out, "");
  EXPECT_FALSE(std::filesystem::exists(scratch_.ledger()));
}

}  // namespace
}  // namespace e2e
