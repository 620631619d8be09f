// The seed's process, step by step, and the shapes that others rely on.

#include <string>
#include <vector>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;

const std::string kAnnouncement = "Released stable version v" + kVersion +
                                  " 🎉\nRelease notes: release-notes/v" +
                                  kVersion + ".md\n";
constexpr const char* kTime =
    "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}.*Z";

class Process : public ReleaseTest {};

TEST_F(Process, GoesStepByStepFromNothingToReleased) {
  const std::string head = scratch_.head();
  prepare();
  EXPECT_EQ(staging_branch(1), head);
  EXPECT_EQ(status()["state"], "in_progress");
  EXPECT_EQ(step_state("prepare-branch"), "done");
  EXPECT_EQ(step_state("bug-check"), "pending");

  Ended ended = step("bug-check");
  EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);
  EXPECT_THAT(ended.out + ended.err, HasSubstr("--confirm-bugs"));
  EXPECT_EQ(status()["state"], "waiting");
  EXPECT_NE(step_state("bug-check"), "done");

  ended = step("bug-check", {"--confirm-bugs", "none is open"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(step_state("bug-check"), "done");

  ended = step("workflow-tests");
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.out, AllOf(HasSubstr("smoke"), HasSubstr("sps_max")));
  EXPECT_EQ(validation()["outcome"], "passed");
  EXPECT_EQ(scratch_.runs(), 1);

  ended = step("release");
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_NE(scratch_.origin_ref("refs/tags/v" + kVersion), "");
  EXPECT_EQ(step_state("release"), "done");
  EXPECT_NE(status()["state"], "released");

  ended = step("announce");
  EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);
  EXPECT_EQ(ended.out, kAnnouncement);
  EXPECT_EQ(count("ReleaseCompleted"), 0U);

  ended = step("announce", {"--confirm-announced", "posted by hand"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(status()["state"], "released");
  EXPECT_EQ(status()["waiting_for"], nullptr);
}

TEST_F(Process, SkipsWhatIsDoneAndSaysSinceWhen) {
  finish();
  const std::vector<json> before = history();
  for (const char* name : {"prepare-branch",
                           "bug-check",
                           "workflow-tests",
                           "release",
                           "announce"}) {
    const Ended ended = step(name);
    EXPECT_EQ(ended.exit_code, kDone) << name << shown(ended);
    EXPECT_THAT(ended.out + ended.err, HasSubstr("Ann")) << name;
  }
  EXPECT_EQ(rl({"--all", "--version", kVersion}).exit_code, kDone);
  EXPECT_EQ(history(), before);
  EXPECT_EQ(scratch_.runs(), 1);
}

TEST_F(Process, RunsAsASubcommandToo) {
  const Ended ended =
      rl({"run", "--step", "prepare-branch", "--version", kVersion});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(staging_branch(1), scratch_.head());
}

TEST_F(Process, RecordsEachFactOnceAndInOrder) {
  finish();
  std::vector<std::string> facts;
  for (const std::string& type : support::types(history())) {
    for (const char* fact : {"ReleaseStarted",
                             "BranchCreated",
                             "BugCheckPassed",
                             "ValidationCompleted",
                             "ReleaseNotesWritten",
                             "StableMerged",
                             "TagPushed",
                             "AnnouncementPosted",
                             "ReleaseCompleted"}) {
      if (type == fact) {
        facts.push_back(type);
      }
    }
  }
  EXPECT_THAT(facts,
              ElementsAre("ReleaseStarted",
                          "BranchCreated",
                          "BugCheckPassed",
                          "ValidationCompleted",
                          "ReleaseNotesWritten",
                          "StableMerged",
                          "TagPushed",
                          "AnnouncementPosted",
                          "ReleaseCompleted"));
}

void expect_whole_shape(const json& shape) {
  EXPECT_THAT(support::missing_keys(shape,
                                    {"version",
                                     "state",
                                     "mode",
                                     "commit",
                                     "branch",
                                     "candidate",
                                     "plan_digest",
                                     "waivers",
                                     "position",
                                     "started_at",
                                     "started_by",
                                     "steps",
                                     "validations",
                                     "approvals",
                                     "waiting_for",
                                     "next"}),
              IsEmpty());
  ASSERT_EQ(shape["steps"].size(), 5U);
  for (const json& one : shape["steps"]) {
    EXPECT_THAT(
        support::missing_keys(one, {"name", "state", "at", "by", "detail"}),
        IsEmpty());
  }
  ASSERT_EQ(shape["validations"].size(), 1U);
  EXPECT_THAT(support::missing_keys(shape["validations"][0],
                                    {"name",
                                     "location",
                                     "outcome",
                                     "attempt",
                                     "exit_code",
                                     "duration_s",
                                     "job_id",
                                     "metrics",
                                     "log",
                                     "waived",
                                     "checks"}),
              IsEmpty());
}

TEST_F(Process, ShowsEveryFieldOfStatusAtEveryStage) {
  prepare();
  expect_whole_shape(status());
  reach_tested();
  expect_whole_shape(status());
  finish();
  expect_whole_shape(status());
}

TEST_F(Process, FillsStatusWithWhatHappened) {
  reach_tested();
  const json shape = status();
  EXPECT_EQ(shape["version"], kVersion);
  EXPECT_EQ(shape["mode"], "quick");
  EXPECT_EQ(shape["commit"], scratch_.head());
  EXPECT_EQ(shape["branch"], "staging/v" + kVersion + "-rc1");
  EXPECT_EQ(shape["candidate"], 1);
  EXPECT_EQ(shape["started_by"], "Ann <ann@x.org>");
  EXPECT_THAT(shape["started_at"].get<std::string>(), MatchesRegex(kTime));
  EXPECT_THAT(shape["next"].get<std::string>(), HasSubstr("release-ledger"));
  const json done = support::named(shape["steps"], "prepare-branch");
  EXPECT_EQ(done["by"], "Ann <ann@x.org>");
  EXPECT_THAT(done["at"].get<std::string>(), MatchesRegex(kTime));

  const json smoke = validation();
  EXPECT_EQ(smoke["location"], "local");
  EXPECT_EQ(smoke["attempt"], 1);
  EXPECT_EQ(smoke["exit_code"], 0);
  EXPECT_EQ(smoke["job_id"], nullptr);
  EXPECT_EQ(smoke["waived"], false);
  EXPECT_EQ(smoke["metrics"]["sps_max"], 41000.0);
  ASSERT_EQ(smoke["checks"].size(), 1U);
  const json check = smoke["checks"][0];
  EXPECT_EQ(check["key"], "sps_max");
  EXPECT_EQ(check["op"], ">=");
  EXPECT_EQ(check["expected"], 30000.0);
  EXPECT_EQ(check["actual"], 41000.0);
  EXPECT_EQ(check["passed"], true);
  EXPECT_EQ(check["note"], nullptr);
}

TEST_F(Process, ShowsEveryFieldOfHistory) {
  finish();
  const std::vector<json> events = history();
  int revision = 0;
  for (const json& event : events) {
    EXPECT_THAT(support::missing_keys(event,
                                      {"position",
                                       "stream",
                                       "revision",
                                       "id",
                                       "type",
                                       "time",
                                       "actor",
                                       "run",
                                       "data"}),
                IsEmpty());
    EXPECT_THAT(support::missing_keys(event["actor"],
                                      {"name", "email", "user", "host"}),
                IsEmpty());
    EXPECT_EQ(event["stream"], kVersion);
    EXPECT_EQ(event["revision"], revision++);
    EXPECT_EQ(event["actor"]["email"], "ann@x.org");
    EXPECT_THAT(event["time"].get<std::string>(), MatchesRegex(kTime));
  }
  const json created = support::of_type(events, "BranchCreated")[0]["data"];
  EXPECT_EQ(created["commit"], scratch_.head());
  EXPECT_EQ(created["candidate"], 1);
  EXPECT_EQ(created["adopted"], false);
}

TEST_F(Process, ListsEveryFieldOfARelease) {
  finish();
  const Ended ended = rl({"list", "--json"});
  const std::vector<json> releases = support::parse_lines(ended.out);
  ASSERT_EQ(releases.size(), 1U);
  EXPECT_THAT(support::missing_keys(releases[0],
                                    {"version",
                                     "state",
                                     "commit",
                                     "started_at",
                                     "started_by",
                                     "ended_at"}),
              IsEmpty());
  EXPECT_EQ(releases[0]["state"], "released");
  EXPECT_EQ(releases[0]["commit"], scratch_.head());
}

TEST_F(Process, VerifiesAndRebuilds) {
  finish();
  const Ended verified = rl({"verify", "--json"});
  EXPECT_EQ(verified.exit_code, kDone) << shown(verified);
  const json shape = support::parse_object(verified.out);
  EXPECT_EQ(shape["ok"], true);
  EXPECT_EQ(shape["problems"], json::array());
  EXPECT_GT(shape["events"], 10);
  EXPECT_THAT(shape["root"].get<std::string>(), MatchesRegex("[0-9a-f]{64}"));

  const json before = status();
  EXPECT_EQ(rl({"rebuild"}).exit_code, kDone);
  EXPECT_EQ(status(), before);
  EXPECT_EQ(support::parse_object(rl({"verify", "--json"}).out)["root"],
            shape["root"]);
}

TEST_F(Process, ReplaysEachMomentAsItStood) {
  std::vector<json> moments;
  prepare();
  moments.push_back(status());
  step("bug-check", {"--confirm-bugs", "none is open"});
  moments.push_back(status());
  step("workflow-tests");
  moments.push_back(status());
  finish();
  moments.push_back(status());
  for (const json& moment : moments) {
    const Ended ended =
        rl({"replay", kVersion, "--at", moment["position"].dump(), "--json"});
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
    const json replayed = support::parse_object(ended.out);
    for (const auto& [key, value] : moment.items()) {
      EXPECT_EQ(replayed.value(key, json()), value) << key;
    }
  }
}

TEST_F(Process, ReplaysATime) {
  prepare();
  const std::string time = history().back()["time"];
  const json moment = status();
  const Ended ended = rl({"replay", kVersion, "--at", time, "--json"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(support::parse_object(ended.out)["steps"], moment["steps"]);
}

TEST_F(Process, ExplainsWhatItWaitsFor) {
  prepare();
  step("bug-check");
  const json waiting = status()["waiting_for"];
  ASSERT_TRUE(waiting.is_array()) << waiting;
  ASSERT_FALSE(waiting.empty());
  EXPECT_THAT(
      support::missing_keys(waiting[0], {"gate", "what", "who", "command"}),
      IsEmpty());
  const Ended ended = rl({"explain", kVersion});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.out, HasSubstr("--confirm-bugs"));
}

TEST_F(Process, ShowsTheSameToPeople) {
  finish();
  EXPECT_THAT(rl({"status", kVersion}).out,
              AllOf(HasSubstr("released"),
                    HasSubstr("smoke"),
                    HasSubstr("sps_max"),
                    Not(HasSubstr("\033["))));
  EXPECT_THAT(rl({"history", kVersion}).out, HasSubstr("TagPushed"));
  EXPECT_THAT(rl({"list"}).out, HasSubstr(kVersion));
  EXPECT_EQ(rl({"status"}).out, rl({"status", kVersion}).out);
}

}  // namespace
}  // namespace e2e
