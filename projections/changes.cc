#include "projections/changes.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/release/bound.h"
#include "schema/release/policy.h"

namespace projections {
namespace {

using ledger::Result;

// One line of a state: what it is about, and what it says.
struct StateLine {
  std::string kind;
  std::string subject;
  std::string value;
};
using State = std::vector<StateLine>;

constexpr std::array<std::string_view, 8> kKinds = {"release",
                                                    "step",
                                                    "validation",
                                                    "metric",
                                                    "check",
                                                    "approval",
                                                    "waiver",
                                                    "wait"};

void add_release(const ReleaseView& view, State& state) {
  const schema::ReleaseRecord& record = *view.record;
  const schema::CandidateRecord* candidate = schema::current_candidate(record);
  const auto add = [&](const char* subject, std::string value) {
    if (!value.empty()) {
      state.push_back({"release", subject, std::move(value)});
    }
  };
  add("state", view.assessment.state);
  if (record.mode != schema::Mode::unset) {
    add("mode", std::string(schema::word(record.mode)));
  }
  add("plan", record.plan ? record.plan->digest.substr(0, 16) : "");
  if (candidate != nullptr) {
    add("candidate",
        fmt::format("{} at {}", candidate->number, candidate->commit));
    add("branch", candidate->branch);
  }
  add("tag", record.tag_pushed ? record.tag_pushed->tag : "");
}

void add_steps(const ReleaseView& view, State& state) {
  for (const schema::StepAssessment& step : view.assessment.steps) {
    state.push_back(
        {"step",
         std::string(schema::word(step.step)),
         step.detail.empty()
             ? std::string(schema::word(step.state))
             : fmt::format("{}: {}", schema::word(step.state), step.detail)});
  }
}

void add_validation(const schema::ValidationAssessment& v, State& state) {
  std::string value(schema::word(v.outcome));
  if (v.waived) {
    value = fmt::format("WAIVED ({})", value);
  } else if (!v.note.empty()) {
    value += ": " + v.note;
  }
  const schema::ValidationCompleted* result = v.result();
  if (result != nullptr) {
    value += fmt::format(", attempt {}", result->attempt);
  }
  state.push_back({"validation", v.planned->name, std::move(value)});
  for (std::size_t i = 0; result != nullptr && i < result->metrics.size();
       ++i) {
    const schema::Metric& metric = result->metrics[i];
    state.push_back({"metric",
                     v.planned->name + "/" + metric.key,
                     fmt::format("{}", metric.value)});
  }
  for (std::size_t i = 0; result != nullptr && i < result->checks.size(); ++i) {
    const schema::Check& check = result->checks[i];
    state.push_back({"check",
                     schema::check_name(*result, i),
                     fmt::format("{} {}, wanted {}",
                                 schema::actual_text(check),
                                 check.passed ? "passed" : "FAILED",
                                 schema::bound_text(check))});
  }
}

std::string counts_or(const std::string& why_not) {
  return why_not.empty() ? "counts" : "does not count: " + why_not;
}

void add_sign_offs(const ReleaseView& view, State& state) {
  for (const schema::CandidateRecord& candidate : view.record->candidates) {
    for (const schema::ApprovalRecord& approval : candidate.approvals) {
      state.push_back(
          {"approval",
           fmt::format("{} as {}, position {}",
                       approval.granted->by,
                       approval.granted->role,
                       approval.mark->position),
           counts_or(schema::staleness(
               *view.record, candidate, approval, view.evidence_digest))});
    }
    for (const schema::WaiverRecord& waiver : candidate.waivers) {
      state.push_back({"waiver",
                       fmt::format("{} by {}, position {}",
                                   waiver.granted->check,
                                   waiver.granted->by,
                                   waiver.mark->position),
                       counts_or(schema::waiver_staleness(
                           *view.record, candidate, waiver))});
    }
  }
}

State state_of(const ReleaseView& view) {
  State state;
  if (view.record->events == 0) {
    return state;
  }
  add_release(view, state);
  add_steps(view, state);
  for (const schema::ValidationAssessment& v : view.assessment.validations) {
    add_validation(v, state);
  }
  add_sign_offs(view, state);
  for (const schema::Wait& wait : view.assessment.waiting_for) {
    state.push_back({"wait", wait.gate, wait.what + ", by " + wait.who});
  }
  return state;
}

const StateLine* find_line(const State& state, const StateLine& like) {
  const auto it = std::ranges::find_if(state, [&](const StateLine& line) {
    return line.kind == like.kind && line.subject == like.subject;
  });
  return it == state.end() ? nullptr : &*it;
}

}  // namespace

std::vector<Change> changes(const ReleaseView& before,
                            const ReleaseView& after) {
  const State was = state_of(before);
  const State is = state_of(after);
  std::vector<Change> result;
  for (const std::string_view kind : kKinds) {
    for (const StateLine& line : is) {
      const StateLine* old = find_line(was, line);
      if (line.kind == kind && (old == nullptr || old->value != line.value)) {
        result.push_back(
            {line.kind,
             line.subject,
             old ? std::optional(old->value) : std::optional<std::string>(),
             line.value});
      }
    }
    for (const StateLine& line : was) {
      if (line.kind == kind && find_line(is, line) == nullptr) {
        result.push_back({line.kind, line.subject, line.value, std::nullopt});
      }
    }
  }
  return result;
}

Result<Difference> difference(const ledger::Snapshot& snapshot,
                              const std::string& name,
                              ledger::Position from,
                              std::optional<ledger::Position> to) {
  if (to && *to < from) {
    return ledger::fail(
        ledger::ErrorCode::kUsage,
        "moments-reversed",
        fmt::format("position {} comes before position {}", *to, from),
        "--diff is the earlier moment, --at the later one");
  }
  RL_ASSIGN(const ReleaseView after, replay(snapshot, name, to));
  auto before = replay(snapshot, name, from);
  if (!before && before.error().reason != "no-such-release") {
    return std::unexpected(before.error());
  }
  const ReleaseView earlier =
      before ? std::move(*before) : view_of(schema::ReleaseRecord());
  return Difference{name,
                    from,
                    to.value_or(after.record->newest->position),
                    after.record->events - earlier.record->events,
                    changes(earlier, after)};
}

}  // namespace projections
