// Plans as text, and what parsing says of them.

#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "commands/plan/plan.h"

namespace commands::plan {

constexpr std::string_view kSmallPlan = R"toml([[validation]]
name = "smoke"
location = "local"
command = ["./smoke"]
[[validation.acceptance]]
key = "sps_max"
op = ">="
expected = 30000
)toml";

inline LoadedPlan parsed(std::string_view text) {
  auto result = parse_plan(text, "p.toml");
  EXPECT_TRUE(result.has_value()) << result.error().message;
  return result ? std::move(*result) : LoadedPlan();
}

// "reason | message" of a plan that is refused.
inline std::string refusal(std::string_view text) {
  const auto result = parse_plan(text, "p.toml");
  if (result) {
    return "accepted";
  }
  EXPECT_EQ(result.error().code, ledger::ErrorCode::kUsage);
  EXPECT_EQ(result.error().message.find('\n'), std::string::npos);
  return result.error().reason + " | " + result.error().message;
}

// The small plan with one text in the place of another.
inline std::string changed(std::string_view from, std::string_view to) {
  std::string text(kSmallPlan);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, from.size(), to);
}

inline std::string with(std::string_view more) {
  return std::string(kSmallPlan) + std::string(more);
}

}  // namespace commands::plan
