// `plan check`: mistakes, warnings, and a plan's patterns on a real log.

#include <string>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class PlanCheck : public ReleaseTest {
 protected:
  PlanCheck()
      : ReleaseTest([] {
          PlanText plan;
          plan.more =
              "[[metric]]\nkey = \"loss\"\npattern = 'loss=([0-9.]+)'\n"
              "[[metric]]\nkey = \"reward\"\npattern = 'reward=([0-9.]+)'\n";
          return plan;
        }()) {}

  std::string log(std::string_view text) const {
    const auto path = scratch_.root() / "sample.log";
    support::write_file(path, text);
    return path.string();
  }
};

TEST_F(PlanCheck, ShowsLineByLineWhatThePatternsTake) {
  const Ended ended =
      rl({"plan",
          "check",
          "--log",
          log("SPS: 90000\nRestarting training\nSPS: 41,234 loss=0.5\n"
              "loss=1.2e-05\nSPS: nan\n\x1b[31mSPS: 40k\x1b[0m\n")});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.out,
              AllOf(HasSubstr("1     sps_max, sps_last  90000"),
                    HasSubstr("a new attempt: nothing above counts"),
                    HasSubstr("41234"),
                    HasSubstr("no value"),
                    HasSubstr("cannot be read for sure"),
                    HasSubstr("missing: line 4 cannot be read for sure"),
                    Not(HasSubstr("\x1b"))));
  EXPECT_THAT(ended.err,
              AllOf(HasSubstr("the pattern of reward matches nothing"),
                    Not(HasSubstr("the pattern of loss"))));
}

TEST_F(PlanCheck, AnswersProgramsInOneObject) {
  const Ended ended = rl({"plan", "check", "--json"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  const json plain = support::parse_object(ended.out);
  EXPECT_EQ(plain["validations"], 1);
  EXPECT_EQ(plain["warnings"], json::array());
  EXPECT_EQ(plain["log"], nullptr);
  const json tried = support::parse_object(
      rl({"plan", "check", "--json", "--log", log("SPS: 5\nloss=x\n")}).out);
  EXPECT_EQ(tried["log"]["samples"][0]["line"], 1);
  EXPECT_EQ(tried["log"]["samples"][0]["value"], 5.0);
  EXPECT_EQ(tried["log"]["samples"][0]["metrics"],
            json({"sps_max", "sps_last"}));
  EXPECT_EQ(tried["log"]["samples_omitted"], 0);
  EXPECT_EQ(tried["log"]["metrics"].size(), 5U);
  EXPECT_EQ(tried["warnings"].size(), 2U);
}

TEST_F(PlanCheck, ShowsABoundedNumberOfLines) {
  std::string text;
  for (int i = 0; i < 5000; ++i) {
    text += "SPS: " + std::to_string(i) + "\n";
  }
  const json tried = support::parse_object(
      rl({"plan", "check", "--json", "--log", log(text)}).out);
  EXPECT_EQ(tried["log"]["samples"].size(), 1000U);
  EXPECT_GT(tried["log"]["samples_omitted"], 0);
}

TEST_F(PlanCheck, RefusesALogThatCannotBeReadAndAPlanThatIsWrong) {
  expect_bare_refusal(rl({"plan", "check", "--log", "/nonexistent/x"}), kUsage);
  scratch_.write("release-plan.toml", "[run]\nlocl = []\n");
  const Ended ended = rl({"plan", "check", "--json"});
  expect_bare_refusal(ended, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("did you mean local?"));
}

TEST_F(PlanCheck, TriesThePatternsOfWordsToo) {
  PlanText plan;
  plan.run = "remote_exit_code = 'Exit code: ([0-9]+)'";
  plan.validations[0].more =
      R"(outputs = { model = 'saved to (\S+)', none = 'sent to (\S+)' })";
  scratch_.write_plan(plan);
  const std::string sample = log("saved to s3://x/1\nExit code: 3\n");
  const Ended ended = rl({"plan", "check", "--log", sample});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.out,
              AllOf(HasSubstr("remote_exit_code"),
                    HasSubstr("smoke.model"),
                    HasSubstr("s3://x/1")));
  EXPECT_THAT(ended.err,
              AllOf(HasSubstr("the pattern of smoke.none matches nothing"),
                    Not(HasSubstr("the pattern of smoke.model"))));
  const json words = support::parse_object(
      rl({"plan", "check", "--json", "--log", sample}).out)["log"]["words"];
  EXPECT_EQ(words, json::parse(R"([{"name": "remote_exit_code", "value": "3"},
                            {"name": "smoke.model", "value": "s3://x/1"},
                            {"name": "smoke.none", "value": null}])"));
}

TEST_F(PlanCheck, TellsEveryMistake) {
  PlanText plan;
  plan.validations = {{.name = "smoke", .more = "timeout_s = -1"},
                      {.name = "smoke", .more = "depends_on = [\"none\"]"}};
  scratch_.write_plan(plan);
  const Ended ended = rl({"plan", "check"});
  expect_refusal(ended, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("mistakes; the first: "));
  EXPECT_GE(lines_that_begin(ended.out, "/"), 2U) << ended.out;
  EXPECT_THAT(ended.out, AllOf(HasSubstr("timeout_s"), HasSubstr("none")));
  EXPECT_EQ(rl({"plan", "check", "--json"}).out, "");
}

TEST_F(PlanCheck, SaysOnStandardOutputThatThePlanIsGood) {
  const Ended ended = rl({"plan", "check"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(ended.out, "the plan is good: 1 validation\n");
}

TEST_F(PlanCheck, WarnsOfADependencyOutOfReach) {
  PlanText plan;
  plan.validations = {{.name = "large", .sets = "[\"comprehensive\"]"},
                      {.name = "smoke", .more = "depends_on = [\"large\"]"}};
  scratch_.write_plan(plan);
  const Ended ended = rl({"plan", "check"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.err, HasSubstr("smoke cannot run in the quick set: large"));
}

}  // namespace
}  // namespace e2e
