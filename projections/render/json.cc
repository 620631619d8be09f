#include "projections/render/json.h"

#include "ledger/digest.h"
#include "projections/proof.h"
#include "projections/render/audit.h"
#include "projections/render/json_parts.h"
#include "schema/release/policy.h"
#include "schema/release/posts.h"

namespace projections::render {
namespace {

using json = nlohmann::ordered_json;

json step_json(const schema::StepAssessment& step) {
  return {{"name", schema::word(step.step)},
          {"state", schema::word(step.state)},
          {"at", time_or_null(step.mark)},
          {"by", by_or_null(step.mark)},
          {"detail", text_or_null(step.detail)}};
}

json source_json(const schema::MetricSource* source) {
  return source == nullptr ? json()
                           : json{{"file", source->file},
                                  {"line", source->line},
                                  {"text", source->text},
                                  {"samples", source->samples}};
}

json baseline_json(const schema::Check& check) {
  if (check.baseline.empty()) {
    return nullptr;
  }
  json releases = json::array();
  for (const schema::BaselineUsed& used : check.baselines) {
    releases.push_back({{"version", used.release},
                        {"value", used.value},
                        {"position", used.position}});
  }
  return {{"of", check.baseline},
          {"value", number_or_null(check.baseline_value)},
          {"releases", releases}};
}

json check_json(const schema::Check& check) {
  const nlohmann::json c = schema::to_json(check);
  return {{"key", c["key"]},
          {"op", c["op"]},
          {"expected", c["expected"]},
          {"actual", c["actual"]},
          {"passed", c["passed"]},
          {"note", text_or_null(check.note)},
          {"outcome", schema::word(schema::outcome_of(check))},
          {"statistic", text_or_null(check.statistic)},
          {"unit", text_or_null(check.unit)},
          {"warn", c["warn_expected"]},
          {"warned", check.warned},
          {"baseline", baseline_json(check)},
          {"confirm", text_or_null(check.confirm)},
          {"measured", c["measured"]},
          {"source", source_json(check.source.get())}};
}

// Who put it on record, where it ran elsewhere.
json recorded_json(const schema::ValidationRecord* record,
                   const schema::ValidationCompleted* result) {
  if (result == nullptr || !result->recorded) {
    return nullptr;
  }
  return {{"by", by_or_null(record->result_mark.get())},
          {"url", text_or_null(result->url)},
          {"note", text_or_null(result->note)}};
}

std::string job_id_of(const schema::ValidationRecord* record) {
  return record != nullptr && record->submitted ? record->submitted->job_id
                                                : std::string();
}

// Of a remote attempt only: there it is how the job is found.
std::string job_name_of(const schema::ValidationRecord* record) {
  return record != nullptr && record->started &&
                 record->started->location == schema::Location::remote
             ? record->started->job_name
             : std::string();
}

json earlier_json(const schema::ValidationRecord* record) {
  json result = json::array();
  if (record == nullptr) {
    return result;
  }
  for (const schema::AttemptRecord& earlier : record->earlier) {
    result.push_back({{"attempt", earlier.attempt},
                      {"outcome", schema::word(earlier.outcome)},
                      {"reason", text_or_null(earlier.reason)},
                      {"detail", text_or_null(earlier.detail)},
                      {"exit_code", number_or_null(earlier.exit_code)},
                      {"duration_s", number_or_null(earlier.duration_s)},
                      {"job_id", text_or_null(earlier.job_id)},
                      {"log", text_or_null(earlier.log)},
                      {"log_digest", text_or_null(earlier.log_digest)}});
  }
  return result;
}

json validation_json(const schema::ValidationAssessment& v) {
  const schema::ValidationRecord* record = v.record;
  const schema::ValidationCompleted* result = v.result();
  json metrics = json::object();
  json checks = json::array();
  if (result != nullptr) {
    for (const schema::Metric& metric : result->metrics) {
      metrics[metric.key] = metric.value;
    }
    for (const schema::Check& check : result->checks) {
      checks.push_back(check_json(check));
    }
  }
  const std::string log = result != nullptr ? result->log
                          : record != nullptr && record->started
                              ? record->started->log
                              : "";
  return {{"name", v.planned->name},
          {"location", schema::word(v.planned->location)},
          {"outcome", schema::word(v.outcome)},
          {"attempt",
           record == nullptr   ? json()
           : result != nullptr ? json(result->attempt)
                               : json(record->attempts)},
          {"attempts", record == nullptr ? 0U : record->attempts},
          {"earlier_attempts", earlier_json(record)},
          {"exit_code", result ? number_or_null(result->exit_code) : json()},
          {"signal", result ? number_or_null(result->signal) : json()},
          {"duration_s", result ? number_or_null(result->duration_s) : json()},
          {"job_id", text_or_null(job_id_of(record))},
          {"job_name", text_or_null(job_name_of(record))},
          {"metrics", metrics},
          {"log", text_or_null(log)},
          {"log_digest", text_or_null(result ? result->log_digest : "")},
          {"waived", v.waived},
          {"reason", text_or_null(result ? result->reason : "")},
          {"detail", text_or_null(result ? result->detail : "")},
          {"note", text_or_null(v.note)},
          {"checks", checks},
          {"recorded", recorded_json(record, result)}};
}

json approvals_json(const ReleaseView& view) {
  json result = json::array();
  for (const schema::CandidateRecord& candidate : view.record->candidates) {
    for (const schema::ApprovalRecord& approval : candidate.approvals) {
      const Proof proof = proof_of(view, approval);
      std::string why = schema::staleness(
          *view.record, candidate, approval, view.evidence_digest);
      why = why.empty() ? doubt_of(proof) : why;
      result.push_back(
          {{"by", approval.granted->by},
           {"role", approval.granted->role},
           {"commit", approval.granted->commit},
           {"candidate", approval.granted->candidate},
           {"at", time_or_null(approval.mark.get())},
           {"valid", why.empty()},
           {"why_not", text_or_null(why)},
           {"note", text_or_null(approval.granted->note)},
           {"proof", word(proof)},
           {"expires_at", moment_or_null(approval.granted->expires_at_ms)},
           {"position", approval.mark->position}});
    }
  }
  return result;
}

json waivers_json(const schema::ReleaseRecord& record) {
  json result = json::array();
  for (const schema::CandidateRecord& candidate : record.candidates) {
    for (const schema::WaiverRecord& waiver : candidate.waivers) {
      const std::string why =
          schema::waiver_staleness(record, candidate, waiver);
      result.push_back(
          {{"check", waiver.granted->check},
           {"by", waiver.granted->by},
           {"reason", waiver.granted->reason},
           {"outcome", schema::word(waiver.granted->outcome)},
           {"commit", waiver.granted->commit},
           {"candidate", waiver.granted->candidate},
           {"valid", why.empty()},
           {"why_not", text_or_null(why)},
           {"ticket", text_or_null(waiver.granted->ticket)},
           {"until", moment_or_null(waiver.granted->until_ms)},
           {"confirmed_by",
            waiver.confirmed ? json(waiver.confirmed->by) : json()},
           {"at", time_or_null(waiver.mark.get())},
           {"position", waiver.mark->position}});
    }
  }
  return result;
}

json waits_json(const std::vector<schema::Wait>& waits) {
  if (waits.empty()) {
    return nullptr;
  }
  json result = json::array();
  for (const schema::Wait& wait : waits) {
    result.push_back({{"gate", wait.gate},
                      {"what", wait.what},
                      {"who", wait.who},
                      {"command", wait.command}});
  }
  return result;
}

const schema::Mark* end_of(const schema::ReleaseRecord& record) {
  return record.yanked      ? record.yanked.get()
         : record.abandoned ? record.abandoned.get()
                            : record.completed.get();
}

json pull_request_json(const schema::CandidateRecord* candidate) {
  if (candidate == nullptr || !candidate->pull_request) {
    return {};
  }
  const schema::PullRequestOpened& opened = *candidate->pull_request;
  return {{"number", opened.number},
          {"url", opened.url},
          {"author", text_or_null(opened.author)},
          {"adopted", opened.adopted},
          {"merged", candidate->pull_request_merged != nullptr}};
}

// Notices are in the history only.
json announcements_json(const schema::ReleaseRecord& record) {
  json posts = json::array();
  for (const schema::PostRecord& post : record.posts) {
    if (!post.notice.empty()) {
      continue;
    }
    posts.push_back(
        {{"channel", post.channel},
         {"kind", text_or_null(post.prepared ? post.prepared->kind : "")},
         {"state", schema::post_word(post)},
         {"at", time_or_null(post.mark.get())},
         {"message", text_or_null(post.posted ? post.posted->message : "")},
         {"detail", text_or_null(schema::post_detail(post))}});
  }
  return posts;
}

}  // namespace

json status_json(const ReleaseView& view) {
  const schema::ReleaseRecord& record = *view.record;
  const schema::CandidateRecord* candidate = schema::current_candidate(record);
  json steps = json::array();
  for (const schema::StepAssessment& step : view.assessment.steps) {
    steps.push_back(step_json(step));
  }
  json validations = json::array();
  for (const schema::ValidationAssessment& v : view.assessment.validations) {
    validations.push_back(validation_json(v));
  }
  return {
      {"version", record.name},
      {"state", view.assessment.state},
      {"mode", schema::word(record.mode)},
      {"commit", text_or_null(commit_of(record))},
      {"branch", candidate ? json(candidate->branch) : json()},
      {"candidate", candidate ? json(candidate->number) : json()},
      {"plan_digest", text_or_null(record.plan ? record.plan->digest : "")},
      {"evidence_digest", view.evidence_digest},
      {"position", record.newest->position},
      {"started_at", time_or_null(record.started.get())},
      {"started_by", by_or_null(record.started.get())},
      {"ended_at", time_or_null(end_of(record))},
      {"end_reason", text_or_null(record.end_reason)},
      {"tag", record.tag_pushed ? json(record.tag_pushed->tag) : json()},
      {"merge_commit", record.merged ? json(record.merged->commit) : json()},
      {"steps", steps},
      {"validations", validations},
      {"approvals", approvals_json(view)},
      {"waivers", waivers_json(record)},
      {"pull_request", pull_request_json(candidate)},
      {"page",
       text_or_null(record.forge_release ? record.forge_release->url : "")},
      {"announcements", announcements_json(record)},
      {"unknown_events", record.unknown_events},
      {"redacted_events", record.redacted_events},
      {"imported", imported_json(record)},
      {"parked_events", view.parked.size()},
      {"waiting_for", waits_json(view.assessment.waiting_for)},
      {"next", text_or_null(view.assessment.next)}};
}

json explain_json(const ReleaseView& view,
                  const std::vector<Explanation>& list) {
  json explanations = json::array();
  for (const Explanation& e : list) {
    explanations.push_back({{"gate", e.gate},
                            {"state", e.state},
                            {"rule", e.rule},
                            {"evidence", text_or_null(e.evidence)},
                            {"who", text_or_null(e.who)},
                            {"command", text_or_null(e.command)}});
  }
  return {{"version", view.record->name},
          {"state", view.assessment.state},
          {"explanations", explanations},
          {"waiting_for", waits_json(view.assessment.waiting_for)},
          {"next", text_or_null(view.assessment.next)}};
}

json verify_json(const ledger::Verification& result) {
  json problems = json::array();
  for (const ledger::Problem& problem : result.problems) {
    problems.push_back({{"kind", problem.kind},
                        {"where", problem.where},
                        {"what", problem.what}});
  }
  return {{"ok", result.problems.empty()},
          {"events", result.events},
          {"root", ledger::to_hex(result.root)},
          {"problems", problems},
          {"warnings", result.warnings}};
}

}  // namespace projections::render
