// What changed in a release's state between two moments: the difference of two
// folds of its events, in words.
//
// Errors: as queries.h; kUsage `moments-reversed`.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/queries.h"

namespace projections {

// One line of the state that is another now.
struct Change {
  std::string
      kind;  // release step validation metric check approval waiver wait
  std::string subject;
  std::optional<std::string> before;  // nothing: it was not there
  std::optional<std::string> after;   // nothing: it is not there any more
};

// By kind in the order above, then as the later state lists them; what is gone
// comes last of its kind.
std::vector<Change> changes(const ReleaseView& before,
                            const ReleaseView& after);

struct Difference {
  std::string release;
  ledger::Position from = 0;
  ledger::Position to = 0;
  std::uint64_t events = 0;  // of the release, between the two
  std::vector<Change> changes;
};
// From the state at `from` to that at `to`, or to the newest. A release that
// had not begun at `from` had nothing then.
ledger::Result<Difference> difference(const ledger::Snapshot& snapshot,
                                      const std::string& name,
                                      ledger::Position from,
                                      std::optional<ledger::Position> to);

}  // namespace projections
