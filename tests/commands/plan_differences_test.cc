// Digests and differences: what makes evidence stale, and what is said of it.

#include "tests/commands/plan_fixture.h"

namespace commands::plan {
namespace {

using Texts = std::vector<std::string>;

// The default plan with one text replaced.
schema::Plan edited(std::string_view from, std::string_view to) {
  std::string text = default_plan("release-notes");
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return parsed(text.replace(at, from.size(), to)).plan;
}

schema::Plan original() {
  return parsed(default_plan("release-notes")).plan;
}

TEST(PlanDigests, AreHexAndRepeatable) {
  const schema::Plan plan = original();
  EXPECT_EQ(plan.digest.size(), 64U);
  EXPECT_EQ(plan.policy_digest.size(), 64U);
  EXPECT_EQ(plan.validations[0].digest.size(), 64U);
  EXPECT_EQ(plan.validations[0].run_digest.size(), 64U);
  EXPECT_EQ(plan.digest, original().digest);
  schema::Plan again = plan;
  fill_digests(again);
  EXPECT_EQ(again.digest, plan.digest);
}

TEST(PlanDigests, ABoundLeavesTheMeasurementAlone) {
  const schema::Plan before = original();
  const schema::Plan after = edited("expected = 30000", "expected = 20000");
  EXPECT_EQ(before.validations[0].run_digest, after.validations[0].run_digest);
  EXPECT_NE(before.validations[0].digest, after.validations[0].digest);
  EXPECT_EQ(before.validations[1].digest, after.validations[1].digest);
  EXPECT_EQ(before.policy_digest, after.policy_digest);
  EXPECT_NE(before.digest, after.digest);
}

TEST(PlanDigests, ArgumentsChangeTheMeasurement) {
  const schema::Plan after = edited("total_timesteps=1000\"", "x=1\"");
  EXPECT_NE(original().validations[0].run_digest,
            after.validations[0].run_digest);
  EXPECT_EQ(original().validations[1].run_digest,
            after.validations[1].run_digest);
}

TEST(PlanDigests, TheTemplateCountsForThoseThatUseIt) {
  const schema::Plan after = edited("\"uv\"", "\"uvx\"");
  EXPECT_NE(original().validations[0].run_digest,
            after.validations[0].run_digest);
  EXPECT_EQ(original().validations[1].run_digest,
            after.validations[1].run_digest);
}

TEST(PlanDigests, AMetricRuleChangesEveryMeasurement) {
  const schema::Plan after = parsed(default_plan("release-notes") +
                                    "[[metric]]\nkey='x'\npattern='(x)'\n")
                                 .plan;
  EXPECT_NE(original().validations[2].run_digest,
            after.validations[2].run_digest);
}

TEST(PlanDigests, NamesLimitsAndOrderAreOutside) {
  EXPECT_EQ(original().digest, edited("Release manager: Robb", "R").digest);
  EXPECT_EQ(original().digest, edited("max_local = 1", "max_local = 9").digest);
  EXPECT_EQ(original().digest, edited("#eng-process", "#x").digest);
  EXPECT_EQ(original().digest, edited("# Whom to ask", "# Ask").digest);
}

TEST(PlanDigests, WhoMaySignIsInside) {
  const schema::Plan after = edited("[\"Jack Heart\"]", "[\"Ann\"]");
  EXPECT_NE(original().policy_digest, after.policy_digest);
  EXPECT_NE(original().digest, after.digest);
  EXPECT_EQ(original().validations[0].digest, after.validations[0].digest);
  EXPECT_NE(
      original().policy_digest,
      edited("allow_starter = false", "allow_starter = true").policy_digest);
}

TEST(PlanDifferences, AreNothingForTheSamePlan) {
  EXPECT_EQ(differences(original(), original()), Texts{});
}

TEST(PlanDifferences, SayWhatABoundBecame) {
  EXPECT_EQ(
      differences(edited("expected = 30000", "expected = 40000"), original()),
      Texts{"validation arena_local_smoke: sps_max >= 40000 is now >= 30000"});
  EXPECT_EQ(differences(original(),
                        edited("op = \">=\"                              # >= "
                               "> <= < == !=\nexpected = 30000",
                               "range = [1, 2]")),
            Texts{"validation arena_local_smoke: sps_max >= 30000 is now in "
                  "[1, 2]"});
}

TEST(PlanDifferences, SayWhatCameAndWent) {
  const std::string text = default_plan("release-notes");
  const schema::Plan more =
      parsed(text +
             "[[metric]]\nkey = 'x'\npattern = '(x)'\n"
             "[[validation]]\nname = 'v'\nlocation = 'local'\n"
             "module = 'm'\n[[validation.acceptance]]\n"
             "key = 'x'\nop = '>'\nexpected = 1\n")
          .plan;
  EXPECT_EQ(differences(original(), more),
            (Texts{"validation v is new", "metric x is new"}));
  EXPECT_EQ(differences(more, original()),
            (Texts{"validation v is gone", "metric x is gone"}));
}

TEST(PlanDifferences, SayEveryOtherChange) {
  const auto one = [](std::string_view from, std::string_view to) {
    const Texts texts = differences(original(), edited(from, to));
    return texts.size() == 1 ? texts.front() : fmt::format("{}", texts.size());
  };
  EXPECT_EQ(one("timeout_s = 600", "timeout_s = 60"),
            "validation arena_local_smoke: timeout_s 600 is now 60");
  EXPECT_EQ(one("depends_on = []", "depends_on = [\"arena_remote_50k\"]"),
            "validation arena_local_smoke: depends_on nothing is now "
            "arena_remote_50k");
  EXPECT_EQ(one("required = 0", "required = 2"),
            "approvals required 0 is now 2");
  EXPECT_EQ(one("[\"Jack Heart\"]", "[\"Ann\"]"),
            "role technical-lead: members Jack Heart is now Ann");
  EXPECT_EQ(one("max_local = 1", "max_local = 2"), "max_local 1 is now 2");
  EXPECT_EQ(one("tag = \"v{version}\"", "tag = \"r{version}\""),
            "tag v{version} is now r{version}");
  EXPECT_EQ(one("\"worktree\"", "\"isolated\""),
            "checkout worktree is now isolated");
  EXPECT_EQ(one("\"discord\"", "\"slack\""),
            "channel #eng-process: kind discord is now slack");
}

TEST(PlanDifferences, PairTwoBoundsOnOneMetric) {
  const auto bounds = [](const char* low, const char* high) {
    return parsed(with(fmt::format("[[validation.acceptance]]\n"
                                   "key = \"sps_last\"\nop = \">\"\n"
                                   "expected = {}\n"
                                   "[[validation.acceptance]]\n"
                                   "key = \"sps_last\"\nop = \"<\"\n"
                                   "expected = {}\n",
                                   low,
                                   high)))
        .plan;
  };
  EXPECT_EQ(differences(bounds("1", "9"), bounds("1", "8")),
            Texts{"validation smoke: sps_last < 9 is now < 8"});
  EXPECT_EQ(differences(bounds("1", "9"), parsed(kSmallPlan).plan),
            (Texts{"validation smoke: sps_last > 1 is no longer checked",
                   "validation smoke: sps_last < 9 is no longer checked"}));
}

}  // namespace
}  // namespace commands::plan
