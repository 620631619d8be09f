#include "commands/steps/verdict.h"

#include <algorithm>
#include <chrono>

#include <sys/stat.h>

#include "commands/metrics/capture.h"
#include "commands/metrics/measure.h"
#include "commands/plan/plan.h"
#include "ledger/clock.h"
#include "ledger/file.h"

namespace commands::steps {
namespace {
namespace fs = std::filesystem;
using schema::Outcome;
using services::ProcessEnd;

std::string last_growth(const fs::path& log) {
  struct stat info {};
  if (::stat(log.c_str(), &info) != 0) {
    return "never";
  }
  return ledger::rfc3339(std::int64_t{info.st_mtim.tv_sec} * 1000 +
                         info.st_mtim.tv_nsec / 1'000'000);
}

}  // namespace

void judge_end(const services::ProcessResult& process,
               double timeout_s,
               const fs::path& log,
               schema::ValidationCompleted& result) {
  result.exit_code = process.exit_code
                         ? flatbuffers::Optional<int>(*process.exit_code)
                         : flatbuffers::nullopt;
  result.signal = process.signal ? flatbuffers::Optional<int>(*process.signal)
                                 : flatbuffers::nullopt;
  result.duration_s = std::chrono::duration<double>(process.duration).count();
  switch (process.end) {
    case ProcessEnd::kExited:
      result.outcome =
          process.exit_code == 0 ? Outcome::passed : Outcome::failed;
      if (process.exit_code != 0) {
        result.reason = "exit-code";
        result.detail = fmt::format("it exited with {}; its log: {}",
                                    process.exit_code.value_or(-1),
                                    log.string());
      }
      break;
    case ProcessEnd::kSignalled:
      result.outcome = Outcome::errored;
      result.reason = "signal";
      result.detail = fmt::format("signal {} ended it; its log: {}",
                                  process.signal.value_or(0),
                                  log.string());
      break;
    case ProcessEnd::kTimedOut:
      result.outcome = Outcome::timed_out;
      result.reason = "timeout";
      result.detail = fmt::format(
          "still running after timeout_s = {}; its log {} last grew at {}",
          timeout_s,
          log.string(),
          last_growth(log));
      break;
    case ProcessEnd::kLogTooLarge:
      result.outcome = Outcome::errored;
      result.reason = "log-too-large";
      result.detail =
          fmt::format("its log {} grew beyond log_bytes_max", log.string());
      break;
    case ProcessEnd::kInterrupted:
      result.outcome = Outcome::cancelled;
      result.reason = "interrupted";
      result.detail = "Ctrl-C";
      break;
    case ProcessEnd::kEnded:
      result.outcome = Outcome::cancelled;
      result.reason = "cancelled";
      break;
  }
}

Status bound_log(const fs::path& log, std::uint64_t bytes_max) {
  std::error_code error;
  if (bytes_max > 0 && fs::file_size(log, error) > bytes_max) {
    fs::resize_file(log, bytes_max, error);
  }
  return error ? Status(ledger::io_error(log, error.value())) : Status();
}

namespace {

// One that is not there, or is more than a word, is left out: what depends on
// it cannot start then, and says so.
Status take_outputs(const schema::Validation& planned,
                    const fs::path& log,
                    schema::ValidationCompleted& result) {
  for (const schema::OutputRule& rule : planned.outputs) {
    RL_ASSIGN(const auto value, metrics::last_capture(log, rule.pattern));
    if (value && metrics::is_plain_word(*value)) {
      result.outputs.emplace_back();
      result.outputs.back().name = rule.name;
      result.outputs.back().value = *value;
    }
  }
  return {};
}

}  // namespace

Status keep_metrics_file(const AttemptBasis& basis,
                         const fs::path& directory,
                         schema::ValidationCompleted& result) {
  const StepContext& context = *basis.context;
  const fs::path written =
      metrics_file_of(context.record().name, basis.planned, basis.started);
  if (written.empty()) {
    return {};
  }
  const fs::path log(result.log);
  const std::string kept =
      (log.parent_path() / log.stem()).string() + ".metrics";
  RL_ASSIGN(const bool is_kept,
            metrics::keep_metrics_file(
                directory / written, context.environment.ledger.folder / kept));
  result.metrics_file = is_kept ? kept : "";
  return {};
}

Status judge_leavings(const AttemptBasis& basis,
                      const metrics::Extraction& further,
                      schema::ValidationCompleted& result) {
  const StepContext& context = *basis.context;
  const fs::path& folder = context.environment.ledger.folder;
  const auto candidate = std::ranges::find(context.record().candidates,
                                           basis.started.candidate,
                                           &schema::CandidateRecord::number);
  const auto earlier = metrics::unconfirmed_checks(
      schema::find_validation(*candidate, basis.planned.name), basis.planned);
  RL_TRY(metrics::measure({basis.planned,
                           context.plan().metrics,
                           context.history,
                           earlier,
                           result.log,
                           &further},
                          folder,
                          result));
  result.digest = basis.planned.digest;
  return take_outputs(basis.planned, folder / result.log, result);
}

fs::path metrics_file_of(const std::string& release,
                         const schema::Validation& planned,
                         const schema::ValidationStarted& started) {
  return planned.location == schema::Location::remote
             ? fs::path()
             : fs::path(plan::expand_metrics_file(
                   planned, {release, started.candidate, started.job_name}));
}

}  // namespace commands::steps
