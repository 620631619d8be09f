// Other terminals beside a run: sign-offs, a second run, a run that died, and
// a ledger that somebody holds.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using support::eventually;
using support::Running;
using ::testing::HasSubstr;

class BesideARun : public ReleaseTest {
 protected:
  explicit BesideARun(const PlanText& plan = {}) : ReleaseTest(plan) {}

  // Training waits for the file `go`, and says who it is.
  void make_training_wait(const std::string& name = "smoke") const {
    scratch_.behave(name,
                    "echo $$ > '" + (scratch_.root() / "training").string() +
                        "'\nwhile [ ! -f '" +
                        (scratch_.root() / "go").string() +
                        "' ]; do sleep 0.02; done");
  }
  void go() const { support::write_file(scratch_.root() / "go", "go"); }
  int training() const { return read_number(scratch_.root() / "training"); }

  Running start_tests() const {
    return Running(
        invocation({"--step", "workflow-tests", "--version", kVersion}));
  }
  void expect_training_begins(int runs = 1) const {
    ASSERT_TRUE(
        eventually([&] { return scratch_.runs() == runs && training() > 0; }));
  }
};

TEST_F(BesideARun, ReadersSeeItRunning) {
  reach_bugs_checked();
  make_training_wait();
  Running run = start_tests();
  expect_training_begins();
  EXPECT_EQ(validation()["outcome"], "running");
  EXPECT_EQ(step_state("workflow-tests"), "running");
  EXPECT_EQ(rl({"verify"}).exit_code, kDone);
  go();
  EXPECT_EQ(run.wait().exit_code, kDone);
}

TEST_F(BesideARun, ASecondTerminalIsToldWhoIsAtIt) {
  reach_bugs_checked();
  make_training_wait();
  Running run = start_tests();
  expect_training_begins();
  const Ended second = step("workflow-tests");
  expect_refusal(second, kBusy);
  EXPECT_THAT(second.err, HasSubstr(std::to_string(run.pid())));
  go();
  EXPECT_EQ(run.wait().exit_code, kDone);
  EXPECT_EQ(scratch_.runs(), 1);
  EXPECT_EQ(count("ValidationStarted"), 1U);
}

class BesideATrainingThatFails : public BesideARun {
 protected:
  BesideATrainingThatFails()
      : BesideARun([] {
          PlanText plan;
          plan.validations = {{.name = "bad"}, {.name = "smoke"}};
          return plan;
        }()) {}
};

TEST_F(BesideATrainingThatFails, AWaiverArrivesAndTheRunGoesOn) {
  reach_bugs_checked();
  scratch_.behave("bad", "sps=1");
  make_training_wait();
  Running run = start_tests();
  expect_training_begins();
  const Ended waived =
      rl({"waive", kVersion, "bad", "--reason", "known", "--yes"});
  EXPECT_EQ(waived.exit_code, kDone) << shown(waived);
  go();
  const Ended ended = run.wait();
  EXPECT_EQ(ended.signal, 0) << shown(ended);
  EXPECT_EQ(validation("smoke")["outcome"], "passed");
  EXPECT_EQ(validation("bad")["waived"], true);
  EXPECT_EQ(step("release").exit_code, kDone);
  EXPECT_EQ(scratch_.runs("smoke"), 1);
}

class BesideAPublication : public BesideARun {
 protected:
  BesideAPublication() : BesideARun(support::two_approvals()) {}
};

TEST_F(BesideAPublication, ApprovalsArriveAndTheRunTakesThemIn) {
  reach_tested();
  // The notes' push waits in the origin until both have approved.
  hook("pre-receive",
       "echo > '" + (scratch_.root() / "pushing").string() +
           "'\nwhile [ ! -f '" + (scratch_.root() / "go").string() +
           "' ]; do sleep 0.02; done");
  Running run(invocation({"--step", "release", "--version", kVersion}));
  ASSERT_TRUE(eventually(
      [&] { return std::filesystem::exists(scratch_.root() / "pushing"); }));
  const Ended robb = approve("Robb", "release-manager");
  EXPECT_EQ(robb.exit_code, kDone) << shown(robb);
  const Ended jack = approve("Jack", "technical-lead");
  EXPECT_EQ(jack.exit_code, kDone) << shown(jack);
  go();
  const Ended ended = run.wait();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_NE(scratch_.origin_ref("refs/tags/v" + kVersion), "");
}

TEST_F(BesideAPublication, AnApprovalBeforeTheGateIsRefusedAndHarmsNothing) {
  reach_bugs_checked();
  make_training_wait();
  Running run = start_tests();
  expect_training_begins();
  expect_refusal(approve("Robb", "release-manager"), kGateSaidNo);
  go();
  EXPECT_EQ(run.wait().exit_code, kDone);
  EXPECT_EQ(approve("Robb", "release-manager").exit_code, kDone);
}

TEST_F(BesideARun, AnOrphanedTrainingIsEndedAndBegunAgain) {
  reach_bugs_checked();
  make_training_wait();
  Running run = start_tests();
  expect_training_begins();
  const int orphan = training();
  run.kill(SIGKILL);
  EXPECT_EQ(run.wait().signal, SIGKILL);
  EXPECT_TRUE(is_alive(orphan));

  scratch_.behave("smoke", "");
  const Ended ended = step("workflow-tests");
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_FALSE(is_alive(orphan));
  const auto completed = support::of_type(history(), "ValidationCompleted");
  ASSERT_EQ(completed.size(), 2U);
  EXPECT_EQ(completed[0]["data"]["attempt"], 1);
  EXPECT_EQ(completed[0]["data"]["outcome"], "errored");
  EXPECT_EQ(completed[0]["data"]["reason"], "interrupted");
  EXPECT_EQ(completed[1]["data"]["attempt"], 2);
  EXPECT_EQ(completed[1]["data"]["outcome"], "passed");
  EXPECT_NE(completed[0]["data"]["log"], completed[1]["data"]["log"]);
}

TEST_F(BesideARun, AnInterruptEndsTheTrainingToo) {
  reach_bugs_checked();
  make_training_wait();
  Running run = start_tests();
  expect_training_begins();
  const int trainer = training();
  run.kill(SIGINT);
  constexpr int kInterrupted = 130;
  const Ended ended = run.wait();
  EXPECT_EQ(ended.exit_code, kInterrupted) << shown(ended);
  EXPECT_TRUE(eventually([&] { return !is_alive(trainer); }));
  scratch_.behave("smoke", "");
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
}

// Holds the ledger's lock as another process would.
class HeldLedger {
 public:
  explicit HeldLedger(const std::filesystem::path& ledger)
      : file_(open((ledger / "lock.main").c_str(), O_RDWR | O_CLOEXEC)) {
    EXPECT_EQ(flock(file_, LOCK_EX | LOCK_NB), 0);
    // A holder says who it is.
    const std::string me = "pid " + std::to_string(getpid()) + " (a test)";
    EXPECT_EQ(pwrite(file_, me.data(), me.size(), 0),
              static_cast<ssize_t>(me.size()));
  }
  ~HeldLedger() { close(file_); }
  HeldLedger(const HeldLedger&) = delete;
  HeldLedger& operator=(const HeldLedger&) = delete;

 private:
  int file_;
};

TEST_F(BesideARun, AHeldLedgerIsWaitedForAndThenItsHolderNamed) {
  prepare();
  {
    const HeldLedger held(scratch_.ledger());
    const Ended writing = rl({"--step",
                              "bug-check",
                              "--version",
                              kVersion,
                              "--confirm-bugs",
                              "none",
                              "--lock-timeout",
                              "0.2"});
    expect_refusal(writing, kBusy);
    EXPECT_THAT(writing.err, HasSubstr(std::to_string(getpid())));
    expect_refusal(rl({"--lock-timeout", "0.2", "status", kVersion}), kBusy);
  }
  EXPECT_NE(step_state("bug-check"), "done");
  EXPECT_EQ(step("bug-check", {"--confirm-bugs", "none"}).exit_code, kDone);
}

TEST_F(BesideARun, ALedgerThatIsGivenBackInTimeIsTaken) {
  prepare();
  auto held = std::make_unique<HeldLedger>(scratch_.ledger());
  Running waiting(invocation({"--step",
                              "bug-check",
                              "--version",
                              kVersion,
                              "--confirm-bugs",
                              "none",
                              "--lock-timeout",
                              "30"}));
  EXPECT_FALSE(eventually([&] { return waiting.has_ended(); },
                          std::chrono::milliseconds(300)));
  held.reset();
  EXPECT_EQ(waiting.wait().exit_code, kDone);
}

TEST_F(BesideARun, ManyTerminalsAppendWithoutLoss) {
  PlanText plan;
  plan.approval = R"(required = 1
roles = { tester = ["P0", "P1", "P2", "P3", "P4", "P5"] })";
  scratch_.write_plan(plan);
  scratch_.commit("Six testers");
  reach_tested();
  std::vector<std::unique_ptr<Running>> terminals;
  for (int person = 0; person < 6; ++person) {
    const std::string name = "P" + std::to_string(person);
    terminals.push_back(std::make_unique<Running>(
        invocation({"approve",
                    kVersion,
                    "--role",
                    "tester",
                    "--yes",
                    "--actor",
                    name + " <" + name + "@x.org>"})));
  }
  for (const auto& terminal : terminals) {
    const Ended ended = terminal->wait();
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  }
  EXPECT_EQ(count("ApprovalGranted"), 6U);
  EXPECT_EQ(rl({"verify"}).exit_code, kDone);
}

}  // namespace
}  // namespace e2e
