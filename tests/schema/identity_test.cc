#include "schema/identity.h"

#include <map>

#include <gtest/gtest.h>

#include "tests/schema/sample_events.h"

namespace schema_tests {
namespace {

std::string text_of(const schema::Event& event) {
  return schema::identity_text("origin", "1.4.0", event);
}

TEST(Identity, OfTwoFactsIsNeverTheSame) {
  std::map<std::string, std::string_view> seen;
  for (const schema::Event& event : sample_events()) {
    const auto [it, is_new] =
        seen.emplace(text_of(event), schema::type_name(event));
    EXPECT_TRUE(is_new) << schema::type_name(event) << " and " << it->second;
  }
}

TEST(Identity, TellsLedgersAndStreamsApart) {
  const schema::Event event = schema::ReleaseYanked{};
  EXPECT_NE(schema::identity_text("a", "1.4.0", event),
            schema::identity_text("b", "1.4.0", event));
  EXPECT_NE(schema::identity_text("a", "1.4.0", event),
            schema::identity_text("a", "1.4.1", event));
}

TEST(Identity, TellsAttemptsAndCandidatesApart) {
  schema::ValidationStarted started;
  started.name = "smoke";
  started.attempt = 1;
  started.candidate = 1;
  const std::string first = text_of(started);
  started.attempt = 2;
  const std::string second = text_of(started);
  started.candidate = 2;
  const std::string third = text_of(started);
  EXPECT_NE(first, second);
  EXPECT_NE(second, third);
}

TEST(Identity, TellsPeopleAndRolesApart) {
  schema::ApprovalGranted granted;
  granted.role = "lead";
  granted.by = "Ann";
  const std::string ann = text_of(granted);
  granted.by = "Bo";
  const std::string bo = text_of(granted);
  granted.role = "owner";
  EXPECT_NE(ann, bo);
  EXPECT_NE(bo, text_of(granted));
}

TEST(Identity, IsNotFooledByASlashInARole) {
  schema::ApprovalGranted one;
  one.role = "docs/legal";
  one.by = "Ann";
  schema::ApprovalGranted other;
  other.role = "docs";
  other.by = "legal/Ann";
  EXPECT_NE(text_of(one), text_of(other));
  other.role = "docs%2Flegal";
  other.by = "Ann";
  EXPECT_NE(text_of(one), text_of(other));
}

TEST(Identity, IsNotFooledByALineFeed) {
  schema::WaiverGranted one;
  one.check = "a\nb";
  schema::WaiverGranted other;
  other.check = "a b";
  EXPECT_NE(text_of(one), text_of(other));
  other.check = "a%0Ab";
  EXPECT_NE(text_of(one), text_of(other));
}

TEST(Identity, DoesNotDependOnWhatIsNotTheFact) {
  schema::BranchCreated created;
  created.candidate = 1;
  created.commit = "a";
  const std::string text = text_of(created);
  created.commit = "b";
  created.adopted = true;
  EXPECT_EQ(text, text_of(created));
}

// The text is hashed into ids that are on disk: it may never change.
TEST(Identity, TextIsWhatItWas) {
  schema::ValidationRejudged rejudged;
  rejudged.name = "smoke";
  rejudged.attempt = 3;
  rejudged.candidate = 2;
  rejudged.judgement = 4;
  EXPECT_EQ(text_of(rejudged),
            "release-ledger event v1\norigin\n1.4.0\nValidationRejudged\n2\n"
            "smoke/4\n3\n");
  schema::ApprovalGranted granted;
  granted.role = "technical-lead";
  granted.by = "Ann <ann@x.org>";
  granted.candidate = 1;
  granted.attempt = 1;
  EXPECT_EQ(text_of(granted),
            "release-ledger event v1\norigin\n1.4.0\nApprovalGranted\n1\n"
            "technical-lead/Ann <ann@x.org>\n1\n");
}

}  // namespace
}  // namespace schema_tests
