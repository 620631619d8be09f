#include "tools/release_ledger/verb_table.h"

namespace tools {

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
  return *group;
}

CLI::App& VerbTable::add_to(CLI::App& group,
                            const std::string& name,
                            const std::string& description,
                            Verb verb) {
  CLI::App* sub = group.add_subcommand(name, description);
  sub->fallthrough();
  sub->allow_extras();
  sub->footer(
      "\nOptions of every verb (--json, --yes, --ledger, ...): "
      "release-ledger --help\n");
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

}  // namespace tools
