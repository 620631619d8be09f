// Folding the log into the rows of a projection: what a commit and `rebuild`
// write, what `verify` compares with, and what a reader uses when the stored
// rows are of another definition.
//
// An event that the projection refuses is parked, and with it all later ones
// of its stream: its rows stand still at a state that was true once, instead
// of moving on to one that never was. A definition that can take it folds the
// stream anew.

#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "ledger/projection.h"
#include "ledger/store.h"

namespace ledger {

// From this many events on a reader with another definition asks for
// `rebuild` instead of folding.
constexpr std::uint64_t kFoldInMemoryMax = 10'000;

using RowMap = std::map<std::string, Row, std::less<>>;

// Called with the number of events folded so far.
using Progress = std::function<void(std::uint64_t)>;

struct FoldedView {
  RowMap rows;
  std::vector<Parked> parked;  // of a stream in order
};

// Every stream from its beginning.
Result<FoldedView> fold_all(const Store& store,
                            const Projection& projection,
                            const Progress& progress);

// Rows over what is stored, with an overlay of what was put. The position of
// a row that is put is the newest event's of the slice being folded.
class OverlayRows : public Rows {
 public:
  using StoredRow =
      std::function<Result<std::optional<Row>>(std::string_view key)>;
  // Whether the stream has parked events.
  using StandsStill = std::function<Result<bool>(const StreamId& stream)>;
  OverlayRows(StoredRow stored, StandsStill stands_still)
      : stored_(std::move(stored)), stands_still_(std::move(stands_still)) {}
  // Over nothing.
  OverlayRows();
  // Over the rows that `store`, which must outlive it, has of a view.
  OverlayRows(const Store& store, const schema::ViewState& view);

  // Takes the events, or parks those that the projection refuses.
  Status fold(const Projection& projection, const StreamSlice& slice);

  RowMap& changed() { return changed_; }
  std::vector<Parked>& parked() { return parked_; }
  // Rows put that were not stored.
  std::uint64_t added() const { return added_; }

  Result<std::optional<std::string>> get(std::string_view key) override;
  void put(std::string_view key, std::string row) override;
  void put_as_of(std::string_view key,
                 std::string row,
                 Position changed) override;

 private:
  Status apply(const Projection& projection, const StreamSlice& slice);
  void park(const StreamSlice& slice, std::size_t from, std::string why);

  StoredRow stored_;
  StandsStill stands_still_;
  RowMap changed_;
  RowMap put_;  // by the slice being folded; taken back if it is refused
  std::map<std::string, bool, std::less<>> known_;
  std::set<StreamId> still_;
  std::vector<Parked> parked_;
  Position position_ = 0;
  std::uint64_t added_ = 0;
};

}  // namespace ledger
