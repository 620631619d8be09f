// What trackers are asked and what is made of their answers, against fakes
// that answer as the services do.

#include "commands/services/tracker.h"

#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/commands/http_fixture.h"

namespace commands::services {
namespace tracker_test {

using support::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class TrackerTest : public ServiceTest {
 protected:
  using ServiceTest::ServiceTest;

  Result<TrackerAnswer> ask() { return ask_tracker(access(), tracker_); }
  // Why it cannot be told; empty where it can.
  std::string reason() { return reason_of(ask()); }
  void change(const std::function<void(json&)>& edit) {
    edit(state_);
    server_.set_state(state_);
  }

  schema::Tracker tracker_;
  json state_;
};

class AsanaTest : public TrackerTest {
 protected:
  AsanaTest() : TrackerTest("asana") {
    variables_ = {{"ASANA_API_URL", server_.url()},
                  {"ASANA_TOKEN", "asana-t0ken"},
                  {"ASANA_PROJECT_ID", "42"}};
    tracker_.kind = "asana";
    tracker_.section = "Active";
    state_ = {{"token", "asana-t0ken"},
              {"project", "42"},
              {"page", 100},
              {"sections",
               {{{"gid", "1"}, {"name", "Backlog"}},
                {{"gid", "2"}, {"name", " ACTIVE "}}}},
              {"tasks", {{"1", {task(9)}}, {"2", json::array()}}}};
    server_.set_state(state_);
  }

  static json task(int number, bool completed = false) {
    return {{"gid", std::to_string(number)},
            {"name", fmt::format("Bug {}", number)},
            {"completed", completed},
            {"permalink_url", fmt::format("https://asana.example/{}", number)}};
  }
};

TEST_F(AsanaTest, FindsNoneInAnEmptySection) {
  const auto answer = ask();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(answer->bugs, SizeIs(0));
  const json request = server_.requests("GET", "/projects").at(0);
  EXPECT_EQ(request["path"], "/projects/42/sections");
  EXPECT_EQ(request["headers"]["authorization"], "Bearer ***");
  EXPECT_EQ(question_for(access(), tracker_).source,
            "Asana at " + server_.url().substr(7));
  EXPECT_EQ(question_for(access(), tracker_).query,
            "open tasks in section \"Active\" of project 42");
}

TEST_F(AsanaTest, FindsOpenTasksOnEveryPage) {
  change([](json& state) {
    state["page"] = 2;
    state["tasks"]["2"] = {task(1), task(2, true), task(3), task(4), task(5)};
    state["sections"].push_back({{"gid", "3"}, {"name", "Done"}});
  });
  const auto answer = ask();
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_THAT(answer->bugs, SizeIs(4));
  EXPECT_EQ(answer->pages, 4U);  // two of sections, two of tasks
  EXPECT_EQ(answer->bugs[3].title, "Bug 5");
  EXPECT_EQ(answer->bugs[3].url, "https://asana.example/5");
  EXPECT_EQ(answer->bugs[3].key, "5");
}

TEST_F(AsanaTest, CountsALineBetweenTasksForNone) {
  change([](json& state) {
    state["tasks"]["2"] = {task(1)};
    state["tasks"]["2"][0]["is_rendered_as_separator"] = true;
  });
  const auto answer = ask();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(answer->bugs, SizeIs(0));
}

TEST_F(AsanaTest, CannotTellWithoutItsVariables) {
  variables_.erase("ASANA_PROJECT_ID");
  EXPECT_EQ(reason(), "tracker-not-set-up");
  EXPECT_THAT(message_, HasSubstr("ASANA_PROJECT_ID is not set"));
  variables_.erase("ASANA_TOKEN");
  EXPECT_EQ(reason(), "tracker-not-set-up");
  EXPECT_THAT(message_, HasSubstr("ASANA_TOKEN is not set"));
  EXPECT_THAT(server_.journal(), SizeIs(0));
}

TEST_F(AsanaTest, CannotTellWhereItMayNotLook) {
  variables_["ASANA_TOKEN"] = "an0ther-token";
  EXPECT_EQ(reason(), "service-unauthorised");
  EXPECT_THAT(message_, HasSubstr("401: Not Authorized"));
  EXPECT_THAT(message_, Not(HasSubstr("an0ther")));
  variables_["ASANA_TOKEN"] = "asana-t0ken";
  tracker_.project = "43";
  EXPECT_EQ(reason(), "service-not-found");
}

TEST_F(AsanaTest, CannotTellWithoutTheSection) {
  tracker_.section = "Blockers";
  EXPECT_EQ(reason(), "no-such-section");
  EXPECT_THAT(message_, HasSubstr("it has Backlog, ACTIVE"));
  change([](json& state) {
    state["sections"].push_back({{"gid", "3"}, {"name", "active"}});
  });
  tracker_.section = "Active";
  EXPECT_EQ(reason(), "section-unclear");
}

TEST_F(AsanaTest, CannotTellFromAHalfAnswer) {
  const std::string tasks = "/sections/2/tasks";
  for (const json& body :
       {json{{"data", json::array()}},
        json{{"data", nullptr}, {"next_page", nullptr}},
        json{{"data", {{{"gid", "1"}, {"name", "x"}}}}, {"next_page", nullptr}},
        json{{"data", json::array()}, {"next_page", {{"offset", ""}}}},
        json{{"data", json::array()}, {"next_page", {{"offset", "again"}}}},
        json(nullptr),
        json::array()}) {
    server_.set_rules({{{"path", tasks}, {"body", body}}});
    EXPECT_EQ(reason(), "service-unreadable") << body;
  }
  server_.set_rules({{{"path", tasks}, {"fault", "html"}, {"status", 200}}});
  EXPECT_EQ(reason(), "service-unreadable");
  EXPECT_THAT(message_, HasSubstr("a page of HTML"));
}

TEST_F(AsanaTest, CannotTellInTrouble) {
  for (const char* fault : {"drop", "cut", "html"}) {
    server_.set_rules({{{"path", "/sections/2/tasks"}, {"fault", fault}}});
    EXPECT_THAT(reason(), Not("")) << fault;
  }
}

TEST_F(AsanaTest, WaitsWhereItIsThrottled) {
  server_.set_rules({{{"times", {2}},
                      {"status", 429},
                      {"headers", {{"Retry-After", "20"}}},
                      {"body", {{"errors", {{{"message", "slow"}}}}}}}});
  const auto answer = ask();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_GE(pace_.waited, std::chrono::seconds(20));
}

class GithubIssuesTest : public TrackerTest {
 protected:
  GithubIssuesTest() : TrackerTest("github_issues") {
    variables_ = {{"GITHUB_API_URL", server_.url() + "/"},
                  {"GITHUB_TOKEN", "gh-t0ken"}};
    tracker_.kind = "github";
    tracker_.repository = "acme/sim";
    tracker_.labels = {"bug", "release blocker"};
    state_ = {{"token", "gh-t0ken"},
              {"repository", "acme/sim"},
              {"page", 2},
              {"issues", json::array()}};
    server_.set_state(state_);
  }

  static json issue(int number) {
    return {{"number", number},
            {"title", fmt::format("Bug {}", number)},
            {"labels", {"bug", "release blocker"}}};
  }
};

TEST_F(GithubIssuesTest, FindsThoseWithEveryLabelOnEveryPage) {
  change([](json& state) {
    state["issues"] = {issue(1), issue(2), issue(3), issue(4), issue(5)};
    state["issues"][1]["labels"] = {"bug"};
    state["issues"][2]["pull_request"] = true;
    state["issues"][3]["state"] = "closed";
  });
  const auto answer = ask();
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_THAT(answer->bugs, SizeIs(2));
  EXPECT_EQ(answer->pages, 2U);
  EXPECT_EQ(answer->bugs[1].key, "#5");
  EXPECT_EQ(answer->bugs[1].url, "https://github.example/acme/sim/issues/5");
  const json request = server_.requests("GET", "/repos").at(0);
  EXPECT_EQ(request["query"]["labels"], "bug,release blocker");
  EXPECT_EQ(request["headers"]["accept"], "application/vnd.github+json");
  EXPECT_EQ(request["headers"]["x-github-api-version"], "2022-11-28");
}

TEST_F(GithubIssuesTest, TakesTheTokenOfItsOwnCommandFirst) {
  variables_["GH_TOKEN"] = "gh-t0ken";
  variables_["GITHUB_TOKEN"] = "another";
  EXPECT_EQ(reason(), "");
}

TEST_F(GithubIssuesTest, ReadsWhatIsPublicWithoutAToken) {
  variables_.erase("GITHUB_TOKEN");
  EXPECT_EQ(reason(), "service-unauthorised");
  change([](json& state) { state["token"] = nullptr; });
  EXPECT_EQ(reason(), "");
}

TEST_F(GithubIssuesTest, SendsItsTokenToNobodyElse) {
  const support::FakeServer other("github_issues", folder() / "other");
  server_.set_rules(
      {{{"headers",
         {{"Link", "<" + other.url() + "/repos/x>; rel=\"next\""}}}}});
  EXPECT_EQ(reason(), "service-unreadable");
  EXPECT_THAT(other.journal(), SizeIs(0));
}

TEST_F(GithubIssuesTest, CannotTellWhereThereIsNoSuchRepository) {
  tracker_.repository = "acme/other";
  EXPECT_EQ(reason(), "service-not-found");
  EXPECT_THAT(message_, HasSubstr("404: Not Found"));
}

class JiraTest : public TrackerTest {
 protected:
  JiraTest() : TrackerTest("jira") {
    variables_ = {{"JIRA_API_URL", server_.url()},
                  {"JIRA_EMAIL", "ann@x.org"},
                  {"JIRA_API_TOKEN", "jira-t0ken"}};
    tracker_.kind = "jira";
    tracker_.jql = "project = SIM AND priority = Blocker";
    tracker_.url = "https://acme.atlassian.example";
    state_ = {{"user", "ann@x.org"},
              {"token", "jira-t0ken"},
              {"issues", json::array()},
              {"page", 2},
              {"bad_jql", nullptr}};
    server_.set_state(state_);
  }

  static json issue(int number, const char* category) {
    return {{"key", fmt::format("SIM-{}", number)},
            {"summary", fmt::format("Bug {}", number)},
            {"category", category}};
  }
};

TEST_F(JiraTest, FindsWhatIsNotDoneOnEveryPage) {
  change([](json& state) {
    state["issues"] = {
        issue(1, "new"), issue(2, "done"), issue(3, "indeterminate")};
  });
  const auto answer = ask();
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_THAT(answer->bugs, SizeIs(2));
  EXPECT_EQ(answer->pages, 2U);
  EXPECT_EQ(answer->looked_at, 3U);
  EXPECT_EQ(answer->bugs[1].key, "SIM-3");
  EXPECT_EQ(answer->bugs[1].url, "https://acme.atlassian.example/browse/SIM-3");
  const json request = server_.requests("POST").at(0);
  EXPECT_EQ(request["body"]["jql"], tracker_.jql);
  EXPECT_EQ(request["headers"]["authorization"], "Basic ***");
}

TEST_F(JiraTest, CannotTellFromABadQuery) {
  change([](json& state) {
    state["bad_jql"] = "Field 'priorty' does not exist.";
  });
  EXPECT_EQ(reason(), "service-refused");
  EXPECT_THAT(message_, HasSubstr("400: Field 'priorty' does not exist."));
}

TEST_F(JiraTest, CannotTellFromHalfAnIssue) {
  for (const json& body : {json{{"issues", {{{"id", "1"}}}}},
                           json{{"issues", json::array()}, {"isLast", false}},
                           json{{"values", json::array()}}}) {
    server_.set_rules({{{"body", body}}});
    EXPECT_EQ(reason(), "service-unreadable") << body;
  }
}

TEST_F(JiraTest, CannotTellWithoutItsVariables) {
  tracker_.url = "";
  variables_.erase("JIRA_API_URL");
  EXPECT_EQ(reason(), "tracker-not-set-up");
  EXPECT_THAT(message_, HasSubstr("JIRA_URL is not set"));
  variables_.erase("JIRA_API_TOKEN");
  EXPECT_EQ(reason(), "tracker-not-set-up");
  EXPECT_THAT(message_, HasSubstr("JIRA_API_TOKEN is not set"));
}

TEST_F(JiraTest, SaysWhatItSees) {
  const auto seen = look_at_tracker(access(), tracker_);
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_THAT(*seen, HasSubstr("Ann Example sees project = SIM"));
}

}  // namespace tracker_test
}  // namespace commands::services
