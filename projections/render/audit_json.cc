#include "projections/render/audit.h"
#include "projections/render/json_parts.h"
#include "schema/release/bound.h"

namespace projections::render {
namespace {

using json = nlohmann::ordered_json;

json waiver_policy_json(const schema::Approval& approval) {
  return approval.waivers == nullptr
             ? json()
             : json{{"roles", approval.waivers->roles},
                    {"second_person", approval.waivers->second_person}};
}

json policy_json(const schema::ReleaseRecord& record) {
  if (record.plan == nullptr || record.plan->approval == nullptr) {
    return nullptr;
  }
  const schema::Plan& plan = *record.plan;
  json roles = json::object();
  for (const schema::RoleMembers& role : plan.approval->roles) {
    roles[role.role] = {{"members", role.members}, {"need", role.need}};
  }
  json validations = json::array();
  for (const schema::Validation& validation : plan.validations) {
    if (!schema::is_in_set(validation, record.mode)) {
      continue;
    }
    json bounds = json::array();
    for (const schema::Acceptance& check : validation.acceptance) {
      bounds.push_back(check.key + " " + schema::bound_text(check) +
                       schema::conditions_text(check));
    }
    validations.push_back({{"name", validation.name}, {"bounds", bounds}});
  }
  return {{"plan_digest", plan.digest},
          {"digest", plan.policy_digest},
          {"mode", schema::word(record.mode)},
          {"required", plan.approval->required},
          {"allow_starter", plan.approval->allow_starter},
          {"expires_s", number_or_null(plan.approval->expires_s)},
          {"signed", plan.approval->signed_},
          {"waivers", waiver_policy_json(*plan.approval)},
          {"roles", roles},
          {"validations", validations}};
}

json people_json(const Audit& audit) {
  json result = json::array();
  for (const AuditedPerson& person : audit.people) {
    result.push_back({{"by", person.by},
                      {"started", person.started},
                      {"roles", person.roles},
                      {"waivers", person.waivers},
                      {"confirmed", person.confirmed},
                      {"events", person.events}});
  }
  return result;
}

json audited_approvals_json(const Audit& audit) {
  json result = json::array();
  for (const AuditedApproval& each : audit.approvals) {
    const schema::ApprovalGranted& granted = *each.approval->granted;
    result.push_back({{"position", each.approval->mark->position},
                      {"at", time_or_null(each.approval->mark.get())},
                      {"by", granted.by},
                      {"role", granted.role},
                      {"candidate", granted.candidate},
                      {"commit", granted.commit},
                      {"plan_digest", granted.plan_digest},
                      {"evidence_digest", granted.evidence_digest},
                      {"note", text_or_null(granted.note)},
                      {"proof", word(each.proof)},
                      {"key", text_or_null(granted.key)},
                      {"expires_at", moment_or_null(granted.expires_at_ms)},
                      {"source", text_or_null(granted.source)},
                      {"url", text_or_null(granted.url)},
                      {"valid", each.why_not.empty()},
                      {"why_not", text_or_null(each.why_not)}});
  }
  return result;
}

json audited_waivers_json(const Audit& audit) {
  json result = json::array();
  for (const AuditedWaiver& each : audit.waivers) {
    const schema::WaiverGranted& granted = *each.waiver->granted;
    result.push_back(
        {{"position", each.waiver->mark->position},
         {"at", time_or_null(each.waiver->mark.get())},
         {"by", granted.by},
         {"check", granted.check},
         {"reason", granted.reason},
         {"outcome", schema::word(granted.outcome)},
         {"ticket", text_or_null(granted.ticket)},
         {"until", moment_or_null(granted.until_ms)},
         {"confirmed_by",
          each.waiver->confirmed ? json(each.waiver->confirmed->by) : json()},
         {"candidate", granted.candidate},
         {"commit", granted.commit},
         {"valid", each.why_not.empty()},
         {"why_not", text_or_null(each.why_not)}});
  }
  return result;
}

json evidence_of(const schema::ValidationAssessment& v) {
  const schema::ValidationCompleted* result = v.result();
  json checks = json::array();
  for (std::size_t i = 0; result != nullptr && i < result->checks.size(); ++i) {
    const schema::Check& check = result->checks[i];
    checks.push_back({{"key", check.key},
                      {"bound", schema::bound_text(check)},
                      {"actual", number_or_null(check.actual)},
                      {"passed", check.passed}});
  }
  const schema::Mark* mark =
      result == nullptr ? nullptr : v.record->result_mark.get();
  return {{"gate", v.planned->name},
          {"outcome", schema::word(v.outcome)},
          {"waived", v.waived},
          {"note", text_or_null(v.note)},
          {"attempt", result == nullptr ? json() : json(result->attempt)},
          {"checks", checks},
          {"log_digest", text_or_null(result ? result->log_digest : "")},
          {"position", mark == nullptr ? json() : json(mark->position)},
          {"at", time_or_null(mark)},
          {"by", by_or_null(mark)}};
}

json evidence_json(const ReleaseView& view) {
  json result = json::array();
  const schema::CandidateRecord* candidate =
      schema::current_candidate(*view.record);
  if (candidate != nullptr) {
    const schema::Mark* mark = candidate->bug_mark.get();
    result.push_back(
        {{"gate", "bug-check"},
         {"outcome",
          candidate->bug_check == schema::Outcome::unset
              ? schema::word(schema::Outcome::pending)
              : schema::word(candidate->bug_check)},
         {"waived", schema::bug_check_waived(*view.record)},
         {"note", text_or_null(candidate->bug_detail)},
         {"attempt", candidate->bug_attempts},
         {"checks", json::array()},
         {"log_digest", nullptr},
         {"position", mark == nullptr ? json() : json(mark->position)},
         {"at", time_or_null(mark)},
         {"by", by_or_null(mark)}});
  }
  for (const schema::ValidationAssessment& v : view.assessment.validations) {
    result.push_back(evidence_of(v));
  }
  return result;
}

json easings_json(const Audit& audit) {
  json result = json::array();
  for (const Easing& easing : audit.easings) {
    result.push_back({{"position", easing.position},
                      {"at", ledger::rfc3339(easing.at_ms)},
                      {"by", easing.by},
                      {"against", easing.against},
                      {"what", easing.what}});
  }
  return result;
}

json actions_json(const Audit& audit) {
  json result = json::array();
  for (const ledger::RecordedEvent& event : audit.actions) {
    result.push_back({{"position", event.position},
                      {"at", ledger::rfc3339(event.envelope.recorded_at_ms)},
                      {"by", schema::display_name(*event.envelope.actor)},
                      {"type", event.envelope.type},
                      {"detail", summary_text(event)}});
  }
  return result;
}

}  // namespace

json audit_json(const Audit& audit) {
  const schema::ReleaseRecord& decided = *audit.decided.record;
  const schema::CandidateRecord* candidate = schema::current_candidate(decided);
  return {{"version", audit.now.record->name},
          {"state", audit.now.assessment.state},
          {"candidate", candidate ? json(candidate->number) : json()},
          {"commit", candidate ? json(candidate->commit) : json()},
          {"evidence_digest", audit.decided.evidence_digest},
          {"decided_at", audit.decided_at ? json(*audit.decided_at) : json()},
          {"policy", policy_json(decided)},
          {"met", audit.met()},
          {"unmet", audit.unmet},
          {"people", people_json(audit)},
          {"approvals", audited_approvals_json(audit)},
          {"waivers", audited_waivers_json(audit)},
          {"evidence", evidence_json(audit.decided)},
          {"eased", easings_json(audit)},
          {"actions", actions_json(audit)}};
}

}  // namespace projections::render
