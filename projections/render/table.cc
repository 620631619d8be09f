#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "projections/render/text.h"

namespace projections::render {
namespace {

// Code points, near enough for the width of what release tools print.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;  // 0: the text does not begin with UTF-8
};

// RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF.
Character first_character(std::string_view text) {
  constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  const char32_t lead = byte(0);
  if (lead < 0x80) {
    return {lead, 1};
  }
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc0 || lead > 0xf7 || text.size() < bytes) {
    return {};
  }
  char32_t code = lead & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) {
      return {};
    }
    code = code << 6U | (byte(i) & 0x3fU);
  }
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  return code < kSmallest[bytes] || surrogate || code > 0x10ffff
             ? Character{}
             : Character{code, bytes};
}

bool acts_on_a_terminal(char32_t code) {
  const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const bool line_end = code == 0x2028 || code == 0x2029;
  const bool direction = code == 0x061c || code == 0x200e || code == 0x200f ||
                         (code >= 0x202a && code <= 0x202e) ||
                         (code >= 0x2066 && code <= 0x2069);
  return control || line_end || direction;
}

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kReset = "\x1b[0m";

std::string_view color_of(std::string_view word) {
  constexpr std::array<std::string_view, 4> kGood = {
      "done", "passed", "released", "ok"};
  constexpr std::array<std::string_view, 9> kBad = {"failed",
                                                    "broken",
                                                    "errored",
                                                    "timed_out",
                                                    "cancelled",
                                                    "abandoned",
                                                    "yanked",
                                                    "missing",
                                                    "FAILED"};
  constexpr std::array<std::string_view, 7> kLook = {"waiting",
                                                     "running",
                                                     "inconclusive",
                                                     "skipped",
                                                     "WAIVED",
                                                     "unknown",
                                                     "warning"};
  if (std::ranges::find(kGood, word) != kGood.end()) {
    return kGreen;
  }
  if (std::ranges::find(kBad, word) != kBad.end()) {
    return kRed;
  }
  return std::ranges::find(kLook, word) != kLook.end() ? kYellow : "";
}

std::string painted(std::string_view cell, bool header, const Style& style) {
  const std::string_view color =
      header ? kBold : color_of(cell.substr(0, cell.find(' ')));
  if (!style.color || color.empty()) {
    return std::string(cell);
  }
  return fmt::format("{}{}{}", color, cell, kReset);
}

}  // namespace

std::string harmless(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Character first = first_character(text);
    if (first.bytes == 0) {
      result += '?';
    } else if (acts_on_a_terminal(first.code)) {
      result += ' ';
    } else {
      result += text.substr(0, first.bytes);
    }
    text.remove_prefix(std::max<std::size_t>(first.bytes, 1));
  }
  return result;
}

Table::Table(std::vector<std::string> header) {
  rows_.push_back(std::move(header));
}

void Table::add(std::vector<std::string> row) {
  for (std::string& cell : row) {
    cell = harmless(cell);
  }
  rows_.push_back(std::move(row));
}

std::string Table::text(const Style& style, std::string_view indent) const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width(row[i]));
    }
  }
  std::string result;
  for (const auto& row : rows_) {
    const bool header = &row == &rows_.front();
    std::string line(indent);
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += painted(row[i], header, style);
      if (i + 1 < row.size()) {
        line.append(widths[i] - width(row[i]) + 2, ' ');
      }
    }
    line.erase(line.find_last_not_of(' ') + 1);
    result += line + "\n";
  }
  return result;
}

std::string duration_text(double seconds) {
  if (seconds < 60) {
    return fmt::format("{:.1f} s", seconds);
  }
  const auto total = static_cast<std::int64_t>(seconds);
  if (total < 3600) {
    return fmt::format("{} min {} s", total / 60, total % 60);
  }
  if (total < 86'400) {
    return fmt::format("{} h {} min", total / 3600, total % 3600 / 60);
  }
  return fmt::format("{} d {} h", total / 86'400, total % 86'400 / 3600);
}

}  // namespace projections::render
