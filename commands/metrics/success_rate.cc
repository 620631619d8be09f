#include "commands/metrics/success_rate.h"

#include <array>

#include "commands/metrics/context.h"
#include "commands/metrics/literal_filter.h"
#include "commands/metrics/pattern.h"
#include "commands/metrics/text.h"

namespace commands::metrics {

const std::string kSuccessWordPattern = R"((?i:success[ _-]?rate))";
const std::vector<std::string> kSuccessWords = {"success"};

namespace {

// "eval_success_rate: ", "'eval/success_rate': ", "Evaluation success rate = ".
// A label without eval counts where no other word stands before it: a
// "train_success_rate" is another metric.
const RE2& label() {
  static const FixedPattern kPattern(
      R"((?:^|[^A-Za-z0-9_./-])((?i:(?:[a-z_]+/)*eval(?:uation)?[/_ .-]*)?))"
      R"((?i:success[ _-]?rate)(?:\s?\([%0-9., -]+\))?)"
      R"(["'`]?\s*(?:[:=|]|│|┃)\s*)"
      R"((?:["']|np\.float(?:32|64)\(|tensor\(|float\()?)");
  return kPattern;
}

// The words a log puts before every message are no part of a label.
bool other_word_before(std::string_view before) {
  static const FixedPattern kWord(R"(([A-Za-z]+)["'\s]*$)");
  static const FixedPattern kLevel(
      R"(INFO|DEBUG|info|debug|NOTICE|final|Final)");
  re2::StringPiece word;
  return RE2::PartialMatch(piece(before), kWord, &word) &&
         !RE2::FullMatch(word, kLevel);
}

Number as_share(Number number, std::string_view rest) {
  const std::size_t sign = rest.starts_with(" %") ? 2 : 1;
  const bool percent = rest.starts_with('%') || rest.starts_with(" %");
  if (percent) {
    number.value /= 100;
    number.size += sign;
  }
  const bool in_bounds = number.value >= 0 && number.value <= 1;
  if (number.reading == Reading::kValue && !in_bounds) {
    number.reading = Reading::kNone;
  }
  return number;
}

}  // namespace

void find_success_rates(std::string_view segment, const OnFound& on_found) {
  static const LiteralFilter kWords(kSuccessWords);
  if (kWords.find(segment) == std::string_view::npos) {
    return;
  }
  const std::size_t stop = samples_end(segment);
  std::array<re2::StringPiece, 2> found;
  std::size_t from = 0;
  while (label().Match(piece(segment),
                       from,
                       segment.size(),
                       RE2::UNANCHORED,
                       found.data(),
                       static_cast<int>(found.size()))) {
    const auto name =
        static_cast<std::size_t>(found[1].data() - segment.data());
    const auto value = static_cast<std::size_t>(
        found[0].data() + found[0].size() - segment.data());
    from = value;
    const std::string_view before = segment.substr(0, name);
    const bool of_evaluation = !found[1].empty();
    if (name >= stop) {
      return;
    }
    const auto number = number_at(segment.substr(value));
    if (!number || is_qualified(before) ||
        (!of_evaluation && other_word_before(before))) {
      continue;
    }
    const Number share =
        as_share(*number, segment.substr(value + number->size));
    if (!is_judged(segment.substr(value + share.size))) {
      on_found(Found{share, name, value + share.size});
    }
  }
}

}  // namespace commands::metrics
