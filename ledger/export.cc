#include "ledger/export.h"

#include <algorithm>

#include "ledger/event_json.h"
#include "ledger/keys.h"

namespace ledger {
namespace {

Result<std::string> export_line(const Store& store, Position position) {
  RL_ASSIGN(const std::string envelope, store.envelope_bytes(position));
  RL_ASSIGN(const auto stored,
            store.engine().get(Space::kLog, keys::payload(position)));
  RL_ASSIGN(const RecordedEvent event,
            decode_event(position, envelope, stored));
  nlohmann::ordered_json line = event_json(event);
  line["envelope"] = to_base64(envelope);
  line["payload"] = nullptr;
  line["salt"] = nullptr;
  if (stored) {
    line["payload"] = to_base64(*event.payload);
    line["salt"] = to_base64(std::string_view(*stored).substr(0, kSaltBytes));
  }
  return json_line(line);
}

// The ledger is still the one that `head` was read of.
Status require_same(const Snapshot& snapshot, const Checkpoint& head) {
  if (snapshot.size() >= head.size) {
    RL_ASSIGN(const Digest root, snapshot.root_at(head.size));
    if (root == head.root) {
      return {};
    }
  }
  return fail(ErrorCode::kConflict,
              "ledger-replaced",
              "the ledger was replaced while it was exported",
              "type the command again");
}

}  // namespace

Result<Checkpoint> export_events(const Ledger& book,
                                 const ExportSink& sink,
                                 const Progress& progress) {
  std::optional<Checkpoint> head;
  Position position = 0;
  do {
    std::string lines;
    {
      RL_ASSIGN(const Snapshot snapshot, book.read());
      if (!head) {
        head = snapshot.checkpoint();
      }
      RL_TRY(require_same(snapshot, *head));
      const Position end = std::min(position + kExportPortion, head->size);
      for (; position < end; ++position) {
        RL_ASSIGN(const std::string line,
                  export_line(snapshot.store(), position));
        lines += line;
      }
    }
    RL_TRY(sink(lines));
    if (progress) {
      progress(position);
    }
  } while (position < head->size);
  return *head;
}

}  // namespace ledger
