#include "schema/event.h"

#include <random>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/schema/sample_events.h"

namespace schema_tests {
namespace {

using nlohmann::json;

// A default value of every type: nothing known but the zeroes.
template <std::size_t I = 0>
void add_defaults(std::vector<schema::Event>& all) {
  if constexpr (I < std::variant_size_v<schema::Event>) {
    all.emplace_back(std::variant_alternative_t<I, schema::Event>{});
    add_defaults<I + 1>(all);
  }
}

TEST(Event, SurvivesEncodingWithEveryFieldFilled) {
  for (const schema::Event& event : sample_events()) {
    const auto read = schema::decode_payload(
        schema::type_name(event),
        schema::payload_version(schema::type_name(event)),
        schema::encode_payload(event));
    ASSERT_TRUE(read.has_value()) << schema::type_name(event);
    EXPECT_TRUE(*read == event) << schema::type_name(event);
  }
}

TEST(Event, SurvivesEncodingWithNoFieldFilled) {
  std::vector<schema::Event> all;
  add_defaults(all);
  for (const schema::Event& event : all) {
    const auto read = schema::decode_payload(
        schema::type_name(event),
        schema::payload_version(schema::type_name(event)),
        schema::encode_payload(event));
    ASSERT_TRUE(read.has_value()) << schema::type_name(event);
    EXPECT_TRUE(*read == event) << schema::type_name(event);
  }
}

TEST(Event, EncodesTheSameValueToTheSameBytes) {
  const auto once = sample_events();
  const auto again = sample_events();
  for (std::size_t i = 0; i < once.size(); ++i) {
    EXPECT_EQ(schema::encode_payload(once[i]),
              schema::encode_payload(again[i]));
  }
}

TEST(Event, OfAnUnknownTypeDecodesToNothing) {
  const std::string payload = schema::encode_payload(schema::ReleaseYanked{});
  EXPECT_FALSE(schema::decode_payload("ReleaseBlessed", 1, payload));
  EXPECT_FALSE(schema::decode_payload("", 1, payload));
}

TEST(Event, OfAnUnknownPayloadVersionDecodesToNothing) {
  const std::string payload = schema::encode_payload(schema::ReleaseYanked{});
  EXPECT_FALSE(schema::decode_payload("ReleaseYanked", 0, payload));
  EXPECT_FALSE(schema::decode_payload("ReleaseYanked", 2, payload));
}

// Whatever the bytes are, decoding ends; where it yields an event, the event
// can be written again and shown.
void expect_harmless(const schema::Event& event, const std::string& bytes) {
  const auto read =
      schema::decode_payload(schema::type_name(event),
                             schema::payload_version(schema::type_name(event)),
                             bytes);
  if (read) {
    EXPECT_FALSE(schema::encode_payload(*read).empty());
    EXPECT_FALSE(schema::to_json(*read).dump().empty());
  }
}

TEST(Event, CutAnywhereIsHarmless) {
  for (const schema::Event& event : sample_events()) {
    const std::string whole = schema::encode_payload(event);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      expect_harmless(event, whole.substr(0, length));
    }
  }
}

TEST(Event, WithBytesChangedIsHarmless) {
  constexpr std::uint32_t kSeed = 20251002;
  constexpr int kRounds = 400;
  std::mt19937 random(kSeed);
  for (const schema::Event& event : sample_events()) {
    const std::string whole = schema::encode_payload(event);
    for (int round = 0; round < kRounds; ++round) {
      std::string bytes = whole;
      bytes[random() % bytes.size()] = static_cast<char>(random());
      expect_harmless(event, bytes);
    }
  }
}

TEST(EventJson, HasEveryFieldAndNullForNothing) {
  const json data = schema::to_json(schema::Event(schema::BranchCreated{}));
  EXPECT_EQ(data,
            json({{"branch", nullptr},
                  {"commit", nullptr},
                  {"candidate", 0},
                  {"adopted", false}}));
}

TEST(EventJson, HasEmptyListsForNone) {
  const json data = schema::to_json(schema::Event(schema::BugCheckFailed{}));
  EXPECT_EQ(data["bugs"], json::array());
}

TEST(EventJson, WritesEnumsAsTheirWords) {
  schema::ModeRaised raised;
  raised.mode = schema::Mode::comprehensive;
  EXPECT_EQ(schema::to_json(schema::Event(raised)),
            json({{"mode", "comprehensive"}}));
  schema::ValidationCompleted completed;
  completed.outcome = schema::Outcome::timed_out;
  EXPECT_EQ(schema::to_json(schema::Event(completed))["outcome"], "timed_out");
}

TEST(EventJson, KeepsAnEnumValueItHasNoWordForAsANumber) {
  schema::ModeRaised raised;
  raised.mode = static_cast<schema::Mode>(200);
  EXPECT_EQ(schema::to_json(schema::Event(raised)), json({{"mode", 200}}));
}

TEST(EventJson, TellsZeroFromUnknown) {
  schema::ValidationCompleted completed;
  json data = schema::to_json(schema::Event(completed));
  EXPECT_TRUE(data["exit_code"].is_null());
  EXPECT_TRUE(data["log_bytes"].is_null());
  EXPECT_TRUE(data["duration_s"].is_null());
  completed.exit_code = 0;
  completed.log_bytes = 0;
  completed.duration_s = 0;
  data = schema::to_json(schema::Event(completed));
  EXPECT_EQ(data["exit_code"], 0);
  EXPECT_EQ(data["log_bytes"], 0);
  EXPECT_EQ(data["duration_s"], 0);
}

TEST(EventJson, WritesMetricsAsOneObject) {
  schema::ValidationCompleted completed;
  EXPECT_EQ(schema::to_json(schema::Event(completed))["metrics"],
            json::object());
  completed.metrics.resize(2);
  completed.metrics[0].key = "sps_max";
  completed.metrics[0].value = 31250.5;
  completed.metrics[1].key = "loss";
  completed.metrics[1].value = 0;
  EXPECT_EQ(schema::to_json(schema::Event(completed))["metrics"],
            json({{"sps_max", 31250.5}, {"loss", 0.0}}));
}

// The members that the contract of `status --json` names.
json contract_of(const schema::Check& check) {
  const json all = schema::to_json(check);
  EXPECT_FALSE(all.contains("low"));
  EXPECT_FALSE(all.contains("warn_high"));
  json result;
  for (const char* name :
       {"key", "op", "expected", "actual", "passed", "note"}) {
    result[name] = all.at(name);
  }
  return result;
}

TEST(EventJson, WritesARangeAsTwoBoundsAndAComparisonAsOne) {
  schema::Check check;
  check.key = "loss";
  check.op = "range";
  check.low = 0.25;
  check.high = 0.75;
  check.actual = 0.5;
  check.passed = true;
  check.warn_low = 0.3;
  check.warn_high = 0.7;
  EXPECT_EQ(schema::to_json(check)["warn_expected"], json({0.3, 0.7}));
  check.warn_low.reset();
  check.warn_high.reset();
  EXPECT_EQ(schema::to_json(check)["warn_expected"], nullptr);
  EXPECT_EQ(contract_of(check),
            json({{"key", "loss"},
                  {"op", "range"},
                  {"expected", {0.25, 0.75}},
                  {"actual", 0.5},
                  {"passed", true},
                  {"note", nullptr}}));
  check = {};
  check.key = "sps_max";
  check.op = ">=";
  check.expected = 30000;
  EXPECT_EQ(schema::to_json(check)["warn_expected"], nullptr);
  EXPECT_EQ(contract_of(check),
            json({{"key", "sps_max"},
                  {"op", ">="},
                  {"expected", 30000.0},
                  {"actual", nullptr},
                  {"passed", false},
                  {"note", nullptr}}));
}

TEST(EventJson, WritesLargeNumbersExactly) {
  schema::NewLedgerAccepted accepted;
  accepted.previous_size = 18'446'744'073'709'551'615U;
  EXPECT_EQ(schema::to_json(schema::Event(accepted))["previous_size"],
            18'446'744'073'709'551'615U);
}

TEST(EventJson, ReplacesWhatIsNotUtf8) {
  schema::ReleaseYanked yanked;
  yanked.reason = "a\xff\xfe é 🎉";
  EXPECT_EQ(schema::to_json(schema::Event(yanked))["reason"],
            "a\xef\xbf\xbd\xef\xbf\xbd é 🎉");
}

TEST(EventJson, OfAMetricWithoutAKeyHasAnEmptyOne) {
  schema::ValidationCompleted completed;
  completed.metrics.resize(1);
  EXPECT_EQ(schema::to_json(schema::Event(completed))["metrics"],
            json({{"", 0.0}}));
}

TEST(EventJson, OfAnAbsentPartIsNull) {
  const json data = schema::to_json(schema::Event(schema::PlanRecorded{}));
  EXPECT_TRUE(data.contains("plan"));
  EXPECT_TRUE(data["plan"].is_null());
}

}  // namespace
}  // namespace schema_tests
