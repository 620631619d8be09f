#include "commands/notes/notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/schema/life.h"

namespace commands::notes {
namespace {

using schema_tests::commit;
using schema_tests::kJack;
using schema_tests::Life;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Changes no_changes() {
  Changes changes;
  changes.since = "the beginning";
  return changes;
}

std::string notes_of(const Life& life, const Changes& changes = no_changes()) {
  return release_notes(life.record(), changes);
}

TEST(Notes, SayWhatIsReleasedAndByWhom) {
  EXPECT_THAT(notes_of(Life().started().tested()),
              AllOf(StartsWith("# Release v1.4.0\n"),
                    HasSubstr("Candidate 1 at `" + commit('a') + "`"),
                    HasSubstr("validated in quick mode"),
                    HasSubstr("Started 1970-01-01T00:00:00.000Z by Ann")));
}

TEST(Notes, AreTheSameForTheSameRecord) {
  const Life life = Life().started().tested().signed_off();
  EXPECT_EQ(notes_of(life), notes_of(Life(life)));
}

TEST(Notes, ListTheChanges) {
  Changes changes;
  changes.since = "stable at 000000000000";
  changes.commits = {{commit('b'), "Fix the reward", "Jack"},
                     {commit('c'), "Add a map", "Kim"}};
  const std::string text = notes_of(Life().started().tested(), changes);
  EXPECT_THAT(text,
              AllOf(HasSubstr("Since stable at 000000000000:"),
                    HasSubstr("- Fix the reward (Jack, `bbbbbbbbbbbb`)\n"
                              "- Add a map (Kim, `cccccccccccc`)\n"),
                    Not(HasSubstr("earlier ones"))));
  changes.truncated = true;
  EXPECT_THAT(notes_of(Life().started().tested(), changes),
              HasSubstr("the newest 2 are listed"));
  EXPECT_THAT(notes_of(Life().started().tested()), HasSubstr("- nothing\n"));
}

TEST(Notes, ShowEachCheckWithItsBoundAndMeasurement) {
  EXPECT_THAT(notes_of(Life().started().tested()),
              HasSubstr("| smoke | passed | sps_max | \\>= 30000 | 41000 |"));
}

TEST(Notes, ShowAValidationThatItsExitCodeJudged) {
  EXPECT_THAT(notes_of(Life()
                           .started(schema_tests::small_plan(),
                                    schema::Mode::comprehensive)
                           .tested()
                           .ended("long", schema::Outcome::passed, 0)),
              HasSubstr("| long | passed | exit code | 0 | 0 |"));
}

TEST(Notes, SayWhatWasLetPass) {
  const std::string text = notes_of(Life()
                                        .started()
                                        .candidate('a')
                                        .bugs_found(1)
                                        .waived("bug-check")
                                        .measured("smoke", 1)
                                        .by(kJack)
                                        .waived("smoke"));
  EXPECT_THAT(text,
              AllOf(HasSubstr("failed, WAIVED"),
                    HasSubstr("1 (failed) |"),
                    HasSubstr("- smoke (failed): known, by Jack"),
                    HasSubstr("- bug 1 (https://x.org/1)"),
                    HasSubstr("- smoke did not pass (failed) and was waived"),
                    Not(HasSubstr("None recorded"))));
}

TEST(Notes, SayThatNothingWasLetPass) {
  EXPECT_THAT(notes_of(Life().started().tested()),
              AllOf(HasSubstr("## Waivers\n\nNone.\n"),
                    HasSubstr("## Known issues\n\nNone recorded.\n")));
}

TEST(Notes, SayHowTheBugCheckWasAnswered) {
  EXPECT_THAT(
      notes_of(Life().started().candidate('a').by(kJack).bugs_confirmed()),
      HasSubstr("passed: confirmed: none open (Jack "));
}

TEST(Notes, ListTheApprovalsThatCount) {
  Life life = Life().started().tested();
  EXPECT_THAT(notes_of(life),
              AllOf(HasSubstr("asks for 2 distinct people, not the one who"),
                    HasSubstr("- none yet; the merge commit lists")));
  life.signed_off().revoked(kJack, "technical-lead");
  EXPECT_THAT(notes_of(life),
              AllOf(HasSubstr("as release-manager, 1970"),
                    Not(HasSubstr("as technical-lead"))));
}

TEST(Notes, KeepTextFromOutsideFromBecomingMarkup) {
  Changes changes = no_changes();
  changes.commits = {{commit('b'),
                      "[x](https://evil) | <script>\n# `rm`",
                      "*Eve* <eve@x.org>"}};
  Life life = Life().started().candidate('a').bugs_found(0);
  schema::BugCheckFailed found;
  found.candidate = 1;
  found.attempt = 2;
  found.bugs.resize(1);
  found.bugs[0].title = "a|b";
  found.bugs[0].url = "https://x.org/)\n# Fake <b>";
  life.add(found).skipped("smoke", "depends | on\n<i>data");
  const std::string text = notes_of(life, changes);
  EXPECT_THAT(text,
              AllOf(HasSubstr("\\[x\\](https://evil) \\| \\<script\\> \\# "),
                    HasSubstr("\\*Eve\\*"),
                    HasSubstr("- a\\|b (https://x.org/) \\# Fake \\<b\\>)"),
                    HasSubstr("skipped, depends \\| on \\<i\\>data")));
  EXPECT_THAT(text, Not(HasSubstr("\n# Fake")));
}

}  // namespace
}  // namespace commands::notes
