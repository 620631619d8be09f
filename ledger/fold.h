// Folding the log into the rows of a projection, in memory: what `verify`
// compares with, `rebuild` writes, and a reader uses when the stored rows are
// of another definition.

#pragma once

#include <functional>
#include <map>
#include <string>

#include "ledger/projection.h"
#include "ledger/store.h"

namespace ledger {

// From this many events on a reader with another definition asks for
// `rebuild` instead of folding.
constexpr std::uint64_t kFoldInMemoryMax = 10'000;

using RowMap = std::map<std::string, Row, std::less<>>;

// Called with the number of events folded so far.
using Progress = std::function<void(std::uint64_t)>;

// Every stream from its beginning.
Result<RowMap> fold_all(const Store& store,
                        const Projection& projection,
                        const Progress& progress);

// Rows over a lookup, with an overlay of what was put. The position of a row
// that is put is the newest event's of the slice being folded.
class OverlayRows : public Rows {
 public:
  using Lookup =
      std::function<Result<std::optional<Row>>(std::string_view key)>;
  explicit OverlayRows(Lookup lookup) : lookup_(std::move(lookup)) {}

  Status fold(const Projection& projection, const StreamSlice& slice);
  RowMap& changed() { return changed_; }
  // Rows put that the lookup did not have.
  std::uint64_t added() const { return added_; }

  Result<std::optional<std::string>> get(std::string_view key) override;
  void put(std::string_view key, std::string row) override;

 private:
  Lookup lookup_;
  RowMap changed_;
  std::map<std::string, bool, std::less<>> known_;
  Position position_ = 0;
  std::uint64_t added_ = 0;
};

}  // namespace ledger
