#include "tools/release_ledger/live_table.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "commands/metrics/extract.h"
#include "projections/render/text.h"

namespace tools {
namespace {

using commands::RunningValidation;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kDrawPause{200};
constexpr std::chrono::milliseconds kReadPause{2000};
// A log is read again after so many times what reading it took.
constexpr int kReadRest = 20;
constexpr std::size_t kValuesMax = 24;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

// The first `columns` characters of UTF-8 text that is harmless already; the
// last of them says that some are missing. A number is shown whole or not at
// all: half of it is another number.
std::string cut(std::string_view text, std::size_t columns) {
  constexpr std::string_view kMark = "\u2026";
  constexpr std::string_view kBetweenFields = "  ";
  if (characters(text) <= columns || columns == 0) {
    return std::string(text);
  }
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    const bool begins_character = (text[end] & 0xc0) != 0x80;
    if (begins_character && ++seen > columns - 1) {
      break;
    }
  }
  const std::size_t field = text.substr(0, end).rfind(kBetweenFields);
  if (field != text.npos && field > kBetweenFields.size()) {
    end = field + 1;
  }
  return std::string(text.substr(0, end)) + std::string(kMark);
}

}  // namespace

std::string sparkline(const std::vector<double>& values) {
  static constexpr std::array<std::string_view, 8> kHeights = {"\u2581",
                                                               "\u2582",
                                                               "\u2583",
                                                               "\u2584",
                                                               "\u2585",
                                                               "\u2586",
                                                               "\u2587",
                                                               "\u2588"};
  if (values.size() < 2) {
    return {};
  }
  const auto [low, high] = std::ranges::minmax(values);
  std::string text;
  for (const double value : values) {
    const double share = high > low ? (value - low) / (high - low) : 0;
    text += kHeights[static_cast<std::size_t>(share * 7)];
  }
  return text;
}

void LiveTable::show(const std::vector<RunningValidation>& running) {
  const auto now = steady_clock::now();
  if (now < next_draw_) {
    return;
  }
  next_draw_ = now + kDrawPause;
  // More than the terminal has could not be taken away again.
  const std::size_t most = std::max<std::size_t>(terminal_.rows(), 3) - 1;
  const std::size_t shown = running.size() > most ? most - 1 : running.size();
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) {
    text += cut(projections::render::harmless(row(running[i])),
                terminal_.columns() - 1) +
            "\n";
  }
  if (shown < running.size()) {
    text += fmt::format("  … and {} more\n", running.size() - shown);
  }
  clear();
  terminal_.draw(text);
  lines_ = std::min(running.size(), most);
}

void LiveTable::clear() {
  if (lines_ > 0) {
    terminal_.draw(fmt::format("\x1b[{}A\x1b[J", lines_));
    lines_ = 0;
  }
}

std::string LiveTable::row(const RunningValidation& running) {
  using projections::render::duration_text;
  std::string text =
      fmt::format("  {}  {}", running.planned->name, running.state);
  if (running.attempt > 1) {
    text += fmt::format("  attempt {}", running.attempt);
  }
  text += "  " + duration_text(running.elapsed_s);
  if (running.remaining_s) {
    text += fmt::format(", {} left",
                        duration_text(std::max(0.0, *running.remaining_s)));
  }
  return text + readings(running);
}

std::string LiveTable::readings(const RunningValidation& running) {
  Readings& own =
      readings_[fmt::format("{}/{}", running.planned->name, running.attempt)];
  const auto begun = steady_clock::now();
  if (begun >= own.next) {
    if (const auto found =
            commands::metrics::extract(running.log, *running.rules, false)) {
      for (const schema::Metric& metric : found->metrics) {
        std::vector<double>& values = own.values[metric.key];
        values.push_back(metric.value);
        if (values.size() > kValuesMax) {
          values.erase(values.begin());
        }
      }
    }
    const auto took = steady_clock::now() - begun;
    own.next = begun + std::max<steady_clock::duration>(
                           own.values.empty() ? kDrawPause : kReadPause,
                           took * kReadRest);
  }
  std::string text;
  for (const auto& [key, values] : own.values) {
    const auto& checks = running.planned->acceptance;
    const bool is_checked = std::ranges::any_of(
        checks, [&](const auto& check) { return check.key == key; });
    if (is_checked || checks.empty()) {
      text += fmt::format("  {} {} {}", key, values.back(), sparkline(values));
    }
  }
  return text;
}

}  // namespace tools
