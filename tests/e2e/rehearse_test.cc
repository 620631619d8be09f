// tools/rehearse: a team's plan, played against stand-ins.

#include <sstream>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

PlanText plan_of_a_team() {
  return support::two_reviews(R"([[channel]]
name = "#room"
kind = "discord"
[[channel]]
name = "hook"
kind = "webhook"
url_env = "HOOK_URL"
)");
}

class Rehearse : public ReleaseTest {
 protected:
  explicit Rehearse(const PlanText& plan = plan_of_a_team())
      : ReleaseTest(plan) {}
  ~Rehearse() override { rehearse({"stop", folder()}); }

  std::string folder() const { return place("play"); }

  Ended rehearse(const Arguments& arguments) const {
    Arguments argv = {"python3", "-B", RL_REHEARSE};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return program(argv);
  }

  void start() const {
    const Ended ended = rehearse({"start", folder()});
    ASSERT_EQ(ended.exit_code, kDone) << shown(ended);
  }

  // In the scratch clone, with what `env` says.
  Ended play(const Arguments& arguments, const Environment& own = {}) const {
    support::Invocation played = invocation(arguments, own);
    played.directory = folder() + "/work";
    std::istringstream lines(support::read_file(folder() + "/env"));
    const std::string_view word = "export ";
    for (std::string line; std::getline(lines, line);) {
      const auto equals = line.find('=');
      std::string value = line.substr(equals + 1);
      if (value == "''") {
        value.clear();
      }
      played.environment[line.substr(word.size(), equals - word.size())] =
          value;
    }
    return support::run(played);
  }

  Ended all() const {
    return play(
        {"--all", "--version", kVersion, "--confirm-bugs", "none is open"});
  }
};

TEST_F(Rehearse, TakesAPlanThroughAReleaseAndTouchesNothingElse) {
  const std::string refs = scratch_.origin_git({"for-each-ref"});
  start();
  Ended ended = all();
  EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);
  EXPECT_THAT(ended.err, HasSubstr("pull/412"));
  ended = rehearse({"approve", folder(), "Robb", "Jack"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  ended = all();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  ended = rehearse({"show", folder()});
  EXPECT_THAT(ended.out, HasSubstr("Released stable version"));
  EXPECT_EQ(scratch_.origin_git({"for-each-ref"}), refs);
}

TEST_F(Rehearse, LetsThingsFailOnDemand) {
  start();
  EXPECT_EQ(all().exit_code, kWaiting);
  rehearse({"approve", folder(), "Robb", "Jack"});
  rehearse({"fail", folder(), "github-merge-refused"});
  Ended ended = all();
  EXPECT_EQ(ended.exit_code, kGateSaidNo) << shown(ended);
  EXPECT_THAT(ended.err, HasSubstr("Repository rule violations found"));
  rehearse({"fail", folder(), "nothing", "discord-lost"});
  ended = all();
  EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);
  EXPECT_THAT(ended.err, HasSubstr("settle"));
}

PlanText plan_of_everything(const std::string& textfile) {
  PlanText plan = plan_of_a_team();
  plan.validations[0].more = R"(wandb_run = "team/sim/{run}"
[[validation.acceptance]]
key = "score"
op = ">"
expected = 0.8)";
  plan.more += R"([tracker]
kind = "asana"
project = "42"
[[metric]]
key = "score"
wandb = "eval/score"
[metrics_out]
datadog = true
prometheus = ")" +
               textfile + "\"\n";
  return plan;
}

// Tokens of the person's own are set, and none of them goes anywhere.
class RehearseEverything : public Rehearse {
 protected:
  RehearseEverything() : Rehearse(plan_of_everything("/tmp/x.prom")) {
    scratch_.write_plan(plan_of_everything(textfile()));
  }
  std::string textfile() const { return place("real.prom"); }
  Ended all_with_tokens() const {
    return play({"--all", "--version", kVersion},
                {{"GH_TOKEN", "my-own-t0ken"},
                 {"ASANA_TOKEN", "my-own-t0ken"},
                 {"DD_API_KEY", "my-own-t0ken"},
                 {"WANDB_API_KEY", "my-own-t0ken"},
                 {"DD_SITE", "example.invalid"}});
  }
};

TEST_F(RehearseEverything, StandsInForEveryService) {
  start();
  rehearse({"fail", folder(), "bug-open"});
  Ended ended = all_with_tokens();
  EXPECT_EQ(ended.exit_code, kGateSaidNo) << shown(ended);
  EXPECT_THAT(ended.err, HasSubstr("Crash when the map is empty"));
  rehearse({"fail", folder(), "nothing", "tracker-token-refused"});
  ended = all_with_tokens();
  // That nobody can look again closes no bug.
  EXPECT_EQ(ended.exit_code, kGateSaidNo) << shown(ended);
  EXPECT_THAT(ended.err, HasSubstr("Not Authorized"));
  rehearse({"fail", folder(), "nothing"});
  ended = all_with_tokens();
  EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);
  EXPECT_THAT(ended.err, HasSubstr("pull/412"));
  EXPECT_THAT(ended.err, HasSubstr("metrics sent to datadog"));
  rehearse({"approve", folder(), "Robb", "Jack"});
  ended = all_with_tokens();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  ended = rehearse({"show", folder()});
  EXPECT_THAT(ended.out, HasSubstr("release_ledger.metric"));
  EXPECT_EQ(support::read_file(textfile()), "");
  for (const char* service : {"github", "asana", "wandb", "datadog"}) {
    EXPECT_THAT(support::read_file(folder() + "/" + service + "/journal"),
                Not(HasSubstr("my-own-t0ken")))
        << service;
  }
}

TEST_F(Rehearse, RefusesWhatItCannotDo) {
  EXPECT_EQ(rehearse({"approve", folder(), "Robb"}).exit_code, kUsage);
  start();
  EXPECT_EQ(rehearse({"start", folder()}).exit_code, kUsage);
  EXPECT_EQ(rehearse({"fail", folder(), "the-moon"}).exit_code, kUsage);
  EXPECT_EQ(rehearse({"approve", folder(), "Robb"}).exit_code, kUsage);
}

}  // namespace
}  // namespace e2e
