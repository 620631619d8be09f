// Metrics that a validation's run has recorded in Weights & Biases.

#include "tests/e2e/release_test.h"
#include "tests/support/fake_server.h"

namespace e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

PlanText measured_plan() {
  PlanText plan;
  plan.validations = {ValidationText{}};
  plan.validations[0].expected_sps = "";
  plan.validations[0].more = R"(wandb_run = "team/sim/{name}"
[[validation.acceptance]]
key = "score"
op = ">="
expected = 0.8
[[validation.acceptance]]
key = "loss"
op = "<"
expected = 1.5)";
  plan.more = R"([[metric]]
key = "score"
wandb = "eval/score"
[[metric]]
key = "loss"
wandb = "train/loss"
wandb_last = 0.5
statistic = "mean")";
  return plan;
}

class WandbTest : public ReleaseTest {
 protected:
  WandbTest()
      : ReleaseTest(measured_plan()),
        server_("wandb", scratch_.root() / "service") {}

  void run(const json& run) const {
    server_.set_state(
        {{"key", "wandb-k3y-of-ann"}, {"runs", {{"team/sim/smoke", run}}}});
  }
  Environment variables() const {
    return {{"WANDB_BASE_URL", server_.url()},
            {"WANDB_API_KEY", "wandb-k3y-of-ann"}};
  }
  Ended test() const { return step("workflow-tests", {}, variables()); }

  support::FakeServer server_;
};

const json kHistory = {{{"train/loss", 9.0}},
                       {{"train/loss", 9.0}},
                       {{"train/loss", 1.5}},
                       {{"train/loss", 0.5}}};

TEST_F(WandbTest, AreJudgedAndRecordedWithTheirSource) {
  reach_bugs_checked();
  run({{"summary", R"({"eval/score": 0.875})"}, {"history", kHistory}});
  const Ended ended = test();
  ASSERT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(validation()["metrics"]["score"], 0.875);
  EXPECT_EQ(validation()["metrics"]["loss"], 1.0);
  const json completed = newest("ValidationCompleted");
  ASSERT_EQ(completed["sources"].size(), 4U);  // sps_max and sps_last too
  const json loss = completed["sources"][0];
  EXPECT_EQ(loss["key"], "loss");
  EXPECT_EQ(loss["query"],
            "mean of the last 50% of the history of train/loss, 4 of 4 rows");
  EXPECT_EQ(loss["samples"], 2);
  EXPECT_EQ(loss["url"], server_.url() + "/team/sim/runs/smoke");
  EXPECT_EQ(loss["digest"].get<std::string>().size(), 64U);
  EXPECT_GT(loss["read_at_ms"].get<std::int64_t>(), 0);
  EXPECT_EQ(completed["sources"][1]["query"], "summary of eval/score");
  EXPECT_THAT(completed.dump() + ended.err, Not(HasSubstr("wandb-k3y")));
}

TEST_F(WandbTest, FailWhereTheyDoNotHold) {
  reach_bugs_checked();
  run({{"summary", R"({"eval/score": 0.5})"}, {"history", kHistory}});
  expect_refusal(test(), kGateSaidNo);
  EXPECT_EQ(validation()["outcome"], "failed");
}

TEST_F(WandbTest, AreMissingWhereTheRunHasNotFinished) {
  reach_bugs_checked();
  run({{"states", {"crashed"}}, {"summary", R"({"eval/score": 0.9})"}});
  expect_refusal(test(), kGateSaidNo);
  EXPECT_EQ(validation()["outcome"], "failed");
  EXPECT_THAT(
      validation()["checks"][0]["note"].get<std::string>(),
      AllOf(HasSubstr("metric missing"), HasSubstr("the run is crashed")));
}

TEST_F(WandbTest, AreAskedForInARehearsal) {
  reach_bugs_checked();
  run({{"summary", R"({"eval/score": 0.875})"}, {"history", kHistory}});
  const Ended ended = step("workflow-tests", {"--check"}, variables());
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.out + ended.err,
              AllOf(HasSubstr("POST " + server_.url() + "/graphql"),
                    HasSubstr("summaryMetrics"),
                    HasSubstr("sampledHistory"),
                    HasSubstr("team/sim/smoke is there now, finished"),
                    HasSubstr("*** (from WANDB_API_KEY)"),
                    Not(HasSubstr("wandb-k3y"))));
  EXPECT_EQ(server_.journal().size(), 2U);
}

// The run has not settled: what comes after it is not held up.
class SlowWandb : public WandbTest {
 protected:
  SlowWandb() {
    PlanText plan = measured_plan();
    plan.validations.push_back({.name = "other"});
    scratch_.write_plan(plan);
    run({{"states", {"running", "running", "running", "finished"}},
         {"summary", R"({"eval/score": 0.875})"},
         {"history", kHistory}});
  }
};

TEST_F(SlowWandb, HoldsUpNoOtherValidation) {
  reach_bugs_checked();
  const Ended ended = test();
  ASSERT_EQ(ended.exit_code, kDone) << shown(ended);
  const auto completed = support::of_type(history(), "ValidationCompleted");
  ASSERT_EQ(completed.size(), 2U);
  EXPECT_EQ(completed[0]["data"]["name"], "other");
  EXPECT_EQ(completed[1]["data"]["name"], "smoke");
  EXPECT_EQ(validation()["metrics"]["score"], 0.875);
}

TEST_F(SlowWandb, IsNotWaitedForWhenItIsCancelled) {
  run({{"states", {"running"}}, {"summary", R"({"eval/score": 0.875})"}});
  reach_bugs_checked();
  support::Running running(invocation(
      {"--step", "workflow-tests", "--version", kVersion}, variables()));
  EXPECT_TRUE(support::eventually([&] { return !server_.journal().empty(); }));
  const Ended cancelled = rl({"cancel", kVersion, "smoke"});
  EXPECT_EQ(cancelled.exit_code, kDone) << shown(cancelled);
  const Ended ended = running.wait(std::chrono::seconds(20));
  EXPECT_EQ(ended.exit_code, kGateSaidNo) << shown(ended);
  EXPECT_EQ(validation()["outcome"], "cancelled");
  EXPECT_EQ(validation("other")["outcome"], "passed");
}

TEST_F(WandbTest, AreMissingWhereTheyAreNoNumbers) {
  reach_bugs_checked();
  run({{"summary", R"({"eval/score": NaN})"},
       {"history", {{{"train/loss", "NaN"}}}}});
  expect_refusal(test(), kGateSaidNo);
  EXPECT_EQ(validation()["outcome"], "failed");
}

}  // namespace
}  // namespace e2e
