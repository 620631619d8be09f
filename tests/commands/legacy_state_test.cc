// The predecessor's state: what it says is taken over as it is, and what is
// damaged is refused with its place.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/legacy_import.h"

namespace commands {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kOlder = R"({
  "version": "release_2025.01.02",
  "created_at": "2025-01-02T03:04:05.678901",
  "commit_sha": "0123456789abcdef0123456789abcdef01234567",
  "validations": {
    "smoke": {
      "name": "smoke", "workflow_type": "train", "location": "local",
      "started_at": "2025-01-02T03:05:00+02:00", "ended_at": null,
      "exit_code": 1, "metrics": {"sps_max": 41000.5, "steps": 7},
      "logs_path": "logs/smoke.log", "job_id": 41, "outcome": "passed",
      "error": null, "duration": 3
    },
    "eval": {"outcome": "skipped"}
  },
  "gates": [
    {"step": "bug_check", "passed": true, "timestamp": "2025-01-02T04:00:00",
     "notes": "none open"},
    {"step": "bug_check", "passed": false}
  ]
})";

constexpr const char* kNewer = R"({"version": "v1.4.0",
  "created_at": "2025-02-02T00:00:00Z", "commit_sha": null,
  "results": {"train": {"outcome": "failed", "exit_code": 0,
     "artifacts": {"wandb": "https://x.example/run", "policy": 7}}},
  "gates": [], "released": true})";

LegacyState state_of(const std::string& text) {
  const auto state = parse_legacy_state(text, "state.json");
  EXPECT_TRUE(state.has_value()) << state.error().message;
  return state.value_or(LegacyState());
}

std::string refusal(const std::string& text) {
  const auto state = parse_legacy_state(text, "state.json");
  EXPECT_FALSE(state.has_value());
  return state ? "" : state.error().message;
}

std::string changed(std::string text,
                    const std::string& from,
                    const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST(LegacyState, OfTheOlderKindIsTakenOver) {
  const LegacyState state = state_of(kOlder);
  EXPECT_EQ(state.release.version, "2025.01.02");
  EXPECT_EQ(state.release.as_written, "release_2025.01.02");
  EXPECT_EQ(state.release.created_at_ms, 1'735'787'045'678);
  EXPECT_EQ(state.release.commit.substr(0, 8), "01234567");
  EXPECT_FALSE(state.release.released);
  ASSERT_EQ(state.validations.size(), 2U);
  const auto& smoke = state.validations.front();
  EXPECT_EQ(smoke.name, "smoke");
  EXPECT_EQ(smoke.number, 1U);
  EXPECT_EQ(smoke.started_at_ms, 1'735'779'900'000);
  EXPECT_FALSE(smoke.ended_at_ms.has_value());
  EXPECT_EQ(smoke.exit_code, 1);
  ASSERT_EQ(smoke.metrics.size(), 2U);
  EXPECT_EQ(smoke.metrics[0].value, 41000.5);
  EXPECT_EQ(smoke.job_id, "41");
  EXPECT_EQ(state.validations.back().outcome, "skipped");
  ASSERT_EQ(state.gates.size(), 2U);
  EXPECT_TRUE(state.gates[0].passed);
  EXPECT_EQ(state.gates[0].notes, "none open");
  EXPECT_EQ(state.gates[1].number, 2U);
  EXPECT_THAT(
      state.warnings,
      ::testing::ElementsAre("`validations.smoke.duration` is not taken over"));
}

TEST(LegacyState, OfTheNewerKindIsTakenOver) {
  const LegacyState state = state_of(kNewer);
  EXPECT_EQ(state.release.version, "1.4.0");
  EXPECT_TRUE(state.release.released);
  EXPECT_EQ(state.release.commit, "");
  ASSERT_EQ(state.validations.size(), 1U);
  ASSERT_EQ(state.validations[0].artifacts.size(), 2U);
  EXPECT_EQ(state.validations[0].artifacts[1].value, "7");
  EXPECT_THAT(state.warnings, IsEmpty());
}

TEST(LegacyState, KeepsBothWhereOutcomeAndExitCodeDisagree) {
  const LegacyState state = state_of(kOlder);
  EXPECT_EQ(state.validations[0].outcome, "passed");
  EXPECT_EQ(state.validations[0].contradiction,
            "the outcome is passed, the exit code 1");
  EXPECT_EQ(state_of(kNewer).validations[0].contradiction,
            "the outcome is failed, the exit code 0");
  EXPECT_EQ(state.validations[1].contradiction, "");
}

TEST(LegacyState, ThatIsDamagedIsRefusedWithThePlace) {
  const std::string good = kOlder;
  EXPECT_THAT(refusal(good.substr(0, good.size() / 2)), HasSubstr("line "));
  EXPECT_THAT(refusal(changed(good, "\"passed\": true", "\"passed\": yes")),
              HasSubstr("line 16, column "));
  EXPECT_THAT(refusal(changed(good, "\"job_id\": 41", "\"job_id\": [41]")),
              HasSubstr("`validations.smoke.job_id`"));
  EXPECT_THAT(refusal(changed(good, "41000.5", "\"fast\"")),
              HasSubstr("`validations.smoke.metrics` has \"sps_max\""));
  EXPECT_THAT(refusal(changed(good, "2025-01-02T04:00:00", "yesterday")),
              HasSubstr("`gates[0].timestamp`"));
  EXPECT_THAT(refusal(changed(good, "\"passed\": false", "\"passed\": 0")),
              HasSubstr("`gates[1].passed`"));
  EXPECT_THAT(refusal(changed(good, "release_2025.01.02", "a b")),
              HasSubstr("`version`"));
  EXPECT_THAT(refusal(changed(good, "\"0123456789", "\"xyz3456789")),
              HasSubstr("`commit_sha`"));
  EXPECT_THAT(refusal(changed(good, "\"eval\"", "\"smoke\"")),
              HasSubstr("stands there twice"));
}

TEST(LegacyState, ThatIsSomethingElseIsRefused) {
  EXPECT_THAT(refusal("[1, 2]"), HasSubstr("no JSON object"));
  EXPECT_THAT(refusal("{\"foo\": 1}"), HasSubstr("neither"));
  EXPECT_THAT(refusal(R"({"version": "v1", "validations": {}})"),
              HasSubstr("`created_at`"));
  EXPECT_THAT(refusal(""), HasSubstr("state.json"));
}

TEST(LegacyState, IsToldFromAnExport) {
  EXPECT_TRUE(is_legacy_state("{"));
  EXPECT_TRUE(is_legacy_state("  { "));
  EXPECT_TRUE(is_legacy_state(R"({"version": "v1", "created_at": "x"})"));
  EXPECT_TRUE(is_legacy_state(R"({"version": "v1", )"));
  EXPECT_FALSE(is_legacy_state(R"({"position":0,"envelope":"AA"})"));
  EXPECT_FALSE(is_legacy_state(R"({"position":0,"tool_version":"1","env)"));
  EXPECT_FALSE(is_legacy_state("hello"));
  EXPECT_FALSE(is_legacy_state(""));
}

}  // namespace
}  // namespace commands
