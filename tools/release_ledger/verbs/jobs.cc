// cancel, settle, logs: about the attempts of validations.

#include "commands/jobs.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <thread>

#include <nlohmann/json.hpp>

#include "commands/nearest.h"
#include "commands/run.h"
#include "ledger/digest.h"
#include "projections/queries.h"
#include "tools/release_ledger/past_values.h"
#include "tools/release_ledger/verbs.h"

namespace tools::verbs {
namespace {
namespace fs = std::filesystem;
using ledger::ErrorCode;
using ledger::fail;

constexpr std::chrono::milliseconds kFollowPause{200};
constexpr std::size_t kChunk = std::size_t{64} << 10;

Status cancel(Session& session) {
  RL_ASSIGN(auto environment, session.environment(false));
  RL_ASSIGN(environment.work_tree, session.git().top_level());
  RL_ASSIGN(environment.plan_file, session.plan_file());
  commands::CancelRequest request;
  const ReleaseOptions& options = session.options().release;
  RL_ASSIGN(request.release,
            commands::release_name(options.release, *environment.reporter));
  request.validation = options.validation;
  request.reason = options.reason;
  if (auto plan = session.plan(false)) {
    request.plan = std::move(*plan);
  }
  // What is measured until then is judged; that nothing can be compared with
  // the past keeps nobody from ending it.
  RL_ASSIGN(const ledger::Ledger book, session.book());
  if (auto history = past_values(book)) {
    request.history = std::move(*history);
  }
  return commands::cancel(environment, request);
}

Status settle(Session& session) {
  RL_ASSIGN(const auto environment, session.environment(false));
  const ReleaseOptions& options = session.options().release;
  const int said = (options.no_job ? 1 : 0) + (options.job.empty() ? 0 : 1) +
                   (options.posted ? 1 : 0) + (options.not_posted ? 1 : 0);
  if (said != 1) {
    return fail(ErrorCode::kUsage,
                "settle-unclear",
                "say which job it is, or that there is none; of a channel, "
                "whether the announcement is there",
                "one of --job ID, --no-job, --posted, --not-posted");
  }
  RL_ASSIGN(std::string name,
            commands::release_name(options.release, *environment.reporter));
  if (options.posted || options.not_posted) {
    return commands::settle_post(
        environment,
        {std::move(name), options.validation, options.posted, options.reason});
  }
  return commands::settle(
      environment,
      {std::move(name), options.validation, options.job, options.reason});
}

// An attempt's log as the record has it.
struct LogOfAttempt {
  std::uint32_t attempt = 0;
  std::string outcome;
  std::string log;
  std::string digest;  // empty: it goes on, or has none
  bool is_open = false;
};

std::vector<LogOfAttempt> logs_of(const schema::ValidationRecord& record) {
  std::vector<LogOfAttempt> logs;
  for (const schema::AttemptRecord& earlier : record.earlier) {
    logs.push_back({earlier.attempt,
                    std::string(schema::word(earlier.outcome)),
                    earlier.log,
                    earlier.log_digest});
  }
  if (record.result) {
    logs.push_back({record.result->attempt,
                    std::string(schema::word(record.result->outcome)),
                    record.result->log,
                    record.result->log_digest});
  }
  if (schema::is_open(record)) {
    logs.push_back({record.started->attempt,
                    record.doubt ? "unknown" : "running",
                    record.started->log,
                    "",
                    true});
  }
  return logs;
}

std::unexpected<ledger::Error> no_such_validation(
    const schema::ReleaseRecord& record,
    const std::string& typed,
    std::uint32_t attempt) {
  std::vector<std::string> names;
  for (const schema::Validation& planned : record.plan->validations) {
    names.push_back(planned.name);
  }
  const bool is_planned = std::ranges::find(names, typed) != names.end();
  return fail(
      ErrorCode::kNotFound,
      "no-such-log",
      is_planned && attempt > 0
          ? fmt::format(
                "no log of attempt {} of {} is on record", attempt, typed)
      : is_planned ? fmt::format("no log of {} is on record", typed)
                   : fmt::format("{} has no validation {}{}",
                                 record.name,
                                 typed,
                                 commands::suggestion(typed, names)),
      fmt::format("release-ledger status {}", record.name));
}

// The newest log that `is_wanted`.
Result<LogOfAttempt> find_log(
    Session& session,
    std::string& release,
    const std::function<bool(const LogOfAttempt&)>& is_wanted) {
  const ReleaseOptions& options = session.options().release;
  RL_ASSIGN(const ledger::Ledger book, session.book());
  RL_ASSIGN(const ledger::Snapshot snapshot, book.read());
  RL_ASSIGN(release, session.release(snapshot, options.release));
  RL_ASSIGN(const auto view, projections::find_release(snapshot, release));
  const auto& candidates = view.record->candidates;
  for (auto it = candidates.rbegin(); it != candidates.rend(); ++it) {
    const auto* record = schema::find_validation(*it, options.validation);
    if (record == nullptr) {
      continue;
    }
    const std::vector<LogOfAttempt> logs = logs_of(*record);
    const auto found =
        std::find_if(logs.rbegin(), logs.rend(), [&](const auto& log) {
          return !log.log.empty() && is_wanted(log);
        });
    if (found != logs.rend()) {
      return *found;
    }
  }
  return no_such_validation(*view.record, options.validation, options.attempt);
}

Status check_digest(const LogOfAttempt& log, const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error)) {
    return fail(
        ErrorCode::kIo,
        "log-missing",
        fmt::format("the log {} is gone", file.string()),
        "its digest is on the ledger; a copy elsewhere can be put back");
  }
  if (log.digest.empty()) {
    return {};
  }
  RL_ASSIGN(const auto digest, ledger::sha256_file(file.string()));
  if (ledger::to_hex(digest) != log.digest) {
    return fail(
        ErrorCode::kCorruption,
        "log-changed",
        fmt::format("{} is not the log that was recorded", file.string()),
        "put back a copy; release-ledger verify shows what else");
  }
  return {};
}

// To a terminal each line is made harmless; to a program it goes as it is.
class Printer {
 public:
  explicit Printer(const Terminal& terminal) : terminal_(terminal) {}

  // What the file has got since.
  void print_news(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    in.seekg(static_cast<std::streamoff>(at_));
    std::string chunk(kChunk, '\0');
    while (in.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) ||
           in.gcount() > 0) {
      const auto count = static_cast<std::size_t>(in.gcount());
      at_ += count;
      print(std::string_view(chunk).substr(0, count));
    }
  }
  void finish() {
    if (!begun_line_.empty()) {
      terminal_.out(projections::render::harmless(begun_line_) + "\n");
    }
  }

 private:
  void print(std::string_view text) {
    if (!terminal_.out_is_terminal()) {
      terminal_.out(text);
      return;
    }
    begun_line_ += text;
    for (std::size_t feed = begun_line_.find('\n'); feed != std::string::npos;
         feed = begun_line_.find('\n')) {
      terminal_.out(projections::render::harmless(begun_line_.substr(0, feed)) +
                    "\n");
      begun_line_.erase(0, feed + 1);
    }
    if (begun_line_.size() > kChunk) {  // a line of any length
      terminal_.out(projections::render::harmless(begun_line_));
      begun_line_.clear();
    }
  }

  const Terminal& terminal_;
  std::uint64_t at_ = 0;
  std::string begun_line_;
};

Status follow(Session& session,
              LogOfAttempt log,
              const fs::path& file,
              Printer& printer) {
  std::string release;
  while (log.is_open) {
    if (commands::services::interrupt_requested()) {
      return fail(ErrorCode::kInterrupted, "interrupted", "stopped following");
    }
    if (Terminal::reader_is_gone()) {
      return {};
    }
    std::this_thread::sleep_for(kFollowPause);
    // This attempt's, though another may have begun since.
    RL_ASSIGN(const LogOfAttempt now,
              find_log(session, release, [&](const auto& other) {
                return other.log == log.log;
              }));
    log.is_open = now.is_open;
    log.outcome = now.outcome;
    printer.print_news(file);
  }
  session.terminal().line(
      fmt::format("{}: {}", session.options().release.validation, log.outcome));
  return {};
}

Status logs(Session& session) {
  const ReleaseOptions& options = session.options().release;
  std::string release;
  RL_ASSIGN(const LogOfAttempt log,
            find_log(session, release, [&](const auto& one) {
              return options.attempt == 0 || one.attempt == options.attempt;
            }));
  RL_ASSIGN(const ledger::Settings settings, session.settings());
  const fs::path file = settings.folder / log.log;
  RL_TRY(check_digest(log, file));
  if (session.options().shared.json) {
    const nlohmann::ordered_json about = {
        {"version", release},
        {"validation", options.validation},
        {"attempt", log.attempt},
        {"outcome", log.outcome},
        {"log", log.log},
        {"path", file.string()},
        {"log_digest",
         log.digest.empty() ? nlohmann::ordered_json()
                            : nlohmann::ordered_json(log.digest)}};
    session.terminal().out(about.dump() + "\n");
    return {};
  }
  Printer printer(session.terminal());
  printer.print_news(file);
  if (options.follow && log.is_open) {
    RL_TRY(follow(session, log, file, printer));
  }
  printer.finish();
  return {};
}

}  // namespace

void add_jobs(VerbTable& table) {
  ReleaseOptions& release = table.options().release;
  CLI::App& cancelling = table.add_act(
      "cancel", "End running validations on purpose, remote jobs too", cancel);
  cancelling.add_option("validation", release.validation, "Only this one")
      ->type_name("VALIDATION");
  cancelling.add_option("--reason", release.reason, "Why")->type_name("TEXT");

  CLI::App& settling = table.add_act(
      "settle",
      "Say what became of a remote job or a post that nobody could tell about",
      settle);
  settling
      .add_option("validation",
                  release.validation,
                  "The validation whose job, or the channel whose post")
      ->type_name("VALIDATION|CHANNEL")
      ->required();
  settling.add_option("--job", release.job, "It is there: its id")
      ->type_name("ID")
      ->check([](const std::string& id) -> std::string {
        const bool plain = !id.empty() && id.size() <= 64 &&
                           id.find_first_not_of("0123456789abcdefABCDEF-") ==
                               std::string::npos;
        return plain ? "" : "a job's id has digits only";
      });
  settling.add_flag(
      "--no-job", release.no_job, "It was never launched, or is gone");
  settling.add_flag(
      "--posted", release.posted, "The announcement is in the channel");
  settling.add_flag("--not-posted",
                    release.not_posted,
                    "It is not there; the next run posts it");
  table.add_reason(settling, "How you know");

  CLI::App& reading = table.add_act(
      "logs", "The log of a validation, after checking its digest", logs);
  reading.add_option("validation", release.validation, "Whose log")
      ->type_name("VALIDATION")
      ->required();
  reading.add_flag(
      "--follow", release.follow, "Go on while it runs, a remote one too");
  reading.add_option("--attempt", release.attempt, "Of an earlier attempt")
      ->type_name("N")
      ->check(whole_number_between(1, 1'000'000));
}

}  // namespace tools::verbs
