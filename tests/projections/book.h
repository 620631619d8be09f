// A ledger with the view of releases, to which tests append as they like.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "projections/entries.h"
#include "projections/queries.h"
#include "projections/releases.h"
#include "projections/timeline.h"
#include "tests/ledger/scene.h"
#include "tests/schema/life.h"

namespace projections_tests {

// "Ann <ann@x.org>" as an actor.
schema::Actor actor(const std::string& who);

class Book {
 public:
  Book() { scene_.projections = {&releases_, &timeline_}; }

  // A second passes, then these happen together.
  void append(const std::string& release,
              const std::string& by,
              const std::vector<schema::Event>& events);
  // A whole life, an event at a time.
  void append(const schema_tests::Life& life, const std::string& by);

  ledger::Snapshot read() const { return scene_.read(); }
  ledger::Verification verify(
      const ledger::EventVisitor& visit = nullptr) const {
    return scene_.verify(visit);
  }
  std::int64_t now_ms() const { return scene_.clock.at_ms; }
  std::filesystem::path folder() const { return scene_.folder(); }

 private:
  projections::Releases releases_;
  projections::Timeline timeline_;
  ledger_tests::Scene scene_;
  std::map<std::string, std::uint64_t> versions_;
};

// An event as it is read back, made by hand: of any type, known or not.
ledger::RecordedEvent recorded(const std::string& type,
                               const std::string& payload,
                               ledger::Position position);
ledger::RecordedEvent recorded(const schema::Event& event,
                               ledger::Position position);

// A view of a record that no ledger holds.
projections::ReleaseView view_of(const schema_tests::Life& life);
// The same, as the timeline has it.
projections::ReleaseEntry entry_of(const schema_tests::Life& life);
projections::ReleaseEntry entry_of(
    const std::vector<ledger::RecordedEvent>& events);

}  // namespace projections_tests
