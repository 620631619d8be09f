// Any bytes as an envelope, and as the head of the store: refused, or read and
// written again without loss.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ledger/result.h"
#include "schema/envelope.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto envelope = schema::decode_envelope(bytes)) {
    const auto again = schema::decode_envelope(schema::encode(*envelope));
    RL_CHECK(again && *again == *envelope, "an envelope lost something");
    (void)schema::display_name(*envelope->actor);
  }
  if (const auto head = schema::decode_store_head(bytes)) {
    const auto again = schema::decode_store_head(schema::encode(*head));
    RL_CHECK(again && *again == *head, "a head lost something");
  }
  return 0;
}
