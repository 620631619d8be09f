#include "commands/release_stream.h"

#include "ledger/decoded.h"
#include "ledger/digest.h"
#include "schema/release/assess.h"

namespace commands {
namespace {

// A command that loses so many races in a row is told so.
constexpr int kRacesMax = 20;

}  // namespace

const std::string& head_of(const schema::CandidateRecord& candidate) {
  return candidate.notes ? candidate.notes->commit : candidate.commit;
}

std::string evidence_digest(const schema::ReleaseRecord& record) {
  return ledger::to_hex(ledger::sha256({schema::evidence_text(record)}));
}

std::string ReleaseStream::evidence_digest() const {
  return commands::evidence_digest(record_);
}

Result<ReleaseStream> ReleaseStream::load(const Environment& environment,
                                          std::string name,
                                          Rehearsal rehearsal) {
  ReleaseStream stream(environment, std::move(name), rehearsal);
  RL_TRY(stream.refresh());
  return stream;
}

std::unexpected<Error> no_such_release(std::string_view name) {
  return fail(ErrorCode::kNotFound,
              "no-such-release",
              fmt::format("there is no release {}", name),
              "`release-ledger list` shows all");
}

Result<ReleaseStream> ReleaseStream::load_started(
    const Environment& environment, const std::string& name) {
  RL_ASSIGN(ReleaseStream release, load(environment, name, Rehearsal::kNo));
  RL_TRY(release.require_reconciled());
  if (schema::is_imported(release.record())) {
    return fail(ErrorCode::kRejected,
                "imported",
                fmt::format("{} was imported from the predecessor's state; "
                            "nothing can be done to it",
                            name),
                "release-ledger status shows what it says");
  }
  if (!schema::is_started(release.record())) {
    return no_such_release(name);
  }
  return release;
}

void ReleaseStream::look_at_clock() {
  record_.judged_at_ms = environment_->clock->now_ms();
}

Status ReleaseStream::refresh() {
  look_at_clock();
  if (is_rehearsal() && record_.events > 0) {
    return {};
  }
  const auto book = ledger::Ledger::open(environment_->ledger);
  if (!book && book.error().code == ErrorCode::kNotFound) {
    return {};
  }
  RL_TRY(book);
  RL_ASSIGN(const ledger::Snapshot snapshot, book->read());
  RL_ASSIGN(
      const auto events,
      snapshot.stream_events(ledger::release_stream(name_), record_.events));
  head_ = snapshot.checkpoint();
  return fold(events);
}

Status ReleaseStream::fold(const std::vector<ledger::RecordedEvent>& events) {
  for (const ledger::RecordedEvent& recorded : events) {
    const schema::Circumstances circumstances =
        ledger::circumstances_of(recorded);
    const auto event = ledger::decoded(recorded);
    if (recorded.redacted_by) {
      schema::evolve_redacted(record_, circumstances);
      continue;
    }
    if (!event) {
      return fail(ErrorCode::kUsage,
                  "program-too-old",
                  fmt::format("\"{}\" has an event that this program does not "
                              "know: {}, at position {}",
                              name_,
                              recorded.envelope.type,
                              recorded.position),
                  "act on it with the newer release-ledger that wrote it");
    }
    schema::evolve(record_, *event, circumstances);
  }
  return {};
}

void ReleaseStream::rehearse(const std::vector<schema::Event>& events) {
  for (const schema::Event& event : events) {
    schema::evolve(record_,
                   event,
                   {schema::display_name(environment_->actor),
                    environment_->clock->now_ms(),
                    record_.events});
  }
}

void ReleaseStream::assume(const std::vector<schema::Event>& events) {
  RL_CHECK(is_rehearsal(), "only a rehearsal may assume");
  rehearse(events);
}

Status ReleaseStream::append(std::vector<schema::Event> events,
                             std::optional<std::uint64_t> ledger_size) {
  RL_ASSIGN(const ledger::Ledger book,
            ledger::Ledger::open_or_create(environment_->ledger,
                                           environment_->actor));
  ledger::AppendRequest request;
  request.stream = ledger::release_stream(name_);
  request.next_version = record_.events;
  request.expected_size = ledger_size;
  request.actor = environment_->actor;
  request.run_id = environment_->run_id;
  for (schema::Event& event : events) {
    request.events.push_back({std::move(event), {}});
  }
  RL_ASSIGN(const ledger::AppendReceipt receipt, book.append(request));
  for (const std::string& warning : receipt.warnings) {
    environment_->reporter->progress("warning: " + warning);
  }
  head_ = receipt.head;
  if (receipt.already_recorded) {
    return refresh();
  }
  look_at_clock();
  return fold(receipt.added);
}

Status ReleaseStream::require_reconciled() const {
  if (!record_.set_back) {
    return {};
  }
  return fail(
      ErrorCode::kRejected,
      "restored-behind",
      fmt::format("{}: {}", name_, schema::set_back_text(*record_.set_back)),
      fmt::format("compare it with git and with what was announced, "
                  "then: release-ledger reconcile {} --reason \"...\"",
                  name_));
}

Status ReleaseStream::require_allowed(
    const std::vector<schema::Event>& events) const {
  return std::holds_alternative<schema::ReleaseReconciled>(events.front())
             ? Status()
             : require_reconciled();
}

Status ReleaseStream::execute(const Decider& decide) {
  for (int race = 0;; ++race) {
    look_at_clock();
    RL_ASSIGN(std::vector<schema::Event> events, decide(record_));
    if (events.empty()) {
      return {};
    }
    RL_TRY(require_allowed(events));
    if (is_rehearsal()) {
      rehearse(events);
      return {};
    }
    Status appended = append(std::move(events), std::nullopt);
    if (appended || appended.error().reason != "stream-moved" ||
        race == kRacesMax) {
      return appended;
    }
    RL_TRY(refresh());
  }
}

Status ReleaseStream::execute_at(std::uint64_t ledger_size,
                                 const Decider& decide) {
  look_at_clock();
  RL_ASSIGN(std::vector<schema::Event> events, decide(record_));
  RL_TRY(require_allowed(events));
  if (is_rehearsal()) {
    rehearse(events);
    return {};
  }
  return append(std::move(events), ledger_size);
}

}  // namespace commands
