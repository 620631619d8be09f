// Validations on the cluster: launched once, watched, judged, ended.

#include <chrono>
#include <thread>

#include <signal.h>

#include "tests/e2e/remote_test.h"

namespace e2e {
namespace {

using support::eventually;
using support::Running;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class RemoteJobs : public RemoteTest {
 protected:
  using RemoteTest::RemoteTest;

  void use(const ValidationText& only,
           std::string_view grace_s = kShortGrace,
           const std::string& more = "") const {
    PlanText plan = remote_plan({only}, grace_s);
    plan.run += "\n" + more;
    scratch_.write_plan(plan);
    scratch_.commit("Another plan");
  }
  void expect_outcome(const std::string& outcome,
                      const std::string& reason) const {
    const Ended ended = run_tests();
    EXPECT_EQ(ended.exit_code, kGateSaidNo) << shown(ended);
    EXPECT_EQ(validation("arena")["outcome"], outcome) << shown(ended);
    EXPECT_EQ(newest("ValidationCompleted")["reason"], reason);
    EXPECT_EQ(step("release").exit_code, kGateSaidNo);
  }
  // The validation is in doubt; a person is asked.
  Ended expect_doubt() const {
    const Ended ended = run_tests();
    expect_refusal(ended, kWaiting);
    EXPECT_THAT(ended.err, HasSubstr("settle"));
    EXPECT_EQ(validation("arena")["outcome"], "unknown");
    return ended;
  }
};

TEST_F(RemoteJobs, PassAndSayWhichJobItWas) {
  reach_bugs_checked();
  const Ended ended = run_tests();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  const json arena = validation("arena");
  EXPECT_EQ(arena["outcome"], "passed");
  EXPECT_EQ(arena["location"], "remote");
  EXPECT_EQ(arena["job_id"], "41");
  EXPECT_EQ(arena["exit_code"], 0);
  EXPECT_EQ(arena["metrics"]["sps_max"], 41000.0);
  ASSERT_EQ(jobs().size(), 1U);
  EXPECT_EQ(jobs()[0]["name"], arena["job_name"]);
  EXPECT_THAT(arena["job_name"].get<std::string>(), StartsWith("rl-"));
  EXPECT_THAT(log_text(), HasSubstr("SPS: 41000"));
  EXPECT_EQ(rl({"verify"}).exit_code, kDone);
  EXPECT_EQ(step("release").exit_code, kDone);
}

TEST_F(RemoteJobs, TellTheLedgerWhatWasSeenAndWhen) {
  reach_bugs_checked();
  EXPECT_EQ(run_tests().exit_code, kDone);
  std::vector<std::string> types;
  std::vector<json> ids;
  for (const json& event : history()) {
    const std::string type = event["type"];
    if (type.starts_with("Validation")) {
      types.push_back(type);
    }
    if (type == "ValidationSubmitted") {
      ids.push_back(event["data"]["job_id"]);
    }
  }
  EXPECT_EQ(types,
            (std::vector<std::string>{"ValidationStarted",
                                      "ValidationSubmitted",
                                      "ValidationSubmitted",
                                      "ValidationJobRunning",
                                      "ValidationCompleted"}));
  EXPECT_EQ(ids, (std::vector<json>{nullptr, "41"}));
}

TEST_F(RemoteJobs, AreReadFromTablesAndBehindProse) {
  reach_bugs_checked();
  for (const char* format : {"table", "prose"}) {
    tell("format", format);
    scratch_.behave("arena", "sps=1");
    EXPECT_EQ(run_tests().exit_code, kGateSaidNo) << format;
    EXPECT_EQ(validation("arena")["outcome"], "failed") << format;
    EXPECT_EQ(validation("arena")["metrics"]["sps_max"], 1.0) << format;
  }
}

TEST_F(RemoteJobs, ThatFailSayHow) {
  reach_bugs_checked();
  tell("job-arena.json",
       R"({"statuses": ["RUNNING", "FAILED"], "log": "SPS: 99999\noom",
           "reason": "the program ended with 137"})");
  expect_outcome("failed", "job-failed");
  EXPECT_THAT(newest("ValidationCompleted")["detail"].get<std::string>(),
              HasSubstr("the program ended with 137"));
  EXPECT_EQ(validation("arena")["metrics"]["sps_max"], 99999.0);
}

TEST_F(RemoteJobs, WithoutCapacityAreErrorsThatAreTriedAgain) {
  use({.name = "arena", .location = "remote", .more = "retries = 1"});
  reach_bugs_checked();
  tell("job-arena-1.json",
       R"({"statuses": ["FAILED_NO_RESOURCE"], "log": ""})");
  const Ended ended = run_tests();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  const json arena = validation("arena");
  EXPECT_EQ(arena["outcome"], "passed");
  EXPECT_EQ(arena["attempt"], 2);
  EXPECT_EQ(arena["job_id"], "42");
  ASSERT_EQ(arena["earlier_attempts"].size(), 1U);
  EXPECT_EQ(arena["earlier_attempts"][0]["outcome"], "errored");
  EXPECT_EQ(arena["earlier_attempts"][0]["job_id"], "41");
  const std::string text = rl({"status", kVersion}).out;
  EXPECT_THAT(text,
              AllOf(HasSubstr("passed on attempt 2"),
                    HasSubstr("earlier attempts"),
                    HasSubstr("FAILED_NO_RESOURCE")));
}

TEST_F(RemoteJobs, ThatFailedAreNotTriedAgainUnlessThePlanSaysSo) {
  const std::string failing = R"({"statuses": ["FAILED"], "log": "SPS: 1"})";
  use({.name = "arena", .location = "remote", .more = "retries = 1"});
  reach_bugs_checked();
  tell("job-arena.json", failing);
  expect_outcome("failed", "job-failed");
  EXPECT_EQ(jobs().size(), 1U);
  use({.name = "arena",
       .location = "remote",
       .more = "retries = 1\nretry_on = [\"failed\"]"});
  EXPECT_EQ(rl({"--step", "prepare-branch", "--version", kVersion, "--rc", "2"})
                .exit_code,
            kDone);
  EXPECT_EQ(run_tests().exit_code, kGateSaidNo);
  EXPECT_EQ(jobs().size(), 3U);
}

TEST_F(RemoteJobs, WhoseLaunchFailsNameTheCheckOfTheSetUp) {
  reach_bugs_checked();
  tell("launch_fails",
       "sky.exceptions.NoCloudAccessError: no cloud is enabled");
  expect_outcome("errored", "launch-failed");
  EXPECT_THAT(newest("ValidationCompleted")["detail"].get<std::string>(),
              AllOf(HasSubstr("no cloud is enabled"), HasSubstr("sky check")));
  EXPECT_TRUE(jobs().empty());
}

TEST_F(RemoteJobs, WhoseIdIsPendingAreFoundByTheirName) {
  reach_bugs_checked();
  tell("id_pending", "3");
  EXPECT_EQ(run_tests().exit_code, kDone);
  EXPECT_EQ(validation("arena")["job_id"], "41");
  EXPECT_EQ(calls("launch"), 1U);
}

TEST_F(RemoteJobs, WhoseLauncherDiedAreFoundByTheirName) {
  reach_bugs_checked();
  tell("launch_lost");
  EXPECT_EQ(run_tests().exit_code, kDone);
  EXPECT_EQ(jobs().size(), 1U);
}

TEST_F(RemoteJobs, ThatNobodyCanTellAboutWaitForAPerson) {
  reach_bugs_checked();
  tell("launch_mute");
  expect_doubt();
  untell("launch_mute");
  EXPECT_EQ(status()["state"], "waiting");
  EXPECT_THAT(status()["waiting_for"][0]["command"].get<std::string>(),
              HasSubstr("settle " + kVersion + " arena"));
  EXPECT_THAT(rl({"explain", kVersion}).out, HasSubstr("settle"));
  // Asking again launches nothing.
  expect_doubt();
  EXPECT_EQ(calls("launch"), 1U);
  expect_refusal(rl({"cancel", kVersion, "arena"}), kGateSaidNo);

  const Ended settled = rl({"settle",
                            kVersion,
                            "arena",
                            "--no-job",
                            "--reason",
                            "the dashboard has none"});
  EXPECT_EQ(settled.exit_code, kDone) << shown(settled);
  EXPECT_EQ(run_tests().exit_code, kDone);
  EXPECT_EQ(validation("arena")["attempt"], 2);
  EXPECT_EQ(jobs().size(), 1U);
}

TEST_F(RemoteJobs, ThatAPersonHasFoundAreGoneOnWith) {
  reach_bugs_checked();
  tell("launch_lost");
  tell("hide", "arena");
  expect_doubt();
  untell("hide");
  tell("frozen");
  const Ended settled = rl({"settle",
                            kVersion,
                            "arena",
                            "--job",
                            "41",
                            "--reason",
                            "the dashboard shows it"});
  EXPECT_EQ(settled.exit_code, kDone) << shown(settled);
  EXPECT_EQ(validation("arena")["outcome"], "running");
  EXPECT_EQ(validation("arena")["job_id"], "41");
  untell("frozen");
  EXPECT_EQ(run_tests().exit_code, kDone);
  EXPECT_EQ(calls("launch"), 1U);
  EXPECT_EQ(validation("arena")["attempt"], 1);
}

TEST_F(RemoteJobs, SettleIsRefusedWhereThereIsNoDoubt) {
  reach_bugs_checked();
  expect_refusal(rl({"settle", kVersion, "arena", "--reason", "x"}), kUsage);
  expect_refusal(rl({"settle",
                     kVersion,
                     "arena",
                     "--job",
                     "1",
                     "--no-job",
                     "--reason",
                     "x"}),
                 kUsage);
  expect_refusal(
      rl({"settle", kVersion, "arena", "--job", "$(x)", "--reason", "x"}),
      kUsage);
  expect_refusal(rl({"settle", kVersion, "arena", "--no-job", "--reason", "x"}),
                 kGateSaidNo);
}

TEST_F(RemoteJobs, SurviveAClusterThatDoesNotAnswer) {
  reach_bugs_checked();
  tell("frozen");
  Running run(invocation(tests()));
  ASSERT_TRUE(eventually([&] { return calls("queue") > 1; }));
  tell("down", "502 Bad Gateway");
  const std::size_t before = calls("queue");
  ASSERT_TRUE(eventually([&] { return calls("queue") > before + 20; }));
  EXPECT_FALSE(run.has_ended());
  untell("down");
  untell("frozen");
  EXPECT_EQ(run.wait().exit_code, kDone);
  EXPECT_EQ(validation("arena")["outcome"], "passed");
}

TEST_F(RemoteJobs, ThatAreListedNoMoreAreErrorsAfterTheGrace) {
  reach_bugs_checked();
  tell("frozen");
  Running run(invocation(tests()));
  ASSERT_TRUE(eventually([&] { return calls("queue") > 1; }));
  tell("hide", "arena");
  EXPECT_EQ(run.wait().exit_code, kGateSaidNo);
  EXPECT_EQ(validation("arena")["outcome"], "errored");
  EXPECT_EQ(newest("ValidationCompleted")["reason"], "job-gone");
}

TEST_F(RemoteJobs, ThatAListWasCutBeforeAreWatchedOn) {
  use({.name = "arena", .location = "remote"},
      kShortGrace,
      R"(remote_queue = ["sky", "jobs", "queue", "--output", "json"])");
  reach_bugs_checked();
  tell("frozen");
  Running run(invocation(tests()));
  ASSERT_TRUE(eventually([&] { return calls("queue") > 1; }));
  tell("others", "60");
  tell("truncate", "50");
  std::this_thread::sleep_for(std::chrono::seconds(5));  // beyond the grace
  EXPECT_FALSE(run.has_ended());
  untell("others");
  untell("frozen");
  EXPECT_EQ(run.wait().exit_code, kDone);
  EXPECT_EQ(validation("arena")["outcome"], "passed");
}

TEST_F(RemoteJobs, AreFetchedBitByBitThoughEachFetchIsStamped) {
  reach_bugs_checked();
  tell("stamps");
  tell("job-arena.json",
       R"({"statuses": ["RUNNING"], "log": "SPS: 41000\nx"})");
  Running run(invocation(tests()));
  ASSERT_TRUE(eventually([&] { return calls("logs") > 1; }));
  tell("job-arena.json",
       R"({"statuses": ["SUCCEEDED"], "log": "SPS: 41000\nx\nend"})");
  EXPECT_EQ(run.wait().exit_code, kDone);
  const std::string log = log_text();
  EXPECT_EQ(lines_that_begin(log, "I 10-02 12:00:"), 1U) << log;
  EXPECT_THAT(log, AllOf(HasSubstr("end"), Not(HasSubstr("begins anew"))));
}

TEST_F(RemoteJobs, ArePreemptedAndRecoverWithNothingLost) {
  reach_bugs_checked();
  tell("job-arena.json",
       R"({"statuses": ["RUNNING", "RECOVERING", "STARTING", "RUNNING",
                        "A_NEW_WORD", "SUCCEEDED"], "log": "SPS: 41000"})");
  const Ended ended = run_tests();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.err,
              AllOf(HasSubstr("RECOVERING"), HasSubstr("A_NEW_WORD")));
  EXPECT_EQ(count("ValidationJobRunning"), 1U);
}

TEST_F(RemoteJobs, AtTheirTimeLimitAreCancelledAndSeenToBe) {
  use({.name = "arena", .location = "remote", .more = "timeout_s = 0.2"},
      kLongGrace);
  reach_bugs_checked();
  tell("job-arena.json", R"({"statuses": ["RUNNING"], "log": "SPS: 41000"})");
  expect_outcome("timed_out", "timeout");
  EXPECT_THAT(newest("ValidationCompleted")["detail"].get<std::string>(),
              AllOf(HasSubstr("timeout_s"), Not(HasSubstr("may still run"))));
  EXPECT_EQ(jobs()[0]["status"], "CANCELLED");
}

TEST_F(RemoteJobs, ThatNeverRunHaveALimitOfTheirOwn) {
  use({.name = "arena", .location = "remote", .more = "launch_timeout_s = 3"},
      kLongGrace);
  reach_bugs_checked();
  tell("job-arena.json", R"({"statuses": ["STARTING"], "log": ""})");
  expect_outcome("timed_out", "launch-timeout");
  EXPECT_EQ(jobs()[0]["status"], "CANCELLED");
}

TEST_F(RemoteJobs, WhoseCancellingCannotBeSeenSaySo) {
  use({.name = "arena", .location = "remote", .more = "timeout_s = 0.1"});
  reach_bugs_checked();
  tell("cancel_fails", "502");
  tell("job-arena.json", R"({"statuses": ["RUNNING"], "log": "SPS: 41000"})");
  expect_outcome("timed_out", "timeout");
  EXPECT_THAT(newest("ValidationCompleted")["detail"].get<std::string>(),
              HasSubstr("may still run"));
}

TEST_F(RemoteJobs, AreJudgedByTheExitCodeInTheirOwnSummary) {
  use({.name = "arena", .location = "remote"},
      kShortGrace,
      "remote_exit_code = 'SUMMARY. Exit code: ([0-9]+)'");
  reach_bugs_checked();
  const auto say = [&](const std::string& log) {
    tell("job-arena.json",
         json{{"statuses", {"RUNNING", "SUCCEEDED"}}, {"log", log}}.dump());
  };
  say("SPS: 41000\n[SUMMARY] Exit code: 0\n[SUMMARY] Exit code: 1");
  expect_outcome("failed", "exit-code");
  EXPECT_EQ(validation("arena")["exit_code"], 1);
  say("SPS: 41000");
  expect_outcome("inconclusive", "no-summary");
  EXPECT_EQ(validation("arena")["exit_code"], nullptr);
  // What an attempt that lost its machine has said is not the job's end.
  say("[SUMMARY] Exit code: 0\n[SUMMARY] Termination reason: cluster_stop\n"
      "SPS: 41000");
  expect_outcome("inconclusive", "no-summary");
  say("SPS: 41000\n[SUMMARY] Exit code: 0");
  EXPECT_EQ(run_tests().exit_code, kDone);
}

TEST_F(RemoteJobs, WithoutTheirLogAreNoPass) {
  reach_bugs_checked();
  tell("logs_fail", "log server busy");
  expect_outcome("inconclusive", "log-unavailable");
}

TEST_F(RemoteJobs, GoOnAfterAnInterruptAndAreComeBackTo) {
  reach_bugs_checked();
  tell("frozen");
  Running run(invocation(tests()));
  ASSERT_TRUE(eventually([&] { return calls("queue") > 1; }));
  run.kill(SIGINT);
  const Ended ended = run.wait();
  EXPECT_EQ(ended.exit_code, 130) << shown(ended);
  EXPECT_THAT(ended.err,
              AllOf(HasSubstr("arena (job 41)"),
                    HasSubstr("release-ledger cancel " + kVersion)));
  EXPECT_EQ(calls("cancel"), 0U);
  EXPECT_EQ(validation("arena")["outcome"], "running");
  untell("frozen");
  const Ended again = run_tests();
  EXPECT_EQ(again.exit_code, kDone) << shown(again);
  EXPECT_THAT(again.err, HasSubstr("going on with attempt 1: job 41"));
  EXPECT_EQ(calls("launch"), 1U);
}

TEST_F(RemoteJobs, AreComparedWithTheLedger) {
  reach_bugs_checked();
  tell("frozen");
  Running run(invocation(tests()));
  ASSERT_TRUE(eventually([&] { return calls("queue") > 1; }));
  run.kill(SIGKILL);
  run.wait();
  const auto job = [&](int exit_code) {
    const Ended ended = rl({"status", kVersion, "--reconcile", "--json"});
    EXPECT_EQ(ended.exit_code, exit_code) << shown(ended);
    const json all = support::parse_object(ended.out);
    for (const json& one : all["findings"]) {
      if (one["what"] == "job arena") {
        return one;
      }
    }
    return json::object();
  };
  EXPECT_EQ(job(kDone)["state"], "agrees");
  tell("hide", "arena");
  const json gone = job(kGateSaidNo);
  EXPECT_EQ(gone["state"], "differs");
  EXPECT_EQ(gone["world"], "not listed");
  EXPECT_EQ(gone["command"], "release-ledger --step workflow-tests");
  tell("queue_dies");
  EXPECT_EQ(job(kUpstream)["state"], "failed");
  tell("down", "the controller does not answer");
  EXPECT_EQ(job(kUpstream)["state"], "failed");
}

TEST_F(RemoteJobs, BeingLaunchedWhenTheRunIsKilledAreNotLaunchedAgain) {
  reach_bugs_checked();
  tell("launch_waits");
  Running run(invocation(tests()));
  ASSERT_TRUE(eventually([&] { return calls("launch") > 0; }));
  run.kill(SIGKILL);
  run.wait();
  Running again(invocation(tests()));
  EXPECT_FALSE(eventually([&] { return again.has_ended(); },
                          std::chrono::milliseconds(300)));
  untell("launch_waits");
  const Ended ended = again.wait();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(calls("launch"), 1U);
}

TEST_F(RemoteJobs, OfAReplacedCandidateAreCancelled) {
  use({.name = "arena", .location = "remote"}, kLongGrace);
  reach_bugs_checked();
  tell("frozen");
  Running run(invocation(tests()));
  ASSERT_TRUE(eventually([&] { return calls("queue") > 1; }));
  run.kill(SIGINT);
  run.wait();
  scratch_.commit("A fix");
  EXPECT_EQ(rl({"--step", "prepare-branch", "--version", kVersion, "--rc", "2"})
                .exit_code,
            kDone);
  untell("frozen");
  EXPECT_EQ(run_tests().exit_code, kDone);
  ASSERT_EQ(jobs().size(), 2U);
  EXPECT_EQ(jobs()[0]["status"], "CANCELLED");
  EXPECT_EQ(jobs()[1]["status"], "SUCCEEDED");
}

// Beside the attempt that is being ended none is begun.
TEST_F(RemoteJobs, OfAChangedPlanAreCancelledBeforeAnotherIsLaunched) {
  use({.name = "arena", .location = "remote"}, kLongGrace);
  reach_bugs_checked();
  tell("frozen");
  Running run(invocation(tests()));
  ASSERT_TRUE(eventually([&] { return calls("queue") > 1; }));
  run.kill(SIGINT);
  run.wait();
  scratch_.write_plan(remote_plan(
      {{.name = "arena", .location = "remote", .more = "args = [\"x\"]"}},
      kLongGrace));
  untell("frozen");
  const Ended ended = run_tests();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  ASSERT_EQ(jobs().size(), 2U) << shown(ended);
  EXPECT_EQ(jobs()[0]["status"], "CANCELLED");
  EXPECT_EQ(jobs()[1]["status"], "SUCCEEDED");
  EXPECT_NE(jobs()[0]["name"], jobs()[1]["name"]);
}

TEST_F(RemoteJobs, TheDryRunLaunchesNothing) {
  reach_bugs_checked();
  Arguments arguments = tests();
  arguments.emplace_back("--check");
  const Ended ended = rl(arguments);
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.out, HasSubstr("would launch arena"));
  EXPECT_EQ(calls("launch"), 0U);
}

}  // namespace
}  // namespace e2e
