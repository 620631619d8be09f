// The plan's own [[metric]] rules.

#include "commands/metrics/extract.h"
#include "tests/commands/metrics_fixture.h"

namespace commands::metrics {
namespace {

std::string with(std::string_view text,
                 std::string pattern,
                 std::string statistic = "last") {
  const auto number = value(
      extracted(text, {rule("x", std::move(pattern), std::move(statistic))}),
      "x");
  return number ? fmt::format("{}", *number) : std::string("-");
}

TEST(PlanRule, ReadsItsFirstGroup) {
  EXPECT_EQ(with("loss=0.5\nloss=0.25\n", "loss=([0-9.]+)"), "0.25");
  EXPECT_EQ(with("a=1 b=2\n", "a=(\\d) b=(\\d)"), "1");
  EXPECT_EQ(with("reward: -3.5\n", "reward: (\\S+)"), "-3.5");
  EXPECT_EQ(with("size 1.5M\n", "size (\\S+)"), "1500000");
  EXPECT_EQ(with("x=( 12 )\n", "x=\\(([^)]*)\\)"), "12");
  EXPECT_EQ(with("d\xc3\xa9"
                 "bit=5\n",
                 "d\xc3\xa9"
                 "bit=(\\d+)"),
            "5");
  EXPECT_EQ(with("nothing\n", "loss=([0-9.]+)"), "-");
}

TEST(PlanRule, KnowsEveryStatistic) {
  const std::string log = "v=3 v=1\nv=5 v=2\nv=4\n";
  const std::string pattern = "v=(\\d+)";
  EXPECT_EQ(with(log, pattern, "max"), "5");
  EXPECT_EQ(with(log, pattern, "min"), "1");
  EXPECT_EQ(with(log, pattern, "mean"), "3");
  EXPECT_EQ(with(log, pattern, "last"), "4");
  EXPECT_EQ(with(log, pattern, "first"), "3");
  EXPECT_EQ(with(log, pattern, "sum"), "15");
  EXPECT_EQ(with(log, pattern, "count"), "5");
  EXPECT_EQ(with(log, pattern, "p50"), "3");
  EXPECT_EQ(with(log, pattern, "p90"), "5");
  EXPECT_EQ(with(log, pattern, "p95"), "5");
  EXPECT_EQ(with(log, pattern, "p99"), "5");
}

TEST(PlanRule, NeverCutsANumber) {
  EXPECT_EQ(with("loss=1.2e-05\n", "loss=([0-9.]+)"), "-");
  EXPECT_EQ(with("loss=1.2e-05\n", "loss=([0-9.e-]+)"), "1.2e-05");
  EXPECT_EQ(with("rate=1.2k\n", "rate=([0-9.]+)"), "-");
  EXPECT_EQ(with("rate=1.2k\n", "rate=([0-9.]+)k"), "1.2");
  EXPECT_EQ(with("1,234 fps\n", "([0-9]+) fps"), "-");
  EXPECT_EQ(with("gain -5\n", "(\\d+)"), "-");
  EXPECT_EQ(with("gain -5\n", "gain -(\\d+)"), "5");
  EXPECT_EQ(with("t=12ms\n", "t=(\\d+)"), "-");
  EXPECT_EQ(with("t=12ms\n", "t=(\\d+)ms"), "12");
  EXPECT_EQ(with("loss=1,5\n", "loss=([0-9,]+)"), "-");
}

TEST(PlanRule, NamesWhatItCouldNotRead) {
  const auto extraction =
      extracted("a\nloss=1.2e-05\n", {rule("loss", "loss=([0-9.]+)")});
  ASSERT_EQ(extraction.unsure.size(), 1U);
  EXPECT_EQ(extraction.unsure[0].key, "loss");
  EXPECT_EQ(extraction.unsure[0].line, 2U);
  EXPECT_EQ(extraction.unsure[0].text, "loss=1.2e-05");
}

TEST(PlanRule, NoNumberIsNoValue) {
  EXPECT_EQ(with("l=1\nl=nan\n", "l=(\\S+)"), "-");
  EXPECT_EQ(with("l=1\nl=nan\n", "l=(\\S+)", "max"), "1");
  EXPECT_EQ(with("l=nan\nl=1\n", "l=(\\S+)", "first"), "-");
  EXPECT_EQ(with("l=inf\n", "l=(\\S+)", "max"), "-");
  EXPECT_EQ(with("l=1e308 l=1e308\n", "l=(\\S+)", "sum"), "-");
}

// A pattern of digits does not match it, and what was read before it would
// pass for the last.
TEST(PlanRule, ALabelWithoutItsNumberIsAReadingToo) {
  for (const char* pattern : {"loss=([0-9.]+)",
                              "loss=(?P<loss>[0-9.]+)",
                              "(?i)LOSS=([0-9.]+)",
                              "\\bloss=\\s*([0-9.]+)(?: nats)?",
                              "l[aeo]ss[:=]([0-9.]+) ?"}) {
    EXPECT_EQ(with("loss=1 a\nloss=nan a\n", pattern), "-") << pattern;
    EXPECT_EQ(with("loss=1 a\nloss=-inf a\n", pattern), "-") << pattern;
    EXPECT_EQ(with("loss=1 a\nloss=None a\n", pattern), "-") << pattern;
    EXPECT_EQ(with("loss=1 loss=nan a\n", pattern), "-") << pattern;
    EXPECT_EQ(with("loss=nan loss=1 a\n", pattern), "1") << pattern;
    EXPECT_EQ(with("loss=nan a\nloss=1 a\n", pattern, "first"), "-") << pattern;
    EXPECT_EQ(with("loss=1 a\nloss=nan a\n", pattern, "max"), "1") << pattern;
    EXPECT_EQ(with("loss=1 a\nloss=nanometres a\n", pattern), "1") << pattern;
    EXPECT_EQ(with("xloss\nloss=nan\n", pattern), "-") << pattern;
  }
  // No label, or none that could be told: as it was.
  for (const char* pattern : {"([0-9.]+) loss",
                              "(?:a|loss)=([0-9.]+)",
                              "loss=([0-9.]+)|x=([0-9.]+)"}) {
    EXPECT_EQ(with("1 loss=1 a\nloss=nan\n", pattern), "1") << pattern;
  }
}

TEST(PlanRule, AnchorsMeanTheSegment) {
  EXPECT_EQ(with("xv=1\nv=2\n", "^v=(\\d)"), "2");
  EXPECT_EQ(with("v=1 x\nv=2\n", "v=(\\d)$"), "2");
  EXPECT_EQ(with("v=1 x\r\nv=2\r\nv=3 y\r\n", "v=(\\d)$"), "2");
  EXPECT_EQ(with("xv=1\nv=2\nv=3 x\n", "\\Av=(\\d)\\z"), "2");
  EXPECT_EQ(with("a\nv=2\n", "(?-m:^v=(\\d)$)"), "2");
  EXPECT_EQ(with("v=\n2\n", "v=\\s*(\\d)"), "-");
}

TEST(PlanRule, SeesThroughColours) {
  EXPECT_EQ(with("loss=\x1b[33m0.5\x1b[0m\n", "loss=([0-9.]+)"), "0.5");
}

TEST(PlanRule, APatternThatMatchesEverywhereEnds) {
  EXPECT_EQ(with("abc 5\n", "(\\d*)"), "5");
  EXPECT_EQ(with(std::string(100'000, 'a'), "(a*)b|(x?)"), "-");
}

TEST(PlanRule, RefusesPatternsThatCannotBeRun) {
  EXPECT_TRUE(check_pattern("loss=([0-9.]+)").has_value());
  for (const char* pattern : {"loss=(",
                              "loss=[0-9]+",
                              "(?=x)(y)",
                              "(x)\\1",
                              "((((a{1000}){1000})))"}) {
    const auto status = check_pattern(pattern);
    ASSERT_FALSE(status) << pattern;
    EXPECT_EQ(status.error().code, ledger::ErrorCode::kUsage);
    EXPECT_EQ(status.error().reason, "pattern-invalid");
  }
  EXPECT_FALSE(check_pattern("(" + std::string(5000, 'a') + ")"));
}

TEST(BuiltInRules, AreThreeAndTheirPatternsCompile) {
  const auto rules = built_in_rules();
  ASSERT_EQ(rules.size(), 3U);
  EXPECT_EQ(rules[0].key, "eval_success_rate");
  EXPECT_EQ(rules[1].key, "sps_last");
  EXPECT_EQ(rules[2].key, "sps_max");
  for (const auto& built_in : rules) {
    EXPECT_TRUE(check_pattern(built_in.pattern).has_value()) << built_in.key;
  }
}

TEST(Extraction, IsSortedByKeyWithOneSourceEach) {
  const auto extraction =
      extracted("SPS: 5 z=1 a=2 eval_success_rate: 0.5\n",
                {rule("z", "z=(\\d)"), rule("a", "a=(\\d)")});
  ASSERT_EQ(extraction.metrics.size(), 5U);
  ASSERT_EQ(extraction.sources.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(extraction.metrics[i].key, extraction.sources[i].key);
    EXPECT_TRUE(i == 0 ||
                extraction.metrics[i - 1].key < extraction.metrics[i].key);
  }
}

TEST(Extraction, TellsTheNamesItSaw) {
  const auto extraction =
      extracted("throughput: 12\nloss=0.5 'kl': 1\nloss=0.4\nword: text\n");
  EXPECT_EQ(extraction.names_seen,
            (std::vector<std::string>{"throughput", "loss", "kl"}));
}

}  // namespace
}  // namespace commands::metrics
