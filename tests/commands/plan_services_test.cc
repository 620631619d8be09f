// What a plan says of services: the tracker, and metrics of Weights & Biases.

#include <gmock/gmock.h>

#include "tests/commands/plan_fixture.h"

namespace commands::plan {
namespace plan_services_test {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

schema::Plan tracker(std::string_view text) {
  return parsed(with("[tracker]\n" + std::string(text))).plan;
}
std::string refused(std::string_view text) {
  return refusal(with("[tracker]\n" + std::string(text)));
}

TEST(PlanTracker, IsNoneWhereThePlanSaysNothing) {
  EXPECT_EQ(parsed(kSmallPlan).plan.tracker, nullptr);
}

TEST(PlanTracker, HasDefaults) {
  const auto plan = tracker("kind = \"asana\"\n");
  EXPECT_EQ(plan.tracker->section, "Active");
  EXPECT_EQ(plan.tracker->project, "");
  EXPECT_EQ(plan.tracker->timeout_s, 120);
}

TEST(PlanTracker, IsOneOfThree) {
  EXPECT_EQ(tracker("kind = \"asana\"\nproject = \"42\"\nsection = \"Now\"\n")
                .tracker->project,
            "42");
  EXPECT_THAT(tracker("kind = \"github\"\nrepository = \"acme/sim.py\"\n"
                      "labels = [\"bug\", \"blocker\"]\n")
                  .tracker->labels,
              ElementsAre("bug", "blocker"));
  EXPECT_EQ(tracker("kind = \"jira\"\njql = \"project = X\"\n"
                    "url = \"https://x.example/\"\n")
                .tracker->url,
            "https://x.example");
  EXPECT_EQ(tracker("kind = \"none\"\n").tracker->kind, "none");
}

TEST(PlanTracker, RefusesWhatItCannotAsk) {
  EXPECT_THAT(refused("kind = \"bugzilla\"\n"), HasSubstr("bugzilla"));
  EXPECT_THAT(refused("project = \"42\"\n"), HasSubstr("kind"));
  EXPECT_THAT(refused("kind = \"asana\"\nproject = \"the board\"\n"),
              HasSubstr("p.toml:11:11: project of an Asana tracker"));
  EXPECT_THAT(refused("kind = \"github\"\nlabels = [\"bug\"]\n"),
              HasSubstr("needs repository"));
  EXPECT_THAT(refused("kind = \"github\"\nrepository = \"a/../b\"\n"
                      "labels = [\"bug\"]\n"),
              HasSubstr("needs repository"));
  EXPECT_THAT(refused("kind = \"github\"\nrepository = \"a/b\"\n"),
              HasSubstr("needs labels"));
  EXPECT_THAT(refused("kind = \"jira\"\n"), HasSubstr("needs jql"));
  EXPECT_THAT(
      refused("kind = \"jira\"\njql = \"x\"\nurl = \"http://x.example\"\n"),
      HasSubstr("begins with https://"));
  EXPECT_THAT(refused("kind = \"jira\"\njql = \"x\"\nsection = \"Active\"\n"),
              HasSubstr("section is a key of a tracker of kind asana"));
  EXPECT_THAT(refused("kind = \"asana\"\ntimeout_s = 0\n"),
              HasSubstr("timeout_s of [tracker] is between 1 and 3600"));
  EXPECT_THAT(refused("kind = \"asana\"\nlabel = [\"x\"]\n"),
              HasSubstr("did you mean labels?"));
}

TEST(PlanTracker, IsPolicy) {
  const auto none = parsed(kSmallPlan).plan;
  const auto asana = tracker("kind = \"asana\"\n");
  const auto patient = tracker("kind = \"asana\"\ntimeout_s = 300\n");
  EXPECT_NE(none.policy_digest, asana.policy_digest);
  EXPECT_EQ(asana.policy_digest, patient.policy_digest);
  EXPECT_THAT(differences(none, asana),
              Contains("tracker: kind nothing is now asana"));
}

// The small plan with a metric and a wandb_run.
std::string measured(std::string_view run, std::string_view metric) {
  return changed("location = \"local\"\n",
                 "location = \"local\"\n" + std::string(run)) +
         "[[metric]]\nkey = \"score\"\n" + std::string(metric);
}

TEST(PlanWandb, NamesARunAndAKey) {
  const auto plan =
      parsed(measured("wandb_run = \"team/sim/{run}\"\n",
                      "wandb = \"eval/score\"\nwandb_last = 0.25\n"
                      "statistic = \"mean\"\n"))
          .plan;
  EXPECT_EQ(plan.validations[0].wandb_run, "team/sim/{run}");
  EXPECT_EQ(plan.metrics[0].wandb, "eval/score");
  EXPECT_EQ(plan.metrics[0].wandb_last, 0.25);
  TemplateValues values;
  values.run = "r1";
  EXPECT_EQ(expand_wandb_run(plan.validations[0], values), "team/sim/r1");
  const auto other = parsed(measured("", "wandb = \"eval/score\"\n")).plan;
  EXPECT_NE(plan.validations[0].run_digest, other.validations[0].run_digest);
}

TEST(PlanWandb, RefusesWhatCannotBeRead) {
  const std::string run = "wandb_run = \"team/sim/{run}\"\n";
  EXPECT_THAT(refusal(measured(run, "wandb = \"a\"\npattern = 'a=(1)'\n")),
              HasSubstr("[[metric]] needs a pattern"));
  EXPECT_THAT(refusal(measured(run, "wandb = \"a\"\nwandb_last = 1.5\n")),
              HasSubstr("share of the history"));
  EXPECT_THAT(refusal(measured(run, "wandb = \"a\"\nstatistic = \"mean\"\n")),
              HasSubstr("needs wandb_last"));
  EXPECT_THAT(refusal(measured(run, "pattern = 'a=(1)'\nwandb_last = 0.5\n")),
              HasSubstr("belongs to a wandb key"));
  EXPECT_THAT(
      refusal(measured("wandb_run = \"sim/{run}\"\n", "wandb = \"a\"\n")),
      HasSubstr("entity/project/{run}"));
  EXPECT_THAT(
      refusal(measured("wandb_run = \"t/sim/{rum}\"\n", "wandb = \"a\"\n")),
      HasSubstr("unknown placeholder {rum}"));
}

TEST(PlanWandb, WarnsOfARunThatIsAlwaysTheSame) {
  EXPECT_THAT(
      parsed(measured("wandb_run = \"team/sim/{name}\"\n", "wandb = \"a\"\n"))
          .warnings,
      ElementsAre(HasSubstr("each attempt reads the same run")));
}

}  // namespace plan_services_test
}  // namespace commands::plan
