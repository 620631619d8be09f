#include "schema/release/assess.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/release/moment.h"
#include "schema/release/next.h"
#include "schema/release/policy.h"
#include "schema/release/posts.h"

namespace schema {
namespace {

constexpr std::array<std::string_view, 5> kStepWords = {
    "prepare-branch", "bug-check", "workflow-tests", "release", "announce"};
constexpr std::array<std::string_view, 6> kStateWords = {
    "pending", "running", "done", "failed", "waiting", "skipped"};

StepAssessment step(Step which,
                    StepState state,
                    const Mark* mark,
                    std::string detail) {
  return {which, state, mark, std::move(detail)};
}

// How the step was refused for the current candidate, or null.
const StepFailed* step_failure(const ReleaseRecord& record, Step which) {
  const CandidateRecord* candidate = current_candidate(record);
  const StepFailed* failure = record.step_failure.get();
  return failure != nullptr && failure->step == word(which) &&
                 failure->candidate == (candidate ? candidate->number : 0)
             ? failure
             : nullptr;
}

StepAssessment assess_branch(const ReleaseRecord& record) {
  const CandidateRecord* candidate = current_candidate(record);
  if (record.branch_intent) {
    const StepFailed* failure = step_failure(record, Step::kPrepareBranch);
    return step(Step::kPrepareBranch,
                failure ? StepState::kFailed : StepState::kRunning,
                record.effect_mark.get(),
                failure
                    ? failure->detail
                    : fmt::format("creating {}", record.branch_intent->branch));
  }
  if (candidate == nullptr) {
    return step(Step::kPrepareBranch, StepState::kPending, nullptr, "");
  }
  return step(Step::kPrepareBranch,
              StepState::kDone,
              candidate->mark.get(),
              fmt::format("{} at {}{}",
                          candidate->branch,
                          candidate->commit.substr(0, 12),
                          candidate->adopted ? ", adopted" : ""));
}

StepAssessment assess_bug_check(const ReleaseRecord& record) {
  const CandidateRecord* candidate = current_candidate(record);
  if (candidate == nullptr || candidate->bug_check == Outcome::unset) {
    return step(Step::kBugCheck, StepState::kPending, nullptr, "");
  }
  const Mark* mark = candidate->bug_mark.get();
  if (bug_check_waived(record)) {
    return step(Step::kBugCheck, StepState::kDone, mark, "waived");
  }
  switch (candidate->bug_check) {
    case Outcome::passed:
      return step(
          Step::kBugCheck, StepState::kDone, mark, candidate->bug_detail);
    case Outcome::failed:
      return step(Step::kBugCheck,
                  StepState::kFailed,
                  mark,
                  fmt::format("{} blocking bugs open", candidate->bugs.size()));
    default:
      return step(
          Step::kBugCheck, StepState::kWaiting, mark, candidate->bug_detail);
  }
}

StepAssessment assess_tests(const ReleaseRecord& record,
                            const std::vector<ValidationAssessment>& all) {
  const CandidateRecord* candidate = current_candidate(record);
  if (candidate == nullptr || candidate->validations.empty()) {
    return step(Step::kWorkflowTests, StepState::kPending, nullptr, "");
  }
  const Mark* newest = nullptr;
  std::size_t passed = 0;
  std::size_t waived = 0;
  bool running = false;
  bool doubted = false;
  bool failed = false;
  std::vector<std::string> open;
  for (const ValidationAssessment& v : all) {
    const Mark* mark = v.record ? v.record->result_mark.get() : nullptr;
    if (mark && (!newest || mark->position > newest->position)) {
      newest = mark;
    }
    passed += v.outcome == Outcome::passed ? 1U : 0U;
    waived += v.waived ? 1U : 0U;
    running = running || v.outcome == Outcome::running;
    doubted = doubted || (v.record && v.record->doubt);
    failed = failed || (v.is_open_gate() && v.outcome != Outcome::pending &&
                        v.outcome != Outcome::running);
    if (v.is_open_gate()) {
      open.push_back(fmt::format("{} {}", v.planned->name, word(v.outcome)));
    }
  }
  std::string detail = fmt::format("{} of {} passed", passed, all.size());
  if (waived > 0) {
    detail += fmt::format(", {} waived", waived);
  }
  if (!open.empty()) {
    detail += fmt::format(": {}", fmt::join(open, ", "));
  }
  const StepState state = open.empty() && !all.empty() ? StepState::kDone
                          : running                    ? StepState::kRunning
                          : doubted                    ? StepState::kWaiting
                          : failed                     ? StepState::kFailed
                                                       : StepState::kPending;
  return step(Step::kWorkflowTests, state, newest, std::move(detail));
}

std::string pull_request_url(const CandidateRecord& candidate) {
  return candidate.pull_request ? candidate.pull_request->url
                                : "the pull request";
}

StepAssessment assess_release(const ReleaseRecord& record,
                              std::string_view evidence_digest) {
  const CandidateRecord* candidate = current_candidate(record);
  if (record.tag_pushed) {
    const bool lacks_page = record.plan && record.plan->forge &&
                            record.plan->forge->publish_release &&
                            !record.forge_release && !record.completed;
    return step(
        Step::kRelease,
        lacks_page ? StepState::kRunning : StepState::kDone,
        record.tag_mark.get(),
        fmt::format("tag {}{}",
                    record.tag_pushed->tag,
                    lacks_page ? "; its release page is not there yet" : ""));
  }
  if (candidate && candidate->pull_request_refused) {
    return step(Step::kRelease,
                StepState::kFailed,
                record.effect_mark.get(),
                fmt::format("merging {} was refused: {}",
                            pull_request_url(*candidate),
                            candidate->pull_request_refused->detail));
  }
  if (const StepFailed* failure = step_failure(record, Step::kRelease)) {
    return step(Step::kRelease,
                StepState::kFailed,
                record.effect_mark.get(),
                failure->detail);
  }
  if (record.publication) {
    return step(Step::kRelease,
                StepState::kRunning,
                record.effect_mark.get(),
                fmt::format("publishing {}", record.publication->tag));
  }
  if (candidate && (candidate->merging || candidate->pull_request_merged)) {
    return step(Step::kRelease,
                StepState::kRunning,
                record.effect_mark.get(),
                fmt::format("{} {}",
                            candidate->merging ? "merging" : "merged",
                            pull_request_url(*candidate)));
  }
  if (candidate == nullptr || !candidate->notes) {
    return step(Step::kRelease, StepState::kPending, nullptr, "");
  }
  const std::string where =
      candidate->pull_request ? ": " + candidate->pull_request->url : "";
  const Tally votes = tally(record, evidence_digest);
  if (!votes.lacking.empty() && open_gates(record).empty()) {
    return step(Step::kRelease,
                StepState::kWaiting,
                candidate->notes_mark.get(),
                fmt::format("{}{}", fmt::join(votes.lacking, ", "), where));
  }
  return step(Step::kRelease,
              StepState::kPending,
              candidate->notes_mark.get(),
              fmt::format("notes at {}{}", candidate->notes->path, where));
}

// Where it is out, or a person's word for that.
std::string posted_text(const ReleaseRecord& record) {
  std::vector<std::string> channels;
  std::string word;
  for (const PostRecord& post : record.posts) {
    if (post.notice.empty() && post.posted) {
      channels.push_back(post.channel);
      word = post.posted->reason.empty() ? word : post.posted->reason;
    }
  }
  if (channels.empty() || channels.front() == kByHand) {
    return record.posted ? record.posted->reason : "";
  }
  return fmt::format(
      "in {}{}{}", fmt::join(channels, ", "), word.empty() ? "" : ": ", word);
}

StepAssessment assess_announcement(const ReleaseRecord& record) {
  if (record.completed) {
    return step(Step::kAnnounce,
                StepState::kDone,
                record.completed.get(),
                posted_text(record));
  }
  const auto find = [&](auto is_it) -> const PostRecord* {
    const auto it = std::ranges::find_if(record.posts, [&](const auto& post) {
      return post.notice.empty() && is_it(post);
    });
    return it == record.posts.end() ? nullptr : &*it;
  };
  if (const auto* post = find([](const auto& p) { return !!p.doubted; })) {
    return step(Step::kAnnounce,
                StepState::kWaiting,
                post->mark.get(),
                fmt::format("it cannot be told whether it was posted in {}: {}",
                            post->channel,
                            post->doubted->detail));
  }
  if (const auto* post = find([](const auto& p) { return !!p.refused; })) {
    return step(Step::kAnnounce,
                StepState::kFailed,
                post->mark.get(),
                fmt::format("{}: {}", post->channel, post->refused->detail));
  }
  if (const auto* post = find([](const auto& p) { return is_open(p); })) {
    return step(Step::kAnnounce,
                StepState::kRunning,
                post->mark.get(),
                fmt::format("posting in {}", post->channel));
  }
  if (record.announcement) {
    return step(Step::kAnnounce,
                StepState::kWaiting,
                record.effect_mark.get(),
                "the text was printed; nobody has said that it was posted");
  }
  return step(Step::kAnnounce, StepState::kPending, nullptr, "");
}

}  // namespace

std::string set_back_text(const ReleaseSetBack& set_back) {
  return fmt::format(
      "the ledger was restored to before {} of it; what they did outside is "
      "done",
      set_back.lost ? fmt::format("{} events", *set_back.lost)
                    : "what may be newer events");
}

std::string_view word(Step step) {
  return kStepWords[static_cast<std::size_t>(step)];
}

std::optional<Step> parse_step(std::string_view word) {
  const auto it = std::ranges::find(kStepWords, word);
  if (it == kStepWords.end()) {
    return std::nullopt;
  }
  return kSteps[static_cast<std::size_t>(it - kStepWords.begin())];
}

std::string_view word(StepState state) {
  return kStateWords[static_cast<std::size_t>(state)];
}

bool is_being_published(const ReleaseRecord& record) {
  const CandidateRecord* candidate = current_candidate(record);
  return record.publication || record.tag_pushed ||
         (candidate != nullptr &&
          (candidate->merging || candidate->pull_request_merged));
}

bool bug_check_waived(const ReleaseRecord& record) {
  const CandidateRecord* candidate = current_candidate(record);
  return candidate != nullptr && candidate->bug_check == Outcome::failed &&
         std::ranges::any_of(
             candidate->waivers, [&](const WaiverRecord& waiver) {
               return waiver.granted->check == word(Step::kBugCheck) &&
                      waiver_staleness(record, *candidate, waiver).empty();
             });
}

bool bug_check_passed(const ReleaseRecord& record) {
  const CandidateRecord* candidate = current_candidate(record);
  return candidate != nullptr &&
         (candidate->bug_check == Outcome::passed || bug_check_waived(record));
}

std::vector<std::string> open_gates(const ReleaseRecord& record) {
  std::vector<std::string> result;
  const CandidateRecord* candidate = current_candidate(record);
  if (candidate == nullptr || record.branch_intent) {
    result.emplace_back("prepare-branch is not done");
  }
  if (!bug_check_passed(record)) {
    result.push_back(fmt::format(
        "bug-check {}",
        candidate == nullptr || candidate->bug_check == Outcome::unset
            ? "has not been run"
            : fmt::format("is {}", word(candidate->bug_check))));
  }
  const auto validations = assess_validations(record);
  if (validations.empty()) {
    result.push_back(fmt::format("the plan has no validation in the {} set",
                                 word(record.mode)));
  }
  for (const ValidationAssessment& v : validations) {
    if (v.is_open_gate()) {
      result.push_back(fmt::format("{} is {}{}",
                                   v.planned->name,
                                   word(v.outcome),
                                   v.note.empty() ? "" : " (" + v.note + ")"));
    }
  }
  return result;
}

std::string evidence_text(const ReleaseRecord& record) {
  std::string text =
      fmt::format("release-ledger evidence v1\n{}\n", record.name);
  const CandidateRecord* candidate = current_candidate(record);
  if (candidate == nullptr) {
    return text;
  }
  text += fmt::format("candidate {} {}\nbug-check {}\n",
                      candidate->number,
                      candidate->commit,
                      word(candidate->bug_check));
  for (const ValidationAssessment& v : assess_validations(record)) {
    text += fmt::format("validation {} {} {}\n",
                        v.planned->name,
                        v.planned->digest,
                        word(v.outcome));
    if (v.record == nullptr || v.record->result == nullptr) {
      continue;
    }
    for (const Check& check : v.record->result->checks) {
      text +=
          fmt::format("check {} {} {} {}{}\n",
                      check.key,
                      check.op,
                      check.actual ? fmt::format("{}", *check.actual)
                                   : std::string("missing"),
                      check.passed ? "passed" : "failed",
                      check.baseline_value
                          ? fmt::format(" baseline {}", *check.baseline_value)
                          : "");
    }
  }
  for (const WaiverRecord& waiver : candidate->waivers) {
    text += fmt::format(
        "waiver {} {} by {}{}{}\n",
        waiver.granted->check,
        waiver.granted->result_attempt,
        waiver.granted->by,
        waiver.granted->until_ms
            ? " until " + moment_text(*waiver.granted->until_ms)
            : "",
        waiver.confirmed ? " confirmed by " + waiver.confirmed->by : "");
  }
  return text;
}

Assessment assess(const ReleaseRecord& record,
                  std::string_view evidence_digest) {
  Assessment result;
  result.validations = assess_validations(record);
  result.steps = {assess_branch(record),
                  assess_bug_check(record),
                  assess_tests(record, result.validations),
                  assess_release(record, evidence_digest),
                  assess_announcement(record)};
  result.state = "in_progress";
  if (is_imported(record) && !record.set_back) {
    result.state = "imported";
    return result;
  }
  if (record.set_back) {
    result.state = "waiting";
    result.waiting_for.push_back(wait_for_reconciling(record));
    result.next = result.waiting_for.front().command;
    return result;
  }
  if (record.yanked || record.abandoned || record.completed) {
    result.state = record.yanked      ? "yanked"
                   : record.abandoned ? "abandoned"
                                      : "released";
    return result;
  }
  const auto open = std::ranges::find_if(
      result.steps, [](const auto& s) { return s.state != StepState::kDone; });
  if (open == result.steps.end()) {
    return result;
  }
  result.next = next_command(record, *open);
  if (open->state == StepState::kFailed) {
    result.state = "failed";
  } else if (open->state == StepState::kWaiting) {
    result.state = "waiting";
    result.waiting_for.push_back(wait_for(record, *open, evidence_digest));
    result.next = result.waiting_for.front().command;
  }
  return result;
}

}  // namespace schema
