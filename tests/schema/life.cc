#include "tests/schema/life.h"

#include <algorithm>

#include <fmt/format.h>

#include "ledger/digest.h"
#include "schema/release/assess.h"

namespace schema_tests {
namespace {

using schema::Outcome;

const schema::Validation& planned(const schema::ReleaseRecord& record,
                                  const std::string& name) {
  return *std::ranges::find(
      record.plan->validations, name, &schema::Validation::name);
}

std::vector<schema::Check> judged(const schema::Validation& by, double sps) {
  std::vector<schema::Check> checks;
  for (const schema::Acceptance& acceptance : by.acceptance) {
    schema::Check& check = checks.emplace_back();
    check.key = acceptance.key;
    check.op = acceptance.op;
    check.expected = acceptance.expected;
    check.actual = sps;
    check.passed = sps >= acceptance.expected.value_or(0);
  }
  return checks;
}

Outcome outcome_of(const std::vector<schema::Check>& checks) {
  return std::ranges::all_of(checks, &schema::Check::passed) ? Outcome::passed
                                                             : Outcome::failed;
}

}  // namespace

std::string commit(char letter) {
  return std::string(40, letter);
}

std::string evidence_digest(const schema::ReleaseRecord& record) {
  return ledger::to_hex(ledger::sha256({schema::evidence_text(record)}));
}

Life& Life::by(std::string_view who) {
  by_ = who;
  return *this;
}

Life& Life::add(const schema::Event& event) {
  const std::uint64_t position = events_.size();
  events_.push_back(event);
  schema::evolve(record_,
                 event,
                 {by_, static_cast<std::int64_t>(position) * 1000, position});
  return *this;
}

Life& Life::started(const schema::Plan& plan, schema::Mode mode) {
  schema::ReleaseStarted event;
  event.version = name_;
  event.mode = mode;
  return add(event).plan_changed(plan);
}

Life& Life::plan_changed(const schema::Plan& plan) {
  schema::PlanRecorded event;
  event.digest = plan.digest;
  event.attempt = record_.plans + 1;
  event.plan = std::make_unique<schema::Plan>(plan);
  return add(event);
}

Life& Life::raised() {
  schema::ModeRaised event;
  event.mode = schema::Mode::comprehensive;
  return add(event);
}

Life& Life::branch_intended(char letter) {
  schema::BranchCreationStarted event;
  event.candidate = static_cast<std::uint32_t>(record_.candidates.size()) + 1;
  event.branch = fmt::format("staging/v{}-rc{}", name_, event.candidate);
  event.commit = commit(letter);
  event.remote = "origin";
  return add(event);
}

Life& Life::candidate(char letter) {
  branch_intended(letter);
  schema::BranchCreated event;
  event.candidate = record_.branch_intent->candidate;
  event.branch = record_.branch_intent->branch;
  event.commit = commit(letter);
  return add(event);
}

Life& Life::bugs_confirmed() {
  schema::ManualConfirmationGiven given;
  given.step = "bug-check";
  given.candidate = newest().number;
  given.commit = newest().commit;
  given.attempt = newest().confirmations + 1;
  given.by = by_;
  given.reason = "none open";
  add(given);
  schema::BugCheckPassed passed;
  passed.candidate = newest().number;
  passed.commit = newest().commit;
  passed.attempt = newest().bug_attempts + 1;
  passed.source = "manual confirmation";
  passed.detail = "confirmed: none open";
  return add(passed);
}

Life& Life::bugs_doubted() {
  schema::BugCheckInconclusive event;
  event.candidate = newest().number;
  event.commit = newest().commit;
  event.attempt = newest().bug_attempts + 1;
  event.reason = "no tracker is configured";
  return add(event);
}

Life& Life::bugs_found(std::size_t count) {
  schema::BugCheckFailed event;
  event.candidate = newest().number;
  event.commit = newest().commit;
  event.attempt = newest().bug_attempts + 1;
  event.source = "tracker";
  event.bugs.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    event.bugs[i].title = fmt::format("bug {}", i + 1);
    event.bugs[i].url = fmt::format("https://x.org/{}", i + 1);
  }
  return add(event);
}

Life& Life::running(const std::string& name) {
  const auto* before = schema::find_validation(newest(), name);
  const schema::Validation& plan = planned(record_, name);
  schema::ValidationStarted event;
  event.name = name;
  event.attempt = before ? before->attempts + 1 : 1;
  event.candidate = newest().number;
  event.commit = newest().commit;
  event.location = plan.location;
  event.command = plan.command;
  event.log = fmt::format(
      "logs/{}/{}-{}-{}.log", name_, name, newest().number, event.attempt);
  event.timeout_s = plan.timeout_s;
  event.run_digest = plan.run_digest;
  event.digest = plan.digest;
  return add(event);
}

schema::ValidationCompleted Life::open_result(const std::string& name) {
  const auto* before = schema::find_validation(newest(), name);
  if (before == nullptr || !schema::is_open(*before)) {
    running(name);
  }
  const schema::ValidationStarted& started =
      *schema::find_validation(newest(), name)->started;
  schema::ValidationCompleted event;
  event.name = name;
  event.attempt = started.attempt;
  event.candidate = started.candidate;
  event.commit = started.commit;
  event.log = started.log;
  event.run_digest = started.run_digest;
  event.digest = started.digest;
  return event;
}

Life& Life::measured(const std::string& name, double sps) {
  schema::ValidationCompleted event = open_result(name);
  event.exit_code = 0;
  event.duration_s = 12.5;
  event.metrics.resize(1);
  event.metrics.front().key = "sps_max";
  event.metrics.front().value = sps;
  event.checks = judged(planned(record_, name), sps);
  event.outcome = outcome_of(event.checks);
  event.reason = event.outcome == Outcome::passed ? "" : "check-failed";
  return add(event);
}

Life& Life::ended(const std::string& name, Outcome outcome, int exit_code) {
  schema::ValidationCompleted event = open_result(name);
  event.outcome = outcome;
  event.exit_code = exit_code;
  return add(event);
}

Life& Life::result(schema::ValidationCompleted completed) {
  const schema::ValidationCompleted open = open_result(completed.name);
  completed.attempt = open.attempt;
  completed.candidate = open.candidate;
  completed.commit = open.commit;
  completed.log = open.log;
  completed.run_digest = open.run_digest;
  completed.digest = open.digest;
  return add(completed);
}

Life& Life::rejudged(const std::string& name) {
  const auto* before = schema::find_validation(newest(), name);
  schema::ValidationRejudged event;
  event.name = name;
  event.attempt = before->result->attempt;
  event.candidate = newest().number;
  event.commit = newest().commit;
  event.checks =
      judged(planned(record_, name), before->result->metrics.front().value);
  event.outcome = outcome_of(event.checks);
  event.previous_digest = before->result->digest;
  event.digest = planned(record_, name).digest;
  event.judgement = before->judgements + 1;
  return add(event);
}

Life& Life::skipped(const std::string& name, const std::string& reason) {
  const auto* before = schema::find_validation(newest(), name);
  schema::ValidationSkipped event;
  event.name = name;
  event.candidate = newest().number;
  event.commit = newest().commit;
  event.attempt = before ? before->skips + 1 : 1;
  event.reason = reason;
  event.digest = planned(record_, name).digest;
  return add(event);
}

Life& Life::waived(const std::string& check) {
  schema::WaiverGranted event;
  event.check = check;
  event.candidate = newest().number;
  event.commit = newest().commit;
  event.attempt = 1 + static_cast<std::uint32_t>(std::ranges::count_if(
                          newest().waivers, [&](const auto& other) {
                            return other.granted->check == check;
                          }));
  event.by = by_;
  event.reason = "known";
  const std::string name = check.substr(0, check.find('/'));
  if (const auto* validation = schema::find_validation(newest(), name)) {
    event.outcome = validation->result->outcome;
    event.result_attempt = validation->result->attempt;
    event.digest = validation->result->digest;
  } else {
    event.outcome = newest().bug_check;
    event.result_attempt = newest().bug_attempts;
  }
  return add(event);
}

Life& Life::approved(const std::string& who, const std::string& role) {
  schema::ApprovalGranted event;
  event.by = who;
  event.role = role;
  event.commit = newest().commit;
  event.candidate = newest().number;
  event.attempt =
      1 + static_cast<std::uint32_t>(
              std::ranges::count_if(newest().approvals, [&](const auto& other) {
                return other.granted->by == who && other.granted->role == role;
              }));
  event.plan_digest = record_.plan->digest;
  event.evidence_digest = evidence_digest(record_);
  return add(event);
}

Life& Life::revoked(const std::string& who, const std::string& role) {
  schema::ApprovalRevoked event;
  event.by = who;
  event.role = role;
  event.commit = newest().commit;
  event.candidate = newest().number;
  for (const schema::ApprovalRecord& approval : newest().approvals) {
    if (approval.granted->by == who && approval.granted->role == role) {
      event.attempt = approval.granted->attempt;
    }
  }
  event.reason = "saw a problem";
  return add(event);
}

Life& Life::notes() {
  schema::ReleaseNotesPrepared prepared;
  prepared.candidate = newest().number;
  prepared.commit = commit('7');
  prepared.parent = newest().commit;
  prepared.path = fmt::format("release-notes/v{}.md", name_);
  prepared.branch = newest().branch;
  prepared.digest = "digest of the notes";
  prepared.attempt =
      newest().notes_prepared ? newest().notes_prepared->attempt + 1 : 1;
  prepared.evidence_digest = evidence_digest(record_);
  add(prepared);
  schema::ReleaseNotesWritten written;
  written.candidate = prepared.candidate;
  written.commit = prepared.commit;
  written.path = prepared.path;
  written.branch = prepared.branch;
  written.digest = prepared.digest;
  written.attempt = prepared.attempt;
  written.evidence_digest = prepared.evidence_digest;
  return add(written);
}

Life& Life::publishing() {
  schema::PublicationPrepared event;
  event.candidate = newest().number;
  event.attempt = record_.publications + 1;
  event.stable_branch = "stable";
  event.stable_before = commit('0');
  event.merge_commit = commit('8');
  event.tag = "v" + name_;
  event.tag_object = commit('9');
  event.remote = "origin";
  return add(event);
}

Life& Life::refused() {
  schema::PublicationRefused event;
  event.candidate = record_.publication->candidate;
  event.attempt = record_.publication->attempt;
  event.reason = "stable-moved";
  return add(event);
}

Life& Life::published() {
  publishing();
  const schema::PublicationPrepared intent = *record_.publication;
  schema::StableMerged merged;
  merged.candidate = intent.candidate;
  merged.branch = intent.stable_branch;
  merged.commit = intent.merge_commit;
  merged.previous = intent.stable_before;
  schema::TagCreated created;
  created.tag = intent.tag;
  created.object = intent.tag_object;
  created.commit = intent.merge_commit;
  schema::TagPushed pushed;
  pushed.tag = intent.tag;
  pushed.object = intent.tag_object;
  pushed.remote = intent.remote;
  return add(merged).add(created).add(pushed);
}

Life& Life::announced() {
  schema::AnnouncementPrepared event;
  event.channel = "manual";
  event.text = "Released";
  return add(event);
}

Life& Life::completed() {
  schema::AnnouncementPosted posted;
  posted.channel = "manual";
  posted.reason = "posted in the channel";
  schema::ReleaseCompleted event;
  event.tag = record_.tag_pushed->tag;
  event.commit = newest().commit;
  event.merge_commit = record_.merged->commit;
  return add(posted).add(event);
}

Life& Life::tested() {
  return candidate(static_cast<char>('a' + record_.candidates.size()))
      .bugs_confirmed()
      .measured("smoke", 41'000);
}

Life& Life::signed_off() {
  return approved(kRobb, "release-manager").approved(kJack, "technical-lead");
}

}  // namespace schema_tests
