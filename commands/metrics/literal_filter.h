// The first of two sieves over a log: a few short words, a control character,
// or a line that opens a block, found at a gigabyte a second. RE2's automaton
// needs ten times as long, so it sees only lines this one lets through.
//
// Immutable and thread-safe.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace commands::metrics {

class LiteralFilter {
 public:
  static constexpr std::size_t kLiteralMin = 3;

  // ASCII, in small letters, at least kLiteralMin bytes each.
  explicit LiteralFilter(const std::vector<std::string>& literals);

  // A place on the first line where a literal stands, whatever its case, or a
  // control character, or one of `:=({[` or a space before the line's end;
  // npos if there is none.
  std::size_t find(std::string_view text) const;

 private:
  using Block = std::uint8_t __attribute__((vector_size(16)));

  // Three bytes of one literal or several, in every lane.
  struct Needle {
    Block bytes[kLiteralMin];
  };
  struct Literal {
    std::string text;
    std::size_t needle_at = 0;  // where its three bytes stand in it
  };

  bool may_hit(const char* at) const;
  bool hits(std::string_view text, std::size_t at) const;

  std::vector<Needle> needles_;
  std::vector<Literal> literals_;
};

// Literals of which at least one stands wherever `pattern` matches, ASCII
// case aside; none if there are no such.
std::vector<std::string> required_literals(const std::string& pattern);

}  // namespace commands::metrics
