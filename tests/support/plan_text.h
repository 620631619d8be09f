// A release plan as a test wants it: only what the test is about is said, the
// rest is a plan that passes at once.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace support {

constexpr std::string_view kPassingSps = "41000";  // what training prints
constexpr std::string_view kEasyBound = "30000";

struct ValidationText {
  std::string name = "smoke";
  std::string sets = R"(["quick", "comprehensive"])";
  std::string location = "local";
  std::string expected_sps = std::string(kEasyBound);  // empty: no acceptance
  std::string more = {};  // further keys, `timeout_s = 1`
};

struct PlanText {
  std::vector<ValidationText> validations = {ValidationText{}};
  std::string approval = "required = 0";  // of [approval]
  std::string run = {};                   // further keys of [run]
  std::string more = {};                  // further tables
};

// Two distinct people: Robb as release-manager, Jack or Jill as
// technical-lead.
PlanText two_approvals();
// Those two as reviews at GitHub: of Robb (612) and of Jack (613). `more`:
// further keys of [forge], and tables.
PlanText two_reviews(const std::string& more = "");

std::string to_toml(const PlanText& plan);

}  // namespace support
