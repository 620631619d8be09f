// The JSON of the contract: every field, always.

#include "projections/render/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/digest.h"
#include "ledger/event_json.h"
#include "projections/render/answers.h"
#include "tests/projections/book.h"

namespace projections_tests {
namespace {

using ledger::event_json;
using nlohmann::ordered_json;
using projections::render::explain_json;
using projections::render::list_json;
using projections::render::status_json;
using projections::render::verify_json;
using schema_tests::commit;
using schema_tests::kAnn;
using schema_tests::kJack;
using schema_tests::kRobb;
using schema_tests::Life;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> keys(const ordered_json& object) {
  std::vector<std::string> result;
  for (const auto& [key, value] : object.items()) {
    result.push_back(key);
  }
  return result;
}

Life finished() {
  return Life()
      .started()
      .tested()
      .signed_off()
      .notes()
      .published()
      .announced()
      .completed();
}

TEST(StatusJson, HasTheSameFieldsAtEveryMomentOfALife) {
  const auto expected = keys(status_json(view_of(finished())));
  EXPECT_THAT(expected,
              ElementsAre("version",
                          "state",
                          "mode",
                          "commit",
                          "branch",
                          "candidate",
                          "plan_digest",
                          "evidence_digest",
                          "position",
                          "started_at",
                          "started_by",
                          "ended_at",
                          "end_reason",
                          "tag",
                          "merge_commit",
                          "steps",
                          "validations",
                          "approvals",
                          "waivers",
                          "pull_request",
                          "page",
                          "announcements",
                          "unknown_events",
                          "redacted_events",
                          "imported",
                          "parked_events",
                          "waiting_for",
                          "next"));
  const Life whole = finished();
  Life life;
  for (const schema::Event& event : whole.events()) {
    life.add(event);
    EXPECT_EQ(keys(status_json(view_of(life))), expected);
  }
}

TEST(StatusJson, IsNullForNothing) {
  const auto status = status_json(view_of(Life().started()));
  for (const char* key : {"commit",
                          "branch",
                          "candidate",
                          "ended_at",
                          "end_reason",
                          "tag",
                          "merge_commit",
                          "waiting_for"}) {
    EXPECT_TRUE(status[key].is_null()) << key;
  }
  EXPECT_EQ(status["waivers"], ordered_json::array());
  EXPECT_EQ(status["approvals"], ordered_json::array());
  EXPECT_EQ(status["next"], "release-ledger --step prepare-branch");
  EXPECT_TRUE(status_json(view_of(finished()))["next"].is_null());
}

TEST(StatusJson, ShowsTheFiveSteps) {
  const auto steps =
      status_json(view_of(Life().started().candidate('a'))).at("steps");
  ASSERT_EQ(steps.size(), 5U);
  for (const ordered_json& step : steps) {
    EXPECT_THAT(keys(step), ElementsAre("name", "state", "at", "by", "detail"));
  }
  EXPECT_EQ(steps[0]["name"], "prepare-branch");
  EXPECT_EQ(steps[0]["state"], "done");
  EXPECT_EQ(steps[0]["at"], "1970-01-01T00:00:03.000Z");
  EXPECT_EQ(steps[0]["by"], kAnn);
  EXPECT_EQ(steps[4]["state"], "pending");
  EXPECT_TRUE(steps[4]["at"].is_null());
  EXPECT_TRUE(steps[4]["detail"].is_null());
}

TEST(StatusJson, ShowsAValidationWithItsChecks) {
  const auto smoke =
      status_json(view_of(Life().started().tested()))["validations"][0];
  EXPECT_EQ(smoke["name"], "smoke");
  EXPECT_EQ(smoke["location"], "local");
  EXPECT_EQ(smoke["outcome"], "passed");
  EXPECT_EQ(smoke["attempt"], 1);
  EXPECT_EQ(smoke["exit_code"], 0);
  EXPECT_EQ(smoke["duration_s"], 12.5);
  EXPECT_TRUE(smoke["job_id"].is_null());
  EXPECT_EQ(smoke["metrics"], ordered_json({{"sps_max", 41000.0}}));
  EXPECT_EQ(smoke["log"], "logs/1.4.0/smoke-1-1.log");
  EXPECT_EQ(smoke["waived"], false);
  EXPECT_THAT(keys(smoke["checks"][0]),
              ElementsAre("key",
                          "op",
                          "expected",
                          "actual",
                          "passed",
                          "note",
                          "outcome",
                          "statistic",
                          "unit",
                          "warn",
                          "warned",
                          "baseline",
                          "confirm",
                          "measured",
                          "source"));
  EXPECT_EQ(smoke["checks"][0]["outcome"], "passed");
  EXPECT_TRUE(smoke["checks"][0]["baseline"].is_null());
  EXPECT_TRUE(smoke["checks"][0]["source"].is_null());
  EXPECT_TRUE(smoke["recorded"].is_null());
  EXPECT_EQ(smoke["checks"][0]["expected"], 30000.0);
  EXPECT_TRUE(smoke["checks"][0]["note"].is_null());
}

TEST(StatusJson, ValidationsHaveTheSameFieldsWhateverHappened) {
  const auto expected =
      keys(status_json(view_of(Life().started().tested()))["validations"][0]);
  const Life confirmed = Life().started().candidate('a').bugs_confirmed();
  for (const Life& life : std::vector<Life>{
           Life().started(),
           Life(confirmed).running("smoke"),
           Life(confirmed).skipped("smoke", "no data"),
           Life(confirmed).measured("smoke", 1).waived("smoke")}) {
    EXPECT_EQ(keys(status_json(view_of(life))["validations"][0]), expected);
  }
}

TEST(StatusJson, ARunningAttemptHasNothingOfAnEarlierOne) {
  const auto smoke = status_json(
      view_of(Life().started().tested().running("smoke")))["validations"][0];
  EXPECT_EQ(smoke["outcome"], "running");
  EXPECT_EQ(smoke["attempt"], 2);
  EXPECT_TRUE(smoke["exit_code"].is_null());
  EXPECT_EQ(smoke["metrics"], ordered_json::object());
  EXPECT_EQ(smoke["checks"], ordered_json::array());
  EXPECT_EQ(smoke["log"], "logs/1.4.0/smoke-1-2.log");
}

TEST(StatusJson, ARangeIsTwoNumbersAndAMissingMetricNull) {
  schema::ValidationCompleted result;
  result.name = "smoke";
  result.checks.resize(1);
  result.checks[0].key = "loss";
  result.checks[0].op = "range";
  result.checks[0].low = 0.5;
  result.checks[0].high = 1.5;
  result.checks[0].note = "metric missing";
  const auto check = status_json(view_of(Life().started().candidate('a').result(
      result)))["validations"][0]["checks"][0];
  EXPECT_EQ(check["expected"], ordered_json({0.5, 1.5}));
  EXPECT_TRUE(check["actual"].is_null());
  EXPECT_EQ(check["note"], "metric missing");
}

TEST(StatusJson, ShowsWhatACheckWasComparedWithAndWhereItStood) {
  schema::ValidationCompleted result;
  result.name = "smoke";
  result.recorded = true;
  result.url = "https://ci.x.org/7";
  schema::Check& check = result.checks.emplace_back();
  check.key = "sps_max";
  check.op = ">=";
  check.expected = 95;
  check.actual = 96;
  check.passed = true;
  check.outcome = schema::Outcome::passed;
  check.unit = "steps/s";
  check.warned = true;
  check.warn_expected = 98;
  check.baseline = "last-2";
  check.baseline_value = 100;
  check.baselines.resize(1);
  check.baselines[0].release = "1.3.0";
  check.baselines[0].value = 100;
  check.baselines[0].position = 7;
  check.measured = {96};
  check.source = std::make_unique<schema::MetricSource>();
  check.source->file = "x.log";
  check.source->line = 3;
  check.source->text = "SPS: 96";
  check.source->samples = 2;
  const auto smoke = status_json(view_of(
      Life().started().candidate('a').result(result)))["validations"][0];
  const auto shown = smoke["checks"][0];
  EXPECT_EQ(shown["warn"], 98.0);
  EXPECT_EQ(shown["warned"], true);
  EXPECT_EQ(shown["measured"], ordered_json({96.0}));
  EXPECT_EQ(shown["source"],
            ordered_json({{"file", "x.log"},
                          {"line", 3},
                          {"text", "SPS: 96"},
                          {"samples", 2}}));
  EXPECT_EQ(shown["baseline"]["of"], "last-2");
  EXPECT_EQ(shown["baseline"]["value"], 100.0);
  EXPECT_EQ(
      shown["baseline"]["releases"][0],
      ordered_json({{"version", "1.3.0"}, {"value", 100.0}, {"position", 7}}));
  EXPECT_EQ(smoke["recorded"]["url"], "https://ci.x.org/7");
  EXPECT_EQ(smoke["recorded"]["by"], kAnn);
  EXPECT_TRUE(smoke["recorded"]["note"].is_null());
}

TEST(StatusJson, ShowsApprovalsOfEveryCandidateAndWhetherTheyCount) {
  const auto approvals =
      status_json(view_of(Life()
                              .started()
                              .tested()
                              .approved(kRobb, "release-manager")
                              .tested()
                              .approved(kJack, "technical-lead")))["approvals"];
  ASSERT_EQ(approvals.size(), 2U);
  EXPECT_THAT(keys(approvals[0]),
              ElementsAre("by",
                          "role",
                          "commit",
                          "candidate",
                          "at",
                          "valid",
                          "why_not",
                          "note",
                          "proof",
                          "expires_at",
                          "position"));
  EXPECT_EQ(approvals[0]["by"], kRobb);
  EXPECT_EQ(approvals[0]["commit"], commit('a'));
  EXPECT_EQ(approvals[0]["valid"], false);
  EXPECT_EQ(approvals[0]["why_not"], "given for candidate 1");
  EXPECT_EQ(approvals[1]["valid"], true);
  EXPECT_TRUE(approvals[1]["why_not"].is_null());
}

TEST(StatusJson, ShowsWaiversAndWhetherTheyCount) {
  Life life = Life().started().candidate('a').measured("smoke", 1);
  life.by(kJack).waived("smoke");
  auto waivers = status_json(view_of(life))["waivers"];
  ASSERT_EQ(waivers.size(), 1U);
  EXPECT_THAT(keys(waivers[0]),
              ElementsAre("check",
                          "by",
                          "reason",
                          "outcome",
                          "commit",
                          "candidate",
                          "valid",
                          "why_not",
                          "ticket",
                          "until",
                          "confirmed_by",
                          "at",
                          "position"));
  EXPECT_EQ(waivers[0]["by"], kJack);
  EXPECT_EQ(waivers[0]["outcome"], "failed");
  EXPECT_EQ(waivers[0]["valid"], true);
  EXPECT_TRUE(waivers[0]["why_not"].is_null());
  waivers = status_json(view_of(life.candidate('b')))["waivers"];
  EXPECT_EQ(waivers[0]["valid"], false);
  EXPECT_EQ(waivers[0]["why_not"], "given for candidate 1");
}

TEST(StatusJson, ShowsWhatIsWaitedFor) {
  const auto status =
      status_json(view_of(Life().started().candidate('a').bugs_doubted()));
  ASSERT_EQ(status["waiting_for"].size(), 1U);
  EXPECT_THAT(keys(status["waiting_for"][0]),
              ElementsAre("gate", "what", "who", "command"));
  EXPECT_EQ(status["next"], status["waiting_for"][0]["command"]);
}

TEST(ListJson, HasEveryFieldFromTheFirstEventOn) {
  const auto first = list_json(entry_of(Life().started()));
  EXPECT_THAT(keys(first),
              ElementsAre("version",
                          "state",
                          "commit",
                          "started_at",
                          "started_by",
                          "ended_at",
                          "mode",
                          "candidate"));
  EXPECT_TRUE(first["commit"].is_null());
  EXPECT_TRUE(first["ended_at"].is_null());
  const auto last = list_json(entry_of(finished()));
  EXPECT_EQ(keys(last), keys(first));
  EXPECT_EQ(last["state"], "released");
  EXPECT_TRUE(last["ended_at"].is_string());
}

TEST(ListJson, ShowsAReleaseWhoseBeginningIsOfANewerProgram) {
  schema::ReleaseRecord record;
  projections::fold(record, recorded("ReleaseConceived", "?", 3));
  const auto view = projections::view_of(std::move(record));
  const auto entry = entry_of({recorded("ReleaseConceived", "?", 3)});
  EXPECT_EQ(list_json(entry)["version"], "1.4.0");
  EXPECT_TRUE(list_json(entry)["started_by"].is_null());
  EXPECT_EQ(status_json(view)["unknown_events"], 1);
}

TEST(EventJson, HasEveryField) {
  schema::ModeRaised raised;
  raised.mode = schema::Mode::comprehensive;
  const auto event = event_json(recorded(raised, 4));
  EXPECT_THAT(keys(event),
              ElementsAre("position",
                          "stream",
                          "revision",
                          "id",
                          "type",
                          "schema_version",
                          "time",
                          "actor",
                          "run",
                          "causation",
                          "tool_version",
                          "tags",
                          "redacted",
                          "data"));
  EXPECT_EQ(event["position"], 4);
  EXPECT_EQ(event["stream"], "1.4.0");
  EXPECT_EQ(event["type"], "ModeRaised");
  EXPECT_EQ(event["time"], "1970-01-01T00:00:04.000Z");
  EXPECT_THAT(keys(event["actor"]),
              ElementsAre("name", "email", "user", "host", "how_known"));
  EXPECT_EQ(event["actor"]["name"], "Ann");
  EXPECT_TRUE(event["actor"]["host"].is_null());
  EXPECT_EQ(event["data"], ordered_json({{"mode", "comprehensive"}}));
}

TEST(EventJson, OfTheLedgerHasNoStream) {
  ledger::RecordedEvent event = recorded(schema::LedgerCreated(), 0);
  event.envelope.stream_kind = schema::StreamKind::ledger;
  event.envelope.stream.clear();
  EXPECT_TRUE(event_json(event)["stream"].is_null());
}

TEST(EventJson, OfANewerProgramHasNoData) {
  const auto event = event_json(recorded("ReleaseBlessed", "?", 4));
  EXPECT_EQ(event["type"], "ReleaseBlessed");
  EXPECT_TRUE(event["data"].is_null());
}

TEST(ExplainJson, HasEveryField) {
  const auto view = view_of(Life().started().tested());
  const auto explained =
      explain_json(view, projections::explain(view, std::nullopt));
  EXPECT_THAT(
      keys(explained),
      ElementsAre("version", "state", "explanations", "waiting_for", "next"));
  EXPECT_THAT(
      keys(explained["explanations"][0]),
      ElementsAre("gate", "state", "rule", "evidence", "who", "command"));
}

TEST(VerifyJson, SaysOkOnlyWithoutProblems) {
  ledger::Verification result;
  result.events = 12;
  const auto good = verify_json(result);
  EXPECT_THAT(keys(good),
              ElementsAre("ok", "events", "root", "problems", "warnings"));
  EXPECT_EQ(good["ok"], true);
  EXPECT_EQ(good["root"], std::string(64, '0'));
  EXPECT_THAT(good["problems"], IsEmpty());
  result.problems.push_back({"event-damaged", "7", "its digest is another"});
  const auto bad = verify_json(result);
  EXPECT_EQ(bad["ok"], false);
  EXPECT_EQ(bad["problems"][0],
            ordered_json({{"kind", "event-damaged"},
                          {"where", "7"},
                          {"what", "its digest is another"}}));
}

}  // namespace
}  // namespace projections_tests
