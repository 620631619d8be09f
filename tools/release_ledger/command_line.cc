#include "tools/release_ledger/command_line.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "commands/nearest.h"
#include "schema/release/assess.h"
#include "tools/release_ledger/verbs.h"

namespace tools {
std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

namespace {

using ledger::ErrorCode;
using ledger::fail;

constexpr const char* kDescription =
    "Release Ledger does the steps of a release and is their record.\n"
    "Every step appends immutable events; everything shown is read back from "
    "them.";

constexpr const char* kFooter =
    "\nA release, step by step:\n"
    "  release-ledger init                      write a plan to edit\n"
    "  release-ledger --all --check             what would happen\n"
    "  release-ledger --all                     do it; typed again, it goes "
    "on\n"
    "  release-ledger status                    where it is, what it waits "
    "for\n"
    "  release-ledger approve V --role ROLE     sign off the evidence\n"
    "\nExit codes: 0 done, 1 a gate said no, 2 usage, 3 waiting for a person,"
    "\n4 busy or overtaken, 5 integrity, 6 git or a service failed, 7 this "
    "machine\ncould not, 70 our bug, 130 interrupted.\n";

void add_shared_options(CLI::App& app, SharedOptions& shared) {
  app.add_option("--plan", shared.plan, "The plan (RELEASE_LEDGER_PLAN)")
      ->type_name("FILE");
  app.add_option(
         "--ledger", shared.ledger, "The ledger's folder (RELEASE_LEDGER)")
      ->type_name("FOLDER");
  app.add_option("--actor",
                 shared.actor,
                 "Who acts, \"Name <mail>\" (RELEASE_LEDGER_ACTOR)")
      ->type_name("WHO");
  app.add_option("--lock-timeout",
                 shared.lock_timeout_s,
                 "How long to wait for the ledger")
      ->type_name("SECONDS")
      ->check(number_between(0.0, 86'400.0));
  app.add_option("--color", shared.color, "Colour: auto, always, never")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.add_flag("--verbose", shared.verbose, "Tell each program that is run");
  app.add_flag("--json", shared.json, "JSON, for programs");
  app.add_flag("--csv", shared.csv, "CSV (of lists)");
  app.add_flag("--yes", shared.yes, "Do not ask \"are you sure?\"");
}

// The one list of the verbs; each line is a file below verbs/.
void add_verbs(VerbTable& table) {
  verbs::add_run(table);
  verbs::add_asking(table);
  verbs::add_comparing(table);
  verbs::add_questions(table);
  verbs::add_audit(table);
  verbs::add_jobs(table);
  verbs::add_sign_offs(table);
  verbs::add_record(table);
  verbs::add_plan(table);
  verbs::add_maintenance(table);
  verbs::add_doctor(table);
  verbs::add_moving(table);
  verbs::add_proofs(table);
  verbs::add_reports(table);
}

void build(CLI::App& app, Invocation& invocation, VerbTable& table) {
  app.footer(kFooter);
  app.allow_extras();
  app.require_subcommand(0, 1);
  app.get_formatter()->column_width(32);
  verbs::add_run_options(app, invocation.options.run);
  add_shared_options(app, invocation.options.shared);
  add_verbs(table);
  CLI::App* shells =
      app.add_subcommand("completion", "Shell completion: bash, zsh, fish");
  shells->fallthrough();
  shells->allow_extras();
  shells->footer(kVerbFooter);
  shells->add_option("shell", invocation.options.shell, "bash, zsh or fish")
      ->type_name("SHELL")
      ->required();
}

// The verb on the line, innermost; null without one.
CLI::App* chosen(CLI::App& app) {
  CLI::App* verb = nullptr;
  for (auto subs = app.get_subcommands(); !subs.empty();
       subs = verb->get_subcommands()) {
    verb = subs.front();
  }
  return verb;
}

// "metrics blame": as it has to be typed.
std::string path_of(const CLI::App& verb) {
  const CLI::App* parent = verb.get_parent();
  return parent == nullptr || parent->get_parent() == nullptr
             ? verb.get_name()
             : path_of(*parent) + " " + verb.get_name();
}

std::string help_command(const CLI::App* verb) {
  return verb == nullptr
             ? "release-ledger --help"
             : fmt::format("release-ledger {} --help", path_of(*verb));
}

std::string help_of(const CLI::App& app, const CLI::App* verb) {
  if (verb == nullptr) {
    return app.help();
  }
  std::string before = "release-ledger " + path_of(*verb);
  before.resize(before.size() - verb->get_name().size() - 1);
  return verb->help(before);
}

std::vector<std::string> names_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub :
       app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(sub->get_name());
  }
  return names;
}

std::unexpected<ledger::Error> usage(const std::string& what,
                                     const std::string& hint) {
  return fail(ErrorCode::kUsage, "usage", what, hint);
}

// A word that is a step, or a verb below another one, or a slip.
std::unexpected<ledger::Error> no_such_verb(const CLI::App& app,
                                            const std::string& word) {
  if (schema::parse_step(word)) {
    return usage(fmt::format("{} is a step, not a verb", word),
                 fmt::format("release-ledger --step {}", word));
  }
  for (const CLI::App* group :
       app.get_subcommands([](const CLI::App*) { return true; })) {
    if (const auto below = names_of(*group);
        std::ranges::find(below, word) != below.end()) {
      return usage(fmt::format("there is no verb \"{}\"; did you mean {} {}?",
                               word,
                               group->get_name(),
                               word),
                   help_command(nullptr) + " shows all");
    }
  }
  return usage(fmt::format("there is no verb \"{}\"{}",
                           word,
                           commands::suggestion(word, names_of(app))),
               help_command(nullptr) + " shows all");
}

// What CLI11 did not know, told with what was probably meant.
Status refuse_extras(CLI::App& app) {
  const std::vector<std::string> extras = app.remaining(true);
  if (extras.empty()) {
    return {};
  }
  const std::string& word = extras.front();
  const CLI::App* verb = chosen(app);
  const std::string help = help_command(verb);
  if (word.starts_with('-')) {
    std::vector<std::string> known = flags_of(app);
    if (verb != nullptr) {
      std::ranges::copy(flags_of(*verb), std::back_inserter(known));
    }
    return usage(
        fmt::format(
            "there is no option {}{}", word, commands::suggestion(word, known)),
        help + " shows all");
  }
  if (verb == nullptr) {
    return no_such_verb(app, word);
  }
  return usage(fmt::format("{} does not take \"{}\"", path_of(*verb), word),
               help + " shows what it takes");
}

// The options of `run` fall through from a verb to the program, where they
// would be swallowed without a word.
Status refuse_stray_run_options(CLI::App& app) {
  const CLI::App* verb = chosen(app);
  if (verb == nullptr || verb->get_name() == "run") {
    return {};
  }
  RunOptions unused;
  CLI::App run_options;
  verbs::add_run_options(run_options, unused);
  for (const std::string& name : flags_of(run_options)) {
    if (name != "--help" && app.get_option(name)->count() > 0) {
      return usage(fmt::format("{} does not go with {}", name, path_of(*verb)),
                   help_command(verb) + " shows what does");
    }
  }
  return {};
}

// A script that asks for CSV must not be given a table.
Status refuse_stray_csv(CLI::App& app, const SharedOptions& shared) {
  if (shared.csv && shared.json) {
    return usage("--csv and --json exclude each other", "give one of them");
  }
  const CLI::App* verb = chosen(app);
  const std::string name = verb == nullptr ? "run" : verb->get_name();
  const auto& lists = verbs::kListVerbs;
  if (!shared.csv || std::ranges::find(lists, name) != lists.end()) {
    return {};
  }
  return usage(fmt::format("{} has no CSV", name),
               fmt::format("--csv goes with {}; --json with every question",
                           fmt::join(lists, ", ")));
}

// `status "$UNSET"` is a slip, not a question about any release. A note may be
// empty, and what has to say something says so itself.
Status refuse_empty(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    const bool may_be_empty =
        option->get_name() == "--note" || option->get_name() == "--version";
    const auto& given = option->results();
    if (!may_be_empty && option->get_expected_max() > 0 &&
        std::ranges::find(given, "") != given.end()) {
      return usage(
          fmt::format("{} is given, and empty",
                      option->get_positional() ? option->get_type_name()
                                               : option->get_name()),
          "leave it out, or give a value: an unset variable?");
    }
  }
  return {};
}

Status refuse_empty_words(CLI::App& app) {
  RL_TRY(refuse_empty(app));
  const CLI::App* verb = chosen(app);
  return verb == nullptr ? Status() : refuse_empty(*verb);
}

// `help VERB` is what others call `VERB --help`.
std::vector<std::string> arguments_of(int argc, const char* const* argv) {
  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  if (!arguments.empty() && arguments.front() == "help") {
    arguments.erase(arguments.begin());
    arguments.emplace_back("--help");
  }
  std::ranges::reverse(arguments);  // as CLI11 wants them
  return arguments;
}

// CLI11's words, as one line.
std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  while (text.ends_with(' ') || text.ends_with('.')) {
    text.pop_back();
  }
  return text;
}

// "release is required": what is missing, as the usage line calls it.
std::string plain_words(std::string text, const CLI::App* verb) {
  // "--step: 1 required STEP missing"
  if (const auto at = text.find(": 1 required ");
      at != text.npos && text.ends_with(" missing")) {
    return fmt::format("{} needs a value", text.substr(0, at));
  }
  constexpr std::string_view kRequired = " is required";
  if (verb == nullptr || !text.ends_with(kRequired)) {
    return text;
  }
  if (text == "A subcommand is required") {
    return fmt::format("{} needs one of its verbs: {}",
                       path_of(*verb),
                       fmt::join(names_of(*verb), ", "));
  }
  const std::string name = text.substr(0, text.size() - kRequired.size());
  for (const CLI::Option* option : verb->get_options()) {
    if (option->get_positional() && option->get_name(true) == name) {
      return fmt::format(
          "{} needs {}", path_of(*verb), option->get_type_name());
    }
  }
  return fmt::format("{} needs {}", path_of(*verb), name);
}

}  // namespace

Result<Invocation> parse_command_line(int argc, const char* const* argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--version") {
    Invocation version;
    version.text = fmt::format("release-ledger {}\n", program_version());
    return version;
  }
  CLI::App app{kDescription, "release-ledger"};
  Invocation invocation;
  VerbTable table(app, invocation);
  build(app, invocation, table);
  try {
    app.parse(arguments_of(argc, argv));
  } catch (const CLI::CallForHelp&) {
    RL_TRY(refuse_extras(app));
    invocation.verb = nullptr;
    invocation.text = help_of(app, chosen(app));
    return invocation;
  } catch (const CLI::ParseError& error) {
    RL_TRY(refuse_extras(app));
    return usage(plain_words(one_line(error.what()), chosen(app)),
                 help_command(chosen(app)));
  }
  RL_TRY(refuse_extras(app));
  RL_TRY(refuse_stray_run_options(app));
  RL_TRY(refuse_stray_csv(app, invocation.options.shared));
  RL_TRY(refuse_empty_words(app));
  if (!invocation.options.shell.empty()) {
    RL_ASSIGN(invocation.text, completion(app, invocation.options.shell));
    return invocation;
  }
  if (argc == 1) {
    return usage("nothing to do",
                 "release-ledger --all runs a release, release-ledger --help "
                 "shows everything");
  }
  if (!invocation.verb) {
    invocation.verb = verbs::run;
  }
  return invocation;
}

}  // namespace tools
