#include "commands/metrics/measure.h"

#include <algorithm>
#include <utility>

#include "commands/metrics/text.h"
#include "ledger/digest.h"
#include "ledger/file.h"

namespace commands::metrics {
namespace {
namespace fs = std::filesystem;

ledger::Status fill_log(const fs::path& log,
                        schema::ValidationCompleted& result) {
  RL_ASSIGN(const ledger::Digest digest, ledger::sha256_file(log.string()));
  result.log_digest = ledger::to_hex(digest);
  std::error_code error;
  result.log_bytes = fs::file_size(log, error);
  return {};
}

// Why none of the wanted metrics is there.
void doubt_all(const std::vector<schema::MetricRule>& wanted,
               const std::string& why,
               Extraction& extraction) {
  for (const schema::MetricRule& rule : wanted) {
    schema::MetricDoubt& doubt = extraction.unsure.emplace_back();
    doubt.key = rule.key;
    doubt.text = excerpt(why, 0, why.size());
  }
}

ledger::Status read_metrics_file(const Judging& judging,
                                 const fs::path& folder,
                                 schema::ValidationCompleted& result,
                                 Extraction& extraction) {
  const auto wanted = file_rules(judging.planned, judging.rules);
  if (result.metrics_file.empty()) {
    doubt_all(wanted, "the validation wrote no metrics file", extraction);
    return {};
  }
  const fs::path file = folder / result.metrics_file;
  RL_ASSIGN(const ledger::Digest digest, ledger::sha256_file(file.string()));
  result.metrics_digest = ledger::to_hex(digest);
  const auto report = read_report(file, ReportFormat::kAuto);
  if (!report && report.error().code == ledger::ErrorCode::kIo) {
    return std::unexpected(report.error());
  }
  if (!report) {
    doubt_all(wanted, report.error().message, extraction);
    return {};
  }
  const std::string name = file.filename().string();
  add_measurements(extraction, report->measurements, wanted, name);
  if (!report->failure.empty() && result.outcome == schema::Outcome::passed) {
    result.outcome = schema::Outcome::failed;
    result.reason = "report-failed";
    result.detail = fmt::format("{}: {}", name, report->failure);
  }
  return {};
}

void add_all(const Extraction& more, Extraction& extraction) {
  extraction.metrics.insert(
      extraction.metrics.end(), more.metrics.begin(), more.metrics.end());
  extraction.sources.insert(
      extraction.sources.end(), more.sources.begin(), more.sources.end());
  extraction.unsure.insert(
      extraction.unsure.end(), more.unsure.begin(), more.unsure.end());
  std::ranges::stable_sort(extraction.metrics, {}, &schema::Metric::key);
  std::ranges::stable_sort(extraction.sources, {}, &schema::MetricSource::key);
}

}  // namespace

ledger::Status measure(const Judging& judging,
                       const fs::path& folder,
                       schema::ValidationCompleted& result) {
  const fs::path log = folder / result.log;
  RL_ASSIGN(Extraction extraction, extract(log, judging.rules, true));
  RL_TRY(fill_log(log, result));
  if (!judging.planned.metrics_file.empty()) {
    RL_TRY(read_metrics_file(judging, folder, result, extraction));
  }
  if (judging.further != nullptr) {
    add_all(*judging.further, extraction);
  }
  apply(judging, std::move(extraction), result);
  return {};
}

std::vector<schema::MetricRule> file_rules(
    const schema::Validation& planned,
    const std::vector<schema::MetricRule>& rules) {
  std::vector<schema::MetricRule> result;
  std::ranges::copy_if(
      rules, std::back_inserter(result), [](const schema::MetricRule& rule) {
        return !rule.json.empty();
      });
  for (const schema::Acceptance& demand : planned.acceptance) {
    schema::MetricRule rule = rule_for(demand.key, rules);
    const bool known =
        std::ranges::find(result, rule.key, &schema::MetricRule::key) !=
        result.end();
    if (rule.pattern.empty() && rule.wandb.empty() && !known) {
      result.push_back(std::move(rule));
    }
  }
  return result;
}

std::span<const schema::Check> unconfirmed_checks(
    const schema::ValidationRecord* validation,
    const schema::Validation& planned) {
  const bool goes_on =
      validation != nullptr && validation->result != nullptr &&
      validation->result->reason == schema::kCheckUnconfirmed &&
      validation->result->run_digest == planned.run_digest;
  return goes_on ? std::span<const schema::Check>(validation->result->checks)
                 : std::span<const schema::Check>();
}

ledger::Status remove_metrics_file(const fs::path& file) {
  std::error_code error;
  if (fs::is_directory(fs::symlink_status(file, error))) {
    return ledger::fail(ledger::ErrorCode::kUsage,
                        "metrics-file-invalid",
                        fmt::format("{} is a folder", file.string()),
                        "name a file as metrics_file in the plan");
  }
  fs::remove(file, error);
  return error ? ledger::Status(ledger::io_error(file, error.value()))
               : ledger::Status();
}

ledger::Result<bool> keep_metrics_file(const fs::path& written,
                                       const fs::path& kept) {
  std::error_code error;
  if (!fs::is_regular_file(written, error) ||
      fs::file_size(written, error) > kReportBytesMax) {
    return false;
  }
  RL_ASSIGN(const auto text, ledger::read_file(written));
  if (!text) {
    return false;
  }
  RL_TRY(ledger::write_file(kept, *text, 0600));
  return true;
}

}  // namespace commands::metrics
