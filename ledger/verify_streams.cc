// The pass of `verify` over the streams: their heads and indexes, and the rows
// that the views have of them.

#include <algorithm>
#include <atomic>
#include <future>

#include "ledger/keys.h"
#include "ledger/verifier.h"

namespace ledger {
namespace {

constexpr std::size_t kStreamLanes = 2;

std::string name_of(const Projection& projection) {
  return fmt::format("view {}", projection.name());
}

}  // namespace

Status Verifier::check_stream_heads() {
  std::size_t listed = 0;
  RL_TRY(store_.streams(
      [&](const StreamId& stream, const StreamHead& head) -> Status {
        ++listed;
        const auto it = streams_.find(stream);
        if (it == streams_.end() || it->second.version != head.version ||
            it->second.position != head.position ||
            it->second.first_position != head.first_position) {
          report("index-damaged",
                 fmt::format("stream \"{}\"", stream.name),
                 "its head does not agree with the events");
        }
        return {};
      }));
  if (listed != streams_.size() || head_.streams != streams_.size()) {
    report(
        "index-damaged",
        "head",
        fmt::format(
            "{} streams are listed, {} have events", listed, streams_.size()));
  }
  return {};
}

std::vector<Verifier::ViewSum> Verifier::views_to_check(
    Projections projections) {
  std::vector<ViewSum> views;
  for (const Projection* projection : projections) {
    const auto state = std::ranges::find_if(head_.views, [&](const auto& view) {
      return view.projection == projection->number();
    });
    if (state == head_.views.end() ||
        state->definition != projection->definition()) {
      report("view-outdated",
             name_of(*projection),
             "written by another version of this program; run "
             "`release-ledger rebuild`");
      continue;
    }
    if (state->parked != 0) {
      result_.warnings.push_back(
          parked_warning(projection->name(), state->parked));
    }
    views.push_back({projection, &*state, {}, 0});
  }
  return views;
}

Status Verifier::check_streams(const Progress& progress,
                               Projections projections) {
  std::vector<ViewSum> views = views_to_check(projections);
  std::vector<std::pair<StreamId, StreamHead>> streams(streams_.begin(),
                                                       streams_.end());
  const std::size_t problems_before = result_.problems.size();
  std::atomic<std::size_t> next = 0;
  std::atomic<std::uint64_t> checked = 0;
  const auto lane = [&]() -> Status {
    for (std::size_t i = next++; i < streams.size(); i = next++) {
      const auto& [stream, head] = streams[i];
      RL_TRY(found(check_stream(stream, head, views),
                   fmt::format("stream \"{}\"", stream.name)));
      checked += head.version + 1;
    }
    return {};
  };
  std::vector<std::future<Status>> lanes;
  for (std::size_t i = 0; i < kStreamLanes; ++i) {
    lanes.push_back(std::async(std::launch::async, lane));
  }
  for (auto& one : lanes) {
    while (one.wait_for(std::chrono::milliseconds(100)) !=
           std::future_status::ready) {
      if (progress) {
        progress((result_.events + checked) / 2);
      }
    }
  }
  for (auto& one : lanes) {
    RL_TRY(one.get());
  }
  const auto found_here =
      result_.problems.begin() + static_cast<std::ptrdiff_t>(problems_before);
  std::sort(
      found_here,
      result_.problems.end(),
      [](const Problem& a, const Problem& b) { return a.where < b.where; });
  if (std::any_of(found_here, result_.problems.end(), [](const Problem& p) {
        return p.kind == "index-damaged";
      })) {
    RL_TRY(locate_index_damage());
  }
  for (const ViewSum& view : views) {
    RL_TRY(found(check_sum(view), name_of(*view.projection)));
  }
  return {};
}

Status Verifier::check_stream(const StreamId& stream,
                              const StreamHead& head,
                              std::vector<ViewSum>& views) {
  std::vector<OverlayRows> folded(views.size());
  std::vector<bool> foldable(views.size(), true);
  RL_TRY(store_.stream_slices(
      stream, [&](std::span<const RecordedEvent> events) -> Status {
        for (std::size_t i = 0; i < views.size(); ++i) {
          const StreamSlice slice{stream, head.first_position, events};
          if (!foldable[i]) {
            continue;
          }
          if (const Status status = folded[i].fold(*views[i].projection, slice);
              !status) {
            foldable[i] = false;
            report("view-unfoldable",
                   fmt::format("{}, stream \"{}\"",
                               name_of(*views[i].projection),
                               stream.name),
                   status.error().message);
          }
        }
        return {};
      }));
  for (std::size_t i = 0; i < views.size(); ++i) {
    RL_TRY(compare_rows(stream, folded[i], views[i]));
  }
  return {};
}

Status Verifier::compare_rows(const StreamId& stream,
                              OverlayRows& folded,
                              ViewSum& view) {
  const std::string where = name_of(*view.projection);
  for (const auto& [key, row] : folded.changed()) {
    RL_ASSIGN(
        const auto stored,
        store_.engine().get(
            Space::kView,
            keys::row(view.state->projection, view.state->generation, key)));
    if (stored != encode(row)) {
      report("view-disagrees",
             fmt::format("{}, row \"{}\"", where, key),
             "the stored row is not the fold of the events");
    }
  }
  std::vector<Position> parked;
  for (const Parked& event : folded.parked()) {
    parked.push_back(event.position);
  }
  if (view.state->parked != 0 || !parked.empty()) {
    RL_ASSIGN(const auto stored, store_.parked(*view.state, stream));
    if (stored != parked) {
      report("view-disagrees",
             fmt::format("{}, stream \"{}\"", where, stream.name),
             "the parked events are not those that cannot be folded");
    }
  }
  const std::lock_guard guard(mutex_);
  for (const auto& [key, row] : folded.changed()) {
    view.keys.insert(key);
  }
  view.parked += parked.size();
  return {};
}

// Rows and parked events that no stream accounts for.
Status Verifier::check_sum(const ViewSum& view) {
  const std::string where = name_of(*view.projection);
  const std::string first =
      keys::row(view.state->projection, view.state->generation, "");
  std::uint64_t stored = 0;
  RL_TRY(store_.engine().scan(
      Space::kView,
      first,
      keys::after(first),
      [&](std::string_view key, std::string_view) {
        ++stored;
        if (!view.keys.contains(keys::row_key(key))) {
          report("view-disagrees",
                 fmt::format("{}, row \"{}\"", where, keys::row_key(key)),
                 "the stored row is not the fold of the events");
        }
        return true;
      }));
  if (stored != view.keys.size() || view.state->rows != stored) {
    report("view-disagrees",
           where,
           fmt::format("{} rows are stored, the events give {}",
                       stored,
                       view.keys.size()));
  }
  RL_ASSIGN(const auto parked, store_.parked(*view.state, std::nullopt));
  if (parked.size() != view.parked || view.state->parked != view.parked) {
    report("view-disagrees",
           where,
           fmt::format("{} events are parked, {} cannot be folded",
                       parked.size(),
                       view.parked));
  }
  return {};
}

// Rows of views the head does not know, or of generations that nothing is said
// about.
Status Verifier::check_extra_rows() {
  std::set<keys::View> known;
  for (const schema::ViewState& view : head_.views) {
    known.insert({view.projection, view.generation});
  }
  RL_ASSIGN(const auto spares, store_.spare_generations());
  for (const SpareGeneration& spare : spares) {
    known.insert({spare.projection, spare.generation});
    result_.warnings.push_back(
        spare.build ? "a rebuild was cut short; `release-ledger rebuild` "
                      "finishes it"
                    : "rows that a rebuild replaced are still to be removed; "
                      "`release-ledger rebuild` does it");
  }
  std::uint64_t extra = 0;
  std::uint64_t marks = 0;
  RL_TRY(store_.engine().scan(Space::kView,
                              "",
                              kBehindAllKeys,
                              [&](std::string_view key, std::string_view) {
                                if (key.starts_with(keys::kBatchKind)) {
                                  ++marks;
                                  return true;
                                }
                                const auto view = keys::parse_view(key);
                                extra +=
                                    view && known.contains(*view) ? 0U : 1U;
                                return true;
                              }));
  if (marks != std::min(head_.batches, kBatchMarks)) {
    report("index-damaged", "views", "the marks of the batches are not right");
  }
  if (extra != 0) {
    report("view-disagrees",
           "views",
           fmt::format("{} rows belong to no view in force", extra));
  }
  return {};
}

}  // namespace ledger
