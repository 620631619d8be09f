// Verdicts that rest on more than a number in the plan: past releases, several
// runs, warn bands, a file of metrics.

#include <string>

#include <fmt/format.h>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string acceptance(std::string_view bound) {
  return fmt::format(
      "[[validation.acceptance]]\nkey = \"sps_max\"\nop = \">=\"\n{}\n", bound);
}

PlanText with_acceptance(std::string_view bound) {
  PlanText plan;
  plan.validations = {
      ValidationText{.expected_sps = "", .more = acceptance(bound)}};
  return plan;
}

class Baselines : public ReleaseTest {
 protected:
  explicit Baselines(
      std::string_view bound = "baseline = \"last-stable\"\ntolerance = \"5%\"")
      : ReleaseTest(with_acceptance(bound)) {}

  void use(std::string_view bound) const {
    scratch_.write_plan(with_acceptance(bound));
    scratch_.commit("Another bound");
  }
  // A release that measured so much; with a plan that asks for nothing yet.
  void released(const std::string& version, int sps) const {
    scratch_.behave("smoke", fmt::format("sps={}", sps));
    use("expected = 1");
    finish(version);
    use("baseline = \"last-stable\"\ntolerance = \"5%\"");
  }
  Ended test_with(int sps) const {
    scratch_.behave("smoke", fmt::format("sps={}", sps));
    reach_bugs_checked();
    return step("workflow-tests");
  }
  json check() const { return validation()["checks"][0]; }
};

TEST_F(Baselines, WithoutHistoryAreInconclusiveUntilWaived) {
  const Ended ended = test_with(41000);
  expect_refusal(ended, kGateSaidNo);
  EXPECT_EQ(validation()["outcome"], "inconclusive");
  EXPECT_EQ(check()["outcome"], "inconclusive");
  EXPECT_EQ(check()["passed"], false);
  EXPECT_EQ(check()["baseline"]["value"], nullptr);
  EXPECT_THAT(check()["note"].get<std::string>(), HasSubstr("no baseline"));
  EXPECT_EQ(step("release").exit_code, kGateSaidNo);
  EXPECT_EQ(rl({"waive",
                kVersion,
                "smoke/sps_max",
                "--reason",
                "the first release",
                "--yes"})
                .exit_code,
            kDone);
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
  EXPECT_EQ(validation()["waived"], true);
}

TEST_F(Baselines, CompareWithTheLastReleaseThatIsOut) {
  released("1.0", 40000);
  const Ended ended = test_with(37999);
  expect_refusal(ended, kGateSaidNo);
  EXPECT_EQ(validation()["outcome"], "failed");
  const json failed = check();
  EXPECT_EQ(failed["expected"], 38000.0);
  EXPECT_EQ(failed["actual"], 37999.0);
  EXPECT_EQ(failed["baseline"]["of"], "last-stable");
  EXPECT_EQ(failed["baseline"]["value"], 40000.0);
  EXPECT_EQ(failed["baseline"]["releases"][0]["version"], "1.0");
  const int position = failed["baseline"]["releases"][0]["position"];
  const auto events = history("1.0");
  const auto named = std::ranges::find_if(
      events, [&](const json& e) { return e["position"] == position; });
  ASSERT_NE(named, events.end());
  EXPECT_EQ((*named)["type"], "ValidationCompleted");
  EXPECT_EQ((*named)["data"]["metrics"]["sps_max"], 40000.0);
  // A question shows the delta to what the check compared it with.
  const auto asked = support::parse_lines(
      rl({"metrics", "sps_max", "--last", "1", "--json"}).out);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0]["value"], 37999.0);
  EXPECT_EQ(asked[0]["baseline"]["value"], 40000.0);
  EXPECT_EQ(asked[0]["baseline"]["delta"], -2001.0);
  EXPECT_NEAR(asked[0]["baseline"]["percent"].get<double>(), -5.0025, 1e-9);
  EXPECT_THAT(rl({"status", kVersion}).out,
              HasSubstr("last-stable of 1.0: 40000"));
  EXPECT_THAT(rl({"explain", kVersion}).out,
              HasSubstr("wanted >= 38000 (last-stable of 1.0: 40000)"));
  scratch_.behave("smoke", "sps=38000");
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
  EXPECT_EQ(check()["passed"], true);
  EXPECT_EQ(rl({"verify"}).exit_code, kDone);
}

TEST_F(Baselines, AreNeverOfWhatWasYankedAbandonedOrWaived) {
  released("1.0", 40000);
  released("1.1", 90000);
  EXPECT_EQ(rl({"yank", "1.1", "--reason", "data loss", "--yes"}).exit_code,
            kDone);
  scratch_.behave("smoke", "sps=80000");
  EXPECT_EQ(
      rl({"--all", "--version", "1.2", "--confirm-bugs", "none"}).exit_code,
      kWaiting);
  // 1.2 is tagged and not announced: baselines count from the tag.
  const Ended ended = test_with(75999);
  expect_refusal(ended, kGateSaidNo);
  EXPECT_EQ(check()["baseline"]["releases"][0]["version"], "1.2");
  EXPECT_EQ(rl({"yank", "1.2", "--reason", "slow", "--yes"}).exit_code, kDone);
  scratch_.behave("smoke", "sps=39000");
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
  EXPECT_EQ(check()["baseline"]["releases"][0]["version"], "1.0");
}

TEST_F(Baselines, ThatWereWaivedAreNone) {
  scratch_.behave("smoke", "sps=10");
  use("expected = 30000");
  EXPECT_EQ(
      rl({"--all", "--version", "1.0", "--confirm-bugs", "none"}).exit_code,
      kGateSaidNo);
  EXPECT_EQ(
      rl({"waive", "1.0", "smoke", "--reason", "known", "--yes"}).exit_code,
      kDone);
  finish("1.0");
  use("baseline = \"last-stable\"");
  expect_refusal(test_with(9), kGateSaidNo);
  EXPECT_EQ(validation()["outcome"], "inconclusive");
}

TEST_F(Baselines, AMovedBoundIsJudgedAgainWithTheNamesThatWereSeen) {
  scratch_.behave("smoke", "echo 'SPEED: 41000'; exit 0");
  use("expected = 30000");
  reach_bugs_checked();
  expect_refusal(step("workflow-tests"), kGateSaidNo);
  EXPECT_THAT(check()["note"].get<std::string>(), HasSubstr("SPEED"));
  use("expected = 20000");
  expect_refusal(step("workflow-tests"), kGateSaidNo);
  EXPECT_EQ(count("ValidationRejudged"), 1U);
  EXPECT_EQ(scratch_.runs(), 1);
  EXPECT_THAT(check()["note"].get<std::string>(),
              AllOf(HasSubstr("metric missing"), HasSubstr("SPEED")));
}

TEST_F(Baselines, AWarningShowsAndPasses) {
  use("expected = 30000\nwarn = 45000");
  const Ended ended = test_with(41000);
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.out, AllOf(HasSubstr("WARNING"), HasSubstr("45000")));
  EXPECT_EQ(validation()["note"], "1 warning");
  EXPECT_EQ(check()["warned"], true);
  EXPECT_EQ(check()["warn"], 45000.0);
  EXPECT_EQ(step("release").exit_code, kDone);
  EXPECT_THAT(scratch_.origin_git(
                  {"show", "stable:release-notes/v" + kVersion + ".md"}),
              HasSubstr("(warning)"));
}

TEST_F(Baselines, NoisyMetricsAreConfirmedByFurtherRuns) {
  use("expected = 30000\nconfirm = \"2 of 3\"");
  const std::string runs = (scratch_.root() / "runs").string();
  scratch_.behave("smoke", "[ $(wc -l < '" + runs + "') -ne 2 ] || sps=10");
  reach_bugs_checked();
  const Ended ended = step("workflow-tests");
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(scratch_.runs(), 3);
  EXPECT_EQ(validation()["attempt"], 3);
  EXPECT_EQ(check()["confirm"], "2 of 3");
  EXPECT_EQ(check()["measured"], json({41000.0, 10.0, 41000.0}));
  const auto completed = support::of_type(history(), "ValidationCompleted");
  ASSERT_EQ(completed.size(), 3U);
  EXPECT_EQ(completed[0]["data"]["outcome"], "inconclusive");
  EXPECT_EQ(completed[0]["data"]["reason"], "check-unconfirmed");
}

TEST_F(Baselines, TwoBadRunsOfThreeFail) {
  use("expected = 30000\nconfirm = \"2 of 3\"");
  expect_refusal(test_with(10), kGateSaidNo);
  EXPECT_EQ(scratch_.runs(), 2);
  EXPECT_EQ(validation()["outcome"], "failed");
  EXPECT_EQ(check()["measured"], json({10.0, 10.0}));
}

class MetricsFile : public ReleaseTest {
 protected:
  MetricsFile()
      : ReleaseTest([] {
          PlanText plan;
          plan.validations = {ValidationText{
              .expected_sps = "",
              .more = "args = [\"--out={metrics_file}\"]\n"
                      "metrics_file = \"out/{name}.json\"\n"
                      "[[validation.acceptance]]\nkey = \"return\"\n"
                      "op = \">=\"\nexpected = 5\n"
                      "[[validation.acceptance]]\nkey = \"eval.success\"\n"
                      "op = \">=\"\nexpected = 0.5\n"}};
          plan.more =
              "[[metric]]\nkey = \"return\"\njson = \"eval.returns\"\n"
              "statistic = \"mean\"\nunit = \"points\"\n";
          return plan;
        }()) {
    scratch_.write(".gitignore", "out/\n");
    scratch_.commit("Ignore what is written");
  }

  static std::string out() { return "out/smoke.json"; }
  void write(std::string_view text) const {
    scratch_.behave(
        "smoke",
        fmt::format("mkdir -p out; cat > ${{2#--out=}} <<'J'\n{}\nJ\n", text));
  }
};

TEST_F(MetricsFile, IsReadKeptAndNamedAsTheSource) {
  write("{\"eval\": {\n \"returns\": [4, 8],\n \"success\": 0.75}}");
  reach_tested();
  const json smoke = validation();
  EXPECT_EQ(smoke["metrics"]["return"], 6.0);
  EXPECT_EQ(smoke["metrics"]["eval.success"], 0.75);
  const json check = smoke["checks"][0];
  EXPECT_EQ(check["unit"], "points");
  EXPECT_EQ(check["statistic"], "mean");
  EXPECT_EQ(check["source"]["line"], 2);
  EXPECT_EQ(check["source"]["samples"], 2);
  const json data = newest("ValidationCompleted");
  EXPECT_THAT(support::read_file(scratch_.ledger() /
                                 data["metrics_file"].get<std::string>()),
              HasSubstr("returns"));
  EXPECT_EQ(data["metrics_digest"].get<std::string>().size(), 64U);
}

TEST_F(MetricsFile, ThatIsNotWrittenIsMissing) {
  scratch_.behave("smoke", "true");
  reach_bugs_checked();
  const Ended ended = step("workflow-tests");
  expect_refusal(ended, kGateSaidNo);
  EXPECT_THAT(
      validation()["checks"][0]["note"].get<std::string>(),
      AllOf(HasSubstr("metric missing"), HasSubstr("wrote no metrics file")));
}

TEST_F(MetricsFile, OfAnEarlierAttemptIsNotRead) {
  scratch_.behave("smoke", "true");
  scratch_.write(out(), "{\"eval\": {\"returns\": [9], \"success\": 1}}");
  reach_bugs_checked();
  expect_refusal(step("workflow-tests"), kGateSaidNo);
  EXPECT_EQ(validation()["checks"][0]["outcome"], "missing");
}

TEST_F(MetricsFile, ThatIsNonsenseIsMissingAndSaysWhy) {
  write("{\"eval\": {\"returns\": [4, 8], \"success\": 0.75}");
  reach_bugs_checked();
  expect_refusal(step("workflow-tests"), kGateSaidNo);
  EXPECT_THAT(validation()["checks"][0]["note"].get<std::string>(),
              HasSubstr("not JSON"));
}

TEST_F(MetricsFile, MayHoldNoNumber) {
  write("{\"eval\": {\"returns\": [4, NaN], \"success\": null}}");
  reach_bugs_checked();
  expect_refusal(step("workflow-tests"), kGateSaidNo);
  EXPECT_EQ(validation()["checks"][0]["actual"], 4.0);
  EXPECT_EQ(validation()["checks"][1]["outcome"], "missing");
}

}  // namespace
}  // namespace e2e
