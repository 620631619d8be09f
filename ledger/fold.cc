#include "ledger/fold.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace ledger {

OverlayRows::OverlayRows()
    : OverlayRows([](std::string_view) { return std::nullopt; },
                  [](const StreamId&) { return false; }) {}

OverlayRows::OverlayRows(const Store& store, const schema::ViewState& view)
    : OverlayRows(
          [&store, view](std::string_view key) { return store.row(view, key); },
          [&store, view](const StreamId& stream) -> Result<bool> {
            if (view.parked == 0) {
              return false;
            }
            RL_ASSIGN(const auto parked, store.parked(view, stream));
            return !parked.empty();
          }) {}

Status OverlayRows::apply(const Projection& projection,
                          const StreamSlice& slice) {
  position_ = slice.events.back().position;
  put_.clear();
  RL_TRY(projection.apply(slice, *this));
  for (auto& [key, row] : put_) {
    const auto known = known_.find(key);
    if (!std::exchange(known->second, true)) {
      ++added_;
    }
    changed_[key] = std::move(row);
  }
  return {};
}

void OverlayRows::park(const StreamSlice& slice,
                       std::size_t from,
                       std::string why) {
  const Position first = slice.events[from].position;
  for (const RecordedEvent& event : slice.events.subspan(from)) {
    parked_.push_back({slice.stream, event.position, std::move(why)});
    why = fmt::format("behind position {}", first);
  }
  still_.insert(slice.stream);
}

Status OverlayRows::fold(const Projection& projection,
                         const StreamSlice& slice) {
  RL_ASSIGN(const bool still, stands_still_(slice.stream));
  if (still || still_.contains(slice.stream)) {
    park(slice, 0, "behind one that is parked");
    return {};
  }
  const Status whole = apply(projection, slice);
  if (whole || whole.error().code != ErrorCode::kRejected) {
    return whole;
  }
  for (std::size_t i = 0; i < slice.events.size(); ++i) {
    const StreamSlice one{
        slice.stream, slice.first_position, slice.events.subspan(i, 1)};
    if (Status taken = apply(projection, one); !taken) {
      if (taken.error().code != ErrorCode::kRejected) {
        return taken;
      }
      park(slice, i, std::move(taken.error().message));
      break;
    }
  }
  return {};
}

Result<std::optional<std::string>> OverlayRows::get(std::string_view key) {
  for (const RowMap* rows : {&put_, &changed_}) {
    if (const auto it = rows->find(key); it != rows->end()) {
      return it->second.bytes;
    }
  }
  RL_ASSIGN(auto row, stored_(key));
  known_[std::string(key)] = row.has_value();
  if (!row) {
    return std::nullopt;
  }
  return std::move(row->bytes);
}

void OverlayRows::put(std::string_view key, std::string row) {
  put_as_of(key, std::move(row), position_);
}

void OverlayRows::put_as_of(std::string_view key,
                            std::string row,
                            Position changed) {
  RL_CHECK(known_.contains(key), "a row is read before it is written");
  put_[std::string(key)] = Row{changed, std::move(row)};
}

Result<FoldedView> fold_all(const Store& store,
                            const Projection& projection,
                            const Progress& progress) {
  FoldedView view;
  std::uint64_t folded = 0;
  RL_TRY(store.streams([&](const StreamId& stream,
                           const StreamHead& head) -> Status {
    OverlayRows rows;
    RL_TRY(
        store.stream_slices(stream, [&](std::span<const RecordedEvent> events) {
          return rows.fold(projection, {stream, head.first_position, events});
        }));
    view.rows.merge(rows.changed());
    RL_CHECK(rows.changed().empty(), "a row belongs to one stream");
    std::ranges::move(rows.parked(), std::back_inserter(view.parked));
    folded += head.version + 1;
    if (progress) {
      progress(folded);
    }
    return {};
  }));
  return view;
}

}  // namespace ledger
