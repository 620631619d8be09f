// doctor says what is set up and what is not, and changes nothing.

#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "tests/e2e/release_test.h"
#include "tests/support/fake_server.h"

namespace e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class Doctor : public ReleaseTest {
 protected:
  json checks(int exit_code, const Environment& more = {}) const {
    const Ended ended = rl({"doctor", "--json"}, more);
    EXPECT_EQ(ended.exit_code, exit_code) << shown(ended);
    return support::parse_object(ended.out);
  }

  static json check(const json& all, std::string_view name) {
    for (const json& one : all["checks"]) {
      if (one["name"] == name) {
        return one;
      }
    }
    ADD_FAILURE() << "no check " << name << " in " << all;
    return {};
  }

  fs::path key() const {
    return fs::directory_iterator(scratch_.home() / ".config" /
                                  "release-ledger" / "keys")
        ->path();
  }
};

TEST_F(Doctor, FindsNothingBeforeThereIsALedgerAndMakesNone) {
  const auto before = support::snapshot(scratch_.root());
  const json all = checks(kDone);
  EXPECT_EQ(all["ok"], true);
  EXPECT_EQ(check(all, "ledger")["state"], "ok");
  EXPECT_EQ(check(all, "size")["state"], "ok");
  EXPECT_THAT(check(all, "libraries")["detail"].get<std::string>(),
              HasSubstr("RocksDB"));
  EXPECT_EQ(support::snapshot(scratch_.root()), before);
}

TEST_F(Doctor, FindsNothingInAGoodLedgerAndChangesNothing) {
  prepare();
  const auto before = support::snapshot(scratch_.root());
  const json all = checks(kDone);
  for (const json& one : all["checks"]) {
    EXPECT_TRUE(support::missing_keys(one, {"name", "state", "detail", "hint"})
                    .empty());
    EXPECT_EQ(one["state"], "ok") << one;
    EXPECT_TRUE(one["hint"].is_null()) << one;
  }
  EXPECT_EQ(support::snapshot(scratch_.root()), before);
  const Ended table = rl({"doctor"});
  EXPECT_EQ(table.exit_code, kDone);
  EXPECT_THAT(table.out, HasSubstr("libraries"));
}

TEST_F(Doctor, WarnsOfAKeyThatOthersMayRead) {
  prepare();
  fs::permissions(key(), fs::perms::others_read, fs::perm_options::add);
  const json all = checks(kDone);
  EXPECT_EQ(all["ok"], true);
  EXPECT_EQ(check(all, "key")["state"], "warning");
  EXPECT_THAT(check(all, "key")["hint"].get<std::string>(), HasSubstr("chmod"));
}

TEST_F(Doctor, WarnsOfAKeyThatIsGoneAndMakesNone) {
  prepare();
  const fs::path file = key();
  fs::remove(file);
  EXPECT_EQ(check(checks(kDone), "key")["state"], "warning");
  EXPECT_FALSE(fs::exists(file));
}

TEST_F(Doctor, FindsAKeyThatIsNone) {
  prepare();
  support::write_file(key(), "nonsense\n");
  const json all = checks(kMachine);
  EXPECT_EQ(all["ok"], false);
  EXPECT_EQ(check(all, "key")["state"], "broken");
}

TEST_F(Doctor, FindsALedgerThatIsDamaged) {
  prepare();
  support::write_file(scratch_.ledger() / "HEAD", "");
  const json all = checks(kIntegrity);
  EXPECT_EQ(all["ok"], false);
  EXPECT_EQ(check(all, "ledger")["state"], "broken");
}

TEST_F(Doctor, FindsAPlanThatDoesNotParse) {
  scratch_.write("release-plan.toml", "[project\n");
  EXPECT_EQ(check(checks(kUsage), "plan")["state"], "broken");
  fs::remove(scratch_.work() / "release-plan.toml");
  EXPECT_EQ(check(checks(kDone), "plan")["state"], "warning");
}

TEST_F(Doctor, WarnsOfAClockThatIsBehind) {
  prepare();
  support::Invocation earlier = invocation({"doctor", "--json"});
  earlier.argv.insert(earlier.argv.begin(), {"faketime", "-f", "-1h"});
  const Ended ended = support::run(earlier);
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  const json clock = check(support::parse_object(ended.out), "clock");
  EXPECT_EQ(clock["state"], "warning");
  EXPECT_THAT(clock["hint"].get<std::string>(), HasSubstr("clock"));
}

TEST_F(Doctor, NamesAWriterInsteadOfWaitingForIt) {
  prepare();
  const std::string path = (scratch_.ledger() / "lock.main").string();
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(file, LOCK_EX | LOCK_NB), 0);
  const json all = checks(kDone);
  ::close(file);
  EXPECT_THAT(check(all, "lock")["detail"].get<std::string>(),
              HasSubstr("held by"));
  EXPECT_EQ(check(all, "ledger")["state"], "warning");
}

TEST_F(Doctor, WarnsOfWhatACrashLeft) {
  prepare();
  support::write_file(scratch_.ledger() / "db.torn-x" / "000001.sst", "old");
  EXPECT_EQ(check(checks(kDone), "size")["state"], "warning");
}

class DoctorOutside : public Doctor {
 protected:
  DoctorOutside() : tracker_("asana", scratch_.root() / "service") {
    PlanText plan;
    plan.more = R"([tracker]
kind = "asana"
project = "42"
[[metric]]
key = "score"
wandb = "eval/score"
[metrics_out]
prometheus = "no/such/folder/x.prom")";
    scratch_.write_plan(plan);
  }

  support::FakeServer tracker_;
};

TEST_F(DoctorOutside, NamesTheVariablesThatAreMissing) {
  const json all = checks(kDone);
  EXPECT_EQ(check(all, "http")["state"], "ok");
  EXPECT_EQ(check(all, "tracker")["state"], "warning");
  EXPECT_THAT(check(all, "tracker")["detail"].get<std::string>(),
              HasSubstr("ASANA_TOKEN is not set"));
  EXPECT_THAT(check(all, "wandb")["detail"].get<std::string>(),
              HasSubstr("WANDB_API_KEY is not set"));
  EXPECT_THAT(check(all, "metrics-out")["detail"].get<std::string>(),
              HasSubstr("cannot be written to"));
  EXPECT_EQ(check(all, "cluster")["state"], "ok");
}

TEST_F(DoctorOutside, SaysWhatATokenSeesAndChangesNothing) {
  const Environment variables = {{"ASANA_API_URL", tracker_.url()},
                                 {"ASANA_TOKEN", "asana-t0ken"}};
  const auto before = support::snapshot(scratch_.work());
  const json all = checks(kDone, variables);
  EXPECT_EQ(check(all, "tracker")["state"], "ok") << all;
  EXPECT_THAT(check(all, "tracker")["detail"].get<std::string>(),
              HasSubstr("Ann Example sees open tasks in section \"Active\""));
  EXPECT_EQ(support::snapshot(scratch_.work()), before);
  const json wrong = checks(
      kDone, {{"ASANA_API_URL", tracker_.url()}, {"ASANA_TOKEN", "wr0ng"}});
  EXPECT_EQ(check(wrong, "tracker")["state"], "warning");
  EXPECT_THAT(check(wrong, "tracker")["hint"].get<std::string>(),
              HasSubstr("ASANA_TOKEN"));
  for (const json& request : tracker_.journal()) {
    EXPECT_EQ(request["method"], "GET");
  }
}

// What doctor says of the cluster, by the stand-in for `sky`.
class DoctorOfACluster : public Doctor {
 protected:
  DoctorOfACluster() {
    PlanText plan;
    plan.validations = {{.name = "arena", .location = "remote"}};
    plan.run = R"(remote = ["sky", "jobs", "launch", "--name", "{run}"])";
    scratch_.write_plan(plan);
    fs::create_directories(world());
  }

  fs::path world() const { return scratch_.root() / "sky"; }
  json cluster() const {
    return check(checks(kDone,
                        {{"PATH",
                          std::string(RL_STAND_INS) + ":" +
                              scratch_.environment().at("PATH")},
                         {"SKY_STAND_IN", world().string()}}),
                 "cluster");
  }
};

TEST_F(DoctorOfACluster, IsWhatSkyCheckSays) {
  const json good = cluster();
  EXPECT_EQ(good["state"], "ok") << good;
  EXPECT_EQ(good["detail"], "sky check: AWS [compute, storage]");
  support::write_file(world() / "check",
                      "No cloud is enabled. SkyPilot will not be able to run "
                      "any task.");
  const json bad = cluster();
  EXPECT_EQ(bad["state"], "warning") << bad;
  EXPECT_THAT(bad["detail"].get<std::string>(),
              HasSubstr("No cloud is enabled"));
  EXPECT_THAT(bad["hint"].get<std::string>(), HasSubstr("sky check"));
}

TEST_F(DoctorOfACluster, AsksForNoJobsSinceThatMayStartAController) {
  cluster();
  EXPECT_EQ(support::read_file(world() / "calls"), "[\"check\"]\n");
}

TEST_F(Doctor, NamesProgramsThatAreNotThere) {
  PlanText plan;
  plan.validations[0].more =
      R"(command = ["no-such-trainer", "--steps", "1000"])";
  scratch_.write_plan(plan);
  const json tools = check(checks(kDone), "tools");
  EXPECT_EQ(tools["state"], "warning");
  EXPECT_EQ(tools["detail"], "not found: no-such-trainer");
}

TEST_F(Doctor, SaysWhetherARemoteTakesPushes) {
  EXPECT_EQ(check(checks(kDone), "remote")["state"], "ok");
  EXPECT_EQ(scratch_.origin_ref("refs/heads/release-ledger-doctor"), "");
  scratch_.git({"remote",
                "set-url",
                "--push",
                "origin",
                (scratch_.root() / "nowhere.git").string()});
  const json remote = check(checks(kDone), "remote");
  EXPECT_EQ(remote["state"], "warning");
  EXPECT_FALSE(remote["hint"].is_null());
}

class DoctorOfChannels : public Doctor {
 protected:
  DoctorOfChannels() : room_("channels", scratch_.root() / "channels") {
    PlanText plan;
    plan.more = "[[channel]]\nname = \"#room\"\nkind = \"discord\"\n";
    scratch_.write_plan(plan);
  }
  json channels(const std::string& token) const {
    return check(checks(kDone,
                        {{"DISCORD_WEBHOOK_URL",
                          room_.url() + "/api/webhooks/111/" + token}}),
                 "channels");
  }

  support::FakeServer room_;
};

TEST_F(DoctorOfChannels, AreLookedAtAndNothingIsPosted) {
  EXPECT_THAT(check(checks(kDone), "channels")["detail"].get<std::string>(),
              HasSubstr("not set: DISCORD_WEBHOOK_URL"));
  EXPECT_EQ(channels("s3cret-token")["state"], "ok");
  const json wrong = channels("wr0ng-token");
  EXPECT_EQ(wrong["state"], "warning");
  EXPECT_THAT(wrong["detail"].get<std::string>(),
              HasSubstr("Invalid Webhook Token"));
  EXPECT_THAT(wrong.dump(), Not(HasSubstr("wr0ng-token")));
  for (const json& request : room_.journal()) {
    EXPECT_EQ(request["method"], "GET");
  }
}

class DoctorAtGitHub : public Doctor {
 protected:
  DoctorAtGitHub() : github_("github", scratch_.root() / "github") {
    PlanText plan;
    plan.more = "[forge]\nrepository = \"acme/sim\"\n";
    scratch_.write_plan(plan);
  }
  json github(const std::string& token) const {
    return check(
        checks(kDone,
               {{"GITHUB_TOKEN", token}, {"GITHUB_API_URL", github_.url()}}),
        "github");
  }

  support::FakeServer github_;
};

TEST_F(DoctorAtGitHub, SaysWhoTheTokenIsAndWhatItMay) {
  EXPECT_THAT(github("").dump(), HasSubstr("GITHUB_TOKEN"));
  const json good = github("ghp_s3cret");
  EXPECT_EQ(good["state"], "ok") << good;
  EXPECT_EQ(good["detail"], "acme/sim as release-bot");
  const json wrong = github("ghp_wr0ng");
  EXPECT_EQ(wrong["state"], "warning");
  EXPECT_THAT(wrong.dump(), HasSubstr("Bad credentials"));
  EXPECT_THAT(wrong.dump(), Not(HasSubstr("ghp_wr0ng")));
  github_.set_state(
      {{"repository", "acme/sim"},
       {"id", 77},
       {"token", "ghp_s3cret"},
       {"user", "reader"},
       {"rules", json::object()},
       {"users",
        {{"reader", {{"id", 9}, {"permission", "read"}, {"type", "User"}}}}}});
  EXPECT_THAT(github("ghp_s3cret")["detail"].get<std::string>(),
              HasSubstr("who may read it"));
  for (const json& request : github_.journal()) {
    EXPECT_EQ(request["method"], "GET");
  }
}

}  // namespace
}  // namespace e2e
