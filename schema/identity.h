// What makes an event the fact it is. An event's id is a name-based UUID over
// this text, so a command that crashed and is typed again lands on the same
// record instead of doubling it.
//
// Pure and thread-safe.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "schema/event.h"

namespace schema {

struct Identity {
  std::uint32_t candidate = 0;  // 0: not bound to one
  std::string subject;          // validation, role and person, check, channel
  std::uint32_t attempt = 0;    // 0: happens once
};

Identity identity(const Event& event);

// The text the id is derived from: one field a line, with what could be taken
// for another field escaped, so that no two different facts share it.
std::string identity_text(std::string_view origin,
                          std::string_view stream,
                          const Event& event);

}  // namespace schema
