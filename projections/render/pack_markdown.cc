// The page that an auditor reads first.

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "ledger/clock.h"
#include "ledger/digest.h"
#include "projections/render/json.h"
#include "projections/render/text.h"
#include "schema/release/moment.h"
#include "schema/release/policy.h"

namespace projections::render {
namespace {

std::string steps_markdown(const ReleaseView& view) {
  std::string text = "| step | state | when | by |\n|---|---|---|---|\n";
  for (const schema::StepAssessment& step : view.assessment.steps) {
    text += fmt::format("| {} | {} | {} | {} |\n",
                        schema::word(step.step),
                        schema::word(step.state),
                        step.mark ? ledger::rfc3339(step.mark->at_ms) : "",
                        step.mark ? markdown_cell(step.mark->by) : "");
  }
  return text;
}

std::string approvals_markdown(const ReleaseView& view) {
  std::string rows;
  for (const schema::CandidateRecord& candidate : view.record->candidates) {
    for (const schema::ApprovalRecord& approval : candidate.approvals) {
      const std::string why = schema::staleness(
          *view.record, candidate, approval, view.evidence_digest);
      rows += fmt::format(
          "| {} | {} | {} | {} | {} | {} |\n",
          markdown_cell(approval.granted->by),
          markdown_cell(approval.granted->role),
          approval.granted->commit,
          approval.granted->signature.empty() ? "claimed" : "signed",
          why.empty() ? "counts" : markdown_cell(why),
          approval.mark->position);
    }
  }
  return rows.empty() ? "None.\n"
                      : "| by | role | commit | name | valid | position |\n"
                        "|---|---|---|---|---|---|\n" +
                            rows;
}

std::string waivers_markdown(const ReleaseView& view) {
  std::string rows;
  for (const schema::CandidateRecord& candidate : view.record->candidates) {
    for (const schema::WaiverRecord& waiver : candidate.waivers) {
      rows += fmt::format("| {} | {} | {} | {} |\n",
                          markdown_cell(waiver.granted->check),
                          markdown_cell(waiver.granted->by),
                          markdown_cell(schema::waiver_terms(waiver)),
                          waiver.mark->position);
    }
  }
  return rows.empty() ? "None.\n"
                      : "| check | by | terms | position |\n"
                        "|---|---|---|---|\n" +
                            rows;
}

constexpr std::string_view kHowToCheck =
    "## How to check it\n\n"
    "`tools/verify-pack pack THIS` of the release-ledger sources needs Python "
    "3 "
    "and nothing\nelse. `--key FILE` names a public key that you have from "
    "somewhere else, `--head FILE`\na signed head that was kept elsewhere: "
    "without one, whoever holds the ledger and\nits key could have written "
    "another history.\n\n"
    "What counts are the bytes in `events.jsonl`, `proofs/` and `checkpoint`. "
    "This page\nand `status.json` only tell what they add up to.\n";

}  // namespace

std::string pack_markdown(const ReleaseView& view,
                          const ledger::Checkpoint& head) {
  const schema::ReleaseRecord& record = *view.record;
  std::string text = fmt::format(
      "# Release {}: {}\n\n"
      "| | |\n|---|---|\n"
      "| commit | {} |\n| started | {} |\n| plan | {} |\n| evidence | {} |\n"
      "| tag | {} |\n| ledger | {} |\n| events in it | {} |\n| root | {} |\n\n",
      markdown_cell(record.name),
      view.assessment.state,
      commit_of(record),
      started_text(record),
      record.plan ? record.plan->digest : "",
      view.evidence_digest,
      record.tag_pushed ? markdown_cell(record.tag_pushed->tag) : "",
      head.origin,
      head.size,
      ledger::to_hex(head.root));
  if (record.redacted_events > 0) {
    text += fmt::format("What {} of its events said was redacted.\n\n",
                        record.redacted_events);
  }
  text += "## Steps\n\n" + steps_markdown(view) + "\n";
  text += validations_markdown(view);
  text += "### Approvals\n\n" + approvals_markdown(view) + "\n";
  text += "### Waivers\n\n" + waivers_markdown(view) + "\n";
  return text + std::string(kHowToCheck);
}

}  // namespace projections::render
