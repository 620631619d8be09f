// What an approver signs: changed by all that matters, and by nothing else.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/release/assess.h"
#include "tests/schema/life.h"

namespace schema_tests {
namespace {

using ::testing::HasSubstr;

std::string evidence(const Life& life) {
  return schema::evidence_text(life.record());
}

const Life& tested() {
  static const Life kTested = Life().started().tested();
  return kTested;
}

TEST(Evidence, SaysWhatIsSigned) {
  EXPECT_EQ(evidence(tested()),
            "release-ledger evidence v1\n"
            "1.4.0\n"
            "candidate 1 " +
                commit('a') +
                "\n"
                "bug-check passed\n"
                "validation smoke ./run smoke, sps_max >= 30000 passed\n"
                "check sps_max >= 41000 passed\n");
}

TEST(Evidence, IsUnchangedByTheSameResultAgain) {
  EXPECT_EQ(evidence(Life(tested()).measured("smoke", 41'000)),
            evidence(tested()));
  EXPECT_EQ(evidence(Life(tested())
                         .ended("smoke", schema::Outcome::errored, 1)
                         .measured("smoke", 41'000)),
            evidence(tested()));
  EXPECT_EQ(evidence(Life(tested()).bugs_confirmed()), evidence(tested()));
}

TEST(Evidence, IsUnchangedBySignaturesNotesAndPublication) {
  const std::string before = evidence(tested());
  EXPECT_EQ(evidence(Life(tested()).signed_off()), before);
  EXPECT_EQ(
      evidence(Life(tested()).signed_off().revoked(kJack, "technical-lead")),
      before);
  EXPECT_EQ(evidence(Life(tested()).notes()), before);
  EXPECT_EQ(evidence(Life(tested()).notes().publishing().refused()), before);
}

TEST(Evidence, IsChangedByAnotherMeasurement) {
  EXPECT_NE(evidence(Life(tested()).measured("smoke", 41'001)),
            evidence(tested()));
}

TEST(Evidence, IsChangedByAnotherBoundOnTheSameMeasurement) {
  EXPECT_NE(evidence(Life(tested())
                         .plan_changed(plan_with_bound(40'000))
                         .rejudged("smoke")),
            evidence(tested()));
}

TEST(Evidence, IsChangedByAnotherOutcome) {
  EXPECT_NE(
      evidence(Life(tested()).ended("smoke", schema::Outcome::timed_out, 0)),
      evidence(tested()));
  EXPECT_NE(evidence(Life(tested()).running("smoke")), evidence(tested()));
  EXPECT_NE(evidence(Life(tested()).skipped("smoke", "no data")),
            evidence(tested()));
}

TEST(Evidence, IsChangedByTheBugCheck) {
  EXPECT_NE(evidence(Life(tested()).bugs_found(1)), evidence(tested()));
  EXPECT_NE(evidence(Life(tested()).bugs_doubted()), evidence(tested()));
}

TEST(Evidence, IsChangedByAWaiverAndByWhoGaveIt) {
  const Life failed =
      Life().started().candidate('a').bugs_confirmed().measured("smoke", 1);
  const Life waived = Life(failed).by(kJack).waived("smoke");
  EXPECT_NE(evidence(waived), evidence(failed));
  EXPECT_NE(evidence(Life(failed).by(kRobb).waived("smoke")), evidence(waived));
  EXPECT_THAT(evidence(waived), HasSubstr("waiver smoke 1 by Jack"));
}

TEST(Evidence, IsChangedByWhatTheModeAdds) {
  EXPECT_NE(evidence(Life(tested()).raised()), evidence(tested()));
}

TEST(Evidence, IsChangedByTheCandidateEvenAtTheSameCommit) {
  EXPECT_NE(evidence(Life(tested()).candidate('a').bugs_confirmed().measured(
                "smoke", 41'000)),
            evidence(tested()));
}

TEST(Evidence, BelongsToOneRelease) {
  Life other = tested();
  schema::ReleaseStarted again;
  again.version = "1.5.0";
  again.mode = schema::Mode::quick;
  EXPECT_NE(evidence(other.add(again)), evidence(tested()));
}

TEST(Evidence, ShowsWhatIsMissing) {
  schema::ValidationCompleted result;
  result.name = "smoke";
  result.outcome = schema::Outcome::failed;
  result.checks.resize(1);
  result.checks[0].key = "sps_max";
  result.checks[0].op = ">=";
  EXPECT_THAT(evidence(Life(tested()).result(result)),
              HasSubstr("check sps_max >= missing failed\n"));
}

}  // namespace
}  // namespace schema_tests
