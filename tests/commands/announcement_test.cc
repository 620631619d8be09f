// The text that is told in a channel.

#include "commands/notes/announcement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/notes/pull_request.h"
#include "commands/services/channel.h"
#include "tests/commands/decide_fixture.h"

namespace commands::notes {
namespace {

using ::testing::HasSubstr;

schema_tests::Life released() {
  schema::Plan plan = schema_tests::small_plan();
  plan.project->release_notes = "release-notes/v{version}.md";
  schema_tests::seal(plan);
  return schema_tests::Life()
      .started(plan)
      .tested()
      .notes()
      .signed_off()
      .published();
}

TEST(Announcement, IsTheBuiltInTextWhereThePlanHasNone) {
  EXPECT_EQ(announcement(released().record(), ""),
            "Released stable version v1.4.0 🎉\n"
            "Release notes: release-notes/v1.4.0.md\n");
}

TEST(Announcement, FillsInWhatIsRecorded) {
  EXPECT_EQ(
      announcement(released().record(),
                   "{version} {tag} {candidate} {approvers} {{version}} {x}"),
      "1.4.0 v1.4.0 1 Jack, Robb {version} {x}");
  EXPECT_THAT(announcement(released().record(), "{metrics}"),
              HasSubstr("smoke sps_max"));
}

TEST(Announcement, SaysWhereTheReleaseIsOnAForge) {
  schema_tests::Life life = released();
  EXPECT_EQ(announcement(life.record(), "[{url}]"), "[]");
  schema::ForgeReleasePublished page;
  page.url = "https://github.example/r";
  EXPECT_EQ(announcement(life.add(page).record(), "[{url}]"),
            "[https://github.example/r]");
}

TEST(Announcement, HasAShortestForm) {
  EXPECT_EQ(shortest_announcement("v{version} is out: {url}"), "v is out: ");
}

TEST(Notice, FitsIntoAMessageOfAnyChannelHoweverLongItsReason) {
  const schema_tests::Life life = released();
  std::string reason = "!";  // so that the cut is within a letter
  for (int i = 0; i < 5000; ++i) {
    reason += i % 2 == 0 ? "&" : "ä";
  }
  const std::string text =
      notice(life.record(), "failed", reason, "release-ledger status 1.4.0");
  using services::ChannelKind;
  for (const ChannelKind kind :
       {ChannelKind::kDiscord, ChannelKind::kSlack, ChannelKind::kWebhook}) {
    EXPECT_EQ(services::text_problem(kind, text), std::nullopt);
  }
  EXPECT_THAT(text, HasSubstr("cannot go on: !&ä"));
  EXPECT_THAT(text, HasSubstr("&…\nNext: release-ledger status 1.4.0\n"));
}

TEST(PullRequestText, PutsEachMetricBesideTheLastReleases) {
  schema_tests::Life life = released();
  const metrics::History history = {
      {"1.2.0", 5, "smoke", "sps_max", "", "", 20'000, 4},
      {"1.3.0", 9, "smoke", "sps_max", "", "", 40'000, 8}};
  const std::string body = pull_request_body(life.record(), {}, history);
  EXPECT_THAT(body, HasSubstr("40000 (1.3.0)"));
  EXPECT_THAT(body, HasSubstr(" %) |"));
  EXPECT_THAT(body, HasSubstr("## Changes"));
  EXPECT_THAT(body, HasSubstr("## Approvals"));
  EXPECT_EQ(pull_request_title(life.record()), "Release v1.4.0 (rc1)");
}

TEST(PullRequestText, IsCutAtALineAndSaysSo) {
  const std::string text(100, 'x');
  const std::string cut = shortened(text + "\n" + text, 160);
  EXPECT_THAT(cut, HasSubstr("cut here"));
  EXPECT_LE(cut.size(), 160U);
  EXPECT_TRUE(cut.starts_with(text));
  EXPECT_EQ(shortened("short", 160), "short");
}

}  // namespace
}  // namespace commands::notes
