#include "ledger/keys.h"

#include <gtest/gtest.h>

namespace ledger_tests {
namespace {

using namespace ledger;

TEST(StoreKeys, AreTheBytesTheyAlwaysWere) {
  EXPECT_EQ(to_hex(keys::envelope(258)), "650000000000000102");
  EXPECT_EQ(to_hex(keys::payload(258)), "700000000000000102");
  EXPECT_EQ(to_hex(keys::time_block(1)), "540000000000000001");
  EXPECT_EQ(to_hex(keys::stream_head(release_stream("1.4"))), "7301312e3400");
  EXPECT_EQ(to_hex(keys::stream_head(ledger_stream())), "730200");
  EXPECT_EQ(to_hex(keys::stream_index(release_stream("1.4"), 3)),
            "6901312e34000000000000000003");
  EXPECT_EQ(to_hex(keys::event_id("abc")), "64616263");
  EXPECT_EQ(to_hex(keys::tile({2, 3})), "68020000000000000003");
  EXPECT_EQ(to_hex(keys::row(1, 2, "k")),
            "7600010000"
            "00026b");
  EXPECT_EQ(to_hex(keys::parked(1, 2, release_stream("1.4"), 3)),
            "50000100000002"
            "01312e3400"
            "0000000000000003");
  EXPECT_EQ(to_hex(keys::spare(1, 2)), "72000100000002");
  EXPECT_EQ(keys::kHead, "H");
}

TEST(StoreKeys, OrderAsTheirNumbersDo) {
  for (const std::uint64_t n : {0UL, 1UL, 255UL, 256UL, 65'535UL, 1UL << 40}) {
    EXPECT_LT(keys::envelope(n), keys::envelope(n + 1));
    EXPECT_EQ(keys::parse_number(keys::number(n)), n);
  }
  EXPECT_FALSE(keys::parse_number("1234567"));
  EXPECT_FALSE(keys::parse_number("123456789"));
}

TEST(StoreKeys, OfAStreamDoNotReachIntoOneWithALongerName) {
  const auto last = keys::stream_index(release_stream("1.4"), ~0UL);
  EXPECT_LT(last, keys::stream_index(release_stream("1.4.0"), 0));
}

TEST(StoreKeys, AfterAPrefixIsBehindAllThatBeginWithIt) {
  EXPECT_EQ(keys::after("e"), "f");
  EXPECT_EQ(keys::after("a\xff"), "b");
  EXPECT_EQ(keys::after("\xff\xff"), "\xff");
  EXPECT_EQ(keys::row_key(keys::row(1, 2, "key")), "key");
  EXPECT_EQ(keys::row_key("v"), "");
  EXPECT_EQ(keys::parse_view(keys::row(1, 2, "key")), (keys::View{1, 2}));
  EXPECT_FALSE(keys::parse_view("v12345"));
  EXPECT_EQ(keys::parse_parked(keys::parked(1, 2, ledger_stream(), 258)), 258U);
  EXPECT_FALSE(keys::parse_parked(keys::parked(1, 2)));
}

}  // namespace
}  // namespace ledger_tests
