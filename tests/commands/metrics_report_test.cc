// Files of metrics that tools write, good and hostile.

#include <gmock/gmock.h>

#include "commands/metrics/report.h"
#include "tests/commands/metrics_fixture.h"

namespace commands::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

Report report_of(std::string_view text,
                 ReportFormat format = ReportFormat::kAuto) {
  auto result = parse_report(text, format);
  EXPECT_TRUE(result.has_value()) << result.error().message;
  return result ? std::move(*result) : Report();
}

std::string refusal_of(std::string_view text,
                       ReportFormat format = ReportFormat::kAuto) {
  const auto result = parse_report(text, format);
  if (result) {
    return "accepted";
  }
  EXPECT_EQ(result.error().reason, "report-invalid");
  return result.error().message;
}

schema::MetricRule of_file(std::string key,
                           std::string json,
                           std::string statistic = "last",
                           std::string unit = {}) {
  schema::MetricRule result;
  result.key = std::move(key);
  result.json = std::move(json);
  result.statistic = std::move(statistic);
  result.unit = std::move(unit);
  return result;
}

// The metric as a rule takes it from a text: "value unit @line", or why not.
std::string taken(std::string_view text, const schema::MetricRule& rule) {
  Extraction extraction;
  add_measurements(extraction, report_of(text).measurements, {rule}, "m.json");
  if (!extraction.unsure.empty()) {
    return "doubtful: " + extraction.unsure.front().text;
  }
  if (extraction.metrics.empty()) {
    return "missing";
  }
  const schema::MetricSource& source = extraction.sources.front();
  EXPECT_EQ(source.key, rule.key);
  EXPECT_EQ(source.statistic, rule.statistic);
  EXPECT_EQ(source.file, "m.json");
  return fmt::format("{} {}@{}",
                     extraction.metrics.front().value,
                     source.unit.empty() ? "" : source.unit + " ",
                     source.line);
}

TEST(JsonReport, ReadsDottedKeysWithTheirLines) {
  const char* text =
      "{\n  \"eval\": {\"success\": 0.5,\n  \"deep\": {\"er\": 1}},\n"
      "  \"sps\": 41000\n}\n";
  EXPECT_EQ(taken(text, of_file("s", "eval.success")), "0.5 @2");
  EXPECT_EQ(taken(text, of_file("d", "eval.deep.er")), "1 @3");
  EXPECT_EQ(taken(text, of_file("sps", "sps")), "41000 @4");
  EXPECT_EQ(taken(text, of_file("x", "eval")), "missing");
  EXPECT_EQ(taken(text, of_file("x", "eval.x")), "missing");
}

TEST(JsonReport, FindsAMetricByItsKeyOrAnOldName) {
  EXPECT_EQ(taken("{\"loss\": 1}", of_file("loss", "")), "1 @1");
  schema::MetricRule renamed = of_file("throughput", "");
  renamed.aliases = {"sps_peak"};
  EXPECT_EQ(taken("{\"sps_peak\": 5}", renamed), "5 @1");
  EXPECT_EQ(taken("{\"sps_peak\": 5, \"throughput\": 6}", renamed), "6 @1");
}

TEST(JsonReport, ListsAndJsonLinesAreSamplesInOrder) {
  EXPECT_EQ(taken("{\"t\": [3, 9, 5]}", of_file("t", "t", "max")), "9 @1");
  const char* lines = "{\"t\": 3}\n{\"t\": 9}\n\n{\"t\": 5}\n";
  EXPECT_EQ(taken(lines, of_file("t", "t", "last")), "5 @4");
  EXPECT_EQ(taken(lines, of_file("t", "t", "p50")), "5 @4");
  EXPECT_EQ(taken("{\"a\": [{\"b\": 1}, {\"b\": 2}]}", of_file("b", "a.1.b")),
            "2 @1");
}

TEST(JsonReport, WhatIsSaidTwiceIsDoubtful) {
  EXPECT_THAT(taken("{\"t\": 3, \"t\": 4}", of_file("t", "t")),
              HasSubstr("doubtful"));
  EXPECT_THAT(taken("{\"a.b\": 3, \"a\": {\"b\": 4}}", of_file("t", "a.b")),
              HasSubstr("doubtful"));
}

TEST(JsonReport, NoNumberIsNoValue) {
  for (const char* text : {"{\"t\": null}",
                           "{\"t\": NaN}",
                           "{\"t\": -Infinity}",
                           "{\"t\": \"5\"}",
                           "{\"t\": true}",
                           "{\"t\": {}}"}) {
    EXPECT_EQ(taken(text, of_file("t", "t")), "missing") << text;
  }
  EXPECT_EQ(taken("{\"x\": NaN, \"t\": 5, \"s\": \"NaN\"}", of_file("t", "t")),
            "5 @1");
  EXPECT_EQ(taken("{\"t\": 1}\n{\"t\": NaN}\n", of_file("t", "t")), "missing");
}

TEST(JsonReport, TimesAreTurnedIntoThePlansUnit) {
  const char* text = R"({"context": {"num_cpus": 2}, "benchmarks": [
{"name": "BM_A", "run_type": "iteration", "iterations": 10,
 "real_time": 2500, "cpu_time": 2000, "time_unit": "ns", "items": 7}]})";
  EXPECT_EQ(taken(text, of_file("a", "BM_A.real_time")), "2500 ns @3");
  EXPECT_EQ(taken(text, of_file("a", "BM_A.real_time", "last", "us")),
            "2.5 us @3");
  EXPECT_THAT(taken(text, of_file("a", "BM_A.real_time", "last", "steps/s")),
              HasSubstr("doubtful: BM_A.real_time: 2500 ns"));
  EXPECT_EQ(taken(text, of_file("a", "BM_A.items")), "7 @3");
}

TEST(JsonReport, RefusesWhatIsNoJsonInOneLine) {
  for (const char* text : {"",
                           "  \n",
                           "{",
                           "{\"a\": 1",
                           "{\"a\": 1} x",
                           "{\"a\": 1}\n{\"a\":\n",
                           "nope",
                           "{'a': 1}",
                           "{\"a\": 1e999}",
                           "{\"a\": \"\xff\"}"}) {
    const std::string refusal = refusal_of(text);
    EXPECT_NE(refusal, "accepted") << text;
    EXPECT_EQ(refusal.find('\n'), std::string::npos) << refusal;
  }
  EXPECT_THAT(refusal_of("{\n\"a\": 1,\n}"), HasSubstr("line 3"));
}

TEST(JsonReport, IsBoundedInDepthNumberAndLength) {
  EXPECT_THAT(refusal_of(std::string(100'000, '[')), HasSubstr("nested"));
  std::string many = "[";
  for (int i = 0; i < 200'000; ++i) {
    many += "1,";
  }
  EXPECT_THAT(refusal_of(many + "1]"), HasSubstr("more than 200000 values"));
  EXPECT_THAT(refusal_of("{\"" + std::string(1000, 'k') + "\": 1}"),
              HasSubstr("longer than 500 bytes"));
}

TEST(GoogleBenchmark, RepetitionsAreSamplesOfOneName) {
  const char* text = R"({"context": {"num_cpus": 2}, "benchmarks": [
{"name": "BM_A/8", "run_name": "BM_A/8", "run_type": "iteration",
 "repetitions": 2, "repetition_index": 0, "real_time": 10, "time_unit": "ms"},
{"name": "BM_A/8", "run_name": "BM_A/8", "run_type": "iteration",
 "repetitions": 2, "repetition_index": 1, "real_time": 14, "time_unit": "ms"},
{"name": "BM_A/8_cv", "run_type": "aggregate", "aggregate_unit": "percentage",
 "real_time": 0.5, "time_unit": "ms"}]})";
  EXPECT_EQ(taken(text, of_file("a", "BM_A/8.real_time", "mean")), "12 ms @5");
  EXPECT_EQ(taken(text, of_file("a", "BM_A/8_cv.real_time")), "0.5 @7");
  EXPECT_EQ(taken(text, of_file("a", "BM_A/8.repetition_index")), "missing");
  EXPECT_THAT(report_of(text).failure, IsEmpty());
}

TEST(GoogleBenchmark, OneThatFailedFailsTheReport) {
  const char* text = R"({"context": {"num_cpus": 2}, "benchmarks": [
{"name": "BM_A", "run_type": "iteration", "error_occurred": true,
 "error_message": "no GPU", "real_time": 1, "time_unit": "ns"},
{"name": "BM_B", "run_type": "iteration", "real_time": 2,
 "time_unit": "ns"}]})";
  EXPECT_EQ(report_of(text).failure, "BM_A: no GPU");
  EXPECT_EQ(taken(text, of_file("a", "BM_A.real_time")), "missing");
  EXPECT_EQ(taken(text, of_file("b", "BM_B.real_time")), "2 ns @4");
  EXPECT_THAT(refusal_of("{\"a\": 1}", ReportFormat::kGoogleBenchmark),
              HasSubstr("no results of Google Benchmark"));
}

TEST(Hyperfine, ReadsSecondsByCommandAndTheOnlyOneByItself) {
  const char* text = R"({"results": [{"command": "sleep 0.1", "mean": 0.102,
"stddev": null, "median": 0.1, "times": [0.1, 0.104], "exit_codes": [0, 0]}]})";
  EXPECT_EQ(taken(text, of_file("m", "sleep 0.1.mean")), "0.102 s @1");
  EXPECT_EQ(taken(text, of_file("m", "mean", "last", "ms")), "102 ms @1");
  EXPECT_EQ(taken(text, of_file("m", "times", "max")), "0.104 s @2");
  EXPECT_EQ(taken(text, of_file("m", "stddev")), "missing");
  EXPECT_THAT(report_of(text).failure, IsEmpty());
}

TEST(Hyperfine, ACommandThatFailedFailsTheReport) {
  const char* text = R"({"results": [{"command": "x", "mean": 1,
"exit_codes": [0, 3, null]}]})";
  EXPECT_EQ(report_of(text).failure,
            "x exited with 3; x was ended by a signal");
  EXPECT_THAT(refusal_of("{\"a\": 1}", ReportFormat::kHyperfine),
              HasSubstr("no results of hyperfine"));
}

constexpr const char* kSuite = R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="99" failures="99">
 <testsuite name="s" tests="99">
  <properties><property name="sps_max" value="41000"/></properties>
  <testcase classname="a.B" name="ok" time="1.5"/>
  <testsuite name="inner"><testcase classname="a.B" name="also" time="0.5">
   <system-out>SPS: 5 &lt;b&gt;</system-out></testcase></testsuite>
  <testcase name="lazy"><skipped message="no GPU"/></testcase>
 </testsuite>
</testsuites>
)";

TEST(JUnit, CountsTestCasesItself) {
  EXPECT_EQ(taken(kSuite, of_file("n", "tests")), "3 @0");
  EXPECT_EQ(taken(kSuite, of_file("n", "passed")), "2 @0");
  EXPECT_EQ(taken(kSuite, of_file("n", "failures")), "0 @0");
  EXPECT_EQ(taken(kSuite, of_file("n", "skipped")), "1 @0");
  EXPECT_EQ(taken(kSuite, of_file("n", "time", "last", "ms")), "2000 ms @0");
  EXPECT_EQ(taken(kSuite, of_file("n", "a.B.also.time")), "0.5 s @6");
  EXPECT_EQ(taken(kSuite, of_file("sps_max", "")), "41000 @4");
  EXPECT_THAT(report_of(kSuite).failure, IsEmpty());
  EXPECT_TRUE(report_of(kSuite).judges);
}

TEST(JUnit, FailureWinsOverErrorWinsOverSkipped) {
  const char* text =
      "<testsuite><testcase name='a'><skipped/><error/><failure/></testcase>"
      "<testcase name='b'><skipped/><error/></testcase>"
      "<testcase name='c'/></testsuite>";
  EXPECT_EQ(taken(text, of_file("n", "failures")), "1 @0");
  EXPECT_EQ(taken(text, of_file("n", "errors")), "1 @0");
  EXPECT_EQ(report_of(text).failure, "2 of 3 tests failed: a, b");
}

TEST(JUnit, WhereNothingRanNothingPassed) {
  EXPECT_EQ(report_of("<testsuites/>").failure, "no test has run");
  EXPECT_EQ(report_of("<testsuite><testcase name='a'><skipped/></testcase>"
                      "</testsuite>")
                .failure,
            "no test has run");
  EXPECT_EQ(report_of("<testsuite><error>boom</error></testsuite>").failure,
            "1 of 0 tests failed");
}

TEST(JUnit, RefusesWhatIsNoJUnitAndWhatIsHostile) {
  EXPECT_THAT(refusal_of("<html></html>"), HasSubstr("not JUnit XML"));
  EXPECT_THAT(refusal_of("<testsuite><testcase></testsuite>"),
              HasSubstr("not XML: mismatched tag"));
  EXPECT_THAT(refusal_of("<testsuite>"), HasSubstr("not XML"));
  EXPECT_THAT(refusal_of("<!DOCTYPE t [<!ENTITY a \"b\">"
                         "<!ENTITY c \"&a;&a;\">]><testsuite>&c;</testsuite>"),
              HasSubstr("a DTD is not read"));
  EXPECT_THAT(
      refusal_of("<!DOCTYPE t SYSTEM \"file:///etc/passwd\"><testsuite/>"),
      HasSubstr("a DTD is not read"));
  std::string deep;
  for (int i = 0; i < 1000; ++i) {
    deep += "<testsuite>";
  }
  EXPECT_THAT(refusal_of(deep), HasSubstr("nested more than 100 deep"));
}

TEST(Report, WhatTwoPlacesSayMustAgree) {
  Extraction extraction = extracted("SPS: 41000\n");
  schema::MetricRule rule = built_in_rules()[2];
  const auto say = [&](double number) {
    add_measurements(
        extraction,
        report_of(fmt::format("{{\"sps_max\": {}}}", number)).measurements,
        {rule},
        "m.json");
  };
  say(41000);
  EXPECT_EQ(value(extraction, "sps_max"), 41000);
  EXPECT_EQ(source(extraction, "sps_max").line, 1U);
  EXPECT_TRUE(source(extraction, "sps_max").file.starts_with("rl-log-"));
  say(42000);
  EXPECT_EQ(value(extraction, "sps_max"), std::nullopt);
  EXPECT_EQ(value(extraction, "sps_last"), 41000);
  ASSERT_EQ(extraction.unsure.size(), 1U);
  EXPECT_EQ(extraction.unsure.front().text,
            "sps_max: 42000 in m.json, but 41000 elsewhere");
}

TEST(Report, NamesAFileThatIsNotThere) {
  const auto missing = read_report("/nonexistent/x.json", ReportFormat::kAuto);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ledger::ErrorCode::kUsage);
  EXPECT_THAT(missing.error().message, HasSubstr("/nonexistent/x.json"));
  EXPECT_FALSE(read_report("/tmp", ReportFormat::kAuto));
}

}  // namespace
}  // namespace commands::metrics
