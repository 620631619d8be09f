// Any bytes as the payload of any type: refused, or read, shown and written
// again without loss. The type stands in the first line.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "ledger/result.h"
#include "schema/event.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto end = input.find('\n');
  if (end == std::string_view::npos) {
    return 0;
  }
  const std::string_view type = input.substr(0, end);
  const std::string_view bytes = input.substr(end + 1);
  const auto event =
      schema::decode_payload(type, schema::payload_version(type), bytes);
  if (event) {
    (void)schema::to_json(*event).dump(
        -1, ' ', false, nlohmann::json::error_handler_t::replace);
    // Compared as bytes, because a metric that is no number equals nothing.
    const std::string written = schema::encode_payload(*event);
    const auto again =
        schema::decode_payload(type, schema::payload_version(type), written);
    RL_CHECK(again && schema::encode_payload(*again) == written,
             "a payload lost something");
  }
  return 0;
}
