// A release of the predecessor's, as its state file told of it.

#include <fmt/format.h>

#include "ledger/clock.h"
#include "projections/render/json.h"
#include "projections/render/json_parts.h"
#include "projections/render/text.h"

namespace projections::render {
namespace {

using json = nlohmann::ordered_json;

json imported_validation_json(const schema::ValidationImported& v) {
  json metrics = json::object();
  for (const schema::Metric& metric : v.metrics) {
    metrics[metric.key] = metric.value;
  }
  return {{"name", v.name},
          {"workflow_type", text_or_null(v.workflow_type)},
          {"location", text_or_null(v.location)},
          {"started_at", moment_or_null(v.started_at_ms)},
          {"ended_at", moment_or_null(v.ended_at_ms)},
          {"exit_code", number_or_null(v.exit_code)},
          {"metrics", metrics},
          {"logs_path", text_or_null(v.logs_path)},
          {"job_id", text_or_null(v.job_id)},
          {"outcome", text_or_null(v.outcome)},
          {"contradiction", text_or_null(v.contradiction)},
          {"error", text_or_null(v.error)}};
}

}  // namespace

std::string commit_of(const schema::ReleaseRecord& record) {
  if (const auto* candidate = schema::current_candidate(record)) {
    return candidate->commit;
  }
  return record.imported && record.imported->release
             ? record.imported->release->commit
             : std::string();
}

std::string started_text(const schema::ReleaseRecord& record) {
  if (record.started) {
    return ledger::rfc3339(record.started->at_ms);
  }
  const bool known = record.imported && record.imported->release &&
                     record.imported->release->created_at_ms;
  return known ? ledger::rfc3339(*record.imported->release->created_at_ms)
               : std::string();
}

json imported_json(const schema::ReleaseRecord& record) {
  if (record.imported == nullptr || record.imported->release == nullptr) {
    return nullptr;
  }
  const schema::ReleaseImported& release = *record.imported->release;
  json validations = json::array();
  for (const schema::ValidationImported& v : record.imported->validations) {
    validations.push_back(imported_validation_json(v));
  }
  json gates = json::array();
  for (const schema::GateImported& gate : record.imported->gates) {
    gates.push_back({{"step", gate.step},
                     {"passed", gate.passed},
                     {"at", moment_or_null(gate.at_ms)},
                     {"notes", text_or_null(gate.notes)}});
  }
  return {{"as_written", release.as_written},
          {"digest", release.digest},
          {"created_at", moment_or_null(release.created_at_ms)},
          {"commit", text_or_null(release.commit)},
          {"released", release.released},
          {"validations", validations},
          {"gates", gates}};
}

std::string imported_text(const schema::ReleaseRecord& record,
                          const Style& style) {
  if (record.imported == nullptr || record.imported->release == nullptr) {
    return {};
  }
  const schema::ReleaseImported& release = *record.imported->release;
  std::string text = fmt::format(
      "imported by {} from the predecessor's state of {}, created {}, commit "
      "{}{}; evidence of nothing here\n",
      harmless(record.imported->mark ? record.imported->mark->by : ""),
      harmless(release.as_written),
      started_text(record),
      release.commit.empty() ? "unknown" : release.commit,
      release.released ? ", released" : "");
  Table validations({"validation", "outcome", "exit", "metrics", "note"});
  for (const schema::ValidationImported& v : record.imported->validations) {
    std::string metrics;
    for (const schema::Metric& metric : v.metrics) {
      metrics += fmt::format(
          "{}{}={}", metrics.empty() ? "" : " ", metric.key, metric.value);
    }
    validations.add({v.name,
                     v.outcome,
                     v.exit_code ? fmt::format("{}", *v.exit_code) : "",
                     metrics,
                     v.contradiction.empty() ? v.error : v.contradiction});
  }
  if (!validations.empty()) {
    text += "\nimported validations\n" + validations.text(style, "  ");
  }
  Table gates({"gate", "passed", "at", "notes"});
  for (const schema::GateImported& gate : record.imported->gates) {
    gates.add({gate.step,
               gate.passed ? "yes" : "no",
               gate.at_ms ? ledger::rfc3339(*gate.at_ms) : "",
               gate.notes});
  }
  if (!gates.empty()) {
    text += "\nimported gates\n" + gates.text(style, "  ");
  }
  return text;
}

}  // namespace projections::render
