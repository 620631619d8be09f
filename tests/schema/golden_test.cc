// Every event type and version with its bytes, its JSON and its leaf hash:
// what any later release must still read.

#include "tests/schema/golden.h"

#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "ledger/digest.h"
#include "ledger/merkle.h"
#include "tests/schema/sample_events.h"

namespace schema_tests {
namespace {

std::string file_name(const schema::Event& event) {
  return fmt::format("{}.v{}.json",
                     schema::type_name(event),
                     schema::payload_version(schema::type_name(event)));
}

TEST(Golden, BytesOfEveryEventTypeStayWhatTheyWere) {
  for (const schema::Event& event : sample_events()) {
    const std::string envelope = schema::encode(sample_envelope(event));
    nlohmann::ordered_json golden;
    golden["type"] = schema::type_name(event);
    golden["schema_version"] =
        schema::payload_version(schema::type_name(event));
    golden["data"] =
        nlohmann::ordered_json::parse(schema::to_json(event).dump());
    golden["payload"] = ledger::to_hex(schema::encode_payload(event));
    golden["envelope"] = ledger::to_hex(envelope);
    golden["leaf_hash"] = ledger::to_hex(ledger::leaf_hash(envelope));
    expect_golden(file_name(event), golden.dump(2) + "\n");
  }
}

// The other direction: reads the files alone, so that it also holds for types
// and versions this build no longer writes.
TEST(Golden, EveryRecordedEventIsStillRead) {
  std::size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(RL_GOLDEN_FOLDER)) {
    if (entry.path().extension() != ".json") {
      continue;
    }
    ++count;
    SCOPED_TRACE(entry.path());
    std::FILE* file = std::fopen(entry.path().c_str(), "rbe");
    ASSERT_NE(file, nullptr);
    const auto golden = nlohmann::json::parse(file);
    (void)std::fclose(file);
    const auto bytes = [&](const char* name) {
      return ledger::from_hex(golden[name].get<std::string>()).value_or("");
    };
    const auto event =
        schema::decode_payload(golden["type"].get<std::string>(),
                               golden["schema_version"].get<std::uint16_t>(),
                               bytes("payload"));
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(schema::to_json(*event), golden["data"]);
    EXPECT_TRUE(schema::decode_envelope(bytes("envelope")).has_value());
    EXPECT_EQ(ledger::to_hex(ledger::leaf_hash(bytes("envelope"))),
              golden["leaf_hash"]);
  }
  EXPECT_GE(count, std::variant_size_v<schema::Event>);
}

TEST(Golden, SamplesCoverEveryEventTypeOnceAndInOrder) {
  const auto events = sample_events();
  ASSERT_EQ(events.size(), std::variant_size_v<schema::Event>);
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].index(), i);
  }
}

}  // namespace
}  // namespace schema_tests
