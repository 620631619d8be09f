#include "tools/release_ledger/command_line.h"

#include <algorithm>

#include "commands/nearest.h"
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
      ->check(CLI::Range(0.0, 86'400.0));
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

// What CLI11 did not know, told with what was probably meant.
Status refuse_extras(CLI::App& app) {
  const std::vector<std::string> extras = app.remaining(true);
  if (extras.empty()) {
    return {};
  }
  const std::string& word = extras.front();
  const CLI::App* verb = chosen(app);
  const std::string help =
      verb == nullptr
          ? "release-ledger --help"
          : fmt::format("release-ledger {} --help", verb->get_name());
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
    return usage(fmt::format("there is no verb \"{}\"{}",
                             word,
                             commands::suggestion(word, names_of(app))),
                 help + " shows all");
  }
  return usage(fmt::format("{} does not take \"{}\"", verb->get_name(), word),
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
      return usage(
          fmt::format("{} does not go with {}", name, verb->get_name()),
          fmt::format("release-ledger {} --help shows what does",
                      verb->get_name()));
    }
  }
  return {};
}

// A script that asks for CSV must not be given a table.
Status refuse_stray_csv(CLI::App& app, const SharedOptions& shared) {
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

// CLI11's words, as one line.
std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  while (text.ends_with(' ') || text.ends_with('.')) {
    text.pop_back();
  }
  return text;
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
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const CLI::App* verb = chosen(app);
    invocation.verb = nullptr;
    invocation.text =
        verb == nullptr ? app.help() : verb->help("release-ledger");
    return invocation;
  } catch (const CLI::ParseError& error) {
    RL_TRY(refuse_extras(app));
    const CLI::App* verb = chosen(app);
    return usage(one_line(error.what()),
                 fmt::format("release-ledger {}--help",
                             verb ? verb->get_name() + " " : ""));
  }
  RL_TRY(refuse_extras(app));
  RL_TRY(refuse_stray_run_options(app));
  RL_TRY(refuse_stray_csv(app, invocation.options.shared));
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
