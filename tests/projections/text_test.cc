// Text for people: harmless, aligned, and coloured only when asked.

#include "projections/render/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "projections/render/answers.h"
#include "tests/projections/book.h"

namespace projections_tests {
namespace {

using namespace std::string_literals;

using projections::render::duration_text;
using projections::render::harmless;
using projections::render::Style;
using projections::render::Table;
using schema_tests::Life;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const Style kPlain{false};
const Style kColor{true};

Life released_life() {
  return Life()
      .started()
      .tested()
      .signed_off()
      .notes()
      .published()
      .announced()
      .completed();
}

TEST(Harmless, LeavesTextAlone) {
  EXPECT_EQ(harmless(""), "");
  EXPECT_EQ(harmless("plain"), "plain");
  EXPECT_EQ(harmless("Jürgen 日本 🎉"), "Jürgen 日本 🎉");
}

TEST(Harmless, TakesAwayWhatATerminalActsOn) {
  EXPECT_EQ(harmless("\x1b[31mred\x1b[0m"), " [31mred [0m");
  EXPECT_EQ(harmless("a\0b\tc\rd\ne\x7f"s), "a b c d e ");
  EXPECT_EQ(harmless("\xc2\x9b"
                     "31m"),
            " 31m");
  EXPECT_EQ(harmless("\xc2\x80\xc2\x9f\xc2\xa0"), "  \xc2\xa0");
}

TEST(Harmless, TakesAwayC1ControlsThatAreSingleBytes) {
  EXPECT_EQ(harmless("\x9b"
                     "31m"),
            "?31m");
  EXPECT_EQ(harmless("\x80\xff\xfe"), "???");
}

TEST(Harmless, TakesAwayControlsInDisguise) {
  EXPECT_EQ(harmless("\xc0\x9b"), "??");            // overlong ESC
  EXPECT_EQ(harmless("\xe0\x82\x9b"), "???");       // overlong C1
  EXPECT_EQ(harmless("\xed\xa0\x80"), "???");       // a surrogate
  EXPECT_EQ(harmless("\xf4\x90\x80\x80"), "????");  // beyond Unicode
  EXPECT_EQ(harmless("caf\xc3"), "caf?");           // cut off
  EXPECT_EQ(harmless("\xe2\x82x"), "??x");          // cut off inside
}

TEST(Harmless, TakesAwayMarksThatTurnTheWriting) {
  EXPECT_EQ(harmless("a\u202eb\u2066c\u200fd\u2028e"), "a b c d e");
}

TEST(Table, AlignsByCharactersNotBytes) {
  Table table({"name", "state"});
  table.add({"Jürgen", "done"});
  table.add({"x", "pending"});
  EXPECT_EQ(table.text(kPlain, "  "),
            "  name    state\n"
            "  Jürgen  done\n"
            "  x       pending\n");
}

TEST(Table, LeavesNoSpacesAtTheEndOfALine) {
  Table table({"a", "b"});
  table.add({"wide cell", ""});
  EXPECT_EQ(table.text(kPlain, ""), "a          b\nwide cell\n");
}

TEST(Table, MakesItsCellsHarmlessAndOneLineEach) {
  Table table({"a"});
  table.add({"x\n\x1b[2Jy"});
  EXPECT_EQ(table.text(kPlain, ""), "a\nx  [2Jy\n");
}

TEST(Table, KnowsWhetherItIsEmpty) {
  Table table({"a"});
  EXPECT_TRUE(table.empty());
  table.add({"x"});
  EXPECT_FALSE(table.empty());
}

TEST(Table, ColoursStatesOnlyWhenAsked) {
  Table table({"name", "state", "note"});
  table.add({"a", "passed", "x"});
  table.add({"b", "failed", "x"});
  table.add({"c", "WAIVED (failed)", "x"});
  table.add({"d", "pending", "x"});
  const std::string plain = table.text(kPlain, "");
  EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
  std::string colored = table.text(kColor, "");
  EXPECT_THAT(colored,
              AllOf(HasSubstr("\x1b[32mpassed\x1b[0m"),
                    HasSubstr("\x1b[31mfailed\x1b[0m"),
                    HasSubstr("\x1b[33mWAIVED (failed)\x1b[0m"),
                    HasSubstr("d     pending"),
                    HasSubstr("\x1b[1mname\x1b[0m")));
  // The same columns without the colour.
  while (colored.find('\x1b') != std::string::npos) {
    const auto at = colored.find('\x1b');
    colored.erase(at, colored.find('m', at) - at + 1);
  }
  EXPECT_EQ(colored, plain);
}

TEST(Duration, IsShort) {
  EXPECT_EQ(duration_text(0), "0.0 s");
  EXPECT_EQ(duration_text(12.34), "12.3 s");
  EXPECT_EQ(duration_text(61), "1 min 1 s");
  EXPECT_EQ(duration_text(3600), "1 h 0 min");
  EXPECT_EQ(duration_text(100'000), "1 d 3 h");
}

TEST(ListText, IsATableOrNothing) {
  EXPECT_EQ(projections::render::list_text({}, kPlain), "");
  std::vector<projections::ReleaseEntry> entries;
  entries.push_back(entry_of(Life().started().candidate('a')));
  EXPECT_EQ(projections::render::list_text(entries, kPlain),
            "version  state        commit        started                   "
            "by               took\n"
            "1.4.0    in_progress  aaaaaaaaaaaa  1970-01-01T00:00:00.000Z  "
            "Ann <ann@x.org>  3.0 s\n");
}

TEST(ListCsv, QuotesWhatNeedsIt) {
  std::vector<projections::ReleaseEntry> entries;
  entries.push_back(
      entry_of(Life().by("Ann \"the\" Lead, Dr <ann@x.org>").started()));
  entries.push_back(entry_of(released_life()));
  const std::string csv = projections::render::list_csv(entries);
  EXPECT_THAT(csv,
              StartsWith("version,state,commit,started_at,started_by,ended_at"
                         "\r\n1.4.0,in_progress,,1970-01-01T00:00:00.000Z,"
                         "\"Ann \"\"the\"\" Lead, Dr <ann@x.org>\",\r\n"));
  EXPECT_THAT(csv, EndsWith("Z\r\n"));
}

TEST(StatusText, SaysItAllInPlainText) {
  const std::string text = projections::render::status_text(
      view_of(Life().started().tested().notes().signed_off()), kPlain);
  EXPECT_THAT(text,
              AllOf(StartsWith("1.4.0: in_progress (quick)\n"),
                    HasSubstr("candidate 1: staging/v1.4.0-rc1 at aaaa"),
                    HasSubstr("validations (quick)"),
                    HasSubstr("ok >= 30000"),
                    HasSubstr("approvals\n"),
                    EndsWith("next: release-ledger --step release\n"),
                    Not(HasSubstr("\x1b"))));
}

TEST(StatusText, NeverPrintsAWaivedGateAsAPass) {
  const std::string text =
      projections::render::status_text(view_of(Life()
                                                   .started()
                                                   .candidate('a')
                                                   .bugs_confirmed()
                                                   .measured("smoke", 1)
                                                   .waived("smoke")),
                                       kPlain);
  EXPECT_THAT(text,
              AllOf(HasSubstr("WAIVED (failed)"),
                    HasSubstr("FAILED >= 30000"),
                    HasSubstr("0 of 1 passed, 1 waived"),
                    HasSubstr("waivers\n")));
}

TEST(StatusText, IsHarmlessWhateverWasRecorded) {
  const std::string evil = "\x1b]0;owned\x07\x9b";
  schema::Plan plan = schema_tests::small_plan();
  plan.approval->roles[0].role = "lead" + evil;
  plan.approval->roles[0].members = {"Robb" + evil};
  plan.digest = "of the plan";
  schema::StepFailed failed;
  failed.step = "release";
  failed.candidate = 1;
  failed.detail = evil;
  schema::ReleaseAbandoned abandoned;
  abandoned.reason = evil;
  const Life waiting = Life().by("Ann" + evil).started(plan).tested().notes();
  for (const Life& life :
       std::vector<Life>{waiting,
                         Life(waiting).add(failed),
                         Life(waiting).skipped("smoke", evil),
                         Life(waiting).add(abandoned)}) {
    const auto view = view_of(life);
    for (const std::string& text :
         {projections::render::status_text(view, kPlain),
          projections::render::explain_text(
              view, projections::explain(view, std::nullopt), kPlain),
          projections::render::plan_text(*life.record().plan, kPlain)}) {
      EXPECT_THAT(text,
                  AllOf(Not(HasSubstr("\x1b")),
                        Not(HasSubstr("\x07")),
                        Not(HasSubstr("\x9b"))));
    }
  }
}

TEST(StatusText, ShowsAReleaseWhoseBeginningIsOfANewerProgram) {
  schema::ReleaseRecord record;
  projections::fold(record, recorded("ReleaseConceived", "?", 3));
  std::vector<projections::ReleaseView> views;
  views.push_back(projections::view_of(std::move(record)));
  EXPECT_THAT(projections::render::status_text(views[0], kPlain),
              AllOf(StartsWith("1.4.0: in_progress"),
                    HasSubstr("1 events are of a newer release-ledger")));
  std::vector<projections::ReleaseEntry> entries;
  entries.push_back(entry_of({recorded("ReleaseConceived", "?", 3)}));
  EXPECT_THAT(projections::render::list_text(entries, kPlain),
              HasSubstr("1.4.0"));
  EXPECT_THAT(projections::render::list_csv(entries),
              EndsWith("1.4.0,in_progress,,,,\r\n"));
}

TEST(EventText, IsTwoLines) {
  EXPECT_EQ(
      projections::render::event_text(
          recorded(
              schema_tests::Life().started().candidate('a').events().back(), 7),
          kPlain),
      "    7  1970-01-01T00:00:07.000Z  1.4.0  BranchCreated  "
      "Ann <ann@x.org>\n"
      "       branch=staging/v1.4.0-rc1 candidate=1 "
      "commit=aaaaaaaaaaaa\n");
}

TEST(EventText, ShowsAnEventOfANewerProgram) {
  EXPECT_THAT(
      projections::render::event_text(recorded("Release\x1b[2JBlessed", "?", 7),
                                      kPlain),
      AllOf(HasSubstr("(of a newer release-ledger)"), Not(HasSubstr("\x1b"))));
}

TEST(ExplainText, SaysWhenThereIsNothingToExplain) {
  EXPECT_EQ(
      projections::render::explain_text(view_of(released_life()), {}, kPlain),
      "1.4.0: released\nnothing is refused or waited for\n");
}

TEST(ExplainText, ColoursOnlyWhenAsked) {
  const auto view = view_of(Life().started());
  const auto list = projections::explain(view, std::nullopt);
  EXPECT_THAT(projections::render::explain_text(view, list, kPlain),
              AllOf(HasSubstr("\nprepare-branch: pending\n  rule: "),
                    HasSubstr("  type: release-ledger --step prepare-branch"),
                    Not(HasSubstr("\x1b"))));
  EXPECT_THAT(projections::render::explain_text(view, list, kColor),
              HasSubstr("\x1b[1mprepare-branch: pending\x1b[0m"));
}

TEST(VerifyText, SaysOkOrWhatIsWrong) {
  ledger::Verification result;
  result.events = 3;
  EXPECT_EQ(projections::render::verify_text(result, kPlain),
            "ok: 3 events, root " + std::string(64, '0') + "\n");
  result.problems.push_back({"row-damaged", "1.4.0", "it is another"});
  EXPECT_EQ(projections::render::verify_text(result, kPlain),
            "1 problem in 3 events\n"
            "problem      where  what\n"
            "row-damaged  1.4.0  it is another\n");
}

TEST(PlanText, ShowsBoundsAndRoles) {
  EXPECT_THAT(
      projections::render::plan_text(schema_tests::small_plan(), kPlain),
      AllOf(HasSubstr("sps_max >= 30000"),
            HasSubstr("exit code 0"),
            HasSubstr("2 distinct people, not the one who started"),
            HasSubstr("technical-lead: Jack, Kim")));
}

}  // namespace
}  // namespace projections_tests
