// Who did and approved what, and whether the policy was met.

#include "projections/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "projections/render/audit.h"
#include "tests/projections/book.h"

namespace projections_tests {
namespace {

using projections::Audit;
using schema_tests::kAnn;
using schema_tests::kJack;
using schema_tests::kRobb;
using schema_tests::Life;
using schema_tests::plan_with_bound;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Audits : public testing::Test {
 protected:
  Audit audit(const std::string& name,
              const projections::HistoryQuery& filter = {}) const {
    auto result = projections::audit(book_.read(), name, filter);
    EXPECT_TRUE(result.has_value());
    return std::move(*result);
  }
  nlohmann::ordered_json json(const std::string& name) const {
    return projections::render::audit_json(audit(name));
  }
  // The life, each event by whom it names, else by Ann.
  void append(const Life& life) {
    for (const schema::Event& event : life.events()) {
      const auto* approval = std::get_if<schema::ApprovalGranted>(&event);
      book_.append(life.record().name,
                   approval == nullptr ? kAnn : approval->by,
                   {event});
    }
  }

  Book book_;
};

TEST_F(Audits, OfASignedReleaseSayThePolicyIsMet) {
  append(Life("1.0").started().tested().signed_off().notes().published());
  const Audit result = audit("1.0");
  EXPECT_TRUE(result.met());
  ASSERT_TRUE(result.decided_at);
  EXPECT_EQ(result.actions[*result.decided_at - 1].envelope.type,
            "PublicationPrepared");
  ASSERT_EQ(result.approvals.size(), 2U);
  EXPECT_EQ(result.approvals[0].why_not, "");
  EXPECT_THAT(result.easings, IsEmpty());
  ASSERT_EQ(result.people.size(), 3U);
  EXPECT_EQ(result.people[0].by, kAnn);
  EXPECT_TRUE(result.people[0].started);
  EXPECT_THAT(result.people[1].roles, ElementsAre("release-manager"));
}

TEST_F(Audits, SayWhatIsNotMet) {
  append(Life("1.0").started().tested().approved(kJack, "technical-lead"));
  EXPECT_THAT(audit("1.0").unmet, ElementsAre("1 of 2 approvals"));
  append(Life("2.0").started());
  EXPECT_THAT(audit("2.0").unmet,
              testing::Contains(HasSubstr("prepare-branch")));
}

TEST_F(Audits, JudgeAsItStoodWhenPublishingWasDecided) {
  Life life = Life("1.0").started().tested().signed_off().notes().published();
  life.measured("smoke", 50'000);  // the evidence is another now
  life.approved("Kim <kim@x.org>", "technical-lead");
  append(life);
  const Audit result = audit("1.0");
  EXPECT_TRUE(result.met());
  ASSERT_EQ(result.approvals.size(), 3U);
  EXPECT_EQ(result.approvals[1].why_not, "");
  EXPECT_EQ(result.approvals[2].why_not, "given after the decision to publish");
}

TEST_F(Audits, TellWhyAnApprovalDidNotCount) {
  append(Life("1.0")
             .started()
             .tested()
             .approved(kRobb, "release-manager")
             .measured("smoke", 42'000));
  const auto given = json("1.0")["approvals"];
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(given[0]["valid"], false);
  EXPECT_EQ(given[0]["why_not"], "the evidence has changed since");
  EXPECT_EQ(given[0]["proof"], "claimed");
  EXPECT_TRUE(given[0]["position"].is_number());
}

TEST_F(Audits, DoNotTakeABrokenSignatureForAProof) {
  const Life life = Life("1.0").started().tested();
  schema::ApprovalGranted forged;
  forged.by = kJack;
  forged.role = "technical-lead";
  forged.candidate = 1;
  forged.attempt = 1;
  forged.commit = life.newest().commit;
  forged.plan_digest = life.record().plan->digest;
  forged.evidence_digest = schema_tests::evidence_digest(life.record());
  forged.signed_text = "approve\n";
  forged.signature = "-----BEGIN SSH SIGNATURE-----\n";
  forged.key = "ssh-ed25519 AAAA";
  append(Life(life).add(forged).approved(kRobb, "release-manager"));
  const Audit result = audit("1.0");
  ASSERT_EQ(result.approvals.size(), 2U);
  EXPECT_EQ(result.approvals[0].proof, projections::Proof::kBroken);
  EXPECT_NE(result.approvals[0].why_not, "");
  EXPECT_EQ(result.approvals[1].proof, projections::Proof::kClaimed);
  EXPECT_FALSE(result.met());
  projections::SignatureCheck check(book_.read().origin());
  EXPECT_TRUE(book_
                  .verify([&](const ledger::RecordedEvent& event,
                              const schema::Event& says) {
                    check.look_at(event, says);
                  })
                  .problems.empty());
  ASSERT_EQ(check.problems().size(), 1U);
  EXPECT_EQ(check.problems()[0].kind, "signature-broken");
}

TEST_F(Audits, ListWaiversWithTheirPosition) {
  append(Life("1.0")
             .started()
             .candidate('a')
             .bugs_confirmed()
             .measured("smoke", 1000)
             .waived("smoke/sps_max"));
  const auto all = json("1.0");
  ASSERT_EQ(all["waivers"].size(), 1U);
  EXPECT_EQ(all["waivers"][0]["check"], "smoke/sps_max");
  EXPECT_EQ(all["waivers"][0]["valid"], true);
  EXPECT_EQ(all["evidence"][1]["waived"], true);
  EXPECT_EQ(all["evidence"][1]["outcome"], "failed");
}

TEST_F(Audits, PointOutAGateThatWasEasedOnTheWay) {
  append(Life("1.0").started().tested().plan_changed(plan_with_bound(20'000)));
  const Audit result = audit("1.0");
  ASSERT_EQ(result.easings.size(), 1U);
  EXPECT_EQ(result.easings[0].what, "smoke: sps_max >= 20000, before >= 30000");
  EXPECT_EQ(result.easings[0].against, "the plan before");
  EXPECT_THAT(
      projections::render::audit_text(result, projections::render::Style()),
      HasSubstr("GATES EASED"));
}

TEST_F(Audits, PointOutAGateThatIsEasierThanInTheReleaseBefore) {
  append(Life("1.0").started().tested().signed_off().notes().published());
  schema::ReleaseStarted started;
  started.version = "2.0";
  started.mode = schema::Mode::quick;
  started.previous_release = "1.0";
  append(Life("2.0").add(started).plan_changed(plan_with_bound(10'000)));
  const Audit result = audit("2.0");
  ASSERT_EQ(result.easings.size(), 1U);
  EXPECT_EQ(result.easings[0].against, "1.0");
  EXPECT_EQ(result.easings[0].by, kAnn);
}

TEST_F(Audits, AreNarrowedDownToAPersonButJudgedAsAWhole) {
  append(Life("1.0").started().tested().signed_off().notes().published());
  projections::HistoryQuery filter;
  filter.actor = "Jack";
  const Audit result = audit("1.0", filter);
  EXPECT_TRUE(result.met());
  EXPECT_EQ(result.actions.size(), 1U);
  ASSERT_EQ(result.approvals.size(), 1U);
  EXPECT_EQ(result.approvals[0].approval->granted->by, kJack);
  EXPECT_EQ(result.people.size(), 1U);
}

TEST_F(Audits, OfNoReleaseAreRefused) {
  const auto result = projections::audit(book_.read(), "1.0", {});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().reason, "no-such-release");
}

}  // namespace
}  // namespace projections_tests
