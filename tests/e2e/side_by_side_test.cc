// Several validations at once: how many, in which order, and what a killed run
// leaves behind.

#include <filesystem>

#include <fmt/format.h>
#include <signal.h>

#include "tests/e2e/remote_test.h"

namespace e2e {
namespace {

using support::eventually;
using support::Running;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class SideBySide : public RemoteTest {
 protected:
  explicit SideBySide(const PlanText& plan = remote_plan())
      : RemoteTest(plan) {}

  void use(const std::vector<ValidationText>& validations,
           const std::string& more) const {
    PlanText plan = remote_plan(validations);
    plan.run += "\n" + more;
    scratch_.write_plan(plan);
    scratch_.commit("Another plan");
  }
  // Each writes when it begins and ends, and waits for `partner` to begin.
  void meet(const std::string& name, const std::string& partner) const {
    scratch_.behave(name,
                    fmt::format("n=0\nwhile ! grep -qx {} '{}'; do sleep 0.02; "
                                "n=$((n+1)); [ $n -lt 500 ] || exit 9; done",
                                partner,
                                (scratch_.root() / "runs").string()));
  }
};

TEST_F(SideBySide, LocalOnesRunAtOnceWhereThePlanSaysSo) {
  use({{.name = "one"}, {.name = "two"}}, "max_local = 2");
  reach_bugs_checked();
  meet("one", "two");
  meet("two", "one");
  const Ended ended = run_tests();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
}

TEST_F(SideBySide, LocalOnesRunOneByOneByDefault) {
  use({{.name = "one"}, {.name = "two"}}, "");
  reach_bugs_checked();
  const std::string marks = (scratch_.root() / "marks").string();
  for (const char* name : {"one", "two"}) {
    scratch_.behave(name,
                    fmt::format("[ ! -e {0} ] || exit 9; touch {0}; sleep 0.1; "
                                "rm {0}",
                                marks));
  }
  const Ended ended = run_tests();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
}

TEST_F(SideBySide, LocalAndRemoteRunAtOnce) {
  use({{.name = "here"}, {.name = "there", .location = "remote"}}, "");
  reach_bugs_checked();
  meet("here", "there");
  meet("there", "here");
  const Ended ended = run_tests();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
}

TEST_F(SideBySide, NoMoreRemoteOnesThanThePlanSays) {
  use({{.name = "a", .location = "remote"},
       {.name = "b", .location = "remote"},
       {.name = "c", .location = "remote"}},
      "max_remote = 2");
  reach_bugs_checked();
  tell("frozen");
  Running run(invocation(tests()));
  ASSERT_TRUE(eventually([&] { return jobs().size() == 2; }));
  const std::size_t before = calls("queue");
  ASSERT_TRUE(eventually([&] { return calls("queue") > before + 3; }));
  EXPECT_EQ(jobs().size(), 2U);
  untell("frozen");
  EXPECT_EQ(run.wait().exit_code, kDone);
  EXPECT_EQ(jobs().size(), 3U);
}

TEST_F(SideBySide, OneQuestionIsAskedForAllJobs) {
  use({{.name = "a", .location = "remote"},
       {.name = "b", .location = "remote"},
       {.name = "c", .location = "remote"}},
      "");
  reach_bugs_checked();
  EXPECT_EQ(run_tests().exit_code, kDone);
  EXPECT_EQ(calls("launch"), 3U);
  EXPECT_LT(calls("queue"), 30U);
}

TEST_F(SideBySide, ADependentIsHandedWhatWasPutOut) {
  use({{.name = "first",
        .more = R"(outputs = { checkpoint = 'saved to (s3://\S+)' })"},
       {.name = "second",
        .location = "remote",
        .more = R"(depends_on = ["first"]
args = ["--from={output:first.checkpoint}"])"}},
      "");
  reach_bugs_checked();
  scratch_.behave("first", "echo saved to s3://x/1; echo saved to s3://x/2");
  EXPECT_EQ(run_tests().exit_code, kDone);
  ASSERT_EQ(jobs().size(), 1U);
  EXPECT_EQ(jobs()[0]["command"].back(), "--from=s3://x/2");
}

TEST_F(SideBySide, ADependentWhoseOutputIsMissingOrStrangeIsSkipped) {
  use({{.name = "first", .more = R"(outputs = { uri = 'saved to (.*)' })"},
       {.name = "second", .more = R"(depends_on = ["first"]
args = ["{output:first.uri}"])"}},
      "");
  reach_bugs_checked();
  scratch_.behave("first", "echo 'saved to x; rm -rf /'");
  const Ended ended = run_tests();
  EXPECT_EQ(ended.exit_code, kGateSaidNo) << shown(ended);
  EXPECT_EQ(validation("second")["outcome"], "skipped");
  EXPECT_THAT(validation("second")["note"].get<std::string>(),
              HasSubstr("first.uri"));
  EXPECT_EQ(scratch_.runs("second"), 0);
}

TEST_F(SideBySide, ChangesHaveATimeAndLongSilenceHasABeat) {
  use({{.name = "smoke"}}, "");
  reach_bugs_checked();
  scratch_.behave("smoke", "sleep 0.5");
  const Ended ended = run_tests({{"RELEASE_LEDGER_HEARTBEAT_S", "0.1"}});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.err,
              AllOf(ContainsRegex("[0-9]Z workflow-tests: smoke: running"),
                    HasSubstr("still at work: smoke running"),
                    Not(HasSubstr("\x1b["))));
}

TEST_F(SideBySide, ATerminalShowsALiveTableAndKeepsEveryLine) {
  use({{.name = "smoke"}}, "");
  reach_bugs_checked();
  scratch_.behave("smoke", "echo 'SPS: 1000'; sleep 0.5");
  support::Invocation on_terminal = invocation(tests());
  on_terminal.environment["TERM"] = "xterm";
  on_terminal.typed = "";
  const Ended ended = support::run(on_terminal);
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.out,
              AllOf(HasSubstr("smoke  running"),
                    HasSubstr("left"),
                    HasSubstr("sps_max 1000"),
                    HasSubstr("\x1b[1A\x1b[J"),
                    HasSubstr("smoke: passed after")));
}

TEST_F(SideBySide, TheTableHasTheCourseOfAMetricAndItsLastValue) {
  use({{.name = "smoke"}}, "");
  reach_bugs_checked();
  scratch_.behave("smoke",
                  "echo 'SPS: 1000'; sleep 1; echo 'SPS: 2000'; sleep 2.5");
  support::Invocation on_terminal = invocation(tests());
  on_terminal.environment["TERM"] = "xterm";
  on_terminal.typed = "";
  const Ended ended = support::run(on_terminal);
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(
      ended.out,
      AllOf(HasSubstr("sps_max 1000"), HasSubstr("sps_max 2000 \u2581\u2588")));
}

TEST_F(SideBySide, TheTableIsNoLongerThanTheTerminal) {
  use({{.name = "a"}, {.name = "b"}, {.name = "c"}, {.name = "d"}},
      "max_local = 4");
  reach_bugs_checked();
  for (const char* name : {"a", "b", "c", "d"}) {
    scratch_.behave(name, "sleep 1");
  }
  support::Invocation on_terminal = invocation(tests());
  on_terminal.environment["TERM"] = "xterm";
  on_terminal.typed = "";
  on_terminal.argv.insert(
      on_terminal.argv.begin(),
      {"sh", "-c", "stty rows 3 cols 80; exec \"$@\"", "sh"});
  const Ended ended = support::run(on_terminal);
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.out,
              AllOf(HasSubstr("… and 3 more"),
                    HasSubstr("\x1b[2A\x1b[J"),
                    Not(HasSubstr("\x1b[4A"))));
}

// `… 2>&1 | head -1` is no reason to leave in the midst, nor a success.
TEST_F(SideBySide, ThatNobodyReadsOnChangesNothing) {
  use({{.name = "smoke"}}, "");
  reach_bugs_checked();
  scratch_.behave("smoke", "sps=1");
  support::Invocation unread = invocation(tests());
  unread.argv.insert(
      unread.argv.begin(),
      {"bash", "-c", "\"$@\" 2>&1 | true; exit ${PIPESTATUS[0]}", "bash"});
  EXPECT_EQ(support::run(unread).exit_code, kGateSaidNo);
  EXPECT_EQ(validation("smoke")["outcome"], "failed");
}

TEST_F(SideBySide, TheEndOfAFailedLogIsShownAndCiGetsTheTable) {
  use({{.name = "smoke"}}, "");
  reach_bugs_checked();
  scratch_.behave("smoke", "echo 'CUDA | out of <memory>'; exit 3");
  const std::string summary = (scratch_.root() / "summary.md").string();
  const Ended ended = run_tests({{"GITHUB_STEP_SUMMARY", summary}});
  EXPECT_EQ(ended.exit_code, kGateSaidNo) << shown(ended);
  EXPECT_THAT(ended.err, HasSubstr("  | CUDA | out of <memory>"));
  EXPECT_THAT(support::read_file(summary),
              AllOf(HasSubstr("| smoke | failed |"),
                    HasSubstr("| validation | outcome |")));
}

// A run of two local and two remote validations, killed at each event.
class KilledAtEvent : public SideBySide,
                      public ::testing::WithParamInterface<int> {
 public:
  static constexpr int kBeyondTheLast = 18;

 protected:
  KilledAtEvent()
      : SideBySide([] {
          PlanText plan = remote_plan({{.name = "l1"},
                                       {.name = "r1", .location = "remote"},
                                       {.name = "l2"},
                                       {.name = "r2",
                                        .location = "remote",
                                        .more = "depends_on = [\"l1\"]"}});
          plan.run += "\nmax_local = 2";
          return plan;
        }()) {}

  void kill_and_go_on(const std::string& variable) const {
    reach_bugs_checked();
    const Ended ended = run_tests({{variable, std::to_string(GetParam())}});
    if (ended.signal != SIGKILL) {
      EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
    }
    if (GetParam() == 1) {
      EXPECT_EQ(ended.signal, SIGKILL) << "the program knows no " << variable;
    }
    if (GetParam() == kBeyondTheLast) {
      EXPECT_EQ(ended.signal, 0) << "there are more events than are tried";
    }
    const Ended again = run_tests();
    EXPECT_EQ(again.exit_code, kDone) << shown(again);
    // The stand-in's own record: each job was launched once.
    ASSERT_EQ(jobs().size(), 2U) << shown(again);
    EXPECT_NE(jobs()[0]["name"], jobs()[1]["name"]);
    for (const char* name : {"l1", "l2", "r1", "r2"}) {
      EXPECT_EQ(validation(name)["outcome"], "passed") << name;
      EXPECT_EQ(validation(name)["metrics"]["sps_max"], 41000.0) << name;
    }
    EXPECT_EQ(validation("r1")["attempt"], 1);
    EXPECT_EQ(validation("r2")["attempt"], 1);
    EXPECT_EQ(rl({"verify"}).exit_code, kDone);
  }
};

TEST_P(KilledAtEvent, AfterItWasAppendedLaunchesEachJobOnce) {
  kill_and_go_on("RELEASE_LEDGER_TEST_KILL_AFTER_EVENT");
}

TEST_P(KilledAtEvent, BeforeItWasAppendedLaunchesEachJobOnce) {
  kill_and_go_on("RELEASE_LEDGER_TEST_KILL_BEFORE_EVENT");
}

INSTANTIATE_TEST_SUITE_P(EveryEvent,
                         KilledAtEvent,
                         ::testing::Range(1,
                                          KilledAtEvent::kBeyondTheLast + 1));

// One of each kind fails. A run that is typed again tries them again.
using KilledAtEventOfAFailure = KilledAtEvent;

TEST_P(KilledAtEventOfAFailure, GivesTheSameVerdicts) {
  scratch_.behave("l2", "sps=100");
  scratch_.behave("r1", "sps=100");
  reach_bugs_checked();
  const Ended ended = run_tests(
      {{"RELEASE_LEDGER_TEST_KILL_AFTER_EVENT", std::to_string(GetParam())}});
  EXPECT_EQ(ended.signal, SIGKILL) << shown(ended);
  const Ended again = run_tests();
  EXPECT_EQ(again.exit_code, kGateSaidNo) << shown(again);
  for (const char* name : {"l2", "r1"}) {
    EXPECT_EQ(validation(name)["outcome"], "failed") << name;
    EXPECT_EQ(validation(name)["metrics"]["sps_max"], 100.0) << name;
  }
  for (const char* name : {"l1", "r2"}) {
    EXPECT_EQ(validation(name)["outcome"], "passed") << name;
  }
  // One of each attempt, and the dependent one's.
  EXPECT_EQ(jobs().size(), validation("r1")["attempt"].get<std::size_t>() + 1)
      << shown(again);
  EXPECT_EQ(rl({"verify"}).exit_code, kDone);
}

INSTANTIATE_TEST_SUITE_P(SomeEvents,
                         KilledAtEventOfAFailure,
                         ::testing::Range(2, 17, 3));

// The plan that `init` writes, on the stand-ins.
class SeedsPlan : public SideBySide {
 protected:
  void use_seeds_plan() const {
    std::filesystem::remove(scratch_.work() / "release-plan.toml");
    EXPECT_EQ(rl({"init"}).exit_code, kDone);
    // Looked at often, or the test would wait for half a minute.
    std::string plan = scratch_.read("release-plan.toml");
    const std::size_t at = plan.find("poll_s = 30");
    ASSERT_NE(at, std::string::npos);
    plan.replace(at, 11, "poll_s = 0.1");
    scratch_.write("release-plan.toml", plan);
    scratch_.write("tools/run.py",
                   "import sys\n"
                   "print('module', sys.argv[1])\n"
                   "print('args', ' '.join(sys.argv[2:]))\n"
                   "print('Epoch 1 / 10 [ 45.2 ksps ]')\n");
    scratch_.commit("The seed's plan");
  }
};

TEST_F(SeedsPlan, RunsItsQuickSetToTheEnd) {
  use_seeds_plan();
  const Ended ended =
      rl({"--all", "--version", kVersion, "--confirm-bugs", "none is open"});
  EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);
  EXPECT_EQ(validation("arena_local_smoke")["outcome"], "passed");
  EXPECT_EQ(validation("arena_remote_50k")["outcome"], "passed");
  ASSERT_EQ(jobs().size(), 1U);
  EXPECT_EQ(jobs()[0]["options"]["--gpus"], "L4:1");
  EXPECT_THAT(log_text("arena_remote_50k"),
              AllOf(HasSubstr("arena_basic_easy_shaped.train"),
                    HasSubstr("run=" + jobs()[0]["name"].get<std::string>()),
                    HasSubstr("total_timesteps=50000")));
  EXPECT_NE(scratch_.origin_ref("refs/tags/v" + kVersion), "");
}

TEST_F(SeedsPlan, RunsItsComprehensiveSetToTheEnd) {
  use_seeds_plan();
  const Ended ended = rl({"--all",
                          "--comprehensive",
                          "--version",
                          kVersion,
                          "--confirm-bugs",
                          "none is open"});
  EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);
  EXPECT_EQ(validation("arena_staging_2b")["outcome"], "passed");
  ASSERT_EQ(jobs().size(), 1U);
  EXPECT_EQ(jobs()[0]["options"]["--num-nodes"], "4");
  EXPECT_EQ(jobs()[0]["options"]["--gpus"], "L4:4");
}

}  // namespace
}  // namespace e2e
