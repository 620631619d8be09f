// parse_toml: what must be known of a text before and while toml++ reads it.

#include <algorithm>

#include "commands/plan/toml_reader.h"

namespace commands::plan {
namespace {

using ledger::ErrorCode;
using ledger::fail;

// toml++ descends once for every dotted part, when it frees a table too, and
// a hundred thousand of them overflow the stack.
constexpr std::size_t kDotsPerLineMax = 256;

// Bytes of the UTF-8 sequence at the front, 0 if it is none (RFC 3629).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xc2 && first <= 0xdf) {
    return tail(1) ? 2 : 0;
  }
  if (first >= 0xe0 && first <= 0xef) {
    const bool overlong = first == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = first == 0xed && byte(1) > 0x9f;
    return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool overlong = first == 0xf0 && byte(1) < 0x90;
    const bool beyond = first == 0xf4 && byte(1) > 0x8f;
    return tail(1) && tail(2) && tail(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

struct TextProblem {
  Place place;
  const char* what = nullptr;
};

// The first byte that is not UTF-8, or line with too many dots.
TextProblem text_problem(std::string_view text) {
  Place place;
  std::size_t dots = 0;
  char quote = 0;  // within a string of this kind; a line's end closes it
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text.substr(i));
    if (length == 0) {
      return {place, "the plan is not UTF-8"};
    }
    const char c = text[i];
    if (quote == 0 && (c == '"' || c == '\'' || c == '#')) {
      quote = c;
    } else if (c == quote && c != '#') {
      quote = 0;
    } else if (c == '.' && quote == 0 && ++dots > kDotsPerLineMax) {
      return {place, "too many dots on one line"};
    }
    i += length;
    ++place.column;
    if (c == '\n') {
      place = {place.line + 1, 1};
      dots = 0;
      quote = 0;
    }
  }
  return {};
}

}  // namespace

ledger::Result<toml::table> parse_toml(std::string_view text,
                                       std::string_view file_name) {
  if (text.size() > kPlanBytesMax) {
    return fail(ErrorCode::kUsage,
                "plan-invalid",
                fmt::format("{}:1:1: a plan is at most {} bytes long",
                            file_name,
                            kPlanBytesMax));
  }
  const auto refuse = [&](Place place, std::string_view what) {
    return fail(
        ErrorCode::kUsage,
        "plan-not-toml",
        fmt::format("{}:{}:{}: {}", file_name, place.line, place.column, what));
  };
  if (const auto problem = text_problem(text); problem.what != nullptr) {
    return refuse(problem.place, problem.what);
  }
  // The packaged toml++ reports by throwing; this is the only place.
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    const toml::source_position& at = error.source().begin;
    std::string what = "not TOML: " + std::string(error.description());
    std::ranges::replace(what, '\n', ' ');
    return refuse({std::max(at.line, 1U), std::max(at.column, 1U)}, what);
  }
}

}  // namespace commands::plan
