#include "ledger/fold.h"

namespace ledger {

Status OverlayRows::fold(const Projection& projection,
                         const StreamSlice& slice) {
  position_ = slice.events.back().position;
  return projection.apply(slice, *this);
}

Result<std::optional<std::string>> OverlayRows::get(std::string_view key) {
  if (const auto it = changed_.find(key); it != changed_.end()) {
    return it->second.bytes;
  }
  RL_ASSIGN(auto row, lookup_(key));
  known_[std::string(key)] = row.has_value();
  if (!row) {
    return std::nullopt;
  }
  return std::move(row->bytes);
}

void OverlayRows::put(std::string_view key, std::string row) {
  const auto known = known_.find(key);
  RL_CHECK(known != known_.end(), "a row is read before it is written");
  if (!known->second) {
    known->second = true;
    ++added_;
  }
  changed_[std::string(key)] = Row{position_, std::move(row)};
}

Result<RowMap> fold_all(const Store& store,
                        const Projection& projection,
                        const Progress& progress) {
  OverlayRows rows([](std::string_view) { return std::nullopt; });
  std::uint64_t folded = 0;
  RL_TRY(store.streams(
      [&](const StreamId& stream, const StreamHead& head) -> Status {
        RL_ASSIGN(const auto events, store.stream_events(stream, 0));
        RL_TRY(rows.fold(projection, {stream, head.first_position, events}));
        folded += events.size();
        if (progress) {
          progress(folded);
        }
        return {};
      }));
  return std::move(rows.changed());
}

}  // namespace ledger
