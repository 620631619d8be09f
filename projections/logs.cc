#include "projections/logs.h"

#include "ledger/digest.h"
#include "schema/event.h"

namespace projections {
namespace {

// What a result says of a file it rests on.
struct RecordedFile {
  const std::string& name;
  const std::string& digest;  // empty: there was none
  ledger::Position position;
};

ledger::Status check_file(const std::filesystem::path& folder,
                          const RecordedFile& recorded,
                          LogCheck& result) {
  if (recorded.digest.empty()) {
    return {};
  }
  const std::filesystem::path file = folder / recorded.name;
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    result.missing.push_back(recorded.name);
    return {};
  }
  RL_ASSIGN(const ledger::Digest digest, ledger::sha256_file(file.string()));
  if (ledger::to_hex(digest) != recorded.digest) {
    result.problems.push_back(
        {"log-changed",
         recorded.name,
         fmt::format("it is not the log that was recorded at position {}",
                     recorded.position)});
  }
  return {};
}

}  // namespace

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
        if (done == nullptr) {
          return true;
        }
        status = check_file(
            folder, {done->log, done->log_digest, event.position}, result);
        if (status) {
          status = check_file(
              folder,
              {done->metrics_file, done->metrics_digest, event.position},
              result);
        }
        return status.has_value();
      }));
  RL_TRY(status);
  return result;
}

}  // namespace projections
