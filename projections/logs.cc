#include "projections/logs.h"

#include "ledger/digest.h"
#include "schema/event.h"

namespace projections {

ledger::Result<LogCheck> check_logs(const ledger::Snapshot& snapshot,
                                    const std::filesystem::path& folder) {
  LogCheck result;
  ledger::Status status;
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
        if (done == nullptr || done->log_digest.empty()) {
          return true;
        }
        const std::filesystem::path log = folder / done->log;
        std::error_code error;
        if (!std::filesystem::exists(log, error)) {
          result.missing.push_back(done->log);
          return true;
        }
        const auto digest = ledger::sha256_file(log.string());
        if (!digest) {
          status = std::unexpected(digest.error());
          return false;
        }
        if (ledger::to_hex(*digest) != done->log_digest) {
          result.problems.push_back(
              {"log-changed",
               done->log,
               fmt::format("it is not the log that was recorded at position "
                           "{}",
                           event.position)});
        }
        return true;
      }));
  RL_TRY(status);
  return result;
}

}  // namespace projections
