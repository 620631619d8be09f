#include "commands/plan/check_template.h"

#include <algorithm>

#include "commands/nearest.h"
#include "commands/plan/placeholders.h"

namespace commands::plan {
namespace {

// A word near a known one is a slip and refused. Any other stays as it is,
// with a warning: programs are written with braces too.
void check_words(std::string_view key,
                 std::string_view element,
                 Place place,
                 Problems& problems) {
  static const std::vector<std::string> kKnown = {
      "version", "candidate", "module", "name", "run", "metrics_file"};
  for (const std::string& word : placeholders(element)) {
    if (std::ranges::find(kKnown, word) != kKnown.end()) {
      continue;
    }
    if (word == "args") {
      problems.refuse(
          place,
          key == "args"
              ? "{args} cannot stand in args"
              : fmt::format("{{args}} must be an element of {} of its own",
                            key));
      continue;
    }
    const std::string near = suggestion(word, kKnown);
    if (!near.empty()) {
      problems.refuse(
          place,
          fmt::format("unknown placeholder {{{}}} in {}{}", word, key, near));
    } else {
      problems.warn(
          place,
          fmt::format("{{{0}}} in {1} is no placeholder and stays as it is; "
                      "write {{{{{0}}}}} to say so",
                      word,
                      key));
    }
  }
}

}  // namespace

void check_command(std::string_view key,
                   const std::vector<std::string>& command,
                   Place place,
                   Problems& problems) {
  if (command.empty() || command.front().empty()) {
    problems.refuse(place,
                    fmt::format("{} is empty: it names no program", key));
  } else if (command.front() == "{args}") {
    problems.refuse(place, fmt::format("{} begins with {{args}}", key));
  }
  for (const std::string& element : command) {
    if (element != "{args}") {
      check_words(key, element, place, problems);
    }
  }
}

void check_arguments(const std::vector<std::string>& arguments,
                     Place place,
                     Problems& problems) {
  for (const std::string& argument : arguments) {
    check_words("args", argument, place, problems);
  }
}

}  // namespace commands::plan
