#include "schema/identity.h"

#include <fmt/format.h>

namespace schema {
namespace {

// `text` without the characters that part one field from the next, so that no
// two different facts share their text.
std::string escaped(std::string_view text, std::string_view separators) {
  std::string result;
  for (const char c : text) {
    if (c == '%' || separators.find(c) != std::string_view::npos) {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      result.push_back(c);
    }
  }
  return result;
}

// The members of an event that can be its subject, by what it has.
template <class T>
std::string subject_of(const T& event) {
  if constexpr (requires { event.role; }) {
    return escaped(event.role, "/") + "/" + event.by;
  } else if constexpr (requires { event.check; }) {
    return event.check;
  } else if constexpr (requires { event.notice; }) {
    return event.notice.empty()
               ? event.channel
               : escaped(event.channel, "/") + "/" + event.notice;
  } else if constexpr (requires { event.sink; }) {
    return event.sink;
  } else if constexpr (requires { event.event_id; }) {
    return event.event_id;
  } else if constexpr (requires { event.step; }) {
    return event.step;
  } else if constexpr (requires { event.name; }) {
    return event.name;
  } else if constexpr (requires { event.writer_key; }) {
    return event.writer_key;
  } else if constexpr (requires { event.kept; }) {
    return event.kept;
  } else if constexpr (requires { event.previous_origin; }) {
    return fmt::format("{}/{}", event.previous_origin, event.previous_size);
  } else if constexpr (requires { event.mode; }) {
    return std::string(word(event.mode));
  } else {
    return {};
  }
}

template <class T>
Identity identity_of(const T& event) {
  Identity result;
  result.subject = subject_of(event);
  if constexpr (requires { event.candidate; }) {
    result.candidate = event.candidate;
  }
  if constexpr (requires { event.attempt; }) {
    result.attempt = event.attempt;
  }
  if constexpr (requires { event.number; } &&
                (
                    requires { event.name; } || requires { event.step; })) {
    // A file may name a validation or a gate twice.
    result.subject =
        escaped(result.subject, "/") + fmt::format("/{}", event.number);
  }
  if constexpr (requires { event.judgement; }) {
    result.subject += fmt::format("/{}", event.judgement);
  }
  if constexpr (requires { event.doubt; }) {
    result.subject += fmt::format("/{}", event.doubt);
  } else if constexpr (requires { event.job_id; }) {
    // The same job is submitted, then known by its id.
    result.subject = escaped(result.subject, "/") + "/" + event.job_id;
  }
  return result;
}

}  // namespace

Identity identity(const Event& event) {
  return std::visit([](const auto& e) { return identity_of(e); }, event);
}

std::string identity_text(std::string_view origin,
                          std::string_view stream,
                          const Event& event) {
  const Identity id = identity(event);
  return fmt::format("release-ledger event v1\n{}\n{}\n{}\n{}\n{}\n{}\n",
                     origin,
                     stream,
                     type_name(event),
                     id.candidate,
                     escaped(id.subject, "\n"),
                     id.attempt);
}

}  // namespace schema
