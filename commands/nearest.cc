#include "commands/nearest.h"

#include <algorithm>
#include <utility>

namespace commands {
namespace {

// Longer words are cut: the table of a distance is quadratic.
constexpr std::size_t kComparedMax = 64;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool swapped(std::string_view a,
             std::string_view b,
             std::size_t i,
             std::size_t j) {
  return i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
         lower(a[i - 2]) == lower(b[j - 1]);
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  a = a.substr(0, kComparedMax);
  b = b.substr(0, kComparedMax);
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    last[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      if (swapped(a, b, i, j)) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::vector<std::string> nearest_first(std::string_view word,
                                       std::vector<std::string> known,
                                       std::size_t count) {
  // Of two that are as near, the one of the same length: letters are swapped
  // more often than added.
  std::ranges::stable_sort(known, {}, [&](const std::string& name) {
    const auto longer = std::max(word.size(), name.size());
    const auto shorter = std::min(word.size(), name.size());
    return std::pair(edit_distance(word, name), longer - shorter);
  });
  known.resize(std::min(count, known.size()));
  return known;
}

std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& known) {
  const std::size_t allowed = std::max<std::size_t>(1, word.size() / 3);
  for (std::string& name : nearest_first(word, known, 1)) {
    if (edit_distance(word, name) <= allowed) {
      return std::move(name);
    }
  }
  return std::nullopt;
}

std::string suggestion(std::string_view word,
                       const std::vector<std::string>& known) {
  const auto near = nearest(word, known);
  return near ? "; did you mean " + *near + "?" : "";
}

}  // namespace commands
