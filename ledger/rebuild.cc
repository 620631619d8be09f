// Ledger::rebuild: each view is folded anew beside the rows in force, a batch
// of events at a time, in the order of the log. The exclusive lock is held for
// one batch, so that others append meanwhile; the last batch takes what they
// added and switches to the new rows with the head record. The old rows are
// removed after that.
//
// Where it stands is in the store (SpareGeneration), so it may be killed
// anywhere: the next one continues, or removes what a program of another
// definition left behind.

#include <algorithm>
#include <map>

#include "ledger/commit.h"
#include "ledger/fold.h"
#include "ledger/keys.h"
#include "ledger/opening.h"

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

class Rebuild {
 public:
  Rebuild(const Settings& settings,
          std::string_view origin,
          const Projection& projection)
      : settings_(settings), origin_(origin), projection_(projection) {}

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
  // What is done under one lock.
  Status step();
  Status build(const Store& store, SpareGeneration spare, Commit& commit);
  Status fold(const Store& store,
              const SpareGeneration& spare,
              Position to,
              OverlayRows& rows) const;
  // The new rows become those in force, the old ones spare.
  void switch_to(const SpareGeneration& spare, Commit& commit);

  const Settings& settings_;
  std::string origin_;
  const Projection& projection_;
  std::uint64_t folded_ = 0;
  bool switched_ = false;
  bool done_ = false;
};

Status Rebuild::step() {
  RL_ASSIGN(Writable open, open_for_writing(settings_, origin_));
  Commit commit(*open.store, open.head, settings_, origin_);
  commit.continue_from(open.anchored);
  RL_TRY(commit.refuse_newer_views());
  RL_ASSIGN(const auto spares, open.store->spare_generations());
  const auto own = std::ranges::find_if(spares, [&](const auto& spare) {
    return spare.projection == projection_.number();
  });
  const bool continued = own != spares.end() && own->build &&
                         own->build->definition == projection_.definition();
  if (own != spares.end() && !continued) {
    RL_TRY(remove_rows(*open.store, *own, commit));
  } else if (!switched_) {
    SpareGeneration spare;
    if (continued) {
      spare = *own;
    } else {
      spare.projection = projection_.number();
      const schema::ViewState* view = commit.find_view(spare.projection);
      RL_ASSIGN(spare.generation,
                open.store->free_generation(
                    spare.projection, view == nullptr ? 0 : view->generation));
      spare.build = Build{projection_.definition(), 0, 0, 0};
    }
    RL_TRY(build(*open.store, spare, commit));
  } else {
    done_ = true;
    return {};
  }
  observe(settings_, AppendMoment::kBeforeCommit, 1);
  RL_TRY(commit.write());
  observe(settings_, AppendMoment::kCommitted, 1);
  (void)open.store->engine().maintain(kLogFilesMax);
  return {};
}

Status Rebuild::build(const Store& store,
                      SpareGeneration spare,
                      Commit& commit) {
  const schema::ViewState view = view_of(spare);
  OverlayRows rows([&](std::string_view key) { return store.row(view, key); },
                   [&](const StreamId& stream) -> Result<bool> {
                     RL_ASSIGN(const auto parked, store.parked(view, stream));
                     return !parked.empty();
                   });
  const std::uint64_t size = commit.head().size;
  const Position to =
      std::min<Position>(size, spare.build->folded + settings_.rebuild_batch);
  RL_TRY(fold(store, spare, to, rows));
  spare.build->folded = to;
  spare.build->rows += rows.added();
  spare.build->parked += rows.parked().size();
  commit.put_fold(view, rows);
  folded_ = to;
  if (to == size) {
    switch_to(spare, commit);
  } else {
    commit.put(Space::kView,
               keys::spare(spare.projection, spare.generation),
               encode(spare.build));
  }
  return {};
}

Status Rebuild::fold(const Store& store,
                     const SpareGeneration& spare,
                     Position to,
                     OverlayRows& rows) const {
  std::map<StreamId, std::vector<RecordedEvent>> slices;
  RL_TRY(store.events(spare.build->folded, to, [&](RecordedEvent event) {
    const schema::Envelope& envelope = event.envelope;
    slices[{envelope.stream_kind, envelope.stream}].push_back(std::move(event));
    return true;
  }));
  for (const auto& [stream, events] : slices) {
    RL_ASSIGN(const auto head, store.stream_head(stream));
    if (!head) {
      return damaged(
          "index-damaged",
          fmt::format("stream \"{}\" has events and no head", stream.name));
    }
    RL_TRY(rows.fold(projection_, {stream, head->first_position, events}));
  }
  return {};
}

void Rebuild::switch_to(const SpareGeneration& spare, Commit& commit) {
  schema::ViewState& view = commit.view_of(projection_);
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
  switched_ = true;
}

}  // namespace

Status remove_stale_rows(Writable& open,
                         const Settings& settings,
                         std::string_view origin) {
  RL_ASSIGN(const auto spares, open.store->spare_generations());
  for (const SpareGeneration& spare : spares) {
    const auto own = std::ranges::find_if(
        settings.projections, [&](const Projection* projection) {
          return projection->number() == spare.projection;
        });
    const bool stale =
        !spare.build || (own != settings.projections.end() &&
                         spare.build->definition < (*own)->definition());
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
  std::uint64_t folded = 0;
  for (const Projection* projection : settings_.projections) {
    Rebuild rebuild(settings_, origin_, *projection);
    RL_TRY(rebuild.run(progress));
    folded = rebuild.folded();
  }
  return folded;
}

}  // namespace ledger
