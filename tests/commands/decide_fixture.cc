#include "tests/commands/decide_fixture.h"

#include <set>

#include <nlohmann/json.hpp>

#include "schema/identity.h"

namespace commands::decide {
namespace {

std::string identity_of(const schema::Event& event) {
  return schema::identity_text("release-ledger.00", "1.4.0", event);
}

}  // namespace

void When::expect_events(const std::vector<Expected>& expected) const {
  ASSERT_TRUE(decision_.has_value()) << decision_.error().message;
  std::set<std::string> identities;
  for (const schema::Event& event : life_.events()) {
    identities.insert(identity_of(event));
  }
  std::string types;
  for (const schema::Event& event : *decision_) {
    types += std::string(schema::type_name(event)) + " ";
  }
  ASSERT_EQ(decision_->size(), expected.size()) << types;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const schema::Event& event = (*decision_)[i];
    EXPECT_EQ(schema::type_name(event), expected[i].type);
    EXPECT_TRUE(identities.insert(identity_of(event)).second)
        << "an earlier fact has the identity of this one:\n"
        << identity_of(event);
    const nlohmann::json data = schema::to_json(event);
    for (const auto& [name, value] : expected[i].fields.items()) {
      ASSERT_TRUE(data.contains(name)) << name << " in " << data.dump();
      EXPECT_EQ(data[name], value) << expected[i].type << "." << name;
    }
  }
}

Decision When::again() const {
  Life life = life_;
  for (const schema::Event& event : *decision_) {
    life.add(event);
  }
  return decider_(life.record());
}

void When::then(const std::vector<Expected>& expected) const {
  expect_events(expected);
  if (decision_) {
    const Decision second = again();
    ASSERT_TRUE(second.has_value()) << second.error().message;
    EXPECT_TRUE(second->empty()) << schema::type_name(second->front());
  }
}

void When::then_once(const std::vector<Expected>& expected,
                     std::string_view refusal) const {
  expect_events(expected);
  if (decision_) {
    const Decision second = again();
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().reason, refusal);
  }
}

void When::then_refused(std::string_view reason, ErrorCode code) const {
  ASSERT_FALSE(decision_.has_value()) << "it was not refused";
  const Error& error = decision_.error();
  EXPECT_EQ(error.reason, reason);
  EXPECT_EQ(error.code, code);
  EXPECT_FALSE(error.message.empty());
  EXPECT_EQ(error.message.find('\n'), std::string::npos);
  EXPECT_FALSE(error.hint.empty()) << "it does not say what to do next";
}

std::string When::message() const {
  return decision_ ? std::string() : decision_.error().message;
}

std::string When::hint() const {
  return decision_ ? std::string() : decision_.error().hint;
}

Life and_then(Life life, const Decider& decider) {
  const Decision decision = decider(life.record());
  EXPECT_TRUE(decision);
  for (const schema::Event& event : decision.value_or(schema_tests::Events{})) {
    life.add(event);
  }
  return life;
}

}  // namespace commands::decide
