#include "tests/e2e/github_fixture.h"

#include <signal.h>

namespace e2e {
namespace {

PlanText plan_of_forge(const std::string& more) {
  PlanText plan = support::two_reviews(more);
  plan.run = "poll_s = 1\n";
  return plan;
}

json user(int id, const std::string& permission = "write") {
  return {{"id", id}, {"permission", permission}, {"type", "User"}};
}

}  // namespace

GitHubTest::GitHubTest(const std::string& more)
    : ReleaseTest(plan_of_forge(more)),
      fake_("github", scratch_.root() / "github") {
  make_stable();
  fake_.set_state({{"repository", "acme/sim"},
                   {"id", 77},
                   {"renamed", nullptr},
                   {"git", scratch_.origin().string()},
                   {"token", "ghp_s3cret"},
                   {"user", "release-bot"},
                   {"users",
                    {{"release-bot", user(501)},
                     {"robb", user(612)},
                     {"jack", user(613, "admin")},
                     {"stranger", user(700, "read")},
                     {"unlisted", user(701)}}},
                   {"pulls", json::array()},
                   {"releases", json::array()},
                   {"reviews", json::object()},
                   {"checks", json::array()},
                   {"statuses", json::array()},
                   {"rules", json::object()},
                   {"mergeable_after", 1},
                   {"per_page", 2},
                   {"spent_tags", json::array()},
                   {"move_head_on_merge", nullptr},
                   {"move_base_on_merge", nullptr}});
}

Ended GitHubTest::release(const Arguments& more, Environment with) const {
  with.merge(token());
  return step("release", more, with);
}

Ended GitHubTest::all(const Arguments& more, Environment with) const {
  Arguments arguments = {
      "--all", "--version", kVersion, "--confirm-bugs", "none is open"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  with.merge(token());
  return rl(arguments, with);
}

json GitHubTest::pull() const {
  const json state = fake_.state();
  EXPECT_FALSE(state["pulls"].empty());
  return state["pulls"].empty() ? json::object() : state["pulls"].back();
}

void GitHubTest::review(const std::string& login,
                        const std::string& state,
                        const std::string& commit) const {
  const std::string number = std::to_string(pull()["number"].get<int>());
  at_github([&](json& world) {
    world["reviews"][number].push_back(
        {{"user", login}, {"state", state}, {"commit", commit}});
  });
}

void GitHubTest::both_approve() const {
  review("robb", "APPROVED");
  review("jack", "APPROVED");
}

void GitHubTest::reach_opened() const {
  reach_tested();
  const Ended ended = release();
  ASSERT_EQ(ended.exit_code, kWaiting) << shown(ended);
}

void GitHubTest::record_other_evidence() const {
  const Ended ended = rl({"record",
                          kVersion,
                          "smoke",
                          "--exit-code",
                          "0",
                          "--metric",
                          "sps_max=42123"});
  ASSERT_EQ(ended.exit_code, kDone) << shown(ended);
}

void GitHubTest::die_while_it_answers(const std::string& method,
                                      const std::string& path,
                                      bool done) const {
  json rule = {{"method", method},
               {"path", path},
               {"times", json::array({1})},
               {"delay_s", 60}};
  if (!done) {
    rule["fault"] = "drop";
  }
  fake_.set_rules(json::array({rule}));
  support::Running running(
      invocation({"--step", "release", "--version", kVersion}, token()));
  EXPECT_TRUE(support::eventually(
      [&] { return !fake_.requests(method, path).empty(); }));
  running.kill(SIGKILL);
  running.wait();
}

void GitHubTest::expect_merged_once() const {
  const auto events = history();
  for (const char* fact : {"PullRequestOpened",
                           "PullRequestMerged",
                           "StableMerged",
                           "TagCreated",
                           "TagPushed",
                           "ForgeReleasePublished"}) {
    EXPECT_EQ(support::of_type(events, fact).size(), 1U) << fact;
  }
  EXPECT_EQ(fake_.state()["pulls"].size(), 1U);
  EXPECT_EQ(fake_.state()["releases"].size(), 1U);
  EXPECT_EQ(scratch_.origin_git({"rev-list", "--count", "--merges", "stable"}),
            "1");
  EXPECT_EQ(scratch_.origin_git({"rev-parse", "v" + kVersion + "^{commit}"}),
            scratch_.origin_git({"rev-parse", "stable"}));
}

void GitHubTest::expect_released_once() const {
  expect_merged_once();
  EXPECT_EQ(step_state("release"), "done");
  const Ended verified = rl({"verify", "--json"});
  EXPECT_EQ(verified.exit_code, kDone) << shown(verified);
}

}  // namespace e2e
