#include "commands/plan/placeholders.h"

#include <algorithm>

namespace commands::plan {
namespace {

struct Found {
  std::size_t begin = 0;  // of the first brace
  std::size_t end = 0;    // past the last
  std::string_view word;
  bool escaped = false;  // {{word}}
};

bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || c == '_';
}

bool in_output(char c) {
  return in_word(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         c == ':' || c == '.' || c == '-';
}

std::optional<Found> found_at(std::string_view text, std::size_t open) {
  std::size_t end = open + 1;
  const bool is_output = text.substr(end).starts_with(kOutputWord);
  while (end < text.size() &&
         (is_output ? in_output(text[end]) : in_word(text[end]))) {
    ++end;
  }
  if (end == open + 1 || end == text.size() || text[end] != '}') {
    return std::nullopt;
  }
  const std::string_view word = text.substr(open + 1, end - open - 1);
  const bool doubled = open > 0 && text[open - 1] == '{';
  if (doubled && end + 1 < text.size() && text[end + 1] == '}') {
    return Found{open - 1, end + 2, word, true};
  }
  if (open > 0 && text[open - 1] == '$') {
    return std::nullopt;
  }
  return Found{open, end + 1, word, false};
}

std::optional<Found> next(std::string_view text, std::size_t from) {
  for (std::size_t open = text.find('{', from); open != std::string_view::npos;
       open = text.find('{', open + 1)) {
    if (auto found = found_at(text, open)) {
      return found;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> placeholders(std::string_view text) {
  std::vector<std::string> words;
  for (auto found = next(text, 0); found; found = next(text, found->end)) {
    if (!found->escaped) {
      words.emplace_back(found->word);
    }
  }
  return words;
}

bool names(const std::vector<std::string>& elements, std::string_view word) {
  return std::ranges::any_of(elements, [&](const std::string& element) {
    const auto words = placeholders(element);
    return std::ranges::find(words, word) != words.end();
  });
}

std::string fill_in(
    std::string_view text,
    const std::function<std::optional<std::string>(std::string_view)>&
        value_of) {
  std::string result;
  std::size_t done = 0;
  for (auto found = next(text, 0); found; found = next(text, found->end)) {
    result += text.substr(done, found->begin - done);
    if (found->escaped) {
      result += '{';
      result += found->word;
      result += '}';
    } else if (const auto value = value_of(found->word)) {
      result += *value;
    } else {
      result += text.substr(found->begin, found->end - found->begin);
    }
    done = found->end;
  }
  result += text.substr(done);
  return result;
}

}  // namespace commands::plan
