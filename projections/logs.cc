#include "projections/logs.h"

#include "ledger/digest.h"
#include "schema/event.h"

namespace projections {

ledger::Result<std::vector<ledger::RecordedLog>> recorded_logs(
    const ledger::Snapshot& snapshot) {
  std::vector<ledger::RecordedLog> result;
  RL_TRY(snapshot.store().events(
      0, snapshot.size(), [&](const ledger::RecordedEvent& event) {
        const schema::Envelope& envelope = event.envelope;
        if (!event.payload ||
            envelope.type !=
                schema::type_name_of<schema::ValidationCompleted>()) {
          return true;
        }
        const auto decoded = schema::decode_payload(
            envelope.type, envelope.schema_version, *event.payload);
        const auto* done =
            decoded ? std::get_if<schema::ValidationCompleted>(&*decoded)
                    : nullptr;
        if (done != nullptr && !done->log_digest.empty()) {
          result.push_back({done->log, done->log_digest, event.position});
        }
        return true;
      }));
  return result;
}

ledger::Result<LogCheck> check_logs(const ledger::Snapshot& snapshot,
                                    const std::filesystem::path& folder) {
  LogCheck result;
  RL_ASSIGN(const auto logs, recorded_logs(snapshot));
  for (const ledger::RecordedLog& recorded : logs) {
    const std::filesystem::path log = folder / recorded.path;
    std::error_code error;
    if (!std::filesystem::exists(log, error)) {
      result.missing.push_back(recorded.path);
      continue;
    }
    RL_ASSIGN(const ledger::Digest digest, ledger::sha256_file(log.string()));
    if (ledger::to_hex(digest) != recorded.digest) {
      result.problems.push_back(
          {"log-changed",
           recorded.path,
           fmt::format("it is not the log that was recorded at position {}",
                       recorded.position)});
    }
  }
  return result;
}

}  // namespace projections
