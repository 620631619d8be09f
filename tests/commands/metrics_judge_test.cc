#include <limits>

#include "commands/metrics/judge.h"
#include "tests/commands/metrics_fixture.h"

namespace commands::metrics::judge_test {
namespace {

using schema::Outcome;

schema::Acceptance demand(std::string op, double bound) {
  schema::Acceptance result;
  result.key = "sps_max";
  result.op = std::move(op);
  result.expected = bound;
  return result;
}

schema::Acceptance in_range(double low, double high) {
  schema::Acceptance result;
  result.key = "sps_max";
  result.op = "range";
  result.low = low;
  result.high = high;
  return result;
}

Extraction measured(double number) {
  Extraction extraction;
  schema::Metric metric;
  metric.key = "sps_max";
  metric.value = number;
  extraction.metrics.push_back(metric);
  return extraction;
}

// A validation of that acceptance, judged without a past.
std::vector<schema::Check> judged(
    const std::vector<schema::Acceptance>& acceptance,
    const Extraction& extraction,
    const std::vector<schema::MetricRule>& rules = {},
    const std::string& log = "x.log") {
  schema::Validation planned;
  planned.name = "smoke";
  planned.acceptance = acceptance;
  return judge({planned, rules, {}, {}, log}, extraction);
}

bool passes(const schema::Acceptance& acceptance, double number) {
  return judged({acceptance}, measured(number)).front().passed;
}

TEST(Judge, KnowsEveryOperator) {
  EXPECT_TRUE(passes(demand(">=", 5), 5));
  EXPECT_FALSE(passes(demand(">=", 5), 4.9));
  EXPECT_TRUE(passes(demand(">", 5), 5.1));
  EXPECT_FALSE(passes(demand(">", 5), 5));
  EXPECT_TRUE(passes(demand("<=", 5), 5));
  EXPECT_FALSE(passes(demand("<=", 5), 5.1));
  EXPECT_TRUE(passes(demand("<", 5), 4));
  EXPECT_FALSE(passes(demand("<", 5), 5));
  EXPECT_TRUE(passes(demand("==", 5), 5));
  EXPECT_FALSE(passes(demand("==", 5), 6));
  EXPECT_TRUE(passes(demand("!=", 5), 6));
  EXPECT_FALSE(passes(demand("!=", 5), 5));
}

TEST(Judge, RangesIncludeBothEnds) {
  EXPECT_TRUE(passes(in_range(1, 3), 1));
  EXPECT_TRUE(passes(in_range(1, 3), 3));
  EXPECT_FALSE(passes(in_range(1, 3), 0.9));
  EXPECT_FALSE(passes(in_range(1, 3), 3.1));
}

TEST(Judge, AnUnknownOperatorOrAbsentBoundNeverPasses) {
  EXPECT_FALSE(passes(demand("~", 5), 5));
  schema::Acceptance unbound = demand(">=", 0);
  unbound.expected = flatbuffers::nullopt;
  EXPECT_FALSE(passes(unbound, 5));
  schema::Acceptance half = in_range(1, 3);
  half.high = flatbuffers::nullopt;
  EXPECT_FALSE(passes(half, 2));
}

TEST(Judge, NeverComparesWhatIsNotFinite) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const char* op : {">=", ">", "<=", "<", "==", "!="}) {
    EXPECT_FALSE(passes(demand(op, 5), kNan)) << op;
    EXPECT_FALSE(passes(demand(op, 5), kInfinity)) << op;
    EXPECT_FALSE(passes(demand(op, kNan), 5)) << op;
  }
}

TEST(Judge, JudgesEveryCheckInOrder) {
  const auto checks =
      judged({demand(">=", 9), in_range(1, 3), demand(">", 1)}, measured(2));
  ASSERT_EQ(checks.size(), 3U);
  EXPECT_FALSE(checks[0].passed);
  EXPECT_TRUE(checks[1].passed);
  EXPECT_TRUE(checks[2].passed);
  EXPECT_EQ(checks[0].actual, 2);
  EXPECT_EQ(checks[0].expected, 9);
  EXPECT_EQ(checks[1].low, 1);
  EXPECT_EQ(checks[1].high, 3);
  EXPECT_EQ(checks[0].note, "");
}

TEST(Judge, AMissingMetricFailsAndSaysWhatWasLookedForWhere) {
  Extraction extraction;
  extraction.names_seen = {"loss", "lost_last", "loss_lst", "epoch"};
  schema::Acceptance acceptance = demand("<=", 1);
  acceptance.key = "loss_last";
  const auto check = judged({acceptance},
                            extraction,
                            {rule("loss_last", "loss=([0-9.]+)")},
                            "smoke.1.log")
                         .front();
  EXPECT_FALSE(check.passed);
  EXPECT_FALSE(check.actual.has_value());
  EXPECT_TRUE(check.note.starts_with("metric missing"));
  EXPECT_NE(check.note.find("smoke.1.log"), std::string::npos);
  EXPECT_NE(check.note.find("loss=([0-9.]+)"), std::string::npos);
  EXPECT_NE(check.note.find("lost_last, loss_lst, loss"), std::string::npos);
}

TEST(Judge, AMissingMetricNamesTheLineThatCouldNotBeRead) {
  const auto extraction = extracted("ok\nSPS: 1.234,5\n");
  const auto check = judged({demand(">=", 1)}, extraction).front();
  EXPECT_NE(check.note.find("line 2 cannot be read for sure: SPS: 1.234,5"),
            std::string::npos)
      << check.note;
}

TEST(Judge, AKeyWithoutARuleSaysSo) {
  schema::Acceptance acceptance = demand(">=", 1);
  acceptance.key = "nobody";
  const auto check = judged({acceptance}, {}).front();
  EXPECT_NE(check.note.find("no rule of the plan extracts it"),
            std::string::npos);
}

TEST(Judge, RecordsAllThatAVerdictRestsOn) {
  const Extraction extraction = extracted("SPS: 41,234 ok\n");
  const auto check = judged({demand(">=", 30000)}, extraction).front();
  EXPECT_EQ(check.outcome, Outcome::passed);
  EXPECT_EQ(check.statistic, "max");
  EXPECT_EQ(check.unit, "steps/s");
  ASSERT_NE(check.source, nullptr);
  EXPECT_EQ(check.source->line, 1U);
  EXPECT_EQ(check.source->text, "SPS: 41,234 ok");
  EXPECT_EQ(check.baseline, "");
  EXPECT_FALSE(check.baseline_value.has_value());
}

TEST(Judge, AWarnBandShowsAndDoesNotFail) {
  schema::Acceptance acceptance = demand(">=", 30);
  acceptance.warn_expected = 35;
  const auto at = [&](double number) {
    return judged({acceptance}, measured(number)).front();
  };
  EXPECT_TRUE(at(36).passed);
  EXPECT_FALSE(at(36).warned);
  EXPECT_TRUE(at(35).passed);
  EXPECT_FALSE(at(35).warned);
  EXPECT_TRUE(at(34).passed);
  EXPECT_TRUE(at(34).warned);
  EXPECT_FALSE(at(29).passed);
  EXPECT_FALSE(at(29).warned);
  schema::Acceptance range = in_range(1, 9);
  range.warn_low = 3;
  range.warn_high = 7;
  EXPECT_TRUE(judged({range}, measured(2)).front().warned);
  EXPECT_FALSE(judged({range}, measured(3)).front().warned);
  EXPECT_EQ(conclude({at(34)}).outcome, Outcome::passed);
}

TEST(Judge, TooFewSamplesCannotTell) {
  schema::Acceptance acceptance = demand(">=", 1);
  acceptance.samples = 3;
  const auto of = [&](const char* log) {
    return judged({acceptance}, extracted(log)).front();
  };
  const auto two = of("SPS: 5\nSPS: 6\n");
  EXPECT_FALSE(two.passed);
  EXPECT_EQ(two.outcome, Outcome::inconclusive);
  EXPECT_EQ(two.note, "too few samples: 2 of 3");
  EXPECT_EQ(two.actual, 6);
  EXPECT_TRUE(of("SPS: 5\nSPS: 6\nSPS: 7\n").passed);
}

// Runs one after the other, each judged with what the one before recorded.
std::vector<std::string> confirmed_by(const std::vector<double>& runs) {
  schema::Validation planned;
  planned.name = "smoke";
  planned.acceptance = {demand(">=", 10)};
  planned.acceptance.front().confirm_passes = 2;
  planned.acceptance.front().confirm_runs = 3;
  std::vector<schema::Check> earlier;
  std::vector<std::string> said;
  for (const double run : runs) {
    earlier = judge({planned, {}, {}, earlier, "x.log"}, measured(run));
    said.push_back(fmt::format("{} {}",
                               schema::word(earlier.front().outcome),
                               conclude(earlier).reason));
    EXPECT_EQ(earlier.front().measured.back(), run);
    EXPECT_EQ(earlier.front().confirm, "2 of 3");
  }
  return said;
}

TEST(Judge, WaitsForAsManyRunsAsConfirmIt) {
  using Said = std::vector<std::string>;
  const std::string open = "inconclusive check-unconfirmed";
  EXPECT_EQ(confirmed_by({12, 11}), (Said{open, "passed "}));
  EXPECT_EQ(confirmed_by({12, 1, 11}), (Said{open, open, "passed "}));
  EXPECT_EQ(confirmed_by({1, 12, 2}),
            (Said{open, open, "failed check-failed"}));
  EXPECT_EQ(confirmed_by({1, 2}), (Said{open, "failed check-failed"}));
}

TEST(Judge, AMissingMetricConfirmsNothing) {
  schema::Acceptance acceptance = demand(">=", 10);
  acceptance.confirm_passes = 2;
  acceptance.confirm_runs = 3;
  const auto check = judged({acceptance}, {}).front();
  EXPECT_EQ(check.outcome, Outcome::missing);
  EXPECT_EQ(conclude({check}).outcome, Outcome::failed);
}

TEST(Verdict, FailsBeforeItIsUnclearAndIsUnclearBeforeItPasses) {
  const auto of = [](std::vector<Outcome> outcomes) {
    std::vector<schema::Check> checks;
    for (const Outcome outcome : outcomes) {
      schema::Check& check = checks.emplace_back();
      check.outcome = outcome;
      check.passed = outcome == Outcome::passed;
    }
    const Verdict verdict = conclude(checks);
    return fmt::format("{} {}", schema::word(verdict.outcome), verdict.reason);
  };
  EXPECT_EQ(of({}), "passed ");
  EXPECT_EQ(of({Outcome::passed, Outcome::passed}), "passed ");
  EXPECT_EQ(of({Outcome::passed, Outcome::inconclusive}),
            "inconclusive check-inconclusive");
  EXPECT_EQ(of({Outcome::inconclusive, Outcome::failed}),
            "failed check-failed");
  EXPECT_EQ(of({Outcome::missing, Outcome::inconclusive}),
            "failed check-failed");
}

TEST(Verdict, OnlyWhatEndedWellCanPass) {
  schema::Validation planned;
  planned.name = "smoke";
  planned.acceptance = {demand(">=", 1)};
  schema::ValidationCompleted result;
  result.outcome = Outcome::errored;
  result.reason = "signal";
  apply({planned, {}, {}, {}, "x.log"}, measured(5), result);
  EXPECT_EQ(result.outcome, Outcome::errored);
  EXPECT_EQ(result.reason, "signal");
  ASSERT_EQ(result.checks.size(), 1U);
  EXPECT_TRUE(result.checks.front().passed);
}

TEST(Verdict, KeepsABoundedNumberOfNamesTheNearestFirst) {
  schema::Validation planned;
  planned.name = "smoke";
  planned.acceptance = {demand(">=", 1)};
  Extraction extraction;
  for (int i = 0; i < 200; ++i) {
    extraction.names_seen.push_back(fmt::format("unrelated_{}", i));
  }
  extraction.names_seen.push_back("sps_maxi");
  schema::ValidationCompleted result;
  apply({planned, {}, {}, {}, "x.log"}, extraction, result);
  ASSERT_EQ(result.names_seen.size(), 50U);
  EXPECT_EQ(result.names_seen.front(), "sps_maxi");
}

}  // namespace
}  // namespace commands::metrics::judge_test
