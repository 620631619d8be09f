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

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kReset = "\x1b[0m";

std::string_view color_of(std::string_view word) {
  constexpr std::array<std::string_view, 4> kGood = {
      "done", "passed", "released", "ok"};
  constexpr std::array<std::string_view, 8> kBad = {"failed",
                                                    "errored",
                                                    "timed_out",
                                                    "cancelled",
                                                    "abandoned",
                                                    "yanked",
                                                    "missing",
                                                    "FAILED"};
  constexpr std::array<std::string_view, 6> kLook = {
      "waiting", "running", "inconclusive", "skipped", "WAIVED", "unknown"};
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
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // C1 controls are two bytes in UTF-8: C2 80 to C2 9F.
    const bool is_c1 = c == 0xc2 && i + 1 < text.size() &&
                       static_cast<unsigned char>(text[i + 1]) >= 0x80 &&
                       static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (is_c1) {
      ++i;
    }
    result += c < 0x20 || c == 0x7f || is_c1 ? ' ' : text[i];
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
