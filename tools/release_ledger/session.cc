#include "tools/release_ledger/session.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <random>

#include <fmt/ranges.h>
#include <pwd.h>
#include <unistd.h>

#include "commands/nearest.h"
#include "commands/plan/plan.h"
#include "commands/run.h"
#include "commands/services/git_discovery.h"
#include "projections/entries.h"
#include "schema/release/policy.h"
#include "tools/release_ledger/reporter.h"
#include "tools/release_ledger/variable.h"

namespace tools {
namespace {
namespace fs = std::filesystem;
using commands::services::ProcessRequest;
using commands::services::ProcessResult;
using ledger::ErrorCode;
using ledger::fail;

constexpr std::string_view kPlanName = "release-plan.toml";
constexpr std::string_view kLedgerName = "release-ledger";

std::string first_of(std::initializer_list<std::string> values) {
  for (const std::string& value : values) {
    if (!value.empty()) {
      return value;
    }
  }
  return {};
}

fs::path key_folder() {
  const std::string config = variable("XDG_CONFIG_HOME");
  const fs::path base = fs::path(config).is_absolute()
                            ? fs::path(config)
                            : fs::path(variable("HOME")) / ".config";
  return base / "release-ledger" / "keys";
}

// Ends the process at a chosen append, for the crash tests: what a power cut
// does, at a moment they choose. `seen` counts the events of the whole command,
// however often it opens the ledger.
std::function<void(ledger::AppendMoment, std::size_t)> crash_observer(
    std::size_t& seen) {
  const std::string before = variable("RELEASE_LEDGER_TEST_KILL_BEFORE_EVENT");
  const std::string after = variable("RELEASE_LEDGER_TEST_KILL_AFTER_EVENT");
  if (before.empty() && after.empty()) {
    return nullptr;
  }
  const auto moment = before.empty() ? ledger::AppendMoment::kCommitted
                                     : ledger::AppendMoment::kBeforeCommit;
  const std::size_t nth =
      std::strtoul((before.empty() ? after : before).c_str(), nullptr, 10);
  return [moment, nth, &seen](ledger::AppendMoment now, std::size_t count) {
    if (now != moment) {
      return;
    }
    seen += count;
    if (seen >= nth) {
      ::raise(SIGKILL);
    }
  };
}

// "Name <mail>", both halves there.
Result<schema::PersonName> parse_actor(const std::string& text) {
  schema::PersonName who = schema::split_person(text);
  const bool plain = projections::render::harmless(text) == text &&
                     who.name.find_first_of("<>") == std::string::npos &&
                     who.email.find_first_of("<> ") == std::string::npos;
  if (!plain || who.name.empty() || who.email.empty()) {
    return fail(ErrorCode::kUsage,
                "actor-invalid",
                fmt::format("\"{}\" does not say who acts", text),
                "give a name and an e-mail: --actor \"Ann <ann@example.org>\"");
  }
  return who;
}

// Tells what is run, for --verbose.
class TellingRunner : public commands::services::SystemProcessRunner {
 public:
  explicit TellingRunner(const Terminal& terminal) : terminal_(terminal) {}
  Result<ProcessResult> run(const ProcessRequest& request) override {
    terminal_.line(fmt::format("+ {}", fmt::join(request.argv, " ")));
    return SystemProcessRunner::run(request);
  }
  Result<std::unique_ptr<commands::services::RunningProcess>> start(
      const ProcessRequest& request) override {
    terminal_.line(fmt::format("+ {}", fmt::join(request.argv, " ")));
    return SystemProcessRunner::start(request);
  }

 private:
  const Terminal& terminal_;
};

}  // namespace

Session::Session(Options options)
    : options_(std::move(options)),
      terminal_(options_.shared),
      reporter_(std::make_unique<TerminalReporter>(*this)) {
  if (options_.shared.verbose) {
    processes_ = std::make_unique<TellingRunner>(terminal_);
  } else {
    processes_ = std::make_unique<commands::services::SystemProcessRunner>();
  }
}

Session::~Session() = default;

commands::services::Git& Session::git() {
  if (!git_) {
    git_ = std::make_unique<commands::services::Git>(
        *processes_, fs::current_path(), options_.run.check);
  }
  return *git_;
}

Result<ledger::Settings> Session::settings() {
  ledger::Settings settings;
  const std::string named =
      first_of({options_.shared.ledger, variable("RELEASE_LEDGER")});
  if (named.find("://") != std::string::npos) {
    return fail(ErrorCode::kUsage,
                "ledger-url",
                fmt::format("{} is a URL; this version keeps ledgers in "
                            "folders only",
                            named),
                "give a folder with --ledger");
  }
  if (named.empty()) {
    if (common_directory_.empty()) {
      const auto plain =
          commands::services::plain_git_folder(fs::current_path(), variable);
      if (plain) {
        common_directory_ = *plain;
      } else {
        RL_ASSIGN(common_directory_, git().common_directory());
      }
    }
    settings.folder = common_directory_ / kLedgerName;
  } else {
    settings.folder = fs::absolute(named).lexically_normal();
  }
  settings.key_folder = key_folder();
  settings.key_file = variable("RELEASE_LEDGER_KEY");
  settings.lock_timeout = std::chrono::milliseconds(
      static_cast<std::int64_t>(options_.shared.lock_timeout_s * 1000));
  settings.projections = projections_;
  settings.clock = &clock_;
  settings.tool_version = program_version();
  settings.observer = [this, crash = crash_observer(events_seen_)](
                          ledger::AppendMoment moment, std::size_t count) {
    appended_ = appended_ || moment == ledger::AppendMoment::kAcknowledged;
    if (crash) {
      crash(moment, count);
    }
  };
  return settings;
}

Result<ledger::Ledger> Session::book() {
  RL_ASSIGN(ledger::Settings where, settings());
  return ledger::Ledger::open(std::move(where));
}

void Session::tidy_up() {
  if (!appended_) {
    return;
  }
  auto where = settings();
  if (!where) {
    return;
  }
  where->lock_timeout = std::chrono::milliseconds(0);
  if (const auto book = ledger::Ledger::open(std::move(*where))) {
    (void)book->maintain();
  }
}

Result<schema::Actor> Session::actor() {
  schema::Actor result;
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const passwd* user = ::getpwuid(::geteuid());
  result.os_user = user == nullptr ? "" : user->pw_name;
  result.host = host.data();
  const std::string from_variable = variable("RELEASE_LEDGER_ACTOR");
  if (options_.shared.actor || !from_variable.empty()) {
    RL_ASSIGN(const schema::PersonName who,
              parse_actor(options_.shared.actor.value_or(from_variable)));
    result.name = who.name;
    result.email = who.email;
    result.how_known = options_.shared.actor ? "option" : "environment";
    return result;
  }
  RL_ASSIGN(const auto who, git().identity());
  result.name = who.name;
  result.email = who.email;
  result.how_known = "git-config";
  if (result.name.empty() || result.email.empty()) {
    return fail(ErrorCode::kUsage,
                "actor-unknown",
                "it is not known who acts",
                "git config user.name and user.email, or --actor \"Name "
                "<mail>\"");
  }
  return result;
}

Result<fs::path> Session::plan_file() {
  const std::string named =
      first_of({options_.shared.plan, variable("RELEASE_LEDGER_PLAN")});
  if (!named.empty()) {
    return fs::absolute(named).lexically_normal();
  }
  RL_ASSIGN(const fs::path top, git().top_level());
  return top / kPlanName;
}

Result<schema::Plan> Session::plan(bool tell_warnings) {
  RL_ASSIGN(const fs::path file, plan_file());
  RL_ASSIGN(commands::plan::LoadedPlan loaded, commands::plan::read_plan(file));
  for (const std::string& warning :
       tell_warnings ? loaded.warnings : std::vector<std::string>()) {
    terminal_.line("warning: " + warning);
  }
  return std::move(loaded.plan);
}

void Session::make_http_client(bool read_only) {
  commands::services::HttpClient::Settings settings;
  settings.transport.user_agent = "release-ledger/" + program_version();
  // libcurl reads the variables of proxies itself, and these not.
  settings.transport.ca_file =
      first_of({variable("CURL_CA_BUNDLE"), variable("SSL_CERT_FILE")});
  settings.clock = &clock_;
  settings.pace = &pace_;
  settings.seed = std::random_device()();
  settings.reads_only = read_only;
  if (options_.shared.verbose) {
    settings.told = [this](std::string_view line) { terminal_.line(line); };
  }
  settings.waiting = [this](std::string_view line) {
    reporter_->progress(line);
  };
  http_ = std::make_unique<commands::services::HttpClient>(std::move(settings));
}

void Session::lend_services(commands::Environment& environment,
                            bool read_only) {
  make_http_client(read_only);
  environment.processes = processes_.get();
  environment.http = http_.get();
  environment.pace = &pace_;
  environment.variable = [](const std::string& name) {
    return variable(name.c_str());
  };
}

Result<commands::Environment> Session::environment(bool read_only) {
  commands::Environment environment;
  git_ = std::make_unique<commands::services::Git>(
      *processes_, fs::current_path(), read_only);
  RL_ASSIGN(environment.ledger, settings());
  RL_ASSIGN(environment.actor, actor());
  environment.git = git_.get();
  lend_services(environment, read_only);
  environment.reporter = reporter_.get();
  environment.clock = &clock_;
  environment.run_id = ledger::random_uuid();
  return environment;
}

Result<std::string> Session::release(const ledger::Snapshot& snapshot,
                                     const std::string& typed) {
  if (!typed.empty()) {
    return commands::release_name(typed, *reporter_);
  }
  RL_ASSIGN(const auto unfinished, projections::unfinished_releases(snapshot));
  if (unfinished.size() > 1) {
    return fail(ErrorCode::kUsage,
                "several-in-progress",
                fmt::format("several releases are in progress: {}",
                            fmt::join(unfinished, ", ")),
                "name one of them after the verb");
  }
  if (unfinished.size() == 1) {
    return unfinished.front();
  }
  projections::ListQuery newest;
  newest.last = 1;
  RL_ASSIGN(const auto entries, projections::list_releases(snapshot, newest));
  if (entries.empty()) {
    return fail(ErrorCode::kNotFound,
                "no-such-release",
                "the ledger has no release",
                "start one: release-ledger --all");
  }
  return entries.front().row.name;
}

ledger::Error Session::with_fitting_hint(ledger::Error error) {
  if (error.reason == "no-such-release") {
    return with_nearest_release(std::move(error));
  }
  if (error.reason == "permission-denied") {
    const auto where = settings();
    if (where && !error.message.starts_with(where->folder.string())) {
      error.hint = "name a place that you may read and write";
    }
  }
  return error;
}

ledger::Error Session::with_nearest_release(ledger::Error error) {
  const auto book = this->book();
  const auto snapshot =
      book ? book->read()
           : Result<ledger::Snapshot>(std::unexpected(book.error()));
  const auto found =
      snapshot
          ? projections::release_names(*snapshot)
          : Result<std::vector<std::string>>(std::unexpected(snapshot.error()));
  if (!found) {
    return error;
  }
  const AskOptions& ask = options_.ask;
  for (const std::string& typed : {options_.release.release,
                                   options_.history.release,
                                   options_.run.version.value_or(""),
                                   ask.from,
                                   ask.to}) {
    if (!typed.empty() && std::ranges::find(*found, typed) == found->end()) {
      error.message += commands::suggestion(typed, *found);
      break;
    }
  }
  return error;
}

}  // namespace tools
