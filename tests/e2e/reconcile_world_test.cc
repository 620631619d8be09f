// status --reconcile: each disagreement between the ledger and the world is
// named, with the command that settles it, and nothing is changed.

#include "tests/e2e/github_fixture.h"

namespace e2e {
namespace {

using ::testing::HasSubstr;

class World : public GitHubTest {
 protected:
  World()
      : GitHubTest("[[channel]]\nname = \"#room\"\nkind = \"discord\"\n"),
        room_("channels", scratch_.root() / "channels") {}

  Environment everything() const {
    Environment all = token();
    all["DISCORD_WEBHOOK_URL"] = room_.url() + "/api/webhooks/1/s3cret-token";
    return all;
  }

  json compared(int exit_code) const {
    const Ended ended =
        rl({"status", kVersion, "--reconcile", "--json"}, everything());
    EXPECT_EQ(ended.exit_code, exit_code) << shown(ended);
    return support::parse_object(ended.out);
  }

  static json finding(const json& all, std::string_view what) {
    for (const json& one : all["findings"]) {
      if (one["what"] == what) {
        return one;
      }
    }
    ADD_FAILURE() << "nothing about " << what << " in " << all;
    return json::object();
  }

  static std::string command(const json& finding) {
    return finding["command"].is_string()
               ? finding["command"].get<std::string>()
               : "";
  }

  void reach_released() const {
    reach_opened();
    both_approve();
    Ended ended = release();
    ASSERT_EQ(ended.exit_code, kDone) << shown(ended);
    ended = step("announce", {}, everything());
    ASSERT_EQ(ended.exit_code, kDone) << shown(ended);
  }

  support::FakeServer room_;
};

TEST_F(World, AgreesAfterARelease) {
  reach_released();
  const auto before = support::snapshot(scratch_.origin());
  const auto events = history();
  const json all = compared(kDone);
  EXPECT_EQ(all["agrees"], true);
  for (const char* what : {"branch",
                           "stable",
                           "tag",
                           "pull-request",
                           "page",
                           "announcement #room"}) {
    EXPECT_EQ(finding(all, what)["state"], "agrees") << what;
  }
  EXPECT_EQ(history(), events);
  EXPECT_EQ(support::snapshot(scratch_.origin()), before);
}

TEST_F(World, IsNamedWhereItDiffers) {
  reach_released();
  scratch_.origin_git({"update-ref", "-d", "refs/tags/v" + kVersion});
  at_github([](json& world) { world["releases"] = json::array(); });
  json room = room_.state();
  room["discord"] = json::array();
  room_.set_state(room);
  const json all = compared(kGateSaidNo);
  EXPECT_EQ(all["agrees"], false);
  EXPECT_EQ(finding(all, "tag")["state"], "differs");
  EXPECT_THAT(command(finding(all, "tag")), HasSubstr("git push origin"));
  EXPECT_EQ(finding(all, "page")["state"], "differs");
  EXPECT_THAT(command(finding(all, "page")),
              HasSubstr("gh release create v" + kVersion));
  EXPECT_EQ(finding(all, "announcement #room")["world"], "deleted");
}

TEST_F(World, IsAheadOfALedgerWhoseRunDied) {
  reach_opened();
  both_approve();
  // It dies when the merge is made and not yet seen.
  const Ended died =
      release({}, {{"RELEASE_LEDGER_TEST_KILL_BEFORE_EVENT", "4"}});
  EXPECT_NE(died.signal, 0) << shown(died);
  const json all = compared(kGateSaidNo);
  EXPECT_EQ(finding(all, "pull-request")["world"], "merged");
  EXPECT_EQ(command(finding(all, "pull-request")),
            "release-ledger --step release");
  EXPECT_EQ(release().exit_code, kDone);
  EXPECT_EQ(finding(compared(kDone), "pull-request")["state"], "agrees");
}

TEST_F(World, IsNotSaidToAgreeWhereItDoesNotAnswer) {
  reach_released();
  fake_.set_rules(json::array(
      {{{"status", 401}, {"body", {{"message", "Bad credentials"}}}}}));
  const json all = compared(kUpstream);
  EXPECT_EQ(all["agrees"], false);
  EXPECT_EQ(finding(all, "pull-request")["state"], "failed");
}

TEST_F(World, IsLookedAtByDoctor) {
  reach_opened();
  Ended ended = rl({"doctor", "--json"}, everything());
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  const auto check = [&](std::string_view name) {
    return support::named(support::parse_object(ended.out)["checks"], name);
  };
  EXPECT_EQ(check("github")["state"], "ok");
  EXPECT_EQ(check("github")["detail"], "acme/sim as release-bot");
  EXPECT_EQ(check("channels")["state"], "ok");
  EXPECT_EQ(check("world " + kVersion)["state"], "ok");
  at_github([](json& world) { world["pulls"][0]["state"] = "closed"; });
  ended = rl({"doctor", "--json"}, token());
  EXPECT_EQ(check("world " + kVersion)["state"], "warning");
  EXPECT_EQ(check("channels")["detail"], "not set: DISCORD_WEBHOOK_URL");
}

}  // namespace
}  // namespace e2e
