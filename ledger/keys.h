// The keys of the store, byte for byte; docs/format.md has them in words.
// The first byte is the kind; numbers are big-endian, so byte order is
// numeric order. Pure.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/digest.h"
#include "ledger/merkle.h"
#include "ledger/stream.h"

namespace ledger::keys {

// In Space::kLog. Persisted; the letters are frozen.
std::string envelope(Position position);          // 'e' -> envelope
std::string payload(Position position);           // 'p' -> salt, payload
std::string stream_head(const StreamId& stream);  // 's' -> StreamHead
std::string stream_index(const StreamId& stream,  // 'i' -> position
                         StreamVersion version);
std::string event_id(std::string_view id);    // 'd' -> position
std::string tile(const TileId& id);           // 'h' -> hashes
std::string time_block(std::uint64_t block);  // 'T' -> time, ms
inline const std::string kHead = "H";         // -> schema::StoreHead

// In both spaces: 'B', the batch's number -> nothing. See Store::check_batches.
std::string batch(std::uint64_t number);
inline constexpr std::string_view kBatchKind = "B";

// In Space::kView: 'v', projection, generation, the row's key.
std::string row(std::uint16_t projection,
                std::uint32_t generation,
                std::string_view key);
std::string_view row_key(std::string_view key);  // its last part
// 'P', projection, generation, stream, position -> why it is parked. The
// shorter ones are what all of a view, or of a stream in it, begin with.
std::string parked(std::uint16_t projection, std::uint32_t generation);
std::string parked(std::uint16_t projection,
                   std::uint32_t generation,
                   const StreamId& stream);
std::string parked(std::uint16_t projection,
                   std::uint32_t generation,
                   const StreamId& stream,
                   Position position);
inline constexpr std::string_view kParkedKind = "P";
// 'r', projection, generation -> SpareGeneration.
std::string spare(std::uint16_t projection, std::uint32_t generation);
inline constexpr std::string_view kSpareKind = "r";
// The projection and generation of any of the three.
struct View {
  std::uint16_t projection = 0;
  std::uint32_t generation = 0;
  auto operator<=>(const View&) const = default;
};
std::optional<View> parse_view(std::string_view key);
// The position at the end of the key of a parked event.
std::optional<Position> parse_parked(std::string_view key);

// The first key after all that begin with `prefix`.
std::string after(std::string prefix);

std::string number(std::uint64_t value);  // 8 bytes
std::optional<std::uint64_t> parse_number(std::string_view bytes);

}  // namespace ledger::keys
