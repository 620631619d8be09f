// What was measured is told to Datadog and to Prometheus, once.

#include <chrono>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <signal.h>

#include "tests/e2e/release_test.h"
#include "tests/support/fake_server.h"

namespace e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

PlanText telling_plan() {
  PlanText plan;
  plan.more = R"([metrics_out]
datadog = true
prefix = "release"
tags = ["team:sim", "release:{version}"]
prometheus = "release.prom")";
  return plan;
}

class MetricsOut : public ReleaseTest {
 protected:
  MetricsOut()
      : ReleaseTest(telling_plan()),
        server_("datadog", scratch_.root() / "service") {
    variables_ = {{"DATADOG_HOST", server_.url()},
                  {"DD_API_KEY", "dd-k3y-of-ann"}};
  }

  Ended test(const Arguments& more = {}) const {
    return step("workflow-tests", more, variables_);
  }

  support::FakeServer server_;
  Environment variables_;
};

TEST_F(MetricsOut, AreSentOnceWithTheirValues) {
  reach_bugs_checked();
  const Ended ended = test();
  ASSERT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(test().exit_code, kDone);
  EXPECT_THAT(server_.requests("POST", "/api/v2/series"), SizeIs(1));
  json sps;
  const json state = server_.state();
  for (const json& series : state["series"]) {
    if (series["metric"] == "release.metric" &&
        series["tags"][0] == "metric:sps_max") {
      sps = series;
    }
  }
  EXPECT_EQ(sps["value"], 41000.0);
  EXPECT_EQ(sps["type"], 3);
  EXPECT_EQ(sps["tags"],
            json({"metric:sps_max",
                  "release:" + kVersion,
                  "team:sim",
                  "validation:smoke"}));
  EXPECT_THAT(scratch_.read("release.prom"),
              HasSubstr("release_metric{version=\"" + kVersion +
                        "\",metric=\"sps_max\",validation=\"smoke\"} 41000\n"));
  EXPECT_EQ(count("MetricsSendingStarted"), 2U);
  EXPECT_EQ(count("MetricsSent"), 2U);
}

TEST_F(MetricsOut, AreSentByTheNextRunWhereTheyCouldNotBe) {
  reach_bugs_checked();
  variables_["DD_API_KEY"] = "wr0ng-k3y";
  const Ended ended = test();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.err,
              AllOf(HasSubstr("warning: metrics not sent to datadog"),
                    HasSubstr("403: Forbidden"),
                    Not(HasSubstr("wr0ng-k3y"))));
  EXPECT_EQ(count("MetricsNotSent"), 1U);
  variables_["DD_API_KEY"] = "dd-k3y-of-ann";
  EXPECT_EQ(test().exit_code, kDone);
  EXPECT_THAT(server_.state()["series"], Not(IsEmpty()));
  EXPECT_EQ(count("MetricsSent"), 2U);
}

TEST_F(MetricsOut, AreShownInARehearsal) {
  reach_bugs_checked();
  variables_.erase("DD_API_KEY");
  EXPECT_EQ(test().exit_code, kDone);
  variables_["DD_API_KEY"] = "dd-k3y-of-ann";
  const Ended ended = test({"--check"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.out + ended.err,
              AllOf(HasSubstr("POST " + server_.url() + "/api/v2/series"),
                    HasSubstr("DD-API-KEY: *** (from DD_API_KEY)"),
                    HasSubstr("\"metric\": \"release.metric\"")));
  EXPECT_THAT(server_.requests("POST"), IsEmpty());
  EXPECT_THAT(server_.requests("GET", "/api/v1/validate"), SizeIs(1));
}

TEST_F(MetricsOut, AreShownInARehearsalBeforeAnythingWasMeasured) {
  reach_bugs_checked();
  const Ended ended = test({"--check"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.out + ended.err,
              AllOf(HasSubstr("POST " + server_.url() + "/api/v2/series"),
                    HasSubstr("would send what will have been measured to "
                              "prometheus"),
                    HasSubstr("release.prom"),
                    Not(HasSubstr("dd-k3y-of-ann"))));
  EXPECT_THAT(server_.requests("POST"), IsEmpty());
}

// The run dies around the sending. A gauge that is sent again is the same
// point, since its time is that of the measurement.
class DeathAtDatadog : public MetricsOut,
                       public ::testing::WithParamInterface<int> {
 protected:
  // Its start, its end, then what is meant to be sent, and that it was.
  void die() const {
    const auto at_append = [&](const std::string& variable, int nth) {
      Environment with = variables_;
      with[variable] = std::to_string(nth);
      EXPECT_EQ(step("workflow-tests", {}, with).signal, SIGKILL);
    };
    switch (GetParam()) {
      case 0:
        return at_append("RELEASE_LEDGER_TEST_KILL_AFTER_EVENT", 3);
      case 1:
        return while_it_answers(false);
      case 2:
        return while_it_answers(true);
      case 3:
        return at_append("RELEASE_LEDGER_TEST_KILL_BEFORE_EVENT", 4);
      default:
        return at_append("RELEASE_LEDGER_TEST_KILL_AFTER_EVENT", 4);
    }
  }

 private:
  void while_it_answers(bool done) const {
    json rule = {{"method", "POST"}, {"times", {1}}, {"delay_s", 60}};
    if (!done) {
      rule["fault"] = "drop";
    }
    server_.set_rules(json::array({rule}));
    support::Running running(invocation(
        {"--step", "workflow-tests", "--version", kVersion}, variables_));
    EXPECT_TRUE(
        support::eventually([&] { return !server_.journal().empty(); }));
    running.kill(SIGKILL);
    running.wait();
  }
};

TEST_P(DeathAtDatadog, LeavesEachPointOnce) {
  reach_bugs_checked();
  die();
  std::this_thread::sleep_for(std::chrono::milliseconds(1'100));
  const Ended ended = test();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  std::set<std::string> points;
  const json state = server_.state();
  for (const json& point : state["series"]) {
    EXPECT_TRUE(
        points.insert(point["metric"].dump() + point["tags"].dump()).second)
        << point;
  }
  EXPECT_FALSE(points.empty());
  EXPECT_EQ(scratch_.runs(), 1);
  EXPECT_EQ(count("MetricsSent"), 2U);
}

INSTANTIATE_TEST_SUITE_P(EveryMoment, DeathAtDatadog, ::testing::Range(0, 5));

// The run dies around the writing of the file, which comes after Datadog.
class DeathAtPrometheus
    : public MetricsOut,
      public ::testing::WithParamInterface<std::pair<const char*, int>> {};

TEST_P(DeathAtPrometheus, LeavesEachMetricOnce) {
  reach_bugs_checked();
  const auto [moment, event] = GetParam();
  Environment with = variables_;
  with[fmt::format("RELEASE_LEDGER_TEST_KILL_{}_EVENT", moment)] =
      std::to_string(event);
  EXPECT_EQ(step("workflow-tests", {}, with).signal, SIGKILL);
  const Ended ended = test();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  const std::string file = scratch_.read("release.prom");
  const std::string line = "metric=\"sps_max\",validation=\"smoke\"} 41000\n";
  EXPECT_NE(file.find(line), file.npos) << file;
  EXPECT_EQ(file.find(line), file.rfind(line)) << file;
  EXPECT_EQ(scratch_.runs(), 1);
  EXPECT_EQ(count("MetricsSent"), 2U);
  EXPECT_THAT(server_.requests("POST", "/api/v2/series"), SizeIs(1));
}

INSTANTIATE_TEST_SUITE_P(EveryMoment,
                         DeathAtPrometheus,
                         ::testing::Values(std::pair("BEFORE", 5),
                                           std::pair("AFTER", 5),
                                           std::pair("BEFORE", 6),
                                           std::pair("AFTER", 6)));

}  // namespace
}  // namespace e2e
