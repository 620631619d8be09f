#include "commands/plan/check_template.h"

#include <algorithm>

#include "commands/nearest.h"
#include "commands/plan/placeholders.h"

namespace commands::plan {
namespace {

// An element that a list of arguments takes the place of.
bool is_list(std::string_view element) {
  return element == "{args}" || element == "{launcher_args}";
}

// A word near a known one is a slip and refused. Any other stays as it is,
// with a warning: programs are written with braces too.
void check_words(std::string_view key,
                 std::string_view element,
                 Place place,
                 Problems& problems) {
  static const std::vector<std::string> kKnown = {"version",
                                                  "candidate",
                                                  "commit",
                                                  "module",
                                                  "name",
                                                  "run",
                                                  "metrics_file"};
  static const std::vector<std::string> kOfJobs = {"job", "run"};
  const bool of_job = key == "remote_logs" || key == "remote_cancel";
  const std::vector<std::string>& known = of_job ? kOfJobs : kKnown;
  for (const std::string& word : placeholders(element)) {
    if (std::ranges::find(known, word) != known.end() ||
        word.starts_with(kOutputWord)) {
      continue;
    }
    if (word == "args" || word == "launcher_args") {
      problems.refuse(
          place,
          key.ends_with("args")
              ? fmt::format("{{{}}} cannot stand in {}", word, key)
              : fmt::format(
                    "{{{}}} must be an element of {} of its own", word, key));
      continue;
    }
    const std::string near = suggestion(word, known);
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
  } else if (is_list(command.front())) {
    problems.refuse(place,
                    fmt::format("{} begins with {}", key, command.front()));
  }
  for (const std::string& element : command) {
    if (!is_list(element)) {
      check_words(key, element, place, problems);
    }
  }
}

void check_arguments(std::string_view key,
                     const std::vector<std::string>& arguments,
                     Place place,
                     Problems& problems) {
  for (const std::string& argument : arguments) {
    check_words(key, argument, place, problems);
  }
}

}  // namespace commands::plan
