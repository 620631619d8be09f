// [[validation]]: each by itself, and names used once.

#include <algorithm>
#include <map>

#include "commands/nearest.h"
#include "commands/plan/check.h"
#include "commands/plan/check_template.h"
#include "commands/plan/defaults.h"
#include "commands/plan/placeholders.h"
#include "commands/plan/toml_reader.h"

namespace commands::plan {
namespace {

constexpr std::size_t kNameLengthMax = 64;

// A name becomes a log's file name, and the CHECK of `waive`.
const char* name_problem(std::string_view name) {
  const bool plain = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
  if (!plain) {
    return "only letters, digits and . _ - may stand in a name";
  }
  if (name.starts_with('.') || name.starts_with('-')) {
    return "a name begins with a letter, a digit or _";
  }
  if (name.size() > kNameLengthMax) {
    return "a name has at most 64 characters";
  }
  return name == "bug-check" ? "this name is taken by the step" : nullptr;
}

class ValidationCheck {
 public:
  ValidationCheck(const Checking& checking, std::size_t index)
      : checking_(checking),
        validation_(checking.plan.validations[index]),
        index_(index) {}

  void run() {
    if (const char* problem = name_problem(validation_.name)) {
      refuse("name",
             fmt::format("validation \"{}\": {}", validation_.name, problem));
    }
    check_program();
    if (!(validation_.timeout_s > 0) ||
        validation_.timeout_s > kTimeoutLimitS) {
      refuse("timeout_s",
             fmt::format("timeout_s must be more than 0 and at most {} (30 "
                         "days), not {}",
                         kTimeoutLimitS,
                         validation_.timeout_s));
    }
    check_sets();
    check_metrics_file(checking_, index_);
    check_running(checking_, index_);
    if (validation_.acceptance.empty()) {
      warn("name",
           fmt::format("validation {} has no acceptance: its exit code alone "
                       "decides",
                       validation_.name));
    }
  }

 private:
  Place place(std::string_view key) const {
    return place_at(checking_.source,
                    {Step("validation"), Step(index_), Step(key)});
  }
  void refuse(std::string_view key, std::string what) {
    checking_.problems.refuse(place(key), std::move(what));
  }
  void warn(std::string_view key, std::string what) {
    checking_.problems.warn(place(key), std::move(what));
  }
  bool given(std::string_view key) const {
    return checking_.source.get_as<toml::array>("validation")
        ->get(index_)
        ->as_table()
        ->contains(key);
  }

  void check_program() {
    if (given("command")) {
      check_command(
          "command", validation_.command, place("command"), checking_.problems);
    } else if (validation_.module_.empty()) {
      refuse("module",
             fmt::format("validation {} needs a module or a command",
                         validation_.name));
    }
    const bool names_module = std::ranges::any_of(
        validation_.command, [](const std::string& element) {
          return std::ranges::count(placeholders(element), "module") > 0;
        });
    if (names_module && validation_.module_.empty()) {
      refuse("command",
             fmt::format("command names {{module}}, but validation {} has none",
                         validation_.name));
    }
    check_arguments(
        "args", validation_.args, place("args"), checking_.problems);
    check_arguments("launcher_args",
                    validation_.launcher_args,
                    place("launcher_args"),
                    checking_.problems);
    if (given("command") && !validation_.args.empty() &&
        std::ranges::find(validation_.command, "{args}") ==
            validation_.command.end()) {
      warn("args",
           fmt::format("validation {}: args are not used, command has no "
                       "\"{{args}}\"",
                       validation_.name));
    }
  }

  void check_sets() {
    static const std::vector<std::string> kSets = {"quick", "comprehensive"};
    for (const std::string& set : validation_.sets) {
      if (std::ranges::find(kSets, set) == kSets.end()) {
        refuse("sets",
               fmt::format("unknown set \"{}\"; known are quick, comprehensive"
                           "{}",
                           set,
                           suggestion(set, kSets)));
      }
    }
    if (validation_.sets.empty()) {
      warn("sets",
           fmt::format("validation {} is in no set and never runs",
                       validation_.name));
    }
  }

  const Checking& checking_;
  const schema::Validation& validation_;
  std::size_t index_;
};

}  // namespace

void check_validations(const Checking& checking) {
  if (checking.plan.validations.empty()) {
    checking.problems.warn(
        {}, "the plan has no validation: no release can pass its gate");
  }
  std::map<std::string_view, std::size_t> first;
  for (std::size_t i = 0; i < checking.plan.validations.size(); ++i) {
    ValidationCheck(checking, i).run();
    const std::string& name = checking.plan.validations[i].name;
    const auto [known, is_new] = first.emplace(name, i);
    if (!is_new) {
      const auto place = [&](std::size_t index) {
        return place_at(checking.source,
                        {Step("validation"), Step(index), Step("name")});
      };
      checking.problems.refuse(
          place(i),
          fmt::format("there is a validation {} already, in line {}",
                      name,
                      place(known->second).line));
    }
  }
}

}  // namespace commands::plan
