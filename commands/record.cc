#include "commands/record.h"

#include <algorithm>
#include <utility>

#include <fmt/ranges.h>

#include "commands/decide/decide.h"
#include "commands/metrics/measure.h"
#include "commands/metrics/number.h"
#include "commands/metrics/text.h"
#include "commands/nearest.h"
#include "ledger/digest.h"
#include "ledger/file.h"

namespace commands {
namespace {
namespace fs = std::filesystem;

constexpr std::size_t kTextBytesMax = 2000;

// Where files of a recorded validation are kept; named by their content, so
// that two records beside each other cannot meet.
class Evidence {
 public:
  Evidence(const Environment& environment,
           const schema::ReleaseRecord& record,
           const std::string& validation)
      : folder_(environment.ledger.folder),
        stem_(fmt::format("logs/{0}/{0}-rc{1}-{2}-recorded",
                          record.name,
                          schema::current_candidate(record)->number,
                          validation)) {}

  struct Kept {
    std::string name;  // below the ledger's folder
    std::string digest;
    std::uint64_t bytes = 0;
  };

  Result<Kept> keep(const fs::path& file, std::uint64_t bytes_max) const {
    RL_TRY(require_readable(file, bytes_max));
    const fs::path temporary =
        folder_ / fmt::format("{}{}{}",
                              stem_,
                              ledger::kTemporaryInfix,
                              ledger::to_text(ledger::random_uuid()));
    RL_TRY(ledger::make_private_folder(temporary.parent_path()));
    std::error_code error;
    fs::copy_file(file, temporary, fs::copy_options::overwrite_existing, error);
    if (error) {
      return ledger::io_error(file, error.value());
    }
    // Of the copy: the file may go on growing.
    RL_ASSIGN(const ledger::Digest digest,
              ledger::sha256_file(temporary.string()));
    Kept kept;
    kept.digest = ledger::to_hex(digest);
    kept.name = fmt::format(
        "{}-{}{}", stem_, kept.digest.substr(0, 12), extension_of(file));
    kept.bytes = fs::file_size(temporary, error);
    fs::permissions(
        temporary, fs::perms::owner_read | fs::perms::owner_write, error);
    fs::rename(temporary, folder_ / kept.name, error);
    if (error) {
      return ledger::io_error(folder_ / kept.name, error.value());
    }
    RL_TRY(ledger::sync_folder((folder_ / kept.name).parent_path()));
    return kept;
  }

  const fs::path& folder() const { return folder_; }

 private:
  static Status require_readable(const fs::path& file,
                                 std::uint64_t bytes_max) {
    std::error_code error;
    const auto status = fs::status(file, error);
    if (!fs::exists(status)) {
      return fail(ErrorCode::kUsage,
                  "log-invalid",
                  fmt::format("{}: there is no such file", file.string()));
    }
    if (!fs::is_regular_file(status)) {
      return fail(ErrorCode::kUsage,
                  "log-invalid",
                  fmt::format("{} is no file", file.string()));
    }
    if (bytes_max > 0 && fs::file_size(file, error) > bytes_max) {
      return fail(
          ErrorCode::kUsage,
          "log-invalid",
          fmt::format("{} is larger than {} bytes", file.string(), bytes_max),
          "raise [run] log_bytes_max in the plan, or record a part");
    }
    return {};
  }

  static std::string extension_of(const fs::path& file) {
    const std::string extension = file.extension().string();
    const bool plain =
        extension.size() > 1 && extension.size() <= 8 &&
        std::all_of(extension.begin() + 1, extension.end(), metrics::is_word);
    return plain ? extension : ".log";
  }

  fs::path folder_;
  std::string stem_;
};

Status require_plain_texts(const RecordRequest& request) {
  const auto refuse = [](const char* reason, std::string what) {
    return fail(ErrorCode::kUsage, reason, std::move(what));
  };
  const bool web =
      request.url.starts_with("https://") || request.url.starts_with("http://");
  if (!request.url.empty() &&
      (!web || request.url.size() > kTextBytesMax ||
       request.url.find(' ') != std::string::npos ||
       std::ranges::any_of(request.url, metrics::is_odd))) {
    return refuse("url-invalid", "--url wants an http or https address");
  }
  const std::string_view host =
      std::string_view(request.url).substr(0, request.url.find('/', 8));
  if (host.find('@') != host.npos) {
    return refuse("url-invalid",
                  "--url has a user or password in it; leave it out");
  }
  if (request.note.size() > kTextBytesMax) {
    return refuse("note-invalid",
                  fmt::format("--note is longer than {} bytes", kTextBytesMax));
  }
  constexpr std::size_t kCommitMin = 7;
  const bool hex =
      request.commit.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!request.commit.empty() && (!hex || request.commit.size() < kCommitMin)) {
    return refuse("commit-invalid",
                  "--commit wants a commit's id, seven hex digits or more");
  }
  return {};
}

// Every metric that the plan names, for this validation.
std::vector<schema::MetricRule> wanted_rules(
    const schema::Plan& plan, const schema::Validation& planned) {
  std::vector<schema::MetricRule> rules = metrics::built_in_rules();
  rules.insert(rules.end(), plan.metrics.begin(), plan.metrics.end());
  for (const schema::Acceptance& demand : planned.acceptance) {
    if (std::ranges::find(rules, demand.key, &schema::MetricRule::key) ==
        rules.end()) {
      rules.push_back(metrics::rule_for(demand.key, plan.metrics));
    }
  }
  return rules;
}

std::vector<std::string> names_of(
    const std::vector<schema::MetricRule>& rules) {
  std::vector<std::string> names;
  for (const schema::MetricRule& rule : rules) {
    names.push_back(rule.key);
    names.insert(names.end(), rule.aliases.begin(), rule.aliases.end());
    if (!rule.json.empty()) {
      names.push_back(rule.json);
    }
  }
  return names;
}

Result<std::vector<metrics::Measurement>> typed_metrics(
    const std::vector<std::string>& typed,
    const std::vector<schema::MetricRule>& wanted) {
  const auto refuse = [](std::string what, std::string hint = {}) {
    return fail(
        ErrorCode::kUsage, "metric-invalid", std::move(what), std::move(hint));
  };
  std::vector<metrics::Measurement> measurements;
  for (const std::string& text : typed) {
    const std::size_t equals = text.rfind('=');
    const std::string key = text.substr(0, equals);
    if (equals == std::string::npos || key.empty()) {
      return refuse(fmt::format("--metric wants KEY=NUMBER, not \"{}\"", text));
    }
    const std::string_view value = std::string_view(text).substr(equals + 1);
    const auto number = metrics::number_at(value);
    if (!number || number->reading != metrics::Reading::kValue ||
        number->size != value.size()) {
      return refuse(
          fmt::format("--metric {}: \"{}\" is no number that can be read for "
                      "sure",
                      key,
                      value));
    }
    const auto names = names_of(wanted);
    if (std::ranges::find(names, key) == names.end()) {
      return refuse(
          fmt::format(
              "the plan names no metric {}{}", key, suggestion(key, names)),
          fmt::format("it names {}", fmt::join(names, ", ")));
    }
    metrics::Measurement& measurement = measurements.emplace_back();
    measurement.key = key;
    measurement.value = number->value;
  }
  return measurements;
}

// What it left, read and kept, as far as it was given.
Status gather(const RecordRequest& request,
              const schema::Plan& plan,
              const schema::Validation& planned,
              const Evidence& evidence,
              decide::RecordValidation& command) {
  const auto wanted = wanted_rules(plan, planned);
  // All that can be wrong with words comes before any file is written.
  RL_ASSIGN(const auto typed, typed_metrics(request.metrics, wanted));
  metrics::Report report;
  if (!request.metrics_file.empty()) {
    RL_ASSIGN(report,
              metrics::read_report(request.metrics_file, request.format));
    command.has_report = report.judges || !report.failure.empty();
    command.source = request.metrics_file.filename().string();
  }
  schema::ValidationCompleted& result = command.result;
  if (!request.log.empty()) {
    RL_ASSIGN(const auto kept,
              evidence.keep(request.log, plan.run->log_bytes_max));
    result.log = kept.name;
    result.log_digest = kept.digest;
    result.log_bytes = kept.bytes;
    RL_ASSIGN(
        command.extraction,
        metrics::extract(evidence.folder() / kept.name, plan.metrics, true));
    command.source = kept.name;
  }
  if (!request.metrics_file.empty()) {
    RL_ASSIGN(const auto kept,
              evidence.keep(request.metrics_file, metrics::kReportBytesMax));
    result.metrics_file = kept.name;
    result.metrics_digest = kept.digest;
    metrics::add_measurements(command.extraction,
                              report.measurements,
                              wanted,
                              fs::path(kept.name).filename().string());
  }
  metrics::add_measurements(
      command.extraction, typed, wanted, "the command line");
  if (!report.failure.empty()) {
    result.outcome = schema::Outcome::failed;
    result.reason = "report-failed";
    result.detail = report.failure;
  }
  return {};
}

void set_exit_code(const std::optional<int>& code,
                   schema::ValidationCompleted& result) {
  result.outcome = schema::Outcome::passed;  // the checks may say otherwise
  if (code) {
    result.exit_code = *code;
  }
  if (code && *code != 0) {
    result.outcome = schema::Outcome::failed;
    result.reason = "exit-code";
    result.detail = fmt::format("it exited with {}", *code);
  }
}

Status answer(const Environment& environment,
              const schema::ReleaseRecord& record,
              const std::string& name,
              bool is_new) {
  const schema::ValidationRecord& validation =
      *schema::find_validation(*schema::current_candidate(record), name);
  const schema::ValidationCompleted& result = *validation.result;
  environment.reporter->progress(fmt::format("{}: {}, recorded {}as attempt {}",
                                             name,
                                             schema::word(result.outcome),
                                             is_new ? "" : "already, ",
                                             result.attempt));
  if (result.outcome == schema::Outcome::passed) {
    return {};
  }
  std::vector<std::string> why;
  if (!result.detail.empty()) {
    why.push_back(result.detail);
  }
  for (const schema::Check& check : result.checks) {
    if (!check.passed) {
      why.push_back(check.note.empty() ? check.key + " out of bounds"
                                       : check.note);
    }
  }
  return fail(
      ErrorCode::kRejected,
      "validation-not-passed",
      fmt::format("{} is recorded, and {}: {}",
                  name,
                  schema::word(result.outcome),
                  fmt::join(why, "; ")),
      fmt::format("release-ledger explain {} workflow-tests", record.name));
}

}  // namespace

Status record(const Environment& environment, const RecordRequest& request) {
  RL_TRY(require_plain_texts(request));
  RL_ASSIGN(ReleaseStream release,
            ReleaseStream::load_started(environment, request.release));
  decide::RecordValidation command;
  command.result.name = request.validation;
  command.result.url = request.url;
  command.result.note = request.note;
  command.commit = request.commit;
  command.history = request.history;
  command.source = "what was recorded";
  set_exit_code(request.exit_code, command.result);
  const auto& planned = release.record().plan->validations;
  const auto it =
      std::ranges::find(planned, request.validation, &schema::Validation::name);
  if (it != planned.end()) {
    command.run_digest = it->run_digest;
  }
  // On paper first, so that nothing is copied for what is refused.
  command.has_report = !request.metrics_file.empty();
  RL_TRY(decide::record_validation(release.record(), command));
  const schema::CandidateRecord& candidate =
      *schema::current_candidate(release.record());
  command.commit = candidate.commit;
  RL_TRY(gather(request,
                *release.record().plan,
                *it,
                Evidence(environment, release.record(), request.validation),
                command));
  if (request.exit_code.value_or(0) != 0) {
    set_exit_code(request.exit_code, command.result);
  }
  const std::uint64_t before = release.record().events;
  RL_TRY(release.execute([&](const schema::ReleaseRecord& record) {
    return decide::record_validation(record, command);
  }));
  return answer(environment,
                release.record(),
                request.validation,
                release.record().events != before);
}

}  // namespace commands
