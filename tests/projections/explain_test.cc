// For every refusal or wait: the rule, the evidence, who, and what to type.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "projections/queries.h"
#include "tests/projections/book.h"

namespace projections_tests {
namespace {

using projections::Explanation;
using schema::Outcome;
using schema_tests::kRobb;
using schema_tests::Life;
using schema_tests::plan_with_bound;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<Explanation> explain(
    const Life& life, std::optional<schema::Step> step = std::nullopt) {
  return projections::explain(view_of(life), step);
}

// The explanation of a gate; fails the test where there is none.
Explanation of(const std::vector<Explanation>& all, std::string_view gate) {
  const auto it = std::ranges::find(all, gate, &Explanation::gate);
  EXPECT_NE(it, all.end()) << gate;
  return it == all.end() ? Explanation() : *it;
}

std::vector<std::string> gates(const std::vector<Explanation>& all) {
  std::vector<std::string> result;
  for (const Explanation& e : all) {
    result.push_back(e.gate);
    EXPECT_FALSE(e.rule.empty()) << e.gate;
    EXPECT_FALSE(e.state.empty()) << e.gate;
  }
  return result;
}

Life confirmed() {
  return Life().started().candidate('a').bugs_confirmed();
}

TEST(Explain, NamesEveryStepThatIsNotDone) {
  EXPECT_THAT(gates(explain(Life().started())),
              ElementsAre("prepare-branch",
                          "bug-check",
                          "workflow-tests",
                          "smoke",
                          "release",
                          "announce"));
  EXPECT_THAT(gates(explain(Life().started().tested())),
              ElementsAre("release", "announce"));
}

TEST(Explain, NamesOneStepThatIsAskedFor) {
  const auto all = explain(Life().started().tested(), schema::Step::kBugCheck);
  ASSERT_THAT(gates(all), ElementsAre("bug-check"));
  EXPECT_EQ(all[0].state, "done");
  EXPECT_EQ(all[0].evidence, "confirmed: none open");
  EXPECT_EQ(all[0].command, "");
}

TEST(Explain, SaysWhatToTypeForAStepThatIsPending) {
  const Explanation e = of(explain(Life().started()), "prepare-branch");
  EXPECT_EQ(e.state, "pending");
  EXPECT_EQ(e.command, "release-ledger --step prepare-branch");
  EXPECT_FALSE(e.who.empty());
}

TEST(Explain, SaysWhoAnswersABugCheck) {
  const auto all = explain(Life().started().candidate('a').bugs_doubted());
  const Explanation e = of(all, "bug-check");
  EXPECT_EQ(e.state, "waiting");
  EXPECT_EQ(e.evidence, "no tracker is configured");
  EXPECT_THAT(e.command, HasSubstr("--confirm-bugs"));
  EXPECT_EQ(
      of(explain(Life().started().candidate('a').bugs_found(2)), "bug-check")
          .evidence,
      "2 blocking bugs open: bug 1 https://x.org/1; bug 2 https://x.org/2");
}

TEST(Explain, SaysWhoConfirmsAWaiverThatWaits) {
  schema::Plan plan = schema_tests::small_plan();
  plan.approval->waivers = std::make_unique<schema::WaiverPolicy>();
  plan.approval->waivers->second_person = true;
  const Life life = Life()
                        .started(plan)
                        .candidate('a')
                        .bugs_confirmed()
                        .measured("smoke", 20'000)
                        .waived("smoke/sps_max");
  const Explanation e = of(explain(life), "waiver of smoke/sps_max");
  EXPECT_EQ(e.state, "waiting");
  EXPECT_THAT(e.evidence, HasSubstr("it waits for a second person"));
  EXPECT_EQ(e.command, "release-ledger waive 1.4.0 smoke/sps_max --confirm");
}

TEST(Explain, SaysThatAWaiverHasEnded) {
  Life life = confirmed().measured("smoke", 20'000);
  schema::WaiverGranted ended;
  ended.check = "smoke";
  ended.candidate = 1;
  ended.attempt = 1;
  ended.by = kRobb;
  ended.reason = "known";
  ended.result_attempt = 1;
  ended.digest = life.record().plan->validations.front().digest;
  ended.until_ms = 1;
  const auto all = explain(life.add(ended));
  EXPECT_THAT(of(all, "waiver of smoke").evidence, HasSubstr("it ended at"));
  EXPECT_EQ(of(all, "smoke").state, "failed");
}

TEST(Explain, OffersAWaiverOfBugsThatWereFound) {
  EXPECT_THAT(
      of(explain(Life().started().candidate('a').bugs_found(2)), "bug-check")
          .command,
      HasSubstr("waive 1.4.0 bug-check"));
}

TEST(Explain, ShowsMeasuredAndWantedOfAFailedCheck) {
  const Explanation e =
      of(explain(confirmed().measured("smoke", 20'000)), "smoke");
  EXPECT_EQ(e.state, "failed");
  EXPECT_EQ(e.evidence, "failed: sps_max = 20000, wanted >= 30000");
  EXPECT_THAT(e.command, HasSubstr("waive 1.4.0 smoke"));
  EXPECT_THAT(e.who, HasSubstr("waives"));
}

TEST(Explain, ShowsWhatIsMissingAndRanges) {
  schema::ValidationCompleted result;
  result.name = "smoke";
  result.outcome = Outcome::failed;
  result.exit_code = 0;
  result.detail = "the log is empty";
  result.checks.resize(2);
  result.checks[0].key = "sps_max";
  result.checks[0].op = ">=";
  result.checks[0].expected = 5;
  result.checks[1].key = "loss";
  result.checks[1].op = "range";
  result.checks[1].low = 0.5;
  result.checks[1].high = 1.5;
  result.checks[1].actual = 2;
  EXPECT_EQ(of(explain(confirmed().result(result)), "smoke").evidence,
            "failed: the log is empty; sps_max = missing, wanted >= 5; "
            "loss = 2, wanted 0.5 to 1.5");
}

TEST(Explain, OffersNoWaiverForWhatHasNotFinished) {
  for (const Life& life :
       std::vector<Life>{confirmed(),
                         confirmed().running("smoke"),
                         confirmed().skipped("smoke", "no data")}) {
    EXPECT_EQ(of(explain(life), "smoke").command,
              "release-ledger --step workflow-tests");
  }
}

TEST(Explain, DoesNotBlameAResultThatNoLongerStands) {
  EXPECT_EQ(
      of(explain(
             confirmed().measured("smoke", 1).plan_changed(plan_with_bound(5))),
         "smoke")
          .evidence,
      "pending: stale: the plan for it has changed since");
  EXPECT_EQ(
      of(explain(confirmed().measured("smoke", 1).skipped("smoke", "no data")),
         "smoke")
          .evidence,
      "skipped: no data");
  EXPECT_EQ(
      of(explain(confirmed().measured("smoke", 1).running("smoke")), "smoke")
          .evidence,
      "running");
}

TEST(Explain, SaysWhichGatesHoldTheRelease) {
  const Explanation e = of(explain(Life().started().candidate('a')), "release");
  EXPECT_EQ(e.evidence, "bug-check has not been run; smoke is pending");
}

TEST(Explain, SaysWhoCanStillApprove) {
  const Explanation e =
      of(explain(Life().started().tested().notes()), "release");
  EXPECT_EQ(e.state, "waiting");
  EXPECT_EQ(e.evidence, "0 of 2 approvals");
  EXPECT_THAT(e.who, HasSubstr("technical-lead: Jack, Kim"));
  EXPECT_THAT(e.command, HasSubstr("approve 1.4.0"));
}

TEST(Explain, SaysWhyAnApprovalDoesNotCount) {
  const std::string gate = "approval of " + kRobb;
  EXPECT_EQ(of(explain(Life().started().tested().signed_off().measured("smoke",
                                                                       42'000)),
               gate)
                .evidence,
            "the evidence has changed since");
  EXPECT_EQ(of(explain(Life().started().tested().signed_off().tested()), gate)
                .evidence,
            "given for candidate 1");
  const Explanation e =
      of(explain(Life().started().tested().signed_off().revoked(
             kRobb, "release-manager")),
         gate);
  EXPECT_EQ(e.evidence, "revoked: saw a problem");
  EXPECT_EQ(e.who, kRobb);
  EXPECT_EQ(e.command, "release-ledger approve 1.4.0 --role release-manager");
}

TEST(Explain, IsSilentOnApprovalsThatWereGivenAgain) {
  EXPECT_THAT(
      gates(explain(
          Life().started().tested().signed_off().tested().signed_off())),
      ElementsAre("release", "announce"));
}

TEST(Explain, SaysWhoConfirmsAnAnnouncement) {
  const auto all =
      explain(Life().started().tested().notes().published().announced());
  ASSERT_THAT(gates(all), ElementsAre("announce"));
  EXPECT_THAT(all[0].command, HasSubstr("--confirm-announced"));
}

TEST(Explain, HasNothingToSayOfWhatHasEnded) {
  EXPECT_THAT(explain(Life()
                          .started()
                          .tested()
                          .notes()
                          .published()
                          .announced()
                          .completed()),
              IsEmpty());
  const Life left = confirmed().add(schema::ReleaseAbandoned());
  EXPECT_THAT(explain(left), IsEmpty());
  const auto asked = explain(left, schema::Step::kWorkflowTests);
  ASSERT_THAT(gates(asked), ElementsAre("workflow-tests"));
  EXPECT_EQ(asked[0].command, "");
  EXPECT_EQ(asked[0].who, "");
}

TEST(Explain, AsksNobodyToSignWhatIsPublished) {
  const auto all = explain(
      Life().started().tested().signed_off().notes().published().measured(
          "smoke", 1),
      schema::Step::kRelease);
  EXPECT_THAT(gates(all), ElementsAre("release"));
}

}  // namespace
}  // namespace projections_tests
