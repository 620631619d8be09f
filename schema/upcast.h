// Payloads of older versions, made into the newest on reading. What is stored
// is never rewritten.
//
// A type whose table changes its meaning gets one upcaster here, from the
// version before to the new one; from then on the new one is written. Since
// each goes exactly one version up, a chain cannot go round in a circle.
//
// Everything here is pure and thread-safe.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace schema {

struct Upcaster {
  std::string_view type;
  std::uint16_t from = 0;  // to `from` + 1
  // The payload one version up; nothing for bytes that are not one.
  std::optional<std::string> (*lift)(std::string_view payload) = nullptr;
};
using Upcasters = std::span<const Upcaster>;

// Those of this build.
Upcasters upcasters();

// The version this build writes of `type`: 1 if it never changed.
std::uint16_t newest_version(Upcasters chain, std::string_view type);

// `payload` in the newest version of its type; nothing for a version that is
// newer than this build or was never written, and where a lift gives nothing.
std::optional<std::string> lift(Upcasters chain,
                                std::string_view type,
                                std::uint16_t version,
                                std::string_view payload);

// One line for each version that has no way up, or two; none: the chain is
// whole. A type must be among `types`.
std::vector<std::string> chain_problems(Upcasters chain,
                                        const std::vector<std::string>& types);

}  // namespace schema
