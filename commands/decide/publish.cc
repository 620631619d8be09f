// The release step: gates, approvals, notes, publication.

#include <fmt/ranges.h>

#include "commands/decide/decide.h"
#include "schema/release/policy.h"

namespace commands::decide {
namespace {

using schema::CandidateRecord;

}  // namespace

Status require_gates(const ReleaseRecord& record) {
  const std::vector<std::string> open = schema::open_gates(record);
  if (open.empty()) {
    return {};
  }
  return fail(ErrorCode::kRejected,
              "gate-not-passed",
              fmt::format("{} is held by {} open gate{}: {}",
                          record.name,
                          open.size(),
                          open.size() == 1 ? "" : "s",
                          fmt::join(open, "; ")),
              fmt::format("release-ledger explain {}", record.name));
}

Status require_approvals(const ReleaseRecord& record) {
  const schema::Tally votes = schema::tally(record, evidence_digest(record));
  if (votes.lacking.empty()) {
    return {};
  }
  std::vector<std::string> commands;
  for (const std::string& role : votes.open_roles) {
    commands.push_back(
        fmt::format("release-ledger approve {} --role {}", record.name, role));
  }
  return fail(ErrorCode::kWaiting,
              "approvals-missing",
              fmt::format("{} waits for approvals: {}",
                          record.name,
                          fmt::join(votes.lacking, ", ")),
              fmt::format("{}", fmt::join(commands, ", or: ")));
}

bool notes_are_open(const CandidateRecord& candidate) {
  return candidate.notes_prepared &&
         (!candidate.notes ||
          candidate.notes->attempt < candidate.notes_prepared->attempt);
}

bool notes_are_current(const ReleaseRecord& record) {
  const CandidateRecord* candidate = schema::current_candidate(record);
  return candidate->notes && !notes_are_open(*candidate) &&
         candidate->notes->evidence_digest == evidence_digest(record);
}

Decision prepare_notes(const ReleaseRecord& record,
                       schema::ReleaseNotesPrepared intent) {
  RL_TRY(require_unfinished(record));
  RL_TRY(require_gates(record));
  const CandidateRecord* candidate = schema::current_candidate(record);
  if (notes_are_open(*candidate) || notes_are_current(record)) {
    return std::vector<schema::Event>{};
  }
  intent.candidate = candidate->number;
  intent.branch = candidate->branch;
  intent.attempt =
      candidate->notes_prepared ? candidate->notes_prepared->attempt + 1 : 1;
  intent.evidence_digest = evidence_digest(record);
  return std::vector<schema::Event>{intent};
}

Decision observe_notes(const ReleaseRecord& record) {
  RL_TRY(require_unfinished(record));
  const CandidateRecord* candidate = schema::current_candidate(record);
  if (!notes_are_open(*candidate)) {
    return std::vector<schema::Event>{};
  }
  const schema::ReleaseNotesPrepared& intent = *candidate->notes_prepared;
  schema::ReleaseNotesWritten written;
  written.candidate = intent.candidate;
  written.commit = intent.commit;
  written.path = intent.path;
  written.branch = intent.branch;
  written.digest = intent.digest;
  written.attempt = intent.attempt;
  written.evidence_digest = intent.evidence_digest;
  return std::vector<schema::Event>{written};
}

Decision prepare_publication(const ReleaseRecord& record,
                             schema::PublicationPrepared intent) {
  RL_TRY(require_unfinished(record));
  // Where a forge has merged what we asked it to, all that was proved before.
  const auto* merged =
      schema::current_candidate(record)->pull_request_merged.get();
  if (merged == nullptr || merged->adopted) {
    RL_TRY(require_gates(record));
    RL_TRY(require_approvals(record));
  }
  if (record.publication) {
    return std::vector<schema::Event>{};
  }
  intent.candidate = schema::current_candidate(record)->number;
  intent.attempt = record.publications + 1;
  return std::vector<schema::Event>{intent};
}

Decision refuse_publication(const ReleaseRecord& record,
                            const std::string& reason,
                            const std::string& detail) {
  if (!record.publication) {
    return std::vector<schema::Event>{};
  }
  schema::PublicationRefused event;
  event.candidate = record.publication->candidate;
  event.attempt = record.publication->attempt;
  event.reason = reason;
  event.detail = detail;
  return std::vector<schema::Event>{event};
}

Decision observe_publication(const ReleaseRecord& record) {
  if (record.tag_pushed) {
    return std::vector<schema::Event>{};
  }
  RL_CHECK(record.publication != nullptr, "what is observed was intended");
  const schema::PublicationPrepared& intent = *record.publication;
  schema::StableMerged merged;
  merged.candidate = intent.candidate;
  merged.branch = intent.stable_branch;
  merged.commit = intent.merge_commit;
  merged.previous = intent.stable_before;
  schema::TagCreated created;
  created.tag = intent.tag;
  created.object = intent.tag_object;
  created.commit = intent.merge_commit;
  schema::TagPushed pushed;
  pushed.tag = intent.tag;
  pushed.object = intent.tag_object;
  pushed.remote = intent.remote;
  return std::vector<schema::Event>{merged, created, pushed};
}

Decision fail_step(const ReleaseRecord& record,
                   schema::Step step,
                   const std::string& reason,
                   const std::string& detail) {
  const CandidateRecord* candidate = schema::current_candidate(record);
  const std::uint32_t number = candidate ? candidate->number : 0;
  if (record.step_failure && record.step_failure->step == word(step) &&
      record.step_failure->candidate == number &&
      record.step_failure->reason == reason &&
      record.step_failure->detail == detail) {
    return std::vector<schema::Event>{};
  }
  schema::StepFailed event;
  event.step = word(step);
  event.candidate = number;
  event.attempt = record.step_failures + 1;
  event.reason = reason;
  event.detail = detail;
  return std::vector<schema::Event>{event};
}

}  // namespace commands::decide
