#include "commands/run.h"

#include <charconv>

#include "commands/nearest.h"
#include "projections/entries.h"
#include "projections/queries.h"
#include "tools/release_ledger/past_values.h"
#include "tools/release_ledger/verbs.h"

namespace tools::verbs {
namespace {

using ledger::ErrorCode;
using ledger::fail;

Result<std::optional<schema::Step>> wanted_step(const RunOptions& options) {
  if (options.all == !options.step.empty()) {
    return fail(ErrorCode::kUsage,
                "step-unclear",
                options.all ? "--all and --step exclude each other"
                            : "say which step to run",
                "release-ledger --all, or --step with one of prepare-branch, "
                "bug-check, workflow-tests, release, announce");
  }
  if (options.all) {
    return std::nullopt;
  }
  const auto step = schema::parse_step(options.step);
  if (!step) {
    std::vector<std::string> words;
    for (const schema::Step known : schema::kSteps) {
      words.emplace_back(schema::word(known));
    }
    return fail(ErrorCode::kUsage,
                "no-such-step",
                fmt::format("there is no step \"{}\"{}",
                            options.step,
                            commands::suggestion(options.step, words)),
                "the steps are prepare-branch, bug-check, workflow-tests, "
                "release and announce");
  }
  return step;
}

// The unfinished releases are a fact the command decides on, with the size of
// the ledger it was read at; so is what past releases measured.
Status gather_facts(Session& session, commands::RunRequest& request) {
  const auto book = session.book();
  if (!book) {
    return book.error().code == ErrorCode::kNotFound
               ? Status()
               : Status(std::unexpected(book.error()));
  }
  RL_ASSIGN(const ledger::Snapshot snapshot, book->read());
  request.ledger_size = snapshot.size();
  RL_ASSIGN(projections::Standing now, projections::standing(snapshot));
  request.unfinished = std::move(now.unfinished);
  request.previous_release = std::move(now.last_published);
  if (compares_with_the_past(request.plan) || request.plan.forge) {
    RL_ASSIGN(request.history, past_values(snapshot));
  }
  return {};
}

// What --wait without a value stands for.
constexpr const char* kForever = "forever";

// "90s", "30m", "2h", "1d", or seconds; or as long as it takes.
Result<std::chrono::milliseconds> wait_of(const std::string& text) {
  using std::chrono::milliseconds;
  constexpr std::int64_t kDayS = 24 * 3600;
  constexpr std::int64_t kLongestS = 365 * kDayS;
  if (text == kForever) {
    return milliseconds(kLongestS * 1000);
  }
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  const std::int64_t unit_s = unit.empty() || unit == "s" ? 1
                              : unit == "m"               ? 60
                              : unit == "h"               ? 3600
                              : unit == "d"               ? kDayS
                                                          : 0;
  if (error != std::errc() || number < 0 || unit_s == 0 ||
      number > kLongestS / unit_s) {
    return fail(ErrorCode::kUsage,
                "wait-invalid",
                fmt::format("\"{}\" is no time to wait", text),
                "for example --wait 90s, --wait 30m, --wait 8h, --wait 2d");
  }
  return milliseconds(number * unit_s * 1000);
}

}  // namespace

Status run(Session& session) {
  const RunOptions& options = session.options().run;
  commands::RunRequest request;
  RL_ASSIGN(request.step, wanted_step(options));
  request.version = options.version;
  request.start_new = options.start_new;
  request.comprehensive = options.comprehensive;
  request.rehearsal = options.check;
  request.candidate = options.candidate;
  request.confirm_bugs = options.confirm_bugs;
  request.confirm_announced = options.confirm_announced;
  request.new_ledger = options.new_ledger;
  if (options.wait) {
    RL_ASSIGN(request.wait, wait_of(*options.wait));
  }
  RL_ASSIGN(commands::Environment environment,
            session.environment(options.check));
  RL_ASSIGN(environment.work_tree, session.git().top_level());
  RL_ASSIGN(environment.plan_file, session.plan_file());
  RL_ASSIGN(request.plan, session.plan(true));
  RL_TRY(gather_facts(session, request));
  return commands::run(environment, request);
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
      ->check(whole_number_between(1, 1'000'000));
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
  app.add_option("--wait",
                 run.wait,
                 "Wait for approvals, reviews and checks, and go on; without "
                 "DURATION as long as it takes")
      ->type_name("DURATION")
      ->expected(0, 1)
      ->default_str(kForever);
  app.add_option("--new-ledger",
                 run.new_ledger,
                 "Go on although the ledger of the last release is missing")
      ->type_name("REASON")
      ->check(say_something);
}

void add_run(VerbTable& table) {
  add_run_options(
      table.add("run", "The steps; the same as without the verb", run),
      table.options().run);
}

}  // namespace tools::verbs
