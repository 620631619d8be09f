#include "schema/envelope.h"

#include <gtest/gtest.h>

#include "tests/schema/sample_events.h"

namespace schema_tests {
namespace {

TEST(Envelope, SurvivesEncoding) {
  const auto envelope = sample_envelope(schema::ReleaseYanked{});
  const auto read = schema::decode_envelope(schema::encode(envelope));
  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(*read == envelope);
}

TEST(Envelope, WithoutAnActorReadsAsOneOfNobody) {
  const auto read = schema::decode_envelope(schema::encode(schema::Envelope{}));
  ASSERT_TRUE(read.has_value());
  ASSERT_NE(read->actor, nullptr);
  EXPECT_EQ(schema::display_name(*read->actor), "");
}

TEST(Envelope, CutAnywhereIsNone) {
  const std::string whole =
      schema::encode(sample_envelope(schema::ReleaseYanked{}));
  for (std::size_t length = 0; length + 8 < whole.size(); ++length) {
    const auto read = schema::decode_envelope(whole.substr(0, length));
    EXPECT_FALSE(read && *read == sample_envelope(schema::ReleaseYanked{}))
        << length;
  }
  EXPECT_FALSE(schema::decode_envelope(""));
  EXPECT_FALSE(schema::decode_envelope(std::string(64, 'x')));
}

TEST(Envelope, OfAnotherKindOfRecordIsNone) {
  EXPECT_FALSE(schema::decode_envelope(schema::encode(schema::StoreHead{})));
}

TEST(StoreHead, SurvivesEncoding) {
  schema::StoreHead head;
  head.format = 1;
  head.minimum_reader = 1;
  head.size = 7;
  head.root.assign(32, 1);
  head.previous_size = 5;
  head.previous_root.assign(32, 2);
  head.latest_at_ms = -1;
  head.streams = 2;
  head.views.resize(1);
  head.views[0].projection = 3;
  head.views[0].definition = 4;
  head.views[0].generation = 5;
  head.views[0].rows = 6;
  const auto read = schema::decode_store_head(schema::encode(head));
  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(*read == head);
  EXPECT_FALSE(schema::decode_store_head(""));
}

TEST(Actor, IsShownByWhateverIsKnown) {
  schema::Actor actor;
  actor.os_user = "ann";
  EXPECT_EQ(schema::display_name(actor), "ann");
  actor.email = "ann@x.org";
  EXPECT_EQ(schema::display_name(actor), "<ann@x.org>");
  actor.name = "Ann";
  EXPECT_EQ(schema::display_name(actor), "Ann <ann@x.org>");
  actor.email = "";
  EXPECT_EQ(schema::display_name(actor), "Ann");
}

}  // namespace
}  // namespace schema_tests
