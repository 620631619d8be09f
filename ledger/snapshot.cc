#include "ledger/snapshot.h"

#include <algorithm>

#include "ledger/anchor.h"
#include "ledger/keys.h"

namespace ledger {
namespace {

Status check_place(const RecordedEvent& event,
                   const StreamId& stream,
                   StreamVersion version) {
  if (event.envelope.stream == stream.name &&
      event.envelope.stream_kind == stream.kind &&
      event.envelope.stream_version == version) {
    return {};
  }
  return damaged("view-disagrees",
                 fmt::format("position {} is not event {} of \"{}\"",
                             event.position,
                             version,
                             stream.name));
}

}  // namespace

Snapshot::Snapshot(StoreLock lock,
                   std::unique_ptr<Store> store,
                   schema::StoreHead head,
                   Anchor anchor,
                   std::vector<VerifierKey> keys,
                   std::vector<std::string> warnings)
    : lock_(std::move(lock)),
      store_(std::move(store)),
      head_(std::move(head)),
      anchor_(std::move(anchor)),
      keys_(std::move(keys)),
      warnings_(std::move(warnings)) {}

Checkpoint Snapshot::checkpoint() const {
  return checkpoint_of(origin(), head_);
}

Result<RecordedEvent> Snapshot::event(Position position) const {
  return store_->event(position);
}

Result<std::optional<StreamHead>> Snapshot::stream_head(
    const StreamId& stream) const {
  return store_->stream_head(stream);
}

Result<std::vector<RecordedEvent>> Snapshot::stream_events(
    const StreamId& stream, StreamVersion from) const {
  return store_->stream_events(stream, from);
}

const schema::ViewState* Snapshot::stored_view(
    const Projection& projection) const {
  const auto it = std::ranges::find_if(head_.views, [&](const auto& view) {
    return view.projection == projection.number() &&
           view.definition == projection.definition();
  });
  return it == head_.views.end() ? nullptr : &*it;
}

Result<const FoldedView*> Snapshot::folded(const Projection& projection) const {
  if (const auto it = folded_.find(projection.number()); it != folded_.end()) {
    return &it->second;
  }
  if (head_.size >= kFoldInMemoryMax) {
    return fail(ErrorCode::kUsage,
                "views-outdated",
                fmt::format("the view \"{}\" was written by another version "
                            "of this program",
                            projection.name()),
                "run `release-ledger rebuild`");
  }
  RL_ASSIGN(FoldedView view, fold_all(*store_, projection, nullptr));
  return &(folded_[projection.number()] = std::move(view));
}

Result<std::vector<Position>> Snapshot::parked(const Projection& projection,
                                               const StreamId& stream) const {
  if (const schema::ViewState* view = stored_view(projection)) {
    return view->parked == 0 ? Result<std::vector<Position>>()
                             : store_->parked(*view, stream);
  }
  RL_ASSIGN(const FoldedView* view, folded(projection));
  std::vector<Position> positions;
  for (const Parked& event : view->parked) {
    if (event.stream == stream) {
      positions.push_back(event.position);
    }
  }
  return positions;
}

// Ends at the newest event of the stream, or at the last one before those that
// are parked; absent, if there is none.
Status Snapshot::check_row(const std::optional<Row>& row,
                           const Projection& projection,
                           const StreamId& stream) const {
  RL_ASSIGN(const auto head, stream_head(stream));
  if (head && row && head->position == row->position) {
    RL_ASSIGN(const RecordedEvent newest, event(row->position));
    return check_place(newest, stream, head->version);
  }
  if (!head && !row) {
    return {};
  }
  RL_ASSIGN(const auto parked, this->parked(projection, stream));
  if (head && !row && !parked.empty() && parked.size() == head->version + 1) {
    return {};
  }
  if (head && row && !parked.empty() && parked.size() <= head->version) {
    RL_ASSIGN(const RecordedEvent newest, event(row->position));
    return check_place(newest, stream, head->version - parked.size());
  }
  return damaged(
      "view-disagrees",
      row ? fmt::format("the view of \"{}\" ends at position {}, its stream "
                        "does not",
                        stream.name,
                        row->position)
          : fmt::format("the view of \"{}\" is missing", stream.name));
}

Result<std::optional<Row>> Snapshot::row(const Projection& projection,
                                         const StreamId& stream,
                                         std::string_view key) const {
  RL_ASSIGN(auto result, find(projection, key));
  RL_TRY(check_row(result, projection, stream));
  return result;
}

Result<std::optional<Row>> Snapshot::find(const Projection& projection,
                                          std::string_view key) const {
  if (const schema::ViewState* view = stored_view(projection)) {
    return store_->row(*view, key);
  }
  RL_ASSIGN(const FoldedView* folded_view, folded(projection));
  const auto it = folded_view->rows.find(key);
  return it == folded_view->rows.end() ? std::nullopt
                                       : std::optional(it->second);
}

Status Snapshot::check_newest(const Projection& projection,
                              const StreamId& stream,
                              const Row& row) const {
  RL_ASSIGN(const auto head, stream_head(stream));
  // The event there is looked up only where the two disagree.
  return head && head->position == row.position
             ? Status()
             : check_row(row, projection, stream);
}

Result<bool> Snapshot::has_parked(const Projection& projection) const {
  if (const schema::ViewState* view = stored_view(projection)) {
    return view->parked != 0;
  }
  RL_ASSIGN(const FoldedView* folded_view, folded(projection));
  return !folded_view->parked.empty();
}

Status Snapshot::folded_range(const Projection& projection,
                              const Range& range,
                              const VisitRow& visit) const {
  RL_ASSIGN(const FoldedView* view, folded(projection));
  auto from = view->rows.lower_bound(range.first);
  auto to = view->rows.lower_bound(range.last);
  while (from != to) {
    const auto it = range.order == Order::kForwards ? from++ : --to;
    RL_ASSIGN(const bool more, visit(it->first, it->second));
    if (!more) {
      break;
    }
  }
  return {};
}

Status Snapshot::range(const Projection& projection,
                       const Range& range,
                       const VisitRow& visit) const {
  const schema::ViewState* view = stored_view(projection);
  if (view == nullptr) {
    return folded_range(projection, range, visit);
  }
  Status status;
  const auto one = [&](std::string_view key, std::string_view value) {
    auto row = decode_row(value);
    auto more = row ? visit(keys::row_key(key), std::move(*row))
                    : Result<bool>(std::unexpected(row.error()));
    if (!more) {
      status = std::unexpected(more.error());
    }
    return more.value_or(false);
  };
  const std::string first =
      keys::row(view->projection, view->generation, range.first);
  const std::string last =
      keys::row(view->projection, view->generation, range.last);
  const Engine& engine = store_->engine();
  RL_TRY(range.order == Order::kForwards
             ? engine.scan(Space::kView, first, last, one)
             : engine.scan_back(Space::kView, first, last, one));
  return status;
}

Result<std::vector<Row>> Snapshot::rows(const Projection& projection) const {
  std::vector<Row> result;
  const schema::ViewState* view = stored_view(projection);
  if (view == nullptr) {
    RL_ASSIGN(const FoldedView* folded_view, folded(projection));
    for (const auto& [key, row] : folded_view->rows) {
      result.push_back(row);
    }
    return result;
  }
  const std::string first = keys::row(view->projection, view->generation, "");
  Status status;
  RL_TRY(store_->engine().scan(Space::kView,
                               first,
                               keys::after(first),
                               [&](std::string_view, std::string_view value) {
                                 auto row = decode_row(value);
                                 if (!row) {
                                   status = std::unexpected(row.error());
                                   return false;
                                 }
                                 result.push_back(std::move(*row));
                                 return true;
                               }));
  RL_TRY(status);
  if (result.size() != view->rows) {
    return damaged("view-disagrees",
                   fmt::format("the view \"{}\" has {} rows, its head says {}",
                               projection.name(),
                               result.size(),
                               view->rows));
  }
  return result;
}

Result<std::optional<Position>> Snapshot::position_at(
    std::int64_t at_ms) const {
  // Blocks [0, low) end at or before `at_ms`.
  std::uint64_t low = 0;
  std::uint64_t high = head_.size / kTimeBlock;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    RL_ASSIGN(const auto value,
              store_->engine().get(Space::kLog, keys::time_block(middle)));
    const auto latest = value ? keys::parse_number(*value) : std::nullopt;
    if (!latest) {
      return damaged("index-damaged",
                     fmt::format("time block {} is unreadable", middle));
    }
    if (static_cast<std::int64_t>(*latest) <= at_ms) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  std::uint64_t count = low * kTimeBlock;
  RL_TRY(store_->events(count, head_.size, [&](const RecordedEvent& e) {
    if (e.envelope.recorded_at_ms > at_ms) {
      return false;
    }
    ++count;
    return true;
  }));
  return count == 0 ? std::nullopt : std::optional<Position>(count - 1);
}

Result<Digest> Snapshot::root_at(std::uint64_t size) const {
  return store_->tree(head_.size).root_at(size);
}

Result<bool> Snapshot::extends(const Checkpoint& head) const {
  if (head.origin != origin() || head.size > size()) {
    return false;
  }
  RL_ASSIGN(const Digest root, root_at(head.size));
  return root == head.root;
}

}  // namespace ledger
