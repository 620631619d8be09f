// bug-check with a tracker: what is found out, recorded, and answered by a
// person where it cannot be.

#include <filesystem>

#include <fmt/format.h>

#include "tests/e2e/release_test.h"
#include "tests/support/fake_server.h"

namespace e2e {
namespace {

using support::FakeServer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

PlanText plan_with_tracker(std::string_view tracker) {
  PlanText plan;
  plan.more = tracker;
  return plan;
}

class TrackerTest : public ReleaseTest {
 protected:
  TrackerTest(std::string_view fake, std::string_view tracker)
      : ReleaseTest(plan_with_tracker(tracker)),
        server_(fake, scratch_.root() / "service") {}

  Ended bug_check(const Arguments& more = {}) const {
    return step("bug-check", more, variables_);
  }
  // Files of this test with `text` in them, beside the service's own.
  std::vector<std::string> files_with(const std::string& text) const {
    namespace fs = std::filesystem;
    std::vector<std::string> found;
    for (const auto& entry :
         fs::recursive_directory_iterator(scratch_.root())) {
      const std::string path = entry.path().string();
      if (entry.is_regular_file() &&
          path.find("/service/") == std::string::npos &&
          support::read_file(entry.path()).find(text) != std::string::npos) {
        found.push_back(path);
      }
    }
    return found;
  }

  FakeServer server_;
  Environment variables_;
};

class AsanaTest : public TrackerTest {
 protected:
  explicit AsanaTest(std::string_view tracker =
                         "[tracker]\nkind = \"asana\"\nproject = \"42\"\n")
      : TrackerTest("asana", tracker) {
    variables_ = {{"ASANA_API_URL", server_.url()},
                  {"ASANA_TOKEN", "asana-t0ken"}};
  }

  void open_tasks(int count) const {
    json tasks = json::array();
    for (int number = 1; number <= count; ++number) {
      tasks.push_back({{"gid", std::to_string(7'700'000 + number)},
                       {"name", fmt::format("Crash number {}", number)},
                       {"completed", false},
                       {"permalink_url",
                        fmt::format("https://asana.example/t/{}", number)}});
    }
    server_.set_state({{"token", "asana-t0ken"},
                       {"project", "42"},
                       {"page", 2},
                       {"sections", {{{"gid", "11"}, {"name", "Active"}}}},
                       {"tasks", {{"11", tasks}}}});
  }
};

TEST_F(AsanaTest, PassesWhereNoBugIsOpen) {
  prepare();
  open_tasks(0);
  const Ended ended = bug_check();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.err, HasSubstr("no blocking bug is open in Asana"));
  const json passed = newest("BugCheckPassed");
  EXPECT_THAT(passed["source"].get<std::string>(),
              HasSubstr("Asana at 127.0.0.1:"));
  EXPECT_EQ(passed["query"], "open tasks in section \"Active\" of project 42");
  EXPECT_EQ(step_state("bug-check"), "done");
  EXPECT_EQ(bug_check().exit_code, kDone);
  EXPECT_EQ(count("BugCheckPassed"), 1U);
}

TEST_F(AsanaTest, ListsAndRecordsTheBugsThatBlock) {
  prepare();
  open_tasks(3);
  const Ended ended = bug_check();
  expect_refusal(ended, kGateSaidNo);
  EXPECT_THAT(
      ended.err,
      AllOf(HasSubstr("7700003 Crash number 3 https://asana.example/t/3"),
            HasSubstr("3 blocking bugs are open in Asana"),
            HasSubstr("waive " + kVersion + " bug-check")));
  const json failed = newest("BugCheckFailed");
  ASSERT_THAT(failed["bugs"], SizeIs(3));
  EXPECT_EQ(failed["bugs"][2]["url"], "https://asana.example/t/3");
  EXPECT_EQ(failed["bugs"][2]["key"], "7700003");
  EXPECT_EQ(step_state("bug-check"), "failed");
}

TEST_F(AsanaTest, ABugThatWasFoundIsNotConfirmedAway) {
  prepare();
  open_tasks(1);
  expect_refusal(bug_check({"--confirm-bugs", "they are fine"}), kGateSaidNo);
  // Not by a tracker that has gone away since, either.
  server_.set_rules({{{"status", 401}, {"body", "no"}}});
  const Ended later = bug_check({"--confirm-bugs", "they are fine"});
  expect_refusal(later, kGateSaidNo);
  EXPECT_THAT(later.err, HasSubstr("1 blocking bug is open"));
  EXPECT_EQ(count("ManualConfirmationGiven"), 0U);
}

TEST_F(AsanaTest, ABugIsWaivedUntilAnotherIsFound) {
  prepare();
  open_tasks(1);
  EXPECT_EQ(bug_check().exit_code, kGateSaidNo);
  EXPECT_EQ(bug_check().exit_code, kGateSaidNo);
  EXPECT_EQ(count("BugCheckFailed"), 1U);
  EXPECT_EQ(
      rl({"waive", kVersion, "bug-check", "--reason", "cosmetic", "--yes"})
          .exit_code,
      kDone);
  EXPECT_EQ(bug_check().exit_code, kDone);
}

TEST_F(AsanaTest, PassesOnceTheBugsAreClosed) {
  prepare();
  open_tasks(2);
  EXPECT_EQ(bug_check().exit_code, kGateSaidNo);
  open_tasks(1);
  EXPECT_EQ(bug_check().exit_code, kGateSaidNo);
  EXPECT_THAT(newest("BugCheckFailed")["bugs"], SizeIs(1));
  open_tasks(0);
  EXPECT_EQ(bug_check().exit_code, kDone);
  EXPECT_EQ(step_state("bug-check"), "done");
}

TEST_F(AsanaTest, APersonAnswersWhatCannotBeTold) {
  prepare();
  variables_["ASANA_TOKEN"] = "wr0ng-t0ken-of-ann";
  const Ended ended = bug_check();
  expect_refusal(ended, kWaiting);
  EXPECT_THAT(ended.err,
              AllOf(HasSubstr("401: Not Authorized"),
                    HasSubstr("ASANA_TOKEN"),
                    HasSubstr("--confirm-bugs")));
  const json doubt = newest("BugCheckInconclusive");
  EXPECT_THAT(doubt["reason"].get<std::string>(),
              HasSubstr("Asana answers 401"));
  EXPECT_THAT(doubt["source"].get<std::string>(), HasSubstr("Asana"));
  EXPECT_EQ(bug_check({"--confirm-bugs", "looked at the board"}).exit_code,
            kDone);
  EXPECT_EQ(newest("BugCheckPassed")["source"], "manual confirmation");
  EXPECT_EQ(newest("ManualConfirmationGiven")["reason"], "looked at the board");
  EXPECT_THAT(ended.err + ended.out, Not(HasSubstr("wr0ng")));
  EXPECT_THAT(files_with("wr0ng-t0ken-of-ann"), IsEmpty());
}

TEST_F(AsanaTest, ARehearsalReadsAndShowsWhatItAsks) {
  prepare();
  open_tasks(3);
  const support::Snapshot before = support::snapshot(scratch_.work());
  const Ended ended = bug_check({"--check"});
  expect_refusal(ended, kGateSaidNo);
  EXPECT_THAT(ended.out + ended.err,
              AllOf(HasSubstr("GET " + server_.url() + "/projects/42/sections"),
                    HasSubstr("Authorization: Bearer *** (from ASANA_TOKEN)"),
                    HasSubstr("3 blocking bugs are open"),
                    Not(HasSubstr("asana-t0ken"))));
  EXPECT_THAT(server_.requests("GET", "/sections"), SizeIs(2));
  EXPECT_THAT(support::differences(before, support::snapshot(scratch_.work())),
              IsEmpty());
}

TEST_F(AsanaTest, GoesOnByItselfInAWholeRelease) {
  open_tasks(0);
  const Ended ended = rl({"--all", "--version", kVersion}, variables_);
  EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);  // the announcement
  EXPECT_EQ(step_state("release"), "done");
}

class ImpatientAsana : public AsanaTest {
 protected:
  ImpatientAsana()
      : AsanaTest(
            "[tracker]\nkind = \"asana\"\nproject = \"42\"\n"
            "timeout_s = 1\n") {}
};

TEST_F(ImpatientAsana, TroubleIsNeverAPass) {
  prepare();
  open_tasks(0);
  for (const json& rule :
       {json{{"fault", "drop"}},
        json{{"fault", "html"}},
        json{{"fault", "html"}, {"status", 200}},
        json{{"path", "/sections/.*"}, {"fault", "cut"}},
        json{{"path", "/sections/.*"}, {"body", {{"data", json::array()}}}},
        json{{"fault", "drip"}},
        json{{"status", 429}, {"headers", {{"Retry-After", "900"}}}},
        json{{"status", 302}, {"headers", {{"Location", "/login"}}}}}) {
    server_.set_rules(json::array({rule}));
    const Ended ended = bug_check();
    expect_refusal(ended, kWaiting);
    EXPECT_EQ(step_state("bug-check"), "waiting") << rule;
  }
}

class AsanaByItsVariables : public AsanaTest {
 protected:
  explicit AsanaByItsVariables(std::string_view tracker = "")
      : AsanaTest(tracker) {
    variables_["ASANA_PROJECT_ID"] = "42";
  }
};

TEST_F(AsanaByItsVariables, IsAskedWhereThePlanSaysNothing) {
  prepare();
  open_tasks(1);
  expect_refusal(bug_check(), kGateSaidNo);
}

class NoTracker : public AsanaByItsVariables {
 protected:
  NoTracker() : AsanaByItsVariables("[tracker]\nkind = \"none\"\n") {}
};

TEST_F(NoTracker, IsAskedWhereThePlanSaysNone) {
  prepare();
  const Ended ended = bug_check();
  expect_refusal(ended, kWaiting);
  EXPECT_THAT(ended.err, HasSubstr("no tracker is configured"));
  EXPECT_THAT(server_.journal(), IsEmpty());
}

class GithubIssuesTest : public TrackerTest {
 protected:
  GithubIssuesTest()
      : TrackerTest("github_issues",
                    "[tracker]\nkind = \"github\"\nrepository = \"acme/sim\"\n"
                    "labels = [\"blocker\"]\n") {
    variables_ = {{"GITHUB_API_URL", server_.url()}, {"GH_TOKEN", "gh-t0ken"}};
  }
};

TEST_F(GithubIssuesTest, PassesWhereNoneIsOpen) {
  prepare();
  EXPECT_EQ(bug_check().exit_code, kDone);
  EXPECT_EQ(newest("BugCheckPassed")["query"],
            "open issues of acme/sim with the label blocker");
}

TEST_F(GithubIssuesTest, NamesTheIssue) {
  prepare();
  server_.set_state({{"token", "gh-t0ken"},
                     {"repository", "acme/sim"},
                     {"issues",
                      {{{"number", 12},
                        {"title", "It \x1b[31mcrashes"},
                        {"labels", {"blocker"}}}}}});
  const Ended ended = bug_check();
  expect_refusal(ended, kGateSaidNo);
  EXPECT_THAT(
      ended.err,
      HasSubstr("#12 It crashes https://github.example/acme/sim/issues/12"));
}

class JiraTest : public TrackerTest {
 protected:
  JiraTest()
      : TrackerTest("jira",
                    "[tracker]\nkind = \"jira\"\njql = \"project = SIM\"\n") {
    variables_ = {{"JIRA_API_URL", server_.url()},
                  {"JIRA_EMAIL", "ann@x.org"},
                  {"JIRA_API_TOKEN", "jira-t0ken"}};
  }
};

TEST_F(JiraTest, BlocksAndPasses) {
  prepare();
  json state = {
      {"user", "ann@x.org"},
      {"token", "jira-t0ken"},
      {"page", 100},
      {"bad_jql", nullptr},
      {"issues",
       {{{"key", "SIM-7"}, {"summary", "It stops"}, {"category", "new"}}}}};
  server_.set_state(state);
  const Ended ended = bug_check();
  expect_refusal(ended, kGateSaidNo);
  EXPECT_THAT(ended.err, HasSubstr("SIM-7 It stops"));
  state["issues"][0]["category"] = "done";
  server_.set_state(state);
  EXPECT_EQ(bug_check().exit_code, kDone);
  EXPECT_EQ(newest("BugCheckPassed")["query"], "project = SIM");
}

}  // namespace
}  // namespace e2e
