// The life of a release, told in a line: `Life().started().tested()`. Events
// are added in an order that could have happened and folded at once, so that
// commits, attempts and digests fill themselves in.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/event.h"
#include "schema/release/record.h"
#include "tests/schema/small_plan.h"

namespace schema_tests {

using Events = std::vector<schema::Event>;

inline const std::string kAnn = "Ann <ann@x.org>";  // starts the release
inline const std::string kJack = "Jack <jack@x.org>";
inline const std::string kRobb = "Robb <robb@x.org>";

std::string commit(char letter);  // forty of it

// SHA-256, hex, of the evidence text: what an approval carries.
std::string evidence_digest(const schema::ReleaseRecord& record);

class Life {
 public:
  explicit Life(std::string name = "1.4.0") : name_(std::move(name)) {}

  Life& by(std::string_view who);  // who acts from here on; Ann at first
  Life& add(const schema::Event& event);

  Life& started(const schema::Plan& plan = small_plan(),
                schema::Mode mode = schema::Mode::quick);
  Life& plan_changed(const schema::Plan& plan);
  Life& raised();
  Life& branch_intended(char letter);
  Life& candidate(char letter);  // the next one, at commit(letter)
  Life& bugs_confirmed();
  Life& bugs_doubted();
  Life& bugs_found(std::size_t count);

  Life& running(const std::string& name);
  // The running attempt's end, or a whole attempt if none runs. `sps` is
  // judged by the plan.
  Life& measured(const std::string& name, double sps);
  Life& ended(const std::string& name, schema::Outcome outcome, int exit_code);
  Life& result(schema::ValidationCompleted completed);
  Life& rejudged(const std::string& name);  // by the plan as it is now
  Life& skipped(const std::string& name, const std::string& reason);

  Life& waived(const std::string& check);
  Life& approved(const std::string& who, const std::string& role);
  Life& revoked(const std::string& who, const std::string& role);

  Life& notes();
  Life& publishing();
  Life& refused();  // by the remote
  Life& published();
  Life& announced();
  Life& completed();

  // A candidate whose gates have all passed in quick mode; two approvals.
  Life& tested();
  Life& signed_off();

  const Events& events() const { return events_; }
  const schema::ReleaseRecord& record() const { return record_; }
  const schema::CandidateRecord& newest() const {
    return record_.candidates.back();
  }

 private:
  schema::ValidationCompleted open_result(const std::string& name);

  std::string name_;
  std::string by_ = kAnn;
  Events events_;
  schema::ReleaseRecord record_;
};

}  // namespace schema_tests
