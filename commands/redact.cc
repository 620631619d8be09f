#include "commands/redact.h"

#include <algorithm>
#include <optional>
#include <sstream>

#include "commands/release_stream.h"
#include "commands/sure.h"
#include "ledger/decoded.h"
#include "ledger/file.h"
#include "ledger/redaction.h"
#include "schema/release/assess.h"
#include "schema/release/policy.h"

namespace commands {
namespace {

std::string ends_of(const schema::ReleaseRecord& record) {
  return fmt::format("started {} completed {} abandoned {} yanked {}\n",
                     record.started != nullptr,
                     record.completed != nullptr,
                     record.abandoned != nullptr,
                     record.yanked != nullptr);
}

std::string publication_of(const schema::ReleaseRecord& record) {
  return fmt::format("merge {} tag {} pushed {} posted {} imported {}\n",
                     record.merged ? record.merged->commit : "",
                     record.tag_created ? record.tag_created->object : "",
                     record.tag_pushed != nullptr,
                     record.posted != nullptr,
                     record.imported && record.imported->release
                         ? record.imported->release->commit
                         : "");
}

// The first line that does not hold without the event.
std::string difference(const std::string& with, const std::string& without) {
  std::istringstream lines(with);
  for (std::string line; std::getline(lines, line);) {
    if (("\n" + without).find("\n" + line + "\n") == std::string::npos) {
      return fmt::format("\"{}\" would hold no more", line);
    }
  }
  return "something would hold that does not";
}

void fold(schema::ReleaseRecord& record,
          const ledger::RecordedEvent& recorded,
          const std::shared_ptr<const schema::Event>& says) {
  const schema::Circumstances circumstances =
      ledger::circumstances_of(recorded);
  if (says) {
    schema::evolve(record, *says, circumstances);
  } else {
    schema::evolve_redacted(record, circumstances);
  }
}

// How the state would change, in words; nothing if it would not.
Result<std::optional<std::string>> what_rests_on(
    const ledger::Snapshot& snapshot, const ledger::RecordedEvent& event) {
  const ledger::StreamId stream{event.envelope.stream_kind,
                                event.envelope.stream};
  if (stream.kind != schema::StreamKind::release) {
    return std::nullopt;
  }
  RL_ASSIGN(const auto events, snapshot.stream_events(stream, 0));
  schema::ReleaseRecord with;
  schema::ReleaseRecord without;
  for (const ledger::RecordedEvent& one : events) {
    const auto says = ledger::decoded(one);
    fold(with, one, says);
    fold(without, one, one.position == event.position ? nullptr : says);
  }
  without.name = with.name;
  const std::string before = state_text(with);
  const std::string after = state_text(without);
  return before == after ? std::nullopt
                         : std::optional(difference(before, after));
}

Status require_harmless(const ledger::Snapshot& snapshot,
                        const ledger::RecordedEvent& event,
                        const RedactRequest& request) {
  RL_ASSIGN(const auto change, what_rests_on(snapshot, event));
  if (!change || request.force) {
    return {};
  }
  return fail(ErrorCode::kRejected,
              "state-rests-on-it",
              fmt::format("the state of {} rests on position {} ({}): {}",
                          event.envelope.stream,
                          event.position,
                          event.envelope.type,
                          *change),
              "if it has to go all the same: --force");
}

Status ask(const Environment& environment,
           const ledger::RecordedEvent& event,
           const RedactRequest& request) {
  const bool of_release =
      event.envelope.stream_kind == schema::StreamKind::release;
  return require_sure(
      *environment.reporter,
      {fmt::format("Take away for ever what position {} says ({}, of {})?",
                   event.position,
                   event.envelope.type,
                   of_release ? event.envelope.stream : "the ledger"),
       "redact this",
       "nothing was redacted",
       request.confirmed});
}

// Where else what was redacted may lie.
void tell_of_copies(const Environment& environment) {
  const auto& folder = environment.ledger.folder;
  std::vector<std::string> copies;
  const auto look = [&](const std::filesystem::path& place,
                        const std::string& prefix) {
    const auto files = ledger::list_folder(place).value_or(
        std::vector<std::filesystem::path>());
    for (const auto& file : files) {
      if (file.filename().string().starts_with(prefix)) {
        copies.push_back(file.string());
      }
    }
  };
  look(folder, "db.torn-");
  look(folder.parent_path(), folder.filename().string() + ".replaced-");
  for (const std::string& copy : copies) {
    environment.reporter->progress(fmt::format(
        "warning: {} is a copy from before and still says it", copy));
  }
  environment.reporter->progress(
      "backups, exports and logs from before are not touched; see to them");
}

Result<ledger::RecordedEvent> find_event(const ledger::Snapshot& snapshot,
                                         const RedactRequest& request) {
  if (request.position >= snapshot.size()) {
    return fail(ErrorCode::kNotFound,
                "no-such-position",
                fmt::format("there is no position {}; the ledger has {} events",
                            request.position,
                            snapshot.size()),
                "`release-ledger history` shows them");
  }
  RL_ASSIGN(ledger::RecordedEvent event, snapshot.event(request.position));
  if (!request.release.empty() && event.envelope.stream != request.release) {
    return fail(
        ErrorCode::kUsage,
        "another-release",
        fmt::format("position {} is not of {} but of {}",
                    request.position,
                    request.release,
                    event.envelope.stream.empty() ? "the ledger itself"
                                                  : event.envelope.stream),
        "`release-ledger history` shows what is where");
  }
  return event;
}

}  // namespace

std::string state_text(const schema::ReleaseRecord& record) {
  const std::string evidence = evidence_digest(record);
  const schema::Assessment assessment = schema::assess(record, evidence);
  std::string text = fmt::format("state {}\nplan {}\n",
                                 assessment.state,
                                 record.plan ? record.plan->digest : "");
  text += ends_of(record) + publication_of(record);
  for (const schema::StepAssessment& step : assessment.steps) {
    text += fmt::format(
        "step {} {}\n", schema::word(step.step), schema::word(step.state));
  }
  for (const schema::ValidationAssessment& v : assessment.validations) {
    text += fmt::format("validation {} {}{}\n",
                        v.planned->name,
                        schema::word(v.outcome),
                        v.waived ? " waived" : "");
  }
  for (const schema::CandidateRecord& candidate : record.candidates) {
    text += fmt::format("candidate {} {} notes {}\n",
                        candidate.number,
                        candidate.commit,
                        candidate.notes ? candidate.notes->commit : "");
    for (const schema::ApprovalRecord& approval : candidate.approvals) {
      text += fmt::format("approval {} {}{}\n",
                          approval.granted->role,
                          approval.granted->by,
                          approval.revoked.empty() ? "" : " revoked");
    }
  }
  return text + schema::evidence_text(record);
}

Status redact(const Environment& environment, const RedactRequest& request) {
  RL_ASSIGN(const ledger::Ledger book,
            ledger::Ledger::open(environment.ledger));
  bool is_gone = false;
  {
    RL_ASSIGN(const ledger::Snapshot snapshot, book.read());
    RL_ASSIGN(const ledger::RecordedEvent event, find_event(snapshot, request));
    is_gone = event.redacted_by.has_value();
    if (!is_gone && ledger::is_redactable(event)) {
      RL_TRY(require_harmless(snapshot, event, request));
      RL_TRY(ask(environment, event, request));
    }
  }
  RL_ASSIGN(const ledger::AppendReceipt receipt,
            book.redact({request.position,
                         request.reason,
                         environment.actor,
                         environment.run_id}));
  for (const std::string& warning : receipt.warnings) {
    environment.reporter->progress("warning: " + warning);
  }
  environment.reporter->progress(fmt::format(
      "position {} {} redacted, at position {}; its envelope and every proof "
      "stay",
      request.position,
      is_gone ? "was already" : "is",
      receipt.positions.front()));
  tell_of_copies(environment);
  return {};
}

}  // namespace commands
