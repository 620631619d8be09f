#include "commands/metrics/rates.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "commands/metrics/context.h"
#include "commands/metrics/pattern.h"
#include "commands/metrics/rate_value.h"
#include "commands/metrics/text.h"

namespace commands::metrics {

const std::string kRateWordPattern =
    R"((?i:sps|steps?(?:/|[ _-]per[ _-])s(?:ec(?:onds?)?)?))";
const std::vector<std::string> kRateWords = {
    "sps", "p/s", "s/s", "per s", "per_s", "per-s"};

namespace {

std::size_t skip_spaces(std::string_view text, std::size_t i) {
  while (at(text, i) == ' ' || at(text, i) == '\t') {
    ++i;
  }
  return i;
}

// The separator after a label, and what may wrap the number: quotes, NumPy's
// and PyTorch's constructors. Where the number begins, or npos.
std::size_t value_begin(std::string_view text, bool& separated) {
  static const FixedPattern kSeparator(
      R"(["'`]?(?:\s*[\])])?\s*(?:([:=|]|│|┃)\s*|\s+))"
      R"((?:["']|np\.float(?:32|64)\(|tensor\(|float\()?)");
  std::array<re2::StringPiece, 2> found;
  text = text.substr(0, kTokenMax);
  if (!kSeparator.Match(piece(text),
                        0,
                        text.size(),
                        RE2::ANCHOR_START,
                        found.data(),
                        static_cast<int>(found.size()))) {
    return std::string_view::npos;
  }
  separated = !found[1].empty();
  return found[0].size();
}

// "(steps/s)" or "(k)" between label and separator; its size, 0 if none.
// Anything else in brackets makes the label another metric's.
std::size_t label_unit(std::string_view text, double& label_scale) {
  static const FixedPattern kUnit(
      R"(\s?[(\[](?:([kKMG])|([kKMG]?))"
      R"((?i:sps|(?:env[ _-]?)?steps?/s(?:ec)?))[)\]])");
  std::array<re2::StringPiece, 3> found;
  text = text.substr(0, kTokenMax);
  if (!kUnit.Match(piece(text),
                   0,
                   text.size(),
                   RE2::ANCHOR_START,
                   found.data(),
                   static_cast<int>(found.size()))) {
    return 0;
  }
  for (const re2::StringPiece& letter : {found[1], found[2]}) {
    if (!letter.empty()) {
      label_scale = scale_of(letter[0]).value_or(1);
    }
  }
  return found[0].size();
}

// Where the name that ends at `word` begins: "overview/sps" is one. npos if
// what stands before makes it another word: "env_sps", "--sps", "/tmp/sps".
std::size_t name_begin(std::string_view text, std::size_t word) {
  std::size_t begin = word;
  while (begin > 0 && (is_word(text[begin - 1]) || text[begin - 1] == '/' ||
                       text[begin - 1] == '.' || text[begin - 1] == '-' ||
                       text[begin - 1] == '$' || text[begin - 1] == '@')) {
    --begin;
  }
  if (begin == word) {
    return word;
  }
  const std::string_view prefix = text.substr(begin, word - begin);
  const bool is_path =
      prefix.ends_with('/') && is_letter(prefix.front()) &&
      prefix.find("//") == std::string_view::npos &&
      !(begin > 0 && text[begin - 1] == ':' && prefix.starts_with("//"));
  return is_path ? begin : std::string_view::npos;
}

// The number that ends right before `end`: "41.2" of "41.2k SPS".
std::optional<std::size_t> number_before(std::string_view text,
                                         std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && end - begin < kTokenMax) {
    const char c = text[begin - 1];
    const bool in_exponent =
        (c == 'e' || c == 'E' || c == '+' || c == '-') && begin < end &&
        (is_digit(text[begin]) || text[begin] == '+' || text[begin] == '-');
    if (!is_digit(c) && c != '.' && c != ',' && c != '_' && c != '\'' &&
        !in_exponent) {
      break;
    }
    --begin;
  }
  while (begin < end && (text[begin] == ',' || text[begin] == '.' ||
                         text[begin] == '\'' || text[begin] == '+')) {
    ++begin;
  }
  // "e5" alone is no exponent.
  if (begin == end || !(is_digit(text[begin]) || text[begin] == '-')) {
    return std::nullopt;
  }
  return begin;
}

// One pass over the rate words of a segment.
class RateFinder {
 public:
  RateFinder(std::string_view segment,
             std::string_view before,
             const OnFound& on_found)
      : text_(segment),
        before_(before),
        on_found_(on_found),
        samples_end_(samples_end(segment)) {}

  void run() {
    static const FixedPattern kWord(kRateWordPattern);
    std::size_t from = 0;
    re2::StringPiece word;
    while (kWord.Match(
        piece(text_), from, text_.size(), RE2::UNANCHORED, &word, 1)) {
      const auto begin = static_cast<std::size_t>(word.data() - text_.data());
      from = begin + word.size();
      if (begin >= samples_end_) {
        return;
      }
      if (begin >= taken_) {
        look_at(begin, from);
      }
    }
  }

 private:
  void look_at(std::size_t begin, std::size_t end) {
    if (is_word(at(text_, end)) ||
        ((at(text_, end) == '/' || at(text_, end) == '-' ||
          at(text_, end) == '.') &&
         is_letter(at(text_, end + 1)))) {
      return;
    }
    const auto number = unit_number(begin);
    bool separated = false;
    const auto labelled = label_reading(begin, end, separated);
    if (labelled && (separated || !number)) {
      give(*labelled);
    } else if (labelled && number) {
      // "epoch 5 SPS 41234": which of the two is it?
      Found both = *labelled;
      both.number.reading = Reading::kDoubtful;
      give(both);
    } else if (number) {
      give(*number);
    }
  }

  void give(const Found& found) {
    const std::size_t begin = std::min(found.begin, text_.size());
    if (!is_qualified(text_.substr(0, begin)) &&
        !is_judged(text_.substr(found.end))) {
      on_found_(found);
    }
    taken_ = found.end;
  }

  // "SPS: 41234", the word as a label before its number.
  std::optional<Found> label_reading(std::size_t begin,
                                     std::size_t end,
                                     bool& separated) {
    const std::size_t name = name_begin(text_, begin);
    if (name == std::string_view::npos) {
      return std::nullopt;
    }
    double label_scale = 1;
    end += label_unit(text_.substr(end), label_scale);
    const std::size_t value = value_begin(text_.substr(end), separated);
    if (value == std::string_view::npos) {
      return std::nullopt;
    }
    const auto number = rate_at(text_.substr(end + value), label_scale);
    // Without a separator, only a number is a reading: "SPS none" is prose.
    if (!number || (!separated && number->reading == Reading::kNone)) {
      return std::nullopt;
    }
    return Found{*number, name, end + value + number->size};
  }

  // "87.75 ksps", the word as the unit after its number.
  std::optional<Found> unit_number(std::size_t begin) {
    std::size_t end = begin;
    if (end > 0 && (scale_of(text_[end - 1]) || text_[end - 1] == 'm') &&
        (end == 1 || !is_letter(text_[end - 2]))) {
      --end;
    }
    std::size_t spaces = end;
    while (spaces > 0 && text_[spaces - 1] == ' ' && end - spaces < 2) {
      --spaces;
    }
    if (skip_spaces(text_, 0) == end) {
      return wrapped_number(end);
    }
    auto digits = number_before(text_, spaces);
    if (!digits && spaces > 0 && scale_of(text_[spaces - 1])) {
      --spaces;  // "41.2k SPS"
      digits = number_before(text_, spaces);
    }
    if (!digits || *digits < taken_) {
      return std::nullopt;
    }
    return number_from(*digits);
  }

  std::optional<Found> number_from(std::size_t digits) {
    std::optional<Number> number = digits_at(text_.substr(digits));
    if (!number) {
      return std::nullopt;
    }
    std::size_t end = digits + number->size;
    double factor = 1;
    if (const auto letter = scale_of(at(text_, end));
        letter && at(text_, end + 1) == ' ') {
      factor = *letter;
      ++end;
    }
    const auto unit = rate_unit_at(text_.substr(end));
    if (!unit) {
      return std::nullopt;
    }
    scale(*number, factor * unit->scale);
    const char previous = digits > 0 ? text_[digits - 1] : ' ';
    const bool negative = number->value < 0 || previous == '-';
    const bool broken = digits == 0 && !before_.empty() &&
                        is_digit(before_.back()) &&
                        may_be_broken(before_, text_);
    if (unit->doubtful || broken || (factor != 1 && unit->scale != 1) ||
        is_word(previous) || is_odd(previous) || previous == '/' ||
        (previous == ':' && digits > 1 && is_digit(text_[digits - 2])) ||
        parted(digits)) {
      number->reading = Reading::kDoubtful;
    } else if (negative) {
      number->reading = Reading::kNone;
    }
    return Found{*number, digits, end + unit->size};
  }

  // "41 234 sps": two numbers, or one with a space in it?
  bool parted(std::size_t digits) const {
    if (digits < 2 || text_[digits - 1] != ' ' ||
        !is_digit(text_[digits - 2])) {
      return false;
    }
    std::size_t size = 0;
    while (is_digit(at(text_, digits + size))) {
      ++size;
    }
    return size == 3;
  }

  // The unit begins the line: its number ended the one before.
  std::optional<Found> wrapped_number(std::size_t begin) {
    const std::string before = cleaned(before_);
    const std::size_t end = before.find_last_not_of(' ') + 1;
    const auto digits = number_before(before, end);
    const auto unit = rate_unit_at(text_.substr(begin));
    if (!digits || !unit) {
      return std::nullopt;
    }
    const std::string_view text = before;
    auto number = digits_at(text.substr(*digits));
    const bool whole = *digits == 0 || before[*digits - 1] == ' ';
    if (!number || !whole || is_qualified(text.substr(0, *digits)) ||
        samples_end(before) < before.size()) {
      return std::nullopt;
    }
    scale(*number, unit->scale);
    if (unit->doubtful) {
      number->reading = Reading::kDoubtful;
    }
    return Found{*number, 0, begin + unit->size};
  }

  std::string_view text_;
  std::string_view before_;
  const OnFound& on_found_;
  std::size_t samples_end_;
  std::size_t taken_ = 0;  // up to here, text is part of a reading
};

}  // namespace

void find_rates(std::string_view segment,
                std::string_view before,
                const OnFound& on_found) {
  RateFinder(segment, before, on_found).run();
}

bool ends_with_rate_label(std::string_view segment) {
  const std::size_t last = segment.find_last_not_of(" \t");
  if (last == std::string_view::npos ||
      (segment[last] != ':' && segment[last] != '=')) {
    return false;
  }
  static const FixedPattern kLabel(
      R"((?:^|[\s,;{(\[/"'])(?i:sps)["']?\s*[:=]\s*$)");
  const std::string_view end =
      segment.substr(segment.size() - std::min(segment.size(), kTokenMax));
  re2::StringPiece found;
  return kLabel.Match(piece(end), 0, end.size(), RE2::UNANCHORED, &found, 1) &&
         samples_end(segment) == segment.size() &&
         !is_qualified(segment.substr(
             0, static_cast<std::size_t>(found.data() - segment.data())));
}

void find_wrapped_rate(std::string_view segment, const OnFound& on_found) {
  const std::size_t begin = skip_spaces(segment, 0);
  const auto number = rate_at(segment.substr(begin), 1);
  if (begin == 0 || !number) {
    return;
  }
  const std::size_t end = begin + number->size;
  if (!is_letter(at(segment, skip_spaces(segment, end)))) {
    on_found(Found{*number, begin, end});
  }
}

}  // namespace commands::metrics
