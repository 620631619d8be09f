// The inside of Ledger::verify: everything the store says beside the events is
// recomputed from them and compared, in two passes that use two cores each and
// hold a few bytes an event. One follows the log: envelopes, payloads, tree,
// ids, times. One follows the streams: their indexes, and the views.
//
// Used by one thread; it starts others of its own. What is wrong goes into the
// Verification; an error is returned only if it could not be looked at.

#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "ledger/fold.h"
#include "ledger/ledger.h"
#include "ledger/store.h"

namespace ledger {

// No kind of key begins with this byte.
constexpr std::string_view kBehindAllKeys = "\xff";

std::string at(Position position);  // "position 17"

class Verifier {
 public:
  Verifier(const Store& store,
           schema::StoreHead head,
           std::string origin,
           Verification& result);

  Status check_all(const Progress& progress,
                   const EventVisitor& visit,
                   Projections projections);
  void check_keys(const std::vector<VerifierKey>& keys,
                  const std::optional<VerifierKey>& own,
                  std::uint64_t anchored_size);

 private:
  // What is known of consecutive events when they were looked at.
  struct Stretch {
    std::vector<Digest> leaves;
    std::vector<Uuid> ids;
    std::vector<StreamId> streams;
    std::vector<StreamVersion> versions;
    std::vector<std::int64_t> times;
    std::vector<Problem> problems;
    std::map<std::string, Position> writer_keys;
    std::vector<RecordedEvent> redacted;
    std::vector<std::pair<Position, schema::PayloadRedacted>> redactions;
    bool ended = false;  // at an event after which none can be judged
  };
  // What the folds of one view came to.
  struct ViewSum {
    const Projection* projection = nullptr;
    const schema::ViewState* state = nullptr;
    std::set<std::string, std::less<>> keys;
    std::uint64_t parked = 0;
  };

  // The log; verify_log.cc.
  Status check_log(const Progress& progress, const EventVisitor& visit);
  Result<Stretch> look_at(Position from,
                          Position to,
                          const EventVisitor& visit);
  void check_identity(const RecordedEvent& event,
                      const EventVisitor& visit,
                      Stretch& stretch);
  Status add(Position from, Stretch stretch);
  Status check_time(Position position);
  void check_redactions();
  Status check_ids();
  Status check_tree();
  Status locate_index_damage();

  // The streams and views; verify_streams.cc.
  Status check_streams(const Progress& progress, Projections projections);
  Status check_stream_heads();
  Status check_stream(const StreamId& stream,
                      const StreamHead& head,
                      std::vector<ViewSum>& views);
  Status compare_rows(const StreamId& stream,
                      OverlayRows& folded,
                      ViewSum& view);
  std::vector<ViewSum> views_to_check(Projections projections);
  Status check_sum(const ViewSum& view);
  Status check_extra_rows();

  Status check_extra_keys();
  // Damage that ends a check is a problem found; anything else is an error.
  Status found(const Status& status, std::string_view where);
  void report(std::string kind, std::string where, std::string what);

  const Store& store_;
  const schema::StoreHead head_;
  const std::string origin_;
  Verification& result_;
  std::mutex mutex_;  // of result_, of the visitor, of the sums of views
  Tree tree_;
  std::int64_t latest_at_ms_ = 0;
  std::map<StreamId, StreamHead> streams_;
  std::vector<Uuid> ids_;  // by position
  std::map<std::string, Position> writer_keys_;
  std::vector<RecordedEvent> redacted_;  // events without what they said
  std::map<Position, schema::PayloadRedacted> redactions_;  // by their own
};

}  // namespace ledger
