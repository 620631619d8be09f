#include "tools/release_ledger/verb_table.h"

#include <charconv>
#include <limits>

#include "projections/render/text.h"

namespace tools {

const char* const kVerbFooter =
    "\nOptions of every verb (--json, --yes, --ledger, ...): "
    "release-ledger --help\n";

CLI::App& VerbTable::add(const std::string& name,
                         const std::string& description,
                         Verb verb) {
  return add_to(app_, name, description, std::move(verb));
}

CLI::App& VerbTable::add_group(const std::string& name,
                               const std::string& description) {
  CLI::App* group = app_.add_subcommand(name, description);
  group->fallthrough();
  group->allow_extras();
  group->require_subcommand(1);
  group->footer(kVerbFooter);
  return *group;
}

CLI::App& VerbTable::add_to(CLI::App& group,
                            const std::string& name,
                            const std::string& description,
                            Verb verb) {
  CLI::App* sub = group.add_subcommand(name, description);
  sub->fallthrough();
  sub->allow_extras();
  sub->footer(kVerbFooter);
  sub->final_callback([this, sub, verb = std::move(verb)] {
    if (sub->get_subcommands().empty()) {  // else a verb of its own was meant
      invocation_.verb = verb;
    }
  });
  return *sub;
}

CLI::App& VerbTable::add_question(const std::string& name,
                                  const std::string& description,
                                  Verb verb) {
  CLI::App& sub = add(name, description, std::move(verb));
  sub.add_option("release",
                 options().release.release,
                 "The release; without it the one in progress, else the "
                 "newest")
      ->type_name("V");
  return sub;
}

CLI::App& VerbTable::add_act(const std::string& name,
                             const std::string& description,
                             Verb verb) {
  CLI::App& sub = add(name, description, std::move(verb));
  sub.add_option("release", options().release.release, "The release")
      ->type_name("V")
      ->required();
  return sub;
}

void VerbTable::add_reason(CLI::App& act, const std::string& description) {
  act.add_option("--reason", options().release.reason, description)
      ->type_name("TEXT")
      ->check(say_something)
      ->required();
}

std::string say_something(const std::string& text) {
  return text.find_first_not_of(" \t\n") == std::string::npos
             ? "a reason has to be given"
             : "";
}

std::function<std::string(const std::string&)> number_between(double low,
                                                              double high) {
  return [low, high](const std::string& text) -> std::string {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    const bool good =
        error == std::errc() && rest == end && low <= value && value <= high;
    return good ? ""
                : fmt::format("\"{}\" is no number from {} to {}",
                              projections::render::harmless(text),
                              low,
                              high);
  };
}

std::function<std::string(const std::string&)> whole_number_between(
    std::uint64_t low, std::uint64_t high) {
  return [low, high](const std::string& text) -> std::string {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    const bool good =
        error == std::errc() && rest == end && low <= value && value <= high;
    return good ? ""
                : fmt::format("\"{}\" is no whole number from {} {}",
                              projections::render::harmless(text),
                              low,
                              high == std::numeric_limits<std::uint64_t>::max()
                                  ? std::string("on")
                                  : fmt::format("to {}", high));
  };
}

}  // namespace tools
