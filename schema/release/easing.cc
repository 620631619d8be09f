#include "schema/release/easing.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/release/assess.h"
#include "schema/release/bound.h"

namespace schema {
namespace {

using Lines = std::vector<std::string>;

// The values that a plain bound lets through: from (low, open) to (high, open).
struct Reach {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_open = false;
  bool high_open = false;
};

Reach reach_of(const Acceptance& check) {
  Reach reach;
  const double bound = check.expected.value_or(0);
  if (check.op == "range") {
    reach.low = check.low.value_or(reach.low);
    reach.high = check.high.value_or(reach.high);
    return reach;
  }
  if (check.op.starts_with('>') || check.op == "==") {
    reach.low = bound;
    reach.low_open = check.op == ">";
  }
  if (check.op.starts_with('<') || check.op == "==") {
    reach.high = bound;
    reach.high_open = check.op == "<";
  }
  return reach;
}

bool reaches_further(const Reach& now, const Reach& before) {
  return std::tuple(now.low, now.low_open) <
             std::tuple(before.low, before.low_open) ||
         std::tuple(-now.high, now.high_open) <
             std::tuple(-before.high, before.high_open);
}

bool tolerates_more(const Acceptance& now, const Acceptance& before) {
  const bool same_kind =
      now.tolerance.has_value() == before.tolerance.has_value() &&
      now.tolerance_percent.has_value() == before.tolerance_percent.has_value();
  return !same_kind ||
         now.tolerance.value_or(0) > before.tolerance.value_or(0) ||
         now.tolerance_percent.value_or(0) >
             before.tolerance_percent.value_or(0) ||
         (now.without_baseline == "pass" && before.without_baseline != "pass");
}

// So many runs have to hold, and so many may fail; 0 of 0 means 1 of 1.
struct Runs {
  std::uint32_t needed;
  std::uint32_t spare;
};
Runs runs_of(const Acceptance& check) {
  const std::uint32_t needed = std::max(check.confirm_passes, 1U);
  return {needed, std::max(check.confirm_runs, needed) - needed};
}

bool is_easier(const Acceptance& now, const Acceptance& before) {
  const Runs runs = runs_of(now);
  const Runs runs_before = runs_of(before);
  if (now.samples < before.samples || runs.needed < runs_before.needed ||
      runs.spare > runs_before.spare) {
    return true;
  }
  if (now.baseline != before.baseline) {
    return true;
  }
  if (!now.baseline.empty()) {
    return now.op != before.op || tolerates_more(now, before);
  }
  if (now.op == "!=" || before.op == "!=") {
    return now.op != before.op || now.expected != before.expected;
  }
  return reaches_further(reach_of(now), reach_of(before));
}

std::string text_of(const Acceptance& check) {
  return bound_text(check) + conditions_text(check);
}

// Checks of one key are paired in order.
void compare_checks(const Validation& before,
                    const Validation& after,
                    Lines& lines) {
  std::map<std::string, std::vector<const Acceptance*>> now;
  for (const Acceptance& check : after.acceptance) {
    now[check.key].push_back(&check);
  }
  std::map<std::string, std::size_t> seen;
  for (const Acceptance& check : before.acceptance) {
    const std::size_t nth = seen[check.key]++;
    const std::vector<const Acceptance*>& others = now[check.key];
    if (nth >= others.size()) {
      lines.push_back(fmt::format("{}: {} {} is no longer checked",
                                  before.name,
                                  check.key,
                                  text_of(check)));
    } else if (is_easier(*others[nth], check)) {
      lines.push_back(fmt::format("{}: {} {}, before {}",
                                  before.name,
                                  check.key,
                                  text_of(*others[nth]),
                                  text_of(check)));
    }
  }
}

template <class T>
void changed(std::string_view subject,
             const T& before,
             const T& now,
             Lines& lines) {
  if (!(before == now)) {
    lines.push_back(fmt::format("{}: {}, before {}", subject, now, before));
  }
}

std::string joined(const Lines& words) {
  return words.empty() ? "nothing" : fmt::format("{}", fmt::join(words, " "));
}

// What is measured at all. Which way it moves a value cannot be told.
void compare_runs(const Validation& before,
                  const Validation& after,
                  Lines& lines) {
  const auto subject = [&](std::string_view field) {
    return fmt::format("{}: {}", before.name, field);
  };
  changed(subject("module"), before.module_, after.module_, lines);
  changed(subject("args"), joined(before.args), joined(after.args), lines);
  changed(
      subject("command"), joined(before.command), joined(after.command), lines);
  if (after.retries > before.retries) {
    changed(subject("retries"), before.retries, after.retries, lines);
  }
  if (after.timeout_s > before.timeout_s) {
    changed(subject("timeout_s"), before.timeout_s, after.timeout_s, lines);
  }
}

void compare_validations(const Plan& before,
                         const Plan& after,
                         Mode mode,
                         Lines& lines) {
  for (const Validation& was : before.validations) {
    if (!is_in_set(was, mode)) {
      continue;
    }
    const auto now =
        std::ranges::find(after.validations, was.name, &Validation::name);
    if (now == after.validations.end()) {
      lines.push_back(fmt::format("validation {} is gone", was.name));
    } else if (!is_in_set(*now, mode)) {
      lines.push_back(fmt::format(
          "validation {} is not in the {} set", was.name, word(mode)));
    } else {
      compare_checks(was, *now, lines);
      compare_runs(was, *now, lines);
    }
  }
}

void compare_metrics(const Plan& before, const Plan& after, Lines& lines) {
  for (const MetricRule& was : before.metrics) {
    const auto now =
        std::ranges::find(after.metrics, was.key, &MetricRule::key);
    if (now == after.metrics.end()) {
      continue;  // a check of it has no value then, and does not pass
    }
    const std::string subject = "metric " + was.key;
    changed(subject + ": pattern", was.pattern, now->pattern, lines);
    changed(subject + ": json", was.json, now->json, lines);
    changed(subject + ": statistic", was.statistic, now->statistic, lines);
  }
}

void compare_waivers(const Approval& before,
                     const Approval& after,
                     Lines& lines) {
  const WaiverPolicy none;
  const WaiverPolicy& was = before.waivers ? *before.waivers : none;
  const WaiverPolicy& now = after.waivers ? *after.waivers : none;
  if (was.second_person && !now.second_person) {
    lines.emplace_back("waivers need no second person");
  }
  const bool more = std::ranges::any_of(now.roles, [&](const auto& role) {
    return std::ranges::find(was.roles, role) == was.roles.end();
  });
  if (!was.roles.empty() && (now.roles.empty() || more)) {
    changed("who may waive",
            joined(was.roles),
            now.roles.empty() ? "everybody" : joined(now.roles),
            lines);
  }
}

void compare_approval(const Approval& before,
                      const Approval& after,
                      Staff staff,
                      Lines& lines) {
  if (after.required < before.required) {
    changed("approvals required", before.required, after.required, lines);
  }
  if (after.allow_starter && !before.allow_starter) {
    lines.emplace_back("whoever starts the release may approve it");
  }
  if (before.signed_ && !after.signed_) {
    lines.emplace_back("approvals need no signature");
  }
  if (before.expires_s &&
      (!after.expires_s || *after.expires_s > *before.expires_s)) {
    lines.push_back(fmt::format(
        "approvals count for {}, before for {} s",
        after.expires_s ? fmt::format("{} s", *after.expires_s) : "ever",
        *before.expires_s));
  }
  compare_waivers(before, after, lines);
  for (const RoleMembers& was : before.roles) {
    const auto now =
        std::ranges::find(after.roles, was.role, &RoleMembers::role);
    const bool is_there = now != after.roles.end();
    const std::uint32_t need = is_there ? now->need : 0;
    if (need < was.need) {
      changed("role " + was.role + ": need", was.need, need, lines);
    }
    for (const std::string& member : is_there ? now->members : Lines()) {
      if (staff == Staff::kCompared &&
          std::ranges::find(was.members, member) == was.members.end()) {
        lines.push_back(
            fmt::format("role {}: {} may sign too", was.role, member));
      }
    }
  }
}

bool has_tracker(const Plan& plan) {
  return plan.tracker != nullptr && !plan.tracker->kind.empty() &&
         plan.tracker->kind != "none";
}

}  // namespace

std::vector<std::string> easings(const Plan& before,
                                 const Plan& after,
                                 Mode mode,
                                 Staff staff) {
  Lines lines;
  compare_validations(before, after, mode, lines);
  compare_metrics(before, after, lines);
  if (has_tracker(before) && !has_tracker(after)) {
    changed("bug check",
            "the tracker " + before.tracker->kind,
            std::string("a person's word"),
            lines);
  }
  if (before.approval != nullptr && after.approval != nullptr) {
    compare_approval(*before.approval, *after.approval, staff, lines);
  }
  return lines;
}

}  // namespace schema
