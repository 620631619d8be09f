#include <limits>

#include "commands/metrics/extract.h"
#include "tests/commands/metrics_fixture.h"

namespace commands::metrics {
namespace {

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

bool passes(const schema::Acceptance& acceptance, double number) {
  return judge({acceptance}, measured(number), {}, "x.log").front().passed;
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
  const auto checks = judge({demand(">=", 9), in_range(1, 3), demand(">", 1)},
                            measured(2),
                            {},
                            "x.log");
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
  const auto check = judge({acceptance},
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
  const auto check = judge({demand(">=", 1)}, extraction, {}, "x.log").front();
  EXPECT_NE(check.note.find("line 2 cannot be read for sure: SPS: 1.234,5"),
            std::string::npos)
      << check.note;
}

TEST(Judge, AKeyWithoutARuleSaysSo) {
  schema::Acceptance acceptance = demand(">=", 1);
  acceptance.key = "nobody";
  const auto check = judge({acceptance}, {}, {}, "x.log").front();
  EXPECT_NE(check.note.find("no rule of the plan extracts it"),
            std::string::npos);
}

}  // namespace
}  // namespace commands::metrics
