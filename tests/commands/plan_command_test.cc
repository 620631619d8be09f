#include "commands/plan/placeholders.h"
#include "tests/commands/plan_fixture.h"

namespace commands::plan {
namespace {

using Texts = std::vector<std::string>;

TEST(PlanCommand, FillsInWhatItKnows) {
  LoadedPlan loaded = parsed(
      "[[validation]]\nname = \"v\"\nlocation = \"local\"\nmodule = \"m.t\"\n"
      "args = [\"run={run}\", \"rc={candidate}\"]\n");
  const TemplateValues values{"1.2", 3, "v-1.2-rc3-1"};
  EXPECT_EQ(
      expand_command(loaded.plan, loaded.plan.validations[0], values),
      (Texts{"uv", "run", "./tools/run.py", "m.t", "run=v-1.2-rc3-1", "rc=3"}));
  loaded.plan.validations[0].command = {
      "x", "{name}:{version}", "{args}", "{module}", "{print}", "{{name}}"};
  EXPECT_EQ(expand_command(loaded.plan, loaded.plan.validations[0], values),
            (Texts{"x",
                   "v:1.2",
                   "run=v-1.2-rc3-1",
                   "rc=3",
                   "m.t",
                   "{print}",
                   "{name}"}));
}

TEST(PlanCommand, NeverFillsInWhatItFilledIn) {
  LoadedPlan loaded = parsed(
      "[[validation]]\nname = \"v\"\nlocation = \"local\"\nmodule = \"m\"\n"
      "args = [\"{run}\"]\n");
  EXPECT_EQ(expand_command(
                loaded.plan, loaded.plan.validations[0], {"1", 1, "{name}"})
                .back(),
            "{name}");
}

TEST(PlanCommand, MakesNamesFromPatterns) {
  EXPECT_EQ(expand_pattern("staging/v{version}-rc{candidate}", "1.2", 3),
            "staging/v1.2-rc3");
  EXPECT_EQ(expand_pattern("v{version}", "1.2", 0), "v1.2");
  EXPECT_EQ(expand_pattern("plain", "1.2", 0), "plain");
}

TEST(PlanCommand, SelectsTheSetOfTheMode) {
  const LoadedPlan loaded = parsed(default_plan("n"));
  const auto quick = selected(loaded.plan, schema::Mode::quick);
  ASSERT_EQ(quick.size(), 2U);
  EXPECT_EQ(quick[0]->name, "arena_local_smoke");
  EXPECT_EQ(quick[1]->name, "arena_remote_50k");
  EXPECT_TRUE(selected(loaded.plan, schema::Mode::unset).empty());
}

TEST(Placeholders, AreSmallLettersInBraces) {
  EXPECT_EQ(placeholders("{a} ${b} {C} {{d}} {} {e {f}}"), (Texts{"a", "f"}));
  EXPECT_EQ(placeholders("{\"x\":{\"y\":1}}"), Texts{});
}

}  // namespace
}  // namespace commands::plan
