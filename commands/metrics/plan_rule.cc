#include "commands/metrics/plan_rule.h"

#include <algorithm>
#include <array>

#include "commands/metrics/number.h"
#include "commands/metrics/pattern.h"
#include "commands/metrics/text.h"

namespace commands::metrics {
namespace {

// Matches without a number, on one segment: `(\d*)` matches everywhere, and
// looking on and on would not be linear.
constexpr int kEmptyMatchesMax = 1000;

std::size_t offset_in(const Segment& segment, const char* at) {
  return static_cast<std::size_t>(at - segment.text.data());
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// Whether the number begins before the group does.
bool cut_in_front(std::string_view text, std::size_t begin) {
  if (begin == 0) {
    return false;
  }
  const char previous = text[begin - 1];
  const bool digit_before = begin > 1 && is_digit(text[begin - 2]);
  return is_digit(previous) || previous == '-' ||
         ((previous == '.' || previous == ',' || previous == '_' ||
           previous == '\'') &&
          digit_before);
}

}  // namespace

RE2::Options pattern_options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_never_nl(true);
  return options;
}

std::string label_of(const std::string& pattern) {
  static const FixedPattern kLabel(
      R"(((?:\(\?i\))?[^(|]*)\((?:[^?]|\?P<)[^|]*)");
  // A letter that is no class: `\s` is one.
  static const FixedPattern kWord(R"((?:^|[^\\])[A-Za-z])");
  std::string label;
  const bool has_label = RE2::FullMatch(pattern, kLabel, &label) &&
                         RE2::PartialMatch(label, kWord) &&
                         RE2(label, pattern_options()).ok();
  return has_label ? label : std::string();
}

std::string none_pattern(const std::string& label) {
  return label + R"([-+]?(?i:nan|inf|infinity|none|null)\b)";
}

PlanRule::PlanRule(const schema::MetricRule& rule)
    : pattern_(std::make_unique<RE2>(rule.pattern, pattern_options())),
      samples_(rule.statistic) {
  if (const std::string label = label_of(rule.pattern); !label.empty()) {
    none_ = std::make_unique<RE2>(none_pattern(label), pattern_options());
  }
}

void PlanRule::read(const Segment& segment) {
  const re2::StringPiece text(segment.text.data(), segment.text.size());
  std::array<re2::StringPiece, 2> found;
  // A piece's text does not begin where its line does: no `^` there.
  std::size_t from = segment.continued ? 1 : 0;
  int empty = 0;
  while (from <= text.size() &&
         pattern_->Match(text,
                         from,
                         text.size(),
                         RE2::UNANCHORED,
                         found.data(),
                         static_cast<int>(found.size()))) {
    const auto end = static_cast<std::size_t>(found[0].end() - text.begin());
    const std::string_view group(found[1].data(), found[1].size());
    take_none(segment, from, offset_in(segment, found[0].data()));
    if (!trimmed(group).empty()) {
      take(segment, {found[0].data(), found[0].size()}, group);
    } else if (++empty > kEmptyMatchesMax) {
      samples_.add_doubtful({segment.line, segment.text, from, end});
      return;
    }
    from = std::max(end, from + 1);
  }
  take_none(segment, from, segment.text.size());
}

// The pattern of a number does not see "loss=nan", and the reading before it
// would pass for the last.
void PlanRule::take_none(const Segment& segment,
                         std::size_t from,
                         std::size_t end) {
  const re2::StringPiece text(segment.text.data(), segment.text.size());
  re2::StringPiece found;
  if (none_ != nullptr && from < end &&
      none_->Match(text, from, end, RE2::UNANCHORED, &found, 1)) {
    const std::size_t begin = offset_in(segment, found.data());
    if (segment.owns(begin)) {
      samples_.add_none(
          {segment.line, segment.text, begin, begin + found.size()});
    }
  }
}

void PlanRule::take(const Segment& segment,
                    std::string_view whole,
                    std::string_view group) {
  const auto offset = [&](const char* at) { return offset_in(segment, at); };
  const std::string_view value = trimmed(group);
  const std::size_t begin = offset(value.data());
  if (!segment.owns(begin)) {
    return;  // it is the neighbour's
  }
  const std::size_t end = begin + value.size();
  const std::size_t whole_end = offset(whole.data() + whole.size());
  const Place place{segment.line, segment.text, offset(whole.data()), end};
  // What the pattern matches beside the group it has looked at.
  const bool open_front = whole.data() == group.data();
  const bool open_end = whole_end == offset(group.data() + group.size());
  const auto number = number_at(open_end ? segment.text.substr(begin) : value);
  const bool cut_by_size =
      whole_end == segment.text.size() &&
      (segment.cut || may_be_broken(segment.text, segment.after));
  if (!number || (open_front && cut_in_front(segment.text, begin)) ||
      cut_by_size || number->reading == Reading::kDoubtful ||
      number->size != value.size()) {
    samples_.add_doubtful(place);
  } else if (number->reading == Reading::kNone) {
    samples_.add_none(place);
  } else {
    samples_.add(number->value, place);
  }
}

}  // namespace commands::metrics
