#include "ledger/keys.h"

namespace ledger::keys {
namespace {

template <class T>
void put(std::string& key, T value) {
  const std::uint64_t bits = value;
  for (int shift = (sizeof(T) - 1) * 8; shift >= 0; shift -= 8) {
    key.push_back(static_cast<char>((bits >> shift) & 0xffU));
  }
}

std::string numbered(char kind, std::uint64_t value) {
  std::string key(1, kind);
  put(key, value);
  return key;
}

// Names hold no NUL, so a NUL ends them without ambiguity.
void put(std::string& key, const StreamId& stream) {
  key.push_back(static_cast<char>(stream.kind));
  key += stream.name;
  key.push_back('\0');
}

std::string named(char kind, const StreamId& stream) {
  std::string key(1, kind);
  put(key, stream);
  return key;
}

std::string of_view(char kind,
                    std::uint16_t projection,
                    std::uint32_t generation) {
  std::string key(1, kind);
  put(key, projection);
  put(key, generation);
  return key;
}

constexpr std::size_t kViewPrefix = 1 + 2 + 4;

}  // namespace

std::string envelope(Position position) {
  return numbered('e', position);
}

std::string payload(Position position) {
  return numbered('p', position);
}

std::string stream_head(const StreamId& stream) {
  return named('s', stream);
}

std::string stream_index(const StreamId& stream, StreamVersion version) {
  std::string key = named('i', stream);
  put(key, version);
  return key;
}

std::string event_id(std::string_view id) {
  return std::string(1, 'd').append(id);
}

std::string tile(const TileId& id) {
  std::string key(1, 'h');
  put(key, id.level);
  put(key, id.index);
  return key;
}

std::string time_block(std::uint64_t block) {
  return numbered('T', block);
}

std::string batch(std::uint64_t number) {
  return numbered('B', number);
}

std::string row(std::uint16_t projection,
                std::uint32_t generation,
                std::string_view key) {
  return of_view('v', projection, generation).append(key);
}

std::string_view row_key(std::string_view key) {
  return key.substr(std::min(kViewPrefix, key.size()));
}

std::string parked(std::uint16_t projection, std::uint32_t generation) {
  return of_view('P', projection, generation);
}

std::string parked(std::uint16_t projection,
                   std::uint32_t generation,
                   const StreamId& stream) {
  std::string key = parked(projection, generation);
  put(key, stream);
  return key;
}

std::string parked(std::uint16_t projection,
                   std::uint32_t generation,
                   const StreamId& stream,
                   Position position) {
  std::string key = parked(projection, generation, stream);
  put(key, position);
  return key;
}

std::string spare(std::uint16_t projection, std::uint32_t generation) {
  return of_view('r', projection, generation);
}

std::optional<View> parse_view(std::string_view key) {
  if (key.size() < kViewPrefix) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (const char c : key.substr(1, kViewPrefix - 1)) {
    value = (value << 8U) | static_cast<unsigned char>(c);
  }
  return View{static_cast<std::uint16_t>(value >> 32U),
              static_cast<std::uint32_t>(value)};
}

std::optional<Position> parse_parked(std::string_view key) {
  constexpr std::size_t kPosition = sizeof(Position);
  return key.size() < kViewPrefix + kPosition
             ? std::nullopt
             : parse_number(key.substr(key.size() - kPosition));
}

std::string after(std::string prefix) {
  while (!prefix.empty()) {
    if (prefix.back() != '\xff') {
      prefix.back() = static_cast<char>(prefix.back() + 1);
      return prefix;
    }
    prefix.pop_back();
  }
  return std::string(1, '\xff');
}

std::string number(std::uint64_t value) {
  std::string bytes;
  put(bytes, value);
  return bytes;
}

std::optional<std::uint64_t> parse_number(std::string_view bytes) {
  if (bytes.size() != sizeof(std::uint64_t)) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (const char c : bytes) {
    value = (value << 8U) | static_cast<unsigned char>(c);
  }
  return value;
}

}  // namespace ledger::keys
