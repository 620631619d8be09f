#include "ledger/export.h"

#include <algorithm>

#include "ledger/export_line.h"
#include "ledger/keys.h"

namespace ledger {
namespace {

Status append_lines(const Store& store,
                    Position from,
                    Position to,
                    std::string& lines) {
  Status result;
  RL_TRY(
      store.raw_events(from, to, [&](Position position, const RawEvent& raw) {
        const auto event = decode(position, raw);
        if (event) {
          lines += export_line(*event, *raw.envelope, raw.stored.value_or(""));
          lines += '\n';
        } else {
          result = std::unexpected(event.error());
        }
        return result.has_value();
      }));
  return result;
}

// The ledger is still the one that `head` was read of.
Status require_same(const Snapshot& snapshot, const Checkpoint& head) {
  RL_ASSIGN(const bool is_same, snapshot.extends(head));
  if (is_same) {
    return {};
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
  std::string lines;
  do {
    lines.clear();
    {
      RL_ASSIGN(const Snapshot snapshot, book.read());
      if (!head) {
        head = snapshot.checkpoint();
      }
      RL_TRY(require_same(snapshot, *head));
      const Position end = std::min(position + kExportPortion, head->size);
      RL_TRY(append_lines(snapshot.store(), position, end, lines));
      position = end;
    }
    RL_TRY(sink(lines));
    if (progress) {
      progress(position);
    }
  } while (position < head->size);
  return *head;
}

}  // namespace ledger
