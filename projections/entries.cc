#include "projections/entries.h"

#include <algorithm>
#include <functional>

#include "ledger/keys.h"
#include "projections/queries.h"
#include "projections/timeline.h"

namespace projections {
namespace {

using ledger::Result;
using ledger::Snapshot;
using schema::TimelineRelease;
using Order = Snapshot::Order;

Result<TimelineRelease> checked_release(const Snapshot& snapshot,
                                        const ledger::Row& row) {
  auto release = schema::unpack_timeline_release(row.bytes);
  if (!release) {
    return ledger::damaged("view-damaged",
                           "a row of the timeline is unreadable");
  }
  RL_TRY(snapshot.check_newest(
      Timeline(), ledger::release_stream(release->name), row));
  return std::move(*release);
}

// Every release, until `visit` says false.
using VisitRelease =
    std::function<Result<bool>(ledger::Position first, TimelineRelease row)>;

ledger::Status each_release(const Snapshot& snapshot,
                            Order order,
                            const VisitRelease& visit) {
  const std::string first(1, timeline::kRelease);
  return snapshot.range(
      Timeline(),
      {first, ledger::keys::after(first), order},
      [&](std::string_view key, const ledger::Row& row) -> Result<bool> {
        const auto at = timeline::parse_release_key(key);
        if (!at) {
          return ledger::damaged("view-damaged",
                                 "a key of the timeline is unreadable");
        }
        RL_ASSIGN(TimelineRelease release, checked_release(snapshot, row));
        return visit(*at, std::move(release));
      });
}

// The word of one to which nothing more is done, or empty: as in assess().
std::string ended_word(const TimelineRelease& row) {
  if (row.set_back) {
    return "";
  }
  return row.imported && row.started == nullptr ? "imported"
         : row.yanked                           ? "yanked"
         : row.abandoned                        ? "abandoned"
         : row.completed                        ? "released"
                                                : "";
}

bool fits(const TimelineRelease& row, const ListQuery& query) {
  const schema::Mark& begun = row.started ? *row.started : *row.newest;
  return (query.by.empty() || begun.by.find(query.by) != std::string::npos) &&
         (!query.since_ms || begun.at_ms >= *query.since_ms) &&
         (!query.until_ms || begun.at_ms <= *query.until_ms);
}

// Asked of imported ones only, whose row has no start.
Result<std::optional<std::int64_t>> creation_of(const Snapshot& snapshot,
                                                const TimelineRelease& row) {
  if (!row.imported) {
    return std::nullopt;
  }
  RL_ASSIGN(const ReleaseView view, find_release(snapshot, row.name));
  const schema::ReleaseRecord& record = *view.record;
  return record.imported && record.imported->release
             ? record.imported->release->created_at_ms
             : std::nullopt;
}

// Each release stream has a row, unless all of its events are parked.
ledger::Status check_count(const Snapshot& snapshot, std::size_t seen) {
  RL_ASSIGN(const bool parked, snapshot.has_parked(Timeline()));
  RL_ASSIGN(const auto own, snapshot.stream_head(ledger::ledger_stream()));
  const std::uint64_t streams = snapshot.streams() - (own ? 1U : 0U);
  if (parked || seen == streams) {
    return {};
  }
  return ledger::damaged(
      "view-disagrees",
      fmt::format(
          "the timeline has {} releases, the ledger {}", seen, streams));
}

}  // namespace

const std::vector<std::string>& state_words() {
  static const std::vector<std::string> kWords = {"in_progress",
                                                  "waiting",
                                                  "failed",
                                                  "released",
                                                  "abandoned",
                                                  "yanked",
                                                  "imported"};
  return kWords;
}

Result<TimelineRelease> timeline_release(const Snapshot& snapshot,
                                         ledger::Position first) {
  RL_ASSIGN(const auto row,
            snapshot.find(Timeline(), timeline::release_key(first)));
  if (!row) {
    return ledger::damaged(
        "view-disagrees",
        fmt::format("the timeline has no release from position {} on", first));
  }
  return checked_release(snapshot, *row);
}

Result<std::string> state_of(const Snapshot& snapshot,
                             const TimelineRelease& row) {
  std::string word = ended_word(row);
  if (!word.empty()) {
    return word;
  }
  RL_ASSIGN(const ReleaseView view, find_release(snapshot, row.name));
  return view.assessment.state;
}

Result<std::vector<ReleaseEntry>> list_releases(const Snapshot& snapshot,
                                                const ListQuery& query) {
  std::vector<ReleaseEntry> entries;
  std::size_t seen = 0;
  const bool all = !query.last;
  RL_TRY(each_release(
      snapshot,
      Order::kBackwards,
      [&](ledger::Position first, TimelineRelease row) -> Result<bool> {
        ++seen;
        const std::string ended = ended_word(row);
        if (!fits(row, query) ||
            (!query.state.empty() && !ended.empty() && ended != query.state)) {
          return true;
        }
        RL_ASSIGN(std::string state, state_of(snapshot, row));
        if (query.state.empty() || state == query.state) {
          RL_ASSIGN(const auto created, creation_of(snapshot, row));
          entries.push_back({first, std::move(row), std::move(state), created});
        }
        return all || entries.size() < *query.last;
      }));
  if (all) {
    RL_TRY(check_count(snapshot, seen));
  }
  std::ranges::reverse(entries);
  return entries;
}

Result<std::vector<std::string>> release_names(const Snapshot& snapshot) {
  std::vector<std::string> names;
  RL_TRY(each_release(snapshot,
                      Order::kForwards,
                      [&](ledger::Position, const TimelineRelease& row) {
                        names.push_back(row.name);
                        return true;
                      }));
  RL_TRY(check_count(snapshot, names.size()));
  return names;
}

Result<Standing> standing(const Snapshot& snapshot) {
  Standing result;
  ledger::Position newest = 0;
  std::size_t seen = 0;
  RL_TRY(each_release(
      snapshot,
      Order::kForwards,
      [&](ledger::Position, const TimelineRelease& row) -> Result<bool> {
        ++seen;
        if (row.published && !row.yanked &&
            (result.last_published.empty() ||
             row.published->position > newest)) {
          newest = row.published->position;
          result.last_published = row.name;
        }
        if (ended_word(row).empty()) {
          RL_ASSIGN(const ReleaseView view, find_release(snapshot, row.name));
          if (schema::is_unfinished(*view.record)) {
            result.unfinished.push_back(row.name);
          }
        }
        return true;
      }));
  RL_TRY(check_count(snapshot, seen));
  return result;
}

Result<std::vector<std::string>> unfinished_releases(const Snapshot& snapshot) {
  RL_ASSIGN(Standing now, standing(snapshot));
  return std::move(now.unfinished);
}

Result<const TimelineRelease*> TimelineRows::release(ledger::Position first) {
  if (const auto it = releases_.find(first); it != releases_.end()) {
    return &it->second;
  }
  RL_ASSIGN(TimelineRelease row, timeline_release(snapshot_, first));
  return &(releases_[first] = std::move(row));
}

Result<const std::vector<schema::Renaming>*> TimelineRows::renamings() {
  if (!renamings_) {
    std::vector<schema::Renaming> newest;
    RL_TRY(each_release(snapshot_,
                        Order::kBackwards,
                        [&](ledger::Position, const TimelineRelease& row) {
                          newest = row.renamings;
                          return !row.planned;
                        }));
    renamings_ = std::move(newest);
  }
  return &*renamings_;
}

}  // namespace projections
