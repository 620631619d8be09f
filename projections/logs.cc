#include "projections/logs.h"

#include <algorithm>
#include <utility>

#include "ledger/decoded.h"
#include "ledger/digest.h"
#include "schema/event.h"

namespace projections {
namespace fs = std::filesystem;

namespace {

void gather(const ledger::RecordedEvent& event,
            const schema::Event& says,
            std::vector<ledger::RecordedLog>& logs) {
  const auto* done = std::get_if<schema::ValidationCompleted>(&says);
  if (done == nullptr) {
    return;
  }
  for (const auto& [file, digest] :
       {std::pair(&done->log, &done->log_digest),
        std::pair(&done->metrics_file, &done->metrics_digest)}) {
    if (!digest->empty()) {
      logs.push_back({*file, *digest, event.position});
    }
  }
}

}  // namespace

ledger::Result<std::vector<ledger::RecordedLog>> recorded_logs(
    const ledger::Snapshot& snapshot) {
  std::vector<ledger::RecordedLog> result;
  RL_TRY(snapshot.store().events(
      0, snapshot.size(), [&](const ledger::RecordedEvent& event) {
        const schema::Envelope& envelope = event.envelope;
        if (event.payload &&
            envelope.type ==
                schema::type_name_of<schema::ValidationCompleted>()) {
          const auto says = ledger::decoded(event);
          if (says) {
            gather(event, *says, result);
          }
        }
        return true;
      }));
  return result;
}

ledger::EventVisitor Logs::visitor() {
  return [this](const ledger::RecordedEvent& event, const schema::Event& says) {
    gather(event, says, logs_);
  };
}

LogCheck Logs::check(const fs::path& folder, const ledger::Progress& progress) {
  std::ranges::sort(logs_, {}, &ledger::RecordedLog::position);
  LogCheck result;
  std::uint64_t read = 0;
  for (const ledger::RecordedLog& log : logs_) {
    std::error_code error;
    const fs::path file = folder / log.path;
    if (!fs::exists(file, error)) {
      result.missing.push_back(log.path);
      continue;
    }
    const auto digest = ledger::sha256_file(file.string());
    if (!digest) {
      result.problems.push_back(
          {"log-unreadable", log.path, digest.error().message});
    } else if (ledger::to_hex(*digest) != log.digest) {
      result.problems.push_back(
          {"log-changed",
           log.path,
           fmt::format("it is not the log that was recorded at position {}",
                       log.position)});
    }
    if (progress) {
      progress(++read);
    }
  }
  return result;
}

}  // namespace projections
