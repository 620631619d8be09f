// A release is killed, wherever it stands, and the same command typed again:
// one branch, one tag, one merge, one announcement, and nothing that had
// passed is run again.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <signal.h>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using support::Running;
using ::testing::AnyOf;

class Crash : public ReleaseTest {
 protected:
  explicit Crash(const PlanText& plan = {}) : ReleaseTest(plan) {
    make_stable();
  }

  static Arguments everything() {
    return {"--all",
            "--version",
            kVersion,
            "--confirm-bugs",
            "none is open",
            "--confirm-announced",
            "posted by hand"};
  }

  // Types it again until it is done, as a person would.
  void go_on_to_the_end() const {
    Ended ended = rl(everything());
    if (ended.exit_code == kWaiting) {
      ended = rl(everything());
    }
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  }

  void expect_one_of_each() const {
    const std::vector<json> events = history();
    for (const char* fact : {"ReleaseStarted",
                             "PlanRecorded",
                             "BranchCreated",
                             "BugCheckPassed",
                             "ReleaseNotesWritten",
                             "StableMerged",
                             "TagCreated",
                             "TagPushed",
                             "AnnouncementPosted",
                             "ReleaseCompleted"}) {
      EXPECT_EQ(support::of_type(events, fact).size(), 1U) << fact;
    }
    expect_one_pass(events);
    expect_unbroken(events);
    expect_one_of_each_in_the_origin();
    EXPECT_EQ(status()["state"], "released");
    const Ended verified = rl({"verify", "--json"});
    EXPECT_EQ(verified.exit_code, kDone) << shown(verified);
  }

 private:
  void expect_one_pass(const std::vector<json>& events) const {
    int passed = 0;
    const auto completed = support::of_type(events, "ValidationCompleted");
    for (const json& event : completed) {
      passed += event["data"]["outcome"] == "passed" ? 1 : 0;
    }
    EXPECT_EQ(passed, 1);
    // Each run has its attempt on the record, and none came after the pass.
    EXPECT_LE(scratch_.runs(), static_cast<int>(completed.size()));
    ASSERT_FALSE(completed.empty());
    EXPECT_EQ(completed.back()["data"]["outcome"], "passed");
  }

  static void expect_unbroken(const std::vector<json>& events) {
    std::set<std::string> ids;
    int revision = 0;
    for (const json& event : events) {
      EXPECT_EQ(event["revision"], revision++);
      EXPECT_TRUE(ids.insert(event["id"]).second) << event;
    }
  }

  void expect_one_of_each_in_the_origin() const {
    const std::string refs =
        scratch_.origin_git({"for-each-ref", "--format=%(refname)"});
    EXPECT_EQ(refs,
              fmt::format("refs/heads/main\nrefs/heads/stable\n"
                          "refs/heads/staging/v{0}-rc1\nrefs/tags/v{0}",
                          kVersion));
    EXPECT_EQ(
        scratch_.origin_git({"rev-list", "--count", "--merges", "stable"}),
        "1");
    EXPECT_EQ(scratch_.origin_git({"rev-parse", "v" + kVersion + "^{commit}"}),
              scratch_.origin_git({"rev-parse", "stable"}));
    EXPECT_EQ(scratch_.git({"status", "--porcelain"}), "");
    EXPECT_EQ(scratch_.git({"symbolic-ref", "HEAD"}), "refs/heads/main");
  }
};

class CrashAtEvent : public Crash, public ::testing::WithParamInterface<int> {
 protected:
  void kill_and_go_on(const std::string& variable) const {
    const Ended ended =
        rl(everything(), {{variable, std::to_string(GetParam())}});
    if (ended.signal != SIGKILL) {
      EXPECT_THAT(ended.exit_code, AnyOf(kDone, kWaiting)) << shown(ended);
    }
    // The range must reach beyond the last event of a release.
    if (GetParam() == kBeyondTheLast) {
      EXPECT_EQ(ended.signal, 0);
    }
    if (GetParam() == 1) {
      EXPECT_EQ(ended.signal, SIGKILL) << "the program knows no " << variable;
    }
    go_on_to_the_end();
    expect_one_of_each();
  }

 public:
  static constexpr int kBeyondTheLast = 20;
};

TEST_P(CrashAtEvent, AfterItWasAppendedGoesOnToTheEnd) {
  kill_and_go_on("RELEASE_LEDGER_TEST_KILL_AFTER_EVENT");
}

TEST_P(CrashAtEvent, BeforeItWasAppendedGoesOnToTheEnd) {
  kill_and_go_on("RELEASE_LEDGER_TEST_KILL_BEFORE_EVENT");
}

INSTANTIATE_TEST_SUITE_P(EveryEvent,
                         CrashAtEvent,
                         ::testing::Range(1, CrashAtEvent::kBeyondTheLast + 1));

// The remote holds its answer to the nth push of a release, before or after it
// has taken it, and the run dies meanwhile. Its git lives on.
class DeathWhilePushing : public Crash,
                          public ::testing::WithParamInterface<int> {
 protected:
  static constexpr int kPushes = 3;  // the branch, its notes, merge and tag

  std::filesystem::path mark(const std::string& name) const {
    return scratch_.root() / name;
  }

  void hold_push() const {
    hook(GetParam() / kPushes == 0 ? "pre-receive" : "post-receive",
         fmt::format("n=$(cat {0} 2>/dev/null || echo 0)\n"
                     "n=$((n + 1))\n"
                     "echo $n > {0}\n"
                     "if [ $n = {1} ]; then\n"
                     "  touch {2}\n"
                     "  while [ ! -e {3} ]; do sleep 0.05; done\n"
                     "fi\n",
                     mark("pushes").string(),
                     GetParam() % kPushes + 1,
                     mark("reached").string(),
                     mark("go").string()));
  }
};

TEST_P(DeathWhilePushing, LeavesOneOfEachWhenItIsTypedAgain) {
  hold_push();
  {
    Running running(invocation(everything()));
    EXPECT_TRUE(support::eventually([&] {
      return std::filesystem::exists(mark("reached")) || running.has_ended();
    }));
    running.kill(SIGKILL);
    EXPECT_EQ(running.wait().signal, SIGKILL);
    support::write_file(mark("go"), "");
    go_on_to_the_end();
  }
  expect_one_of_each();
}

INSTANTIATE_TEST_SUITE_P(EveryPush,
                         DeathWhilePushing,
                         ::testing::Range(0, 2 * 3));

class RandomCrash : public Crash, public ::testing::WithParamInterface<int> {};

TEST_P(RandomCrash, GoesOnToTheEnd) {
  const char* given = std::getenv("RELEASE_LEDGER_TEST_SEED");
  const unsigned seed = given != nullptr
                            ? static_cast<unsigned>(std::atoi(given))
                            : std::random_device{}();
  fmt::print("seed {}: run again with RELEASE_LEDGER_TEST_SEED\n", seed);
  std::mt19937 random(seed);
  constexpr int kCrashesMax = 6;
  constexpr int kLatestMs = 250;
  std::uniform_int_distribution<int> moment(1, kLatestMs);
  for (int crash = 0; crash < kCrashesMax; ++crash) {
    Running running(invocation(everything()));
    std::this_thread::sleep_for(std::chrono::milliseconds(moment(random)));
    running.kill(SIGKILL);
    const Ended ended = running.wait();
    EXPECT_TRUE(ended.signal == SIGKILL || ended.exit_code == kDone ||
                ended.exit_code == kWaiting)
        << shown(ended);
  }
  go_on_to_the_end();
  expect_one_of_each();
}

INSTANTIATE_TEST_SUITE_P(Rounds, RandomCrash, ::testing::Range(0, 4));

class CrashOfAnApproval : public ReleaseTest {
 protected:
  CrashOfAnApproval() : ReleaseTest(support::two_approvals()) {}

  Ended approve_and_die(const std::string& variable) const {
    return rl({"approve",
               kVersion,
               "--role",
               "release-manager",
               "--actor",
               "Robb <robb@x.org>",
               "--yes"},
              {{variable, "1"}});
  }
};

TEST_F(CrashOfAnApproval, LandsOnTheSameRecordWhenTypedAgain) {
  reach_tested();
  EXPECT_EQ(approve_and_die("RELEASE_LEDGER_TEST_KILL_BEFORE_EVENT").signal,
            SIGKILL);
  EXPECT_EQ(count("ApprovalGranted"), 0U);
  EXPECT_EQ(approve_and_die("RELEASE_LEDGER_TEST_KILL_AFTER_EVENT").signal,
            SIGKILL);
  EXPECT_EQ(count("ApprovalGranted"), 1U);
  const Ended again = approve("Robb", "release-manager");
  EXPECT_EQ(again.exit_code, kDone) << shown(again);
  EXPECT_EQ(count("ApprovalGranted"), 1U);
}

}  // namespace
}  // namespace e2e
