#include <filesystem>

#include "tests/commands/plan_fixture.h"
#include "tests/commands/scratch_test.h"

namespace commands::plan {
namespace {

// The example of the command line's contract.
constexpr std::string_view kWholePlan = R"toml(
[project]
remote = "upstream"
stable_branch = "main"
staging_branch = "rc/{version}-{candidate}"
tag = "r{version}"
release_notes = "notes/{version}.md"
contacts = ["Ann"]
[run]
local = ["make", "{module}", "{args}"]
max_local = 2
max_remote = 8
checkout = "isolated"
log_bytes_max = 1000000
[[validation]]
name = "first"
module = "m.train"
location = "local"
args = ["a=1"]
timeout_s = 12.5
sets = ["quick"]
[[validation.acceptance]]
key = "sps_max"
op = ">="
expected = 30000
[[validation.acceptance]]
key = "loss_last"
range = [0.5, 2]
[[validation]]
name = "second"
location = "remote"
command = ["sky", "{run}"]
sets = ["quick", "comprehensive"]
depends_on = []
retries = 2
[[validation.acceptance]]
key = "sps_max"
op = ">"
expected = 1
[[metric]]
key = "loss_last"
pattern = 'loss=([0-9.]+)'
statistic = "min"
unit = "nats"
[approval]
required = 2
roles = { lead = ["Ann", "bob@x.org"], triage = ["Cid"] }
allow_starter = true
[approval.need]
lead = 1
[[person]]
name = "Ann"
emails = ["ann@x.org"]
github = 42
ssh = ["""ssh-ed25519 \
  AAAAC3NzaC1lZDI1NTE5AAAAIE/5PV47JFst4ckFumKJ+gg2cB31jW3eydtzCreePvdF"""]
discord = "ann#1"
[[channel]]
name = "#eng"
kind = "slack"
)toml";

TEST(Plan, ReadsEveryKey) {
  const LoadedPlan loaded = parsed(kWholePlan);
  const schema::Plan& plan = loaded.plan;
  EXPECT_EQ(plan.project->remote, "upstream");
  EXPECT_EQ(plan.project->stable_branch, "main");
  EXPECT_EQ(plan.project->contacts, std::vector<std::string>{"Ann"});
  EXPECT_EQ(plan.run->max_local, 2U);
  EXPECT_EQ(plan.run->max_remote, 8U);
  EXPECT_EQ(plan.run->checkout, schema::Checkout::isolated);
  EXPECT_EQ(plan.run->log_bytes_max, 1'000'000U);
  ASSERT_EQ(plan.validations.size(), 2U);
  const schema::Validation& first = plan.validations[0];
  EXPECT_EQ(first.module_, "m.train");
  EXPECT_EQ(first.location, schema::Location::local);
  EXPECT_EQ(first.timeout_s, 12.5);
  ASSERT_EQ(first.acceptance.size(), 2U);
  EXPECT_EQ(first.acceptance[0].expected, 30000);
  EXPECT_EQ(first.acceptance[1].op, "range");
  EXPECT_EQ(first.acceptance[1].low, 0.5);
  EXPECT_EQ(first.acceptance[1].high, 2);
  EXPECT_FALSE(first.acceptance[1].expected.has_value());
  EXPECT_EQ(plan.validations[1].location, schema::Location::remote);
  EXPECT_EQ(plan.validations[1].retries, 2U);
  ASSERT_EQ(plan.metrics.size(), 1U);
  EXPECT_EQ(plan.metrics[0].statistic, "min");
  EXPECT_EQ(plan.metrics[0].unit, "nats");
  EXPECT_EQ(plan.approval->required, 2U);
  ASSERT_EQ(plan.approval->roles.size(), 2U);
  EXPECT_EQ(plan.approval->roles[0].role, "lead");
  EXPECT_EQ(plan.approval->roles[0].need, 1U);
  EXPECT_EQ(plan.approval->roles[1].need, 0U);
  EXPECT_TRUE(plan.approval->allow_starter);
  ASSERT_EQ(plan.people.size(), 1U);
  EXPECT_EQ(plan.people[0].github, 42U);
  ASSERT_EQ(plan.channels.size(), 1U);
  EXPECT_EQ(plan.channels[0].kind, "slack");
  EXPECT_TRUE(loaded.warnings.empty()) << loaded.warnings.front();
}

TEST(Plan, EverythingButTheValidationHasADefault) {
  const LoadedPlan loaded = parsed(
      "[[validation]]\nname = \"v\"\nlocation = \"local\"\nmodule = \"m\"\n");
  const schema::Plan& plan = loaded.plan;
  EXPECT_EQ(plan.project->remote, "origin");
  EXPECT_EQ(plan.project->stable_branch, "stable");
  EXPECT_EQ(plan.project->staging_branch, "staging/v{version}-rc{candidate}");
  EXPECT_EQ(plan.project->tag, "v{version}");
  EXPECT_EQ(plan.project->release_notes, "release-notes/v{version}.md");
  EXPECT_EQ(plan.run->max_local, 1U);
  EXPECT_EQ(plan.run->max_remote, 4U);
  EXPECT_EQ(plan.run->checkout, schema::Checkout::worktree);
  EXPECT_EQ(plan.approval->required, 0U);
  EXPECT_FALSE(plan.approval->allow_starter);
  EXPECT_EQ(plan.validations[0].timeout_s, 3600);
  EXPECT_EQ(plan.validations[0].sets,
            (std::vector<std::string>{"quick", "comprehensive"}));
  EXPECT_TRUE(parse_plan("", "p.toml").has_value());
}

TEST(Plan, TheDefaultPlanIsTheSeedsAndHasNoWarnings) {
  const LoadedPlan loaded = parsed(default_plan("devops/stable/release-notes"));
  EXPECT_TRUE(loaded.warnings.empty()) << loaded.warnings.front();
  const schema::Plan& plan = loaded.plan;
  EXPECT_EQ(plan.project->release_notes,
            "devops/stable/release-notes/v{version}.md");
  ASSERT_EQ(plan.validations.size(), 3U);
  EXPECT_EQ(plan.validations[0].name, "arena_local_smoke");
  EXPECT_EQ(plan.validations[0].args,
            (std::vector<std::string>{"run=stable.smoke",
                                      "trainer.total_timesteps=1000",
                                      "wandb.enabled=false"}));
  EXPECT_EQ(plan.validations[0].acceptance[0].expected, 30000);
  EXPECT_EQ(plan.validations[1].name, "arena_remote_50k");
  EXPECT_EQ(plan.validations[1].acceptance[0].expected, 40000);
  EXPECT_EQ(plan.validations[2].name, "arena_staging_2b");
  EXPECT_EQ(selected(plan, schema::Mode::quick).size(), 2U);
  EXPECT_EQ(selected(plan, schema::Mode::comprehensive).size(), 2U);
  EXPECT_EQ(selected(plan, schema::Mode::comprehensive)[1]->name,
            "arena_staging_2b");
}

TEST(Plan, TheDefaultPlanMayKeepItsNotesAtTheRoot) {
  EXPECT_EQ(parsed(default_plan("")).plan.project->release_notes,
            "v{version}.md");
}

TEST(Plan, TheDefaultPlanSaysTheDefaultsAloud) {
  const schema::Plan written = parsed(default_plan("release-notes/")).plan;
  const schema::Plan silent = parsed("").plan;
  EXPECT_EQ(written.project->tag, silent.project->tag);
  EXPECT_EQ(written.project->release_notes, silent.project->release_notes);
  EXPECT_EQ(written.project->staging_branch, silent.project->staging_branch);
  EXPECT_EQ(written.run->local, silent.run->local);
  EXPECT_EQ(written.run->log_bytes_max, silent.run->log_bytes_max);
  EXPECT_EQ(written.run->max_remote, silent.run->max_remote);
}

std::string warnings_of(const std::string& text) {
  return fmt::format("{}", fmt::join(parsed(text).warnings, "\n"));
}

TEST(PlanWarnings, TellOfChecksThatCannotFailOrPass) {
  EXPECT_EQ(warnings_of(changed("30000", "0")),
            "p.toml:6:7: the check sps_max >= 0 of validation smoke can never "
            "fail");
  EXPECT_EQ(
      warnings_of(changed("\">=\"\nexpected = 30000", "\"<\"\nexpected = 0")),
      "p.toml:6:7: the check sps_max < 0 of validation smoke can never "
      "pass");
  std::string rate = changed("sps_max", "eval_success_rate");
  rate.replace(rate.find("30000"), 5, "1.5");
  EXPECT_NE(warnings_of(rate).find("can never pass"), std::string::npos);
  std::string range =
      changed("op = \">=\"\nexpected = 30000", "range = [0, 1]");
  EXPECT_EQ(warnings_of(range), "");
  range.replace(range.find("sps_max"), 7, "eval_success_rate");
  EXPECT_NE(warnings_of(range).find("can never fail"), std::string::npos);
}

TEST(PlanWarnings, TellOfWhatNeverRunsOrIsNeverRead) {
  EXPECT_EQ(warnings_of(changed("command =", "sets = []\ncommand =")),
            "p.toml:4:8: validation smoke is in no set and never runs");
  EXPECT_EQ(warnings_of(changed("sps_max", "sps_mx")),
            "p.toml:6:7: nothing extracts the metric sps_mx; did you mean "
            "sps_max?");
  EXPECT_NE(warnings_of("").find("no validation"), std::string::npos);
  EXPECT_NE(warnings_of("[[validation]]\nname=\"v\"\nlocation=\"local\"\n"
                        "module=\"m\"\n")
                .find("no acceptance"),
            std::string::npos);
  EXPECT_NE(warnings_of(changed("command =", "args = [\"x\"]\ncommand ="))
                .find("args are not used"),
            std::string::npos);
  EXPECT_NE(warnings_of(with("[project]\nrelease_notes = \"N.md\"\n"))
                .find("writes the same file"),
            std::string::npos);
  EXPECT_NE(
      warnings_of(changed("[\"./smoke\"]", "[\"awk\", \"{print}\"]"))
          .find("{print} in command is no placeholder and stays as it is; "
                "write {{print}} to say so"),
      std::string::npos);
}

TEST(PlanWarnings, TellOfADependencyOutOfReach) {
  const std::string text =
      changed("command =", "sets = [\"quick\"]\ncommand =") +
      "[[validation]]\nname = \"late\"\nlocation = \"local\"\n"
      "module = \"m\"\ndepends_on = [\"smoke\"]\n"
      "[[validation.acceptance]]\nkey = \"sps_max\"\nop = \">\"\n"
      "expected = 1\n";
  EXPECT_EQ(warnings_of(text),
            "p.toml:14:14: validation late cannot run in the comprehensive "
            "set: smoke, which it depends on, is not in it");
}

class PlanFile : public ScratchTest {};

TEST_F(PlanFile, IsReadOrItsAbsenceTold) {
  const std::filesystem::path file = folder() / "release-plan.toml";
  const auto missing = read_plan(file);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ledger::ErrorCode::kUsage);
  EXPECT_EQ(missing.error().reason, "plan-not-found");
  EXPECT_NE(missing.error().hint.find("release-ledger init"),
            std::string::npos);
  write(file, "x = 1\n" + std::string(kSmallPlan));
  const auto wrong = read_plan(file);
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(wrong.error().message.starts_with(
      (folder() / "release-plan.toml:1:1: ").string()));
  write(file, kSmallPlan);
  EXPECT_TRUE(read_plan(file).has_value());
  const auto directory = read_plan(folder());
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().code, ledger::ErrorCode::kIo);
  EXPECT_EQ(directory.error().reason, "plan-unreadable");
}

}  // namespace
}  // namespace commands::plan
