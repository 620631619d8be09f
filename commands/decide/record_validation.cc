// The result of a validation that ran elsewhere.

#include <algorithm>

#include <fmt/ranges.h>

#include "commands/decide/decide.h"
#include "commands/metrics/measure.h"
#include "commands/nearest.h"

namespace commands::decide {
namespace {

using schema::CandidateRecord;
using schema::Outcome;

Result<const CandidateRecord*> require_recordable(const ReleaseRecord& record) {
  RL_TRY(require_unfinished(record));
  if (schema::is_being_published(record)) {
    return fail(ErrorCode::kRejected,
                "already-published",
                fmt::format("{} is being published or is released: its "
                            "evidence stands",
                            record.name),
                fmt::format("release-ledger status {}", record.name));
  }
  const CandidateRecord* candidate = schema::current_candidate(record);
  if (candidate == nullptr) {
    return fail(ErrorCode::kRejected,
                "no-candidate",
                fmt::format("{} has no candidate yet", record.name),
                "release-ledger --step prepare-branch");
  }
  return candidate;
}

// Evidence of another commit is no evidence.
Status require_commit(const ReleaseRecord& record,
                      const CandidateRecord& candidate,
                      const std::string& commit) {
  if (commit.empty() || candidate.commit.starts_with(commit)) {
    return {};
  }
  return fail(ErrorCode::kRejected,
              "not-the-candidate",
              fmt::format("candidate {} of {} is {}, not {}",
                          candidate.number,
                          record.name,
                          candidate.commit.substr(0, 12),
                          commit.substr(0, 12)),
              "run it on the candidate's commit and record that");
}

Result<const schema::Validation*> require_planned(const ReleaseRecord& record,
                                                  const std::string& name) {
  const auto it = std::ranges::find(
      record.plan->validations, name, &schema::Validation::name);
  if (it != record.plan->validations.end()) {
    return &*it;
  }
  std::vector<std::string> names;
  for (const schema::Validation& known : record.plan->validations) {
    names.push_back(known.name);
  }
  return fail(ErrorCode::kRejected,
              "no-such-validation",
              fmt::format("the plan of {} has no validation \"{}\"{}",
                          record.name,
                          name,
                          suggestion(name, names)),
              fmt::format("its validations: {}", fmt::join(names, ", ")));
}

// Something has to speak for it: an exit code, a report, or a check.
Status require_proof(const schema::Validation& planned,
                     const RecordValidation& command) {
  if (command.result.exit_code || command.has_report ||
      !planned.acceptance.empty()) {
    return {};
  }
  return fail(ErrorCode::kUsage,
              "nothing-to-judge",
              fmt::format("{} has no acceptance, so nothing says whether it "
                          "passed",
                          planned.name),
              "add --exit-code N, or --metrics-file with a JUnit report");
}

// A record typed again says the same of itself; how it was judged then, and as
// which attempt, is not its to say. Else one run could confirm itself.
std::string said(schema::ValidationCompleted result) {
  result.attempt = 0;
  result.outcome = Outcome::unset;
  result.reason.clear();
  result.detail.clear();
  result.checks.clear();
  result.digest.clear();
  return schema::encode_payload(result);
}

}  // namespace

Decision record_validation(const ReleaseRecord& record,
                           const RecordValidation& command) {
  RL_ASSIGN(const CandidateRecord* candidate, require_recordable(record));
  RL_ASSIGN(const schema::Validation* planned,
            require_planned(record, command.result.name));
  RL_TRY(require_commit(record, *candidate, command.commit));
  RL_TRY(require_proof(*planned, command));
  const auto* validation =
      schema::find_validation(*candidate, command.result.name);
  if (validation != nullptr && schema::is_open(*validation)) {
    return fail(ErrorCode::kConflict,
                "validation-running",
                fmt::format("{} is running here, as attempt {}",
                            planned->name,
                            validation->attempts),
                "record it when that has ended");
  }
  if (planned->run_digest != command.run_digest) {
    return fail(ErrorCode::kConflict,
                "plan-changed",
                fmt::format("the plan for {} was changed while its log was "
                            "read",
                            planned->name),
                "type the command again");
  }
  schema::ValidationCompleted result = command.result;
  result.attempt = validation == nullptr ? 1 : validation->attempts + 1;
  result.candidate = candidate->number;
  result.commit = candidate->commit;
  result.recorded = true;
  result.run_digest = planned->run_digest;
  result.digest = planned->digest;
  metrics::apply({*planned,
                  record.plan->metrics,
                  command.history,
                  metrics::unconfirmed_checks(validation, *planned),
                  command.source},
                 command.extraction,
                 result);
  if (validation != nullptr && validation->result != nullptr &&
      said(*validation->result) == said(result)) {
    return std::vector<schema::Event>{};
  }
  return std::vector<schema::Event>{result};
}

}  // namespace commands::decide
