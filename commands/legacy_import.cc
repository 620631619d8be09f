#include "commands/legacy_import.h"

#include "commands/release_stream.h"

namespace commands {
namespace {

// The facts, whatever file they were read from.
std::vector<std::string> facts_of(
    schema::ReleaseImported release,
    const std::vector<schema::ValidationImported>& validations,
    const std::vector<schema::GateImported>& gates) {
  std::vector<std::string> facts;
  release.digest.clear();
  facts.push_back(schema::encode_payload(release));
  for (const schema::ValidationImported& v : validations) {
    facts.push_back(schema::encode_payload(v));
  }
  for (const schema::GateImported& gate : gates) {
    facts.push_back(schema::encode_payload(gate));
  }
  return facts;
}

std::vector<schema::Event> events_of(const LegacyState& state) {
  std::vector<schema::Event> events{state.release};
  events.insert(
      events.end(), state.validations.begin(), state.validations.end());
  events.insert(events.end(), state.gates.begin(), state.gates.end());
  return events;
}

Decision import_once(const schema::ReleaseRecord& record,
                     const LegacyState& state) {
  if (record.events == 0) {
    return events_of(state);
  }
  if (record.imported == nullptr || record.imported->release == nullptr) {
    return fail(ErrorCode::kRejected,
                "name-used",
                fmt::format("{} is a release of this ledger already",
                            state.release.version),
                "a name is used once for ever");
  }
  const schema::ImportRecord& known = *record.imported;
  if (facts_of(*known.release, known.validations, known.gates) ==
      facts_of(state.release, state.validations, state.gates)) {
    return std::vector<schema::Event>{};
  }
  return fail(
      ErrorCode::kRejected,
      "imported-otherwise",
      fmt::format("{} was imported already, from a file that says "
                  "something else",
                  state.release.version),
      fmt::format("release-ledger history {} shows it", state.release.version));
}

}  // namespace

Result<LegacyImported> import_legacy_state(const Environment& environment,
                                           const LegacyState& state) {
  LegacyImported result{state.release.version, 0};
  RL_ASSIGN(
      ReleaseStream release,
      ReleaseStream::load(environment, state.release.version, Rehearsal::kNo));
  RL_TRY(release.execute([&](const schema::ReleaseRecord& record) -> Decision {
    auto events = import_once(record, state);
    result.events = events ? events->size() : 0;
    return events;
  }));
  return result;
}

}  // namespace commands
