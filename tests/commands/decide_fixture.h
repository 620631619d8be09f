// Tests of deciders: given what has happened, when this is wished, then these
// events, or a refusal, or nothing. No clock, no files.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "commands/decide/decide.h"
#include "tests/schema/life.h"

namespace commands::decide {

using schema_tests::commit;
using schema_tests::kAnn;
using schema_tests::kJack;
using schema_tests::kRobb;
using schema_tests::Life;
using schema_tests::plan_with_bound;
using schema_tests::seal;
using schema_tests::small_plan;

// An event by its type and those of its fields, as JSON, that matter.
struct Expected {
  std::string type;
  nlohmann::json fields;
};

class When {
 public:
  When(Life life, Decider decider)
      : life_(std::move(life)),
        decider_(std::move(decider)),
        decision_(decider_(life_.record())) {}

  // These events, none of which has the identity of an earlier one; and once
  // they have happened there is nothing left to do.
  void then(const std::vector<Expected>& expected) const;
  // These events; and once they have happened the same wish is refused.
  void then_once(const std::vector<Expected>& expected,
                 std::string_view refusal) const;
  void then_nothing() const { then({}); }
  void then_refused(std::string_view reason,
                    ErrorCode code = ErrorCode::kRejected) const;
  // The message of the refusal, for those that name something.
  std::string message() const;
  std::string hint() const;

 private:
  void expect_events(const std::vector<Expected>& expected) const;
  Decision again() const;

  Life life_;
  Decider decider_;
  Decision decision_;
};

class Given {
 public:
  explicit Given(Life life) : life_(std::move(life)) {}
  When when(Decider decider) const { return {life_, std::move(decider)}; }

 private:
  Life life_;
};

inline Given given(Life life) {
  return Given(std::move(life));
}

// The life as it goes on with what the decider leads to. A refusal fails the
// test and adds nothing.
Life and_then(Life life, const Decider& decider);

// A decider of a record alone, for those that give no events.
inline Decider checks(Status (*rule)(const ReleaseRecord&)) {
  return [rule](const ReleaseRecord& record) -> Decision {
    RL_TRY(rule(record));
    return std::vector<schema::Event>{};
  };
}

}  // namespace commands::decide
