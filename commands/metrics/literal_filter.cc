#include "commands/metrics/literal_filter.h"

#include <algorithm>
#include <cstring>

#include <re2/filtered_re2.h>

#include "commands/metrics/plan_rule.h"
#include "commands/metrics/text.h"
#include "ledger/result.h"

namespace commands::metrics {
namespace {

constexpr std::size_t kBlockBytes = 16;
constexpr std::uint8_t kFold = 0x20;  // makes capitals small

std::uint8_t folded(char c) {
  return static_cast<std::uint8_t>(static_cast<unsigned char>(c) | kFold);
}

bool opens_block(char c) {
  return c == ':' || c == '=' || c == '(' || c == '{' || c == '[' || c == ' ';
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 && c != '\t' && c != '\n';
}

// How often a byte stands in logs, roughly: the rarest three bytes of a
// literal are looked for.
int frequency(char c) {
  constexpr std::string_view kOften = "etaoinsr \t.:0123456789";
  constexpr std::string_view kSeldom = "jqxzkvw/=<>|{}'\"";
  return kOften.find(c) != std::string_view::npos    ? 3
         : kSeldom.find(c) != std::string_view::npos ? 1
                                                     : 2;
}

std::size_t rarest_three(std::string_view literal) {
  std::size_t best = 0;
  int least = 100;
  for (std::size_t i = 0; i + LiteralFilter::kLiteralMin <= literal.size();
       ++i) {
    const int sum = frequency(literal[i]) + frequency(literal[i + 1]) +
                    frequency(literal[i + 2]);
    if (sum < least) {
      least = sum;
      best = i;
    }
  }
  return best;
}

}  // namespace

LiteralFilter::LiteralFilter(const std::vector<std::string>& literals) {
  std::vector<std::string> seen;
  for (const std::string& literal : literals) {
    RL_CHECK(literal.size() >= kLiteralMin, "a literal has three bytes");
    const std::size_t at = rarest_three(literal);
    literals_.push_back({literal, at});
    const std::string three = literal.substr(at, kLiteralMin);
    if (std::ranges::find(seen, three) != seen.end()) {
      continue;
    }
    seen.push_back(three);
    Needle& needle = needles_.emplace_back();
    for (std::size_t i = 0; i < kLiteralMin; ++i) {
      std::memset(&needle.bytes[i], folded(three[i]), kBlockBytes);
    }
  }
}

// Whether one of the sixteen places from `at` on may be one; reads two bytes
// past them.
inline bool LiteralFilter::may_hit(const char* at) const {
  Block first;
  Block second;
  Block third;
  std::memcpy(&first, at, kBlockBytes);
  std::memcpy(&second, at + 1, kBlockBytes);
  std::memcpy(&third, at + 2, kBlockBytes);
  auto any = (first < 0x20) & (first != '\t') & (first != '\n');
  any |= (second == '\n') & ((first == ':') | (first == '=') | (first == '(') |
                             (first == '{') | (first == '[') | (first == ' '));
  first |= kFold;
  second |= kFold;
  third |= kFold;
  for (const Needle& needle : needles_) {
    any |= (first == needle.bytes[0]) & (second == needle.bytes[1]) &
           (third == needle.bytes[2]);
  }
  std::uint64_t halves[2];
  std::memcpy(halves, &any, kBlockBytes);
  return (halves[0] | halves[1]) != 0;
}

bool LiteralFilter::hits(std::string_view text, std::size_t at) const {
  if (is_control(text[at])) {
    return true;
  }
  if (opens_block(text[at]) &&
      (at + 1 == text.size() || text[at + 1] == '\n')) {
    return true;
  }
  return std::ranges::any_of(literals_, [&](const Literal& literal) {
    return at >= literal.needle_at &&
           equal_ignoring_case(
               text.substr(at - literal.needle_at, literal.text.size()),
               literal.text);
  });
}

std::size_t LiteralFilter::find(std::string_view text) const {
  std::size_t at = 0;
  while (at < text.size()) {
    const bool whole = at + kBlockBytes + 2 <= text.size();
    const std::size_t end = whole ? at + kBlockBytes : text.size();
    if (whole && !may_hit(text.data() + at)) {
      at = end;
      continue;
    }
    for (; at < end; ++at) {
      if (hits(text, at)) {
        return at;
      }
    }
  }
  return std::string_view::npos;
}

std::vector<std::string> required_literals(const std::string& pattern) {
  re2::FilteredRE2 filtered(static_cast<int>(LiteralFilter::kLiteralMin));
  int id = 0;
  std::vector<std::string> literals;
  if (filtered.Add(pattern, pattern_options(), &id) != RE2::NoError) {
    return {};
  }
  filtered.Compile(&literals);
  const bool plain =
      std::ranges::all_of(literals, [](const std::string& literal) {
        return std::ranges::none_of(literal, is_odd);
      });
  return plain ? literals : std::vector<std::string>();
}

}  // namespace commands::metrics
