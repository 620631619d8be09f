// Ledger::rebuild: all views are folded anew beside the rows in force, a
// portion of the log at a time, in its order; each portion is read once, while
// the one before it is folded. The exclusive lock is held for a few portions,
// so that others append meanwhile; the last one takes what they added and
// switches to the new rows with the head record. The old rows are removed
// after that.
//
// Where it stands is in the store (SpareGeneration), so it may be killed
// anywhere: the next one continues, or removes what a program of another
// definition left behind.

#include <algorithm>
#include <future>
#include <map>
#include <set>

#include "ledger/commit.h"
#include "ledger/fold.h"
#include "ledger/keys.h"
#include "ledger/opening.h"
#include "ledger/tasks.h"

namespace ledger {
namespace {

// Rows removed under one lock.
constexpr std::size_t kRemovedAtOnce = 10'000;

using Build = SpareGeneration::Build;

schema::ViewState view_of(const SpareGeneration& spare) {
  schema::ViewState view;
  view.projection = spare.projection;
  view.generation = spare.generation;
  view.parked = spare.build ? spare.build->parked : 0;
  return view;
}

// Takes rows of the generation away, and its record with the last of them.
Status remove_rows(const Store& store,
                   const SpareGeneration& spare,
                   Commit& commit) {
  std::size_t removed = 0;
  for (const std::string& first :
       {keys::row(spare.projection, spare.generation, ""),
        keys::parked(spare.projection, spare.generation)}) {
    RL_TRY(store.engine().scan(Space::kView,
                               first,
                               keys::after(first),
                               [&](std::string_view key, std::string_view) {
                                 commit.erase(Space::kView, std::string(key));
                                 return ++removed < kRemovedAtOnce;
                               }));
  }
  const std::string record = keys::spare(spare.projection, spare.generation);
  if (removed < kRemovedAtOnce) {
    commit.erase(Space::kView, record);
  } else {
    commit.put(Space::kView, record, encode(std::optional<Build>()));
  }
  return {};
}

// A portion of the log by streams, as both the folds and their order need it.
struct Portion {
  Position from = 0;
  Position to = 0;
  struct Slice {
    Position first_position = 0;
    std::vector<RecordedEvent> events;
  };
  std::map<StreamId, Slice> slices;
};

Result<Portion> read_portion(const Store& store, Position from, Position to) {
  Portion portion{from, to, {}};
  RL_TRY(store.events(from, to, [&](RecordedEvent event) {
    const schema::Envelope& envelope = event.envelope;
    auto& slice =
        portion.slices[StreamId{envelope.stream_kind, envelope.stream}];
    slice.events.push_back(std::move(event));
    return true;
  }));
  for (auto& [stream, slice] : portion.slices) {
    RL_ASSIGN(const auto head, store.stream_head(stream));
    if (!head) {
      return damaged(
          "index-damaged",
          fmt::format("stream \"{}\" has events and no head", stream.name));
    }
    slice.first_position = head->first_position;
  }
  return portion;
}

// One view's rows of a portion.
Status fold_portion(const Portion& portion,
                    const Projection& projection,
                    OverlayRows& rows) {
  for (const auto& [stream, slice] : portion.slices) {
    RL_TRY(rows.fold(projection, {stream, slice.first_position, slice.events}));
  }
  return {};
}

// A view while it is folded anew.
struct ViewBuild {
  const Projection* projection = nullptr;
  SpareGeneration spare;
  OverlayRows rows;
};

class Rebuild {
 public:
  Rebuild(const Settings& settings, std::string_view origin)
      : settings_(settings), origin_(origin) {}

  Status run(const Progress& progress) {
    while (!done_) {
      RL_TRY(step());
      if (progress) {
        progress(folded_);
      }
    }
    return {};
  }
  std::uint64_t folded() const { return folded_; }

 private:
  using Spares = std::vector<SpareGeneration>;

  // What is done under one lock: rows that nobody wants are removed, or a few
  // portions folded.
  Status step();
  const SpareGeneration* to_remove(const Spares& spares) const;
  Status fold_portions(Writable& open);
  // The views that are to be folded next, all from the same position on.
  Result<std::vector<ViewBuild>> builds(const Store& store,
                                        const schema::StoreHead& head) const;
  Status fold(const Portion& portion, std::vector<ViewBuild>& builds) const;
  // In one batch: the rows, and either how far they are or the switch to them.
  Status write(Writable& open,
               const Portion& portion,
               std::vector<ViewBuild>& builds);
  // The new rows become those in force, the old ones spare.
  void switch_to(const SpareGeneration& spare,
                 const Projection& projection,
                 Commit& commit);

  const Settings& settings_;
  std::string origin_;
  std::uint64_t folded_ = 0;
  std::set<std::uint16_t> switched_;
  bool done_ = false;
};

const SpareGeneration* Rebuild::to_remove(const Spares& spares) const {
  for (const SpareGeneration& spare : spares) {
    const Projection* own =
        find_projection(settings_.projections, spare.projection);
    const bool continued = spare.build && own != nullptr &&
                           spare.build->definition == own->definition();
    if (own != nullptr && !continued) {
      return &spare;
    }
  }
  return nullptr;
}

Result<std::vector<ViewBuild>> Rebuild::builds(
    const Store& store, const schema::StoreHead& head) const {
  RL_ASSIGN(const Spares spares, store.spare_generations());
  std::vector<ViewBuild> result;
  for (const Projection* projection : settings_.projections) {
    const std::uint16_t number = projection->number();
    if (switched_.contains(number)) {
      continue;
    }
    const auto own =
        std::ranges::find(spares, number, &SpareGeneration::projection);
    SpareGeneration spare;
    if (own != spares.end()) {
      spare = *own;
    } else {
      const auto view =
          std::ranges::find(head.views, number, &schema::ViewState::projection);
      spare.projection = number;
      RL_ASSIGN(spare.generation,
                store.free_generation(
                    number, view == head.views.end() ? 0 : view->generation));
      spare.build = Build{projection->definition(), 0, 0, 0};
    }
    result.push_back({projection, spare, OverlayRows(store, view_of(spare))});
  }
  const auto behind = std::ranges::min_element(
      result, {}, [](const ViewBuild& b) { return b.spare.build->folded; });
  if (behind != result.end()) {
    const Position from = behind->spare.build->folded;
    std::erase_if(result, [from](const ViewBuild& build) {
      return build.spare.build->folded != from;
    });
  }
  return result;
}

Status Rebuild::fold(const Portion& portion,
                     std::vector<ViewBuild>& builds) const {
  std::vector<Task> folds;
  for (ViewBuild& build : builds) {
    folds.emplace_back([&portion, &build] {
      return fold_portion(portion, *build.projection, build.rows);
    });
  }
  return run_all(folds, Threads::kOneEach);
}

Status Rebuild::write(Writable& open,
                      const Portion& portion,
                      std::vector<ViewBuild>& builds) {
  Commit commit(*open.store, open.head, settings_, origin_);
  commit.continue_from(open.anchored);
  RL_TRY(commit.refuse_newer_views());
  for (ViewBuild& build : builds) {
    SpareGeneration& spare = build.spare;
    const schema::ViewState view = view_of(spare);
    spare.build->folded = portion.to;
    spare.build->rows += build.rows.added();
    spare.build->parked += build.rows.parked().size();
    commit.put_fold(view, build.rows);
    if (portion.to == open.head.size) {
      switch_to(spare, *build.projection, commit);
    } else {
      commit.put(Space::kView,
                 keys::spare(spare.projection, spare.generation),
                 encode(spare.build));
    }
  }
  observe(settings_, AppendMoment::kBeforeCommit, 1);
  RL_ASSIGN(open.head, commit.write());
  observe(settings_, AppendMoment::kCommitted, 1);
  return {};
}

Status Rebuild::fold_portions(Writable& open) {
  const std::uint64_t size = open.head.size;
  const auto next = [&](Position from) {
    const Position to =
        std::min<Position>(size, from + settings_.rebuild_batch);
    return std::async(std::launch::async, [&open, from, to] {
      return read_portion(*open.store, from, to);
    });
  };
  std::future<Result<Portion>> ahead;  // read while the one before is folded
  for (std::size_t i = 0; i < settings_.rebuild_batches; ++i) {
    RL_ASSIGN(std::vector<ViewBuild> views, builds(*open.store, open.head));
    if (views.empty()) {
      return {};
    }
    const Position from = views.front().spare.build->folded;
    if (!ahead.valid()) {
      ahead = next(from);
    }
    RL_ASSIGN(Portion portion, ahead.get());
    if (portion.from != from) {  // a view that was cut short elsewhere
      RL_ASSIGN(portion, next(from).get());
    }
    if (portion.to < size && i + 1 < settings_.rebuild_batches) {
      ahead = next(portion.to);
    }
    RL_TRY(fold(portion, views));
    RL_TRY(write(open, portion, views));
    folded_ = portion.to;
  }
  return {};
}

Status Rebuild::step() {
  RL_ASSIGN(Writable open, open_for_writing(settings_, origin_));
  RL_ASSIGN(const Spares spares, open.store->spare_generations());
  if (const SpareGeneration* spare = to_remove(spares)) {
    Commit commit(*open.store, open.head, settings_, origin_);
    commit.continue_from(open.anchored);
    RL_TRY(commit.refuse_newer_views());
    RL_TRY(remove_rows(*open.store, *spare, commit));
    observe(settings_, AppendMoment::kBeforeCommit, 1);
    RL_TRY(commit.write());
    observe(settings_, AppendMoment::kCommitted, 1);
  } else if (switched_.size() < settings_.projections.size()) {
    RL_TRY(fold_portions(open));
  } else {
    done_ = true;
    return {};
  }
  (void)open.store->engine().maintain(kLogFilesMax);
  return {};
}

void Rebuild::switch_to(const SpareGeneration& spare,
                        const Projection& projection,
                        Commit& commit) {
  schema::ViewState& view = commit.view_of(projection);
  if (view.generation != 0) {
    commit.put(Space::kView,
               keys::spare(view.projection, view.generation),
               encode(std::optional<Build>()));
  }
  commit.erase(Space::kView, keys::spare(spare.projection, spare.generation));
  view.definition = spare.build->definition;
  view.generation = spare.generation;
  view.rows = spare.build->rows;
  view.parked = spare.build->parked;
  switched_.insert(spare.projection);
}

}  // namespace

Status remove_stale_rows(Writable& open,
                         const Settings& settings,
                         std::string_view origin) {
  RL_ASSIGN(const auto spares, open.store->spare_generations());
  for (const SpareGeneration& spare : spares) {
    const Projection* own =
        find_projection(settings.projections, spare.projection);
    const bool stale =
        !spare.build ||
        (own != nullptr && spare.build->definition < own->definition());
    if (!stale) {
      continue;
    }
    Commit commit(*open.store, open.head, settings, std::string(origin));
    commit.continue_from(open.anchored);
    RL_TRY(remove_rows(*open.store, spare, commit));
    RL_ASSIGN(open.head, commit.write());
  }
  return {};
}

Result<std::uint64_t> Ledger::rebuild(const Progress& progress) const {
  Rebuild rebuild(settings_, origin_);
  RL_TRY(rebuild.run(progress));
  return rebuild.folded();
}

}  // namespace ledger
