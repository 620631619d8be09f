// A validation that ran elsewhere, put on record: from flags, logs and the
// files that tools write.

#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Record : public ReleaseTest {
 protected:
  explicit Record(const PlanText& plan = {}) : ReleaseTest(plan) {}

  Ended record(const Arguments& more, const std::string& name = "smoke") const {
    Arguments arguments = {"record", kVersion, name};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return rl(arguments);
  }
  std::string file(const std::string& name, std::string_view text) const {
    const auto path = scratch_.root() / name;
    support::write_file(path, text);
    return path.string();
  }
  void expect_nothing_recorded() const {
    EXPECT_EQ(count("ValidationCompleted"), 0U);
  }
};

TEST_F(Record, FromALogCountsAsARunOfTheCandidate) {
  reach_bugs_checked();
  const std::string log = file("ci.log", "start\nSPS: 41,234.5\n");
  const Ended ended = record({"--log",
                              log,
                              "--exit-code",
                              "0",
                              "--url",
                              "https://ci.x.org/7",
                              "--note",
                              "nightly",
                              "--commit",
                              scratch_.head().substr(0, 10)});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  const json smoke = validation();
  EXPECT_EQ(smoke["outcome"], "passed");
  EXPECT_EQ(smoke["attempt"], 1);
  EXPECT_EQ(smoke["exit_code"], 0);
  EXPECT_EQ(smoke["note"], "ran elsewhere");
  EXPECT_EQ(smoke["recorded"]["url"], "https://ci.x.org/7");
  EXPECT_EQ(smoke["recorded"]["note"], "nightly");
  EXPECT_EQ(smoke["recorded"]["by"], "Ann <ann@x.org>");
  EXPECT_EQ(smoke["metrics"]["sps_max"], 41234.5);
  const json check = smoke["checks"][0];
  EXPECT_EQ(check["source"]["line"], 2);
  EXPECT_EQ(check["source"]["text"], "SPS: 41,234.5");
  EXPECT_EQ(check["statistic"], "max");
  EXPECT_EQ(
      support::read_file(scratch_.ledger() / smoke["log"].get<std::string>()),
      "start\nSPS: 41,234.5\n");
  EXPECT_FALSE(smoke["log_digest"].get<std::string>().empty());
  const Ended tests = step("workflow-tests");
  EXPECT_EQ(tests.exit_code, kDone) << shown(tests);
  EXPECT_EQ(scratch_.runs(), 0);
  EXPECT_EQ(rl({"verify"}).exit_code, kDone);
  EXPECT_EQ(step("release").exit_code, kDone);
}

TEST_F(Record, FromFlagsIsJudgedByThePlan) {
  reach_bugs_checked();
  const Ended low = record({"--metric", "sps_max=29999"});
  expect_refusal(low, kGateSaidNo);
  EXPECT_THAT(low.err, AllOf(HasSubstr("is recorded"), HasSubstr("sps_max")));
  EXPECT_EQ(validation()["outcome"], "failed");
  const Ended good =
      record({"--metric", "sps_max=41k", "--metric", "sps_last=40500"});
  EXPECT_EQ(good.exit_code, kDone) << shown(good);
  EXPECT_EQ(validation()["outcome"], "passed");
  EXPECT_EQ(validation()["attempt"], 2);
  EXPECT_EQ(validation()["metrics"]["sps_max"], 41000.0);
  EXPECT_EQ(validation()["exit_code"], nullptr);
  EXPECT_EQ(validation()["log"], nullptr);
}

TEST_F(Record, TypedTwiceIsRecordedOnce) {
  reach_bugs_checked();
  const Arguments arguments = {"--metric", "sps_max=41000"};
  EXPECT_EQ(record(arguments).exit_code, kDone);
  const Ended again = record(arguments);
  EXPECT_EQ(again.exit_code, kDone) << shown(again);
  EXPECT_THAT(again.err, HasSubstr("already"));
  EXPECT_EQ(count("ValidationCompleted"), 1U);
}

TEST_F(Record, WithABadExitCodeNeverPasses) {
  reach_bugs_checked();
  const Ended ended = record({"--metric", "sps_max=99999", "--exit-code", "3"});
  expect_refusal(ended, kGateSaidNo);
  EXPECT_EQ(validation()["outcome"], "failed");
  EXPECT_EQ(validation()["exit_code"], 3);
  EXPECT_EQ(step("release").exit_code, kGateSaidNo);
}

TEST_F(Record, WhatIsNotThereFailsWithNearNames) {
  reach_bugs_checked();
  const Ended ended =
      record({"--log", file("ci.log", "SPEED: 41000\n"), "--exit-code", "0"});
  expect_refusal(ended, kGateSaidNo);
  EXPECT_THAT(ended.err,
              AllOf(HasSubstr("metric missing"), HasSubstr("SPEED")));
  EXPECT_EQ(validation()["checks"][0]["outcome"], "missing");
}

TEST_F(Record, TwoSourcesThatDisagreeAreNoValue) {
  reach_bugs_checked();
  const Ended ended = record(
      {"--log", file("ci.log", "SPS: 41000\n"), "--metric", "sps_max=42000"});
  expect_refusal(ended, kGateSaidNo);
  EXPECT_THAT(ended.err, HasSubstr("41000 elsewhere"));
  EXPECT_EQ(validation()["metrics"].contains("sps_max"), false);
}

TEST_F(Record, OfAnotherCommitIsRefused) {
  reach_bugs_checked();
  expect_bare_refusal(
      record({"--metric", "sps_max=41000", "--commit", "0123456789ab"}),
      kGateSaidNo);
  expect_nothing_recorded();
}

TEST_F(Record, ThatCannotBeReadIsRefusedAndLeavesNothing) {
  reach_bugs_checked();
  const std::vector<std::pair<Arguments, std::string>> refused = {
      {{"--metric", "sps_max"}, "KEY=NUMBER"},
      {{"--metric", "sps_max=fast"}, "read for sure"},
      {{"--metric", "sps_max=1.234,5"}, "read for sure"},
      {{"--metric", "sps_max=nan"}, "read for sure"},
      {{"--metric", "sps_maxi=5"}, "did you mean sps_max?"},
      {{"--log", "/nonexistent/x.log"}, "no such file"},
      {{"--log", scratch_.root().string()}, "is no file"},
      {{"--metrics-file", "/nonexistent/x.json"}, "no such file"},
      {{"--metrics-file", file("bad.json", "{nope")}, "not JSON"},
      {{"--metrics-file", file("a.json", "{}"), "--format", "xml"}, "formats"},
      {{"--url", "ftp://x"}, "http"},
      {{"--url", "https://ann:secret@x.org/7"}, "leave it out"},
      {{"--commit", "HEAD"}, "hex digits"},
      {{"--exit-code", "soon"}, "exit-code"}};
  for (const auto& [arguments, why] : refused) {
    const Ended ended = record(arguments);
    EXPECT_EQ(ended.exit_code, kUsage) << shown(ended);
    EXPECT_EQ(lines_that_begin(ended.err, "release-ledger: "), 1U);
    EXPECT_THAT(ended.err, HasSubstr(why));
    EXPECT_THAT(ended.err, ::testing::Not(HasSubstr("secret@")));
  }
  expect_bare_refusal(record({"--metric", "sps_max=1"}, "smok"), kGateSaidNo);
  expect_bare_refusal(rl({"record", "9.9", "smoke"}), kUsage);
  expect_bare_refusal(rl({"record", kVersion}), kUsage);
  expect_nothing_recorded();
  EXPECT_FALSE(std::filesystem::exists(scratch_.ledger() / "logs" / kVersion));
}

TEST_F(Record, BeforeThereIsACandidateOrAfterTheTagIsRefused) {
  reach_published();
  expect_bare_refusal(record({"--metric", "sps_max=1"}), kGateSaidNo);
  expect_bare_refusal(rl({"record", "1.0", "smoke", "--exit-code", "0"}),
                      kUsage);
}

class RecordReports : public Record {
 protected:
  RecordReports()
      : Record([] {
          PlanText plan;
          plan.validations = {
              {.name = "unit", .expected_sps = ""},
              {.name = "bench",
               .expected_sps = "",
               .more = "[[validation.acceptance]]\nkey = \"sort\"\n"
                       "op = \"<=\"\nexpected = 3\n"}};
          plan.more =
              "[[metric]]\nkey = \"sort\"\njson = \"BM_Sort.real_time\"\n"
              "unit = \"us\"\nstatistic = \"mean\"\n";
          return plan;
        }()) {}
};

TEST_F(RecordReports, JUnitSaysByItselfWhetherItPassed) {
  reach_bugs_checked();
  expect_bare_refusal(record({}, "unit"), kUsage);
  const std::string bad =
      file("bad.xml",
           "<testsuite><testcase classname='a' name='b'><failure/></testcase>"
           "<testcase name='c'/></testsuite>");
  const Ended failed = record({"--metrics-file", bad}, "unit");
  expect_refusal(failed, kGateSaidNo);
  EXPECT_THAT(failed.err, HasSubstr("1 of 2 tests failed: a.b"));
  const std::string good =
      file("good.xml", "<testsuite><testcase name='c'/></testsuite>");
  const Ended passed = record({"--metrics-file", good}, "unit");
  EXPECT_EQ(passed.exit_code, kDone) << shown(passed);
  EXPECT_EQ(validation("unit")["outcome"], "passed");
  const json data = newest("ValidationCompleted");
  EXPECT_EQ(support::read_file(scratch_.ledger() /
                               data["metrics_file"].get<std::string>()),
            support::read_file(good));
  EXPECT_FALSE(data["metrics_digest"].get<std::string>().empty());
  const std::string empty = file("empty.xml", "<testsuites/>");
  EXPECT_EQ(record({"--metrics-file", empty}, "unit").exit_code, kGateSaidNo);
}

TEST_F(RecordReports, BenchmarksAreJudgedInThePlansUnit) {
  reach_bugs_checked();
  const std::string report =
      file("bench.json",
           R"({"context": {"num_cpus": 2}, "benchmarks": [
{"name": "BM_Sort", "repetition_index": 0, "real_time": 2000,
 "time_unit": "ns"},
{"name": "BM_Sort", "repetition_index": 1, "real_time": 3000,
 "time_unit": "ns"}]})");
  const Ended ended =
      record({"--metrics-file", report, "--exit-code", "0"}, "bench");
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  const json check = validation("bench")["checks"][0];
  EXPECT_EQ(check["actual"], 2.5);
  EXPECT_EQ(check["unit"], "us");
  EXPECT_EQ(check["statistic"], "mean");
  EXPECT_EQ(check["source"]["samples"], 2);
}

class RecordBesideARun : public Record {
 protected:
  RecordBesideARun()
      : Record([] {
          PlanText plan;
          plan.validations = {{.name = "slow"}, {.name = "smoke"}};
          return plan;
        }()) {}
};

TEST_F(RecordBesideARun, IsTakenInByTheRun) {
  reach_bugs_checked();
  const auto go = scratch_.root() / "go";
  scratch_.behave("slow",
                  "while [ ! -f '" + go.string() + "' ]; do sleep 0.02; done");
  support::Running run(
      invocation({"--step", "workflow-tests", "--version", kVersion}));
  ASSERT_TRUE(support::eventually([&] { return scratch_.runs("slow") == 1; }));
  expect_bare_refusal(record({"--metric", "sps_max=41000"}, "slow"), kBusy);
  const Ended ended = record({"--metric", "sps_max=41000"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  support::write_file(go, "go");
  const Ended finished = run.wait();
  EXPECT_EQ(finished.exit_code, kDone) << shown(finished);
  EXPECT_EQ(scratch_.runs("smoke"), 0);
  EXPECT_EQ(validation("smoke")["outcome"], "passed");
}

}  // namespace
}  // namespace e2e
