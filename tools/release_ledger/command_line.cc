#include "tools/release_ledger/command_line.h"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "commands/nearest.h"
#include "tools/release_ledger/verbs.h"

namespace tools {
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

// A reason that says nothing is none.
std::string say_something(const std::string& text) {
  return text.find_first_not_of(" \t\n") == std::string::npos
             ? "a reason has to be given"
             : "";
}

void add_run_options(CLI::App& app, RunOptions& run) {
  app.add_flag("--all", run.all, "Every step that is not done, in order");
  app.add_option("--step",
                 run.step,
                 "One step: prepare-branch, bug-check, workflow-tests, "
                 "release, announce")
      ->type_name("STEP");
  app.add_option("--version",
                 run.version,
                 "The release's name; without it the one in progress, else a "
                 "new one named by the time")
      ->type_name("NAME");
  app.add_flag("--new", run.start_new, "Start a release in any case");
  app.add_flag("--comprehensive",
               run.comprehensive,
               "The comprehensive set of validations; kept once given");
  app.add_flag(
      "--check", run.check, "Dry run: say what would be done, change nothing");
  app.add_option("--rc", run.candidate, "Make candidate N at HEAD")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--confirm-bugs",
                 run.confirm_bugs,
                 "Answer the bug check: no blocking bug is open, and why you "
                 "know")
      ->type_name("REASON")
      ->check(say_something);
  app.add_option("--confirm-announced",
                 run.confirm_announced,
                 "Say that the announcement was posted, and where")
      ->type_name("REASON")
      ->check(say_something);
  app.add_option("--new-ledger",
                 run.new_ledger,
                 "Go on although the ledger of the last release is missing")
      ->type_name("REASON")
      ->check(say_something);
}

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
  app.add_flag("--csv", shared.csv, "CSV (list)");
  app.add_flag("--yes", shared.yes, "Do not ask \"are you sure?\"");
}

// Everything that the parse fills and decides.
struct Parser {
  CLI::App app{kDescription, "release-ledger"};
  Invocation invocation;

  CLI::App* add(const std::string& name,
                const std::string& description,
                Verb verb) {
    CLI::App* sub = app.add_subcommand(name, description);
    sub->fallthrough();
    sub->allow_extras();
    sub->footer(
        "\nOptions of every verb (--json, --yes, --ledger, ...): "
        "release-ledger --help\n");
    sub->final_callback([this, verb] { invocation.verb = verb; });
    return sub;
  }

  CLI::App* add_for_release(const std::string& name,
                            const std::string& description,
                            Verb verb) {
    CLI::App* sub = add(name, description, std::move(verb));
    sub->add_option("release",
                    invocation.options.release.release,
                    "The release; without it the one in progress, else the "
                    "newest")
        ->type_name("V");
    return sub;
  }

  CLI::App* add_act(const std::string& name,
                    const std::string& description,
                    Verb verb) {
    CLI::App* sub = add(name, description, std::move(verb));
    sub->add_option(
           "release", invocation.options.release.release, "The release")
        ->type_name("V")
        ->required();
    return sub;
  }

  void add_reason(CLI::App* sub, const std::string& description) {
    sub->add_option("--reason", invocation.options.release.reason, description)
        ->type_name("TEXT")
        ->check(say_something)
        ->required();
  }

  void build();
  void build_questions();
  void build_acts();
  void build_maintenance();
};

void Parser::build_questions() {
  Options& options = invocation.options;
  add("list", "All releases: state, commit, who, how long", verbs::list);
  add_for_release("status",
                  "One release: steps, validations, approvals, what is waited "
                  "for",
                  verbs::status);
  CLI::App* explain =
      add_for_release("explain",
                      "For each refusal or wait: the rule, the evidence, who "
                      "settles it, what to type",
                      verbs::explain);
  explain->add_option("step", options.release.step, "One step only")
      ->type_name("STEP");
  CLI::App* history =
      add("history", "The events, oldest first", verbs::history);
  history->add_option("release", options.history.release, "Of one release only")
      ->type_name("V");
  history->add_option("--type", options.history.type, "Of one event type")
      ->type_name("TYPE");
  history
      ->add_option("--actor-like",
                   options.history.actor,
                   "By people whose name or e-mail contains this")
      ->type_name("TEXT");
  history->add_option("--since", options.history.since, "From this time on")
      ->type_name("TIME");
  history->add_option("--until", options.history.until, "Up to this time")
      ->type_name("TIME");
  history->add_option("--limit", options.history.limit, "The newest N only")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000'000));
  history->add_flag(
      "--follow", options.history.follow, "Go on with what is appended");
  CLI::App* replay =
      add_for_release("replay",
                      "The state rebuilt from the events alone, as it stood",
                      verbs::replay);
  replay->add_option("--at", options.release.at, "A position, or a time")
      ->type_name("MOMENT");
}

void Parser::build_acts() {
  Options& options = invocation.options;
  CLI::App* approve = add_act(
      "approve", "Sign off a release's evidence in a role", verbs::approve);
  approve->add_option("--role", options.release.role, "In which role")
      ->type_name("ROLE")
      ->required();
  approve->add_option("--note", options.release.note, "A word with it")
      ->type_name("TEXT");
  CLI::App* revoke = add_act("revoke", "Withdraw your approval", verbs::revoke);
  revoke->add_option("--role", options.release.role, "Of this role only")
      ->type_name("ROLE");
  revoke->add_option("--reason", options.release.reason, "Why")
      ->type_name("TEXT");
  CLI::App* waive = add_act(
      "waive", "Let one failed check pass, on the record", verbs::waive);
  waive
      ->add_option("check",
                   options.release.check,
                   "VALIDATION, VALIDATION/KEY[#n], or bug-check")
      ->type_name("CHECK")
      ->required();
  add_reason(waive, "Why it may pass");
  add_reason(
      add_act("abandon", "End a release that will not ship", verbs::abandon),
      "Why");
  add_reason(
      add_act(
          "yank", "Mark a released one that should not be used", verbs::yank),
      "Why");
}

void Parser::build_maintenance() {
  CLI::App* plan = app.add_subcommand("plan", "The plan, as understood");
  plan->fallthrough();
  plan->allow_extras();
  plan->require_subcommand(1);
  const auto add_to_plan =
      [&](const std::string& name, const std::string& description, Verb verb) {
        CLI::App* sub = plan->add_subcommand(name, description);
        sub->fallthrough();
        sub->final_callback(
            [this, verb = std::move(verb)] { invocation.verb = verb; });
      };
  add_to_plan("show", "Print the plan with its defaults", verbs::plan_show);
  add_to_plan("check", "Errors with file, line and column", verbs::plan_check);
  add("init", "Write a commented plan and create the ledger", verbs::init);
  add("verify",
      "Integrity of the whole ledger, recomputed from the events",
      verbs::verify);
  add("rebuild", "Drop all views and fold them anew", verbs::rebuild);
  CLI::App* shells =
      app.add_subcommand("completion", "Shell completion: bash, zsh, fish");
  shells->add_option("shell", invocation.options.shell, "bash, zsh or fish")
      ->type_name("SHELL")
      ->required();
}

void Parser::build() {
  app.footer(kFooter);
  app.allow_extras();
  app.require_subcommand(0, 1);
  app.get_formatter()->column_width(32);
  add_run_options(app, invocation.options.run);
  add_shared_options(app, invocation.options.shared);
  CLI::App* run =
      add("run", "The steps; the same as without the verb", verbs::run);
  add_run_options(*run, invocation.options.run);
  build_questions();
  build_acts();
  build_maintenance();
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

std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
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
  add_run_options(run_options, unused);
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
  Parser parser;
  parser.build();
  CLI::App& app = parser.app;
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const CLI::App* verb = chosen(app);
    parser.invocation.verb = nullptr;
    parser.invocation.text =
        verb == nullptr ? app.help() : verb->help("release-ledger");
    return std::move(parser.invocation);
  } catch (const CLI::ParseError& error) {
    RL_TRY(refuse_extras(app));
    const CLI::App* verb = chosen(app);
    return usage(one_line(error.what()),
                 fmt::format("release-ledger {}--help",
                             verb ? verb->get_name() + " " : ""));
  }
  RL_TRY(refuse_extras(app));
  RL_TRY(refuse_stray_run_options(app));
  if (!parser.invocation.options.shell.empty()) {
    RL_ASSIGN(parser.invocation.text,
              completion(app, parser.invocation.options.shell));
    return std::move(parser.invocation);
  }
  if (argc == 1) {
    return usage("nothing to do",
                 "release-ledger --all runs a release, release-ledger --help "
                 "shows everything");
  }
  if (!parser.invocation.verb) {
    parser.invocation.verb = verbs::run;
  }
  return std::move(parser.invocation);
}

}  // namespace tools
