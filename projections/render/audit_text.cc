#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ledger/clock.h"
#include "projections/render/audit.h"
#include "schema/release/bound.h"
#include "schema/release/moment.h"

namespace projections::render {
namespace {

std::string where(const schema::Mark* mark) {
  return mark == nullptr ? "" : std::to_string(mark->position);
}

std::string section_of(std::string_view title,
                       const Table& table,
                       const Style& style) {
  return table.empty()
             ? ""
             : fmt::format("\n{}\n{}", title, table.text(style, "  "));
}

std::string counts_text(const std::string& why_not) {
  return why_not.empty() ? "yes" : "no: " + why_not;
}

std::string policy_text(const ReleaseView& view) {
  const schema::ReleaseRecord& record = *view.record;
  if (record.plan == nullptr || record.plan->approval == nullptr) {
    return {};
  }
  const schema::Approval& approval = *record.plan->approval;
  std::string text = fmt::format(
      "\npolicy {}\n  every validation of the {} set, the bug check, and {} "
      "distinct {}{}\n",
      record.plan->digest.substr(0, 16),
      schema::word(record.mode),
      approval.required,
      approval.required == 1 ? "person" : "people",
      conditions_text(approval));
  for (const schema::RoleMembers& role : approval.roles) {
    text += fmt::format(
        "  {}{}: {}\n",
        harmless(role.role),
        role.need > 0 ? fmt::format(" (at least {})", role.need) : "",
        harmless(fmt::format("{}", fmt::join(role.members, ", "))));
  }
  return text;
}

Table people_table(const Audit& audit) {
  Table table({"who", "events", "did"});
  for (const AuditedPerson& person : audit.people) {
    std::vector<std::string> did;
    if (person.started) {
      did.emplace_back("started it");
    }
    for (const std::string& role : person.roles) {
      did.push_back("signed as " + role);
    }
    if (person.waivers > 0) {
      did.push_back(fmt::format("waived {}", person.waivers));
    }
    if (person.confirmed > 0) {
      did.push_back(fmt::format("confirmed {} waiver{}",
                                person.confirmed,
                                person.confirmed == 1 ? "" : "s"));
    }
    table.add({person.by,
               std::to_string(person.events),
               fmt::format("{}", fmt::join(did, ", "))});
  }
  return table;
}

Table approvals_table(const Audit& audit) {
  Table table({"position", "at", "by", "role", "candidate", "proof", "counts"});
  for (const AuditedApproval& each : audit.approvals) {
    const schema::ApprovalGranted& granted = *each.approval->granted;
    table.add({where(each.approval->mark.get()),
               ledger::rfc3339(each.approval->mark->at_ms),
               granted.by,
               granted.role,
               std::to_string(granted.candidate),
               std::string(word(each.proof)),
               counts_text(each.why_not)});
  }
  return table;
}

Table waivers_table(const Audit& audit) {
  Table table({"position", "at", "by", "check", "was", "counts", "terms"});
  for (const AuditedWaiver& each : audit.waivers) {
    const schema::WaiverGranted& granted = *each.waiver->granted;
    table.add({where(each.waiver->mark.get()),
               ledger::rfc3339(each.waiver->mark->at_ms),
               granted.by,
               granted.check,
               std::string(schema::word(granted.outcome)),
               counts_text(each.why_not),
               schema::waiver_terms(*each.waiver)});
  }
  return table;
}

void add_evidence(const schema::ValidationAssessment& v, Table& table) {
  const schema::ValidationCompleted* result = v.result();
  const schema::Mark* mark = result ? v.record->result_mark.get() : nullptr;
  std::vector<std::string> row = {
      where(mark),
      v.planned->name,
      v.waived ? fmt::format("WAIVED ({})", schema::word(v.outcome))
               : std::string(schema::word(v.outcome)),
      "",
      v.waived ? "" : v.note};
  if (result == nullptr || result->checks.empty()) {
    table.add(std::move(row));
    return;
  }
  for (const schema::Check& check : result->checks) {
    row[3] = fmt::format("{} {}: {} {}",
                         check.key,
                         schema::actual_text(check),
                         verdict_word(check),
                         schema::bound_text(check));
    table.add(std::exchange(row, {"", "", "", "", ""}));
  }
}

Table evidence_table(const ReleaseView& view) {
  Table table({"position", "gate", "outcome", "check", "note"});
  const schema::CandidateRecord* candidate =
      schema::current_candidate(*view.record);
  if (candidate != nullptr && candidate->bug_mark != nullptr) {
    const std::string outcome(schema::word(candidate->bug_check));
    table.add({where(candidate->bug_mark.get()),
               "bug-check",
               schema::bug_check_waived(*view.record)
                   ? fmt::format("WAIVED ({})", outcome)
                   : outcome,
               "",
               candidate->bug_detail});
  }
  for (const schema::ValidationAssessment& v : view.assessment.validations) {
    add_evidence(v, table);
  }
  return table;
}

Table easings_table(const Audit& audit) {
  Table table({"position", "by", "against", "what"});
  for (const Easing& easing : audit.easings) {
    table.add({std::to_string(easing.position),
               easing.by,
               easing.against,
               easing.what});
  }
  return table;
}

Table actions_table(const Audit& audit) {
  Table table({"position", "at", "by", "event", "what"});
  for (const ledger::RecordedEvent& event : audit.actions) {
    table.add({std::to_string(event.position),
               ledger::rfc3339(event.envelope.recorded_at_ms),
               schema::display_name(*event.envelope.actor),
               event.envelope.type,
               summary_text(event)});
  }
  return table;
}

}  // namespace

std::string audit_text(const Audit& audit, const Style& style) {
  const schema::CandidateRecord* candidate =
      schema::current_candidate(*audit.decided.record);
  std::string text = fmt::format("{}: {}, policy {}\n",
                                 audit.now.record->name,
                                 audit.now.assessment.state,
                                 audit.met() ? "met" : "NOT MET");
  if (candidate != nullptr) {
    text += fmt::format(
        "candidate {} at {}\n", candidate->number, candidate->commit);
  }
  if (audit.decided_at) {
    text += fmt::format("publishing was decided at position {}\n",
                        *audit.decided_at);
  }
  for (const std::string& line : audit.unmet) {
    text += fmt::format("not met: {}\n", harmless(line));
  }
  text += policy_text(audit.decided);
  text += section_of("people", people_table(audit), style);
  text += section_of("approvals", approvals_table(audit), style);
  text += section_of("waivers", waivers_table(audit), style);
  text += section_of("evidence", evidence_table(audit.decided), style);
  text += section_of("GATES EASED", easings_table(audit), style);
  text += section_of("actions", actions_table(audit), style);
  return text;
}

}  // namespace projections::render
