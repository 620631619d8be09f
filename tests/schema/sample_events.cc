#include "tests/schema/sample_events.h"

#include <string>

#include "ledger/digest.h"
#include "tests/schema/sample_parts.h"
#include "tests/schema/sample_plan.h"

namespace schema_tests {
namespace {

const std::string kWriterKey =
    "release-ledger.00+f9ad5a6e+"
    "AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";

schema::MetricSource source() {
  schema::MetricSource source;
  source.key = "sps_max";
  source.statistic = "max";
  source.samples = 9;
  source.file = "logs/1.4.0/smoke-1.log";
  source.line = 12;
  source.text = "SPS: 31250.5";
  source.unit = "steps/s";
  source.url = "https://metrics.x.org/run/1";
  source.query = "summary sps_max";
  source.digest = kRunDigest;
  source.read_at_ms = 1'759'397'400'000;
  return source;
}

std::vector<schema::Check> checks() {
  std::vector<schema::Check> checks(3);
  checks[0].key = "sps_max";
  checks[0].op = ">=";
  checks[0].expected = 30000;
  checks[0].actual = 31250.5;
  checks[0].passed = true;
  checks[1].key = "loss";
  checks[1].op = "range";
  checks[1].low = 0.25;
  checks[1].high = 0.75;
  checks[1].actual = 0;
  checks[2].key = "return";
  checks[2].op = "==";
  checks[2].expected = 0;
  checks[2].note = "metric missing";
  checks[0].outcome = schema::Outcome::passed;
  checks[0].statistic = "max";
  checks[0].unit = "steps/s";
  checks[0].source = std::make_unique<schema::MetricSource>(source());
  checks[0].warned = true;
  checks[0].warn_expected = 31500;
  checks[0].baseline = "last-2";
  checks[0].baseline_value = 30500;
  checks[0].baselines.resize(2);
  checks[0].baselines[0].release = "1.3.0";
  checks[0].baselines[0].value = 31000;
  checks[0].baselines[0].position = 40;
  checks[0].baselines[1].release = "1.2.0";
  checks[0].baselines[1].value = 30000;
  checks[0].baselines[1].position = 20;
  checks[0].confirm = "2 of 3";
  checks[0].measured = {29000, 30500.25, 31250.5};
  checks[1].outcome = schema::Outcome::failed;
  checks[1].warn_low = 0.3;
  checks[1].warn_high = 0.7;
  checks[2].outcome = schema::Outcome::missing;
  return checks;
}

void add_beginning(std::vector<schema::Event>& all) {
  schema::LedgerCreated created;
  created.origin = "release-ledger.00";
  created.format = 1;
  created.writer_key = kWriterKey;
  all.emplace_back(created);
  schema::WriterKeyAdded key;
  key.writer_key = kWriterKey;
  all.emplace_back(key);
  schema::NewLedgerAccepted accepted;
  accepted.previous_origin = "release-ledger.ff";
  accepted.previous_size = 1234;
  accepted.previous_root = kDigest;
  accepted.reason = "the disk is gone";
  all.emplace_back(accepted);
  schema::LedgerRecovered recovered;
  recovered.kept = "db.torn-1";
  recovered.size = 7;
  recovered.detail = "the newest log ends in the middle of a record";
  all.emplace_back(recovered);
  schema::LedgerRestored restored;
  restored.old = std::make_unique<schema::LedgerHead>();
  restored.old->size = 1234;
  restored.old->root = kDigest;
  restored.new_ = std::make_unique<schema::LedgerHead>();
  restored.new_->size = 1200;
  restored.new_->root = kRunDigest;
  restored.reason = "the disk was replaced";
  restored.kept = "release-ledger.replaced-1";
  all.emplace_back(std::move(restored));
  schema::PayloadRedacted redacted;
  redacted.position = 7;
  redacted.event_id = "11111111-2222-5333-8444-555555555555";
  redacted.type = "ApprovalGranted";
  redacted.payload_digest = kDigest;
  redacted.by = "Ann <ann@x.org>";
  redacted.reason = "a token was in the note";
  all.emplace_back(redacted);
  schema::ReleaseStarted started;
  started.version = "1.4.0";
  started.mode = schema::Mode::quick;
  started.previous_release = "1.3.2";
  all.emplace_back(started);
  schema::ModeRaised raised;
  raised.mode = schema::Mode::comprehensive;
  all.emplace_back(raised);
  schema::PlanRecorded recorded;
  recorded.digest = kDigest;
  recorded.attempt = 1;
  recorded.plan = std::make_unique<schema::Plan>(sample_plan());
  recorded.changed = {"smoke: sps_max >= 30000, was 40000"};
  all.emplace_back(recorded);
}

void add_branch_and_bugs(std::vector<schema::Event>& all) {
  auto intent = at_candidate<schema::BranchCreationStarted>();
  intent.branch = kBranch;
  intent.remote = "origin";
  all.emplace_back(intent);
  auto created = at_candidate<schema::BranchCreated>();
  created.branch = kBranch;
  created.adopted = true;
  all.emplace_back(created);
  auto passed = at_candidate<schema::BugCheckPassed>();
  passed.attempt = 2;
  passed.source = "manual confirmation";
  passed.detail = "looked at the board";
  passed.query = "section Active of project 12";
  all.emplace_back(passed);
  auto failed = at_candidate<schema::BugCheckFailed>();
  failed.attempt = 3;
  failed.source = "asana";
  failed.bugs.resize(1);
  failed.bugs[0].title = "It \"burns\"";
  failed.bugs[0].url = "https://x.org/1";
  failed.bugs[0].key = "OPS-1";
  failed.query = "labels blocker";
  all.emplace_back(failed);
  auto unclear = at_candidate<schema::BugCheckInconclusive>();
  unclear.attempt = 4;
  unclear.reason = "no tracker is configured";
  unclear.source = "github";
  unclear.query = "labels blocker";
  all.emplace_back(unclear);
  auto given = at_candidate<schema::ManualConfirmationGiven>();
  given.step = "bug-check";
  given.attempt = 1;
  given.by = "Ann <ann@x.org>";
  given.reason = "none is open";
  all.emplace_back(given);
}

void add_job(std::vector<schema::Event>& all) {
  auto submitted = at_candidate<schema::ValidationSubmitted>();
  submitted.name = "smoke";
  submitted.attempt = 1;
  submitted.job_name = "rl-0a1b2c3d-1.4.0-rc1-smoke-1";
  submitted.job_id = "41";
  all.emplace_back(submitted);
  auto running = at_candidate<schema::ValidationJobRunning>();
  running.name = "smoke";
  running.attempt = 1;
  running.job_id = "41";
  all.emplace_back(running);
  auto doubted = at_candidate<schema::ValidationDoubted>();
  doubted.name = "smoke";
  doubted.attempt = 1;
  doubted.doubt = 1;
  doubted.reason = "launch-unanswered";
  doubted.detail = "the launcher was killed before it said which job it made";
  all.emplace_back(doubted);
  auto settled = at_candidate<schema::ValidationSettled>();
  settled.name = "smoke";
  settled.attempt = 1;
  settled.doubt = 1;
  settled.job_id = "41";
  settled.by = "Ann <ann@x.org>";
  settled.reason = "the dashboard shows it";
  all.emplace_back(settled);
  auto cancelling = at_candidate<schema::ValidationCancelRequested>();
  cancelling.name = "smoke";
  cancelling.attempt = 1;
  cancelling.by = "Ann <ann@x.org>";
  cancelling.reason = "wrong recipe";
  all.emplace_back(cancelling);
}

void add_validations(std::vector<schema::Event>& all) {
  auto started = at_candidate<schema::ValidationStarted>();
  started.name = "smoke";
  started.attempt = 1;
  started.location = schema::Location::remote;
  started.command = {"sh", "-c", "echo SPS: 1"};
  started.log = "logs/1.4.0/smoke-1.log";
  started.timeout_s = 600;
  started.run_digest = kRunDigest;
  started.digest = kDigest;
  started.job_name = "rl-0a1b2c3d-1.4.0-rc1-smoke-1";
  started.launch_timeout_s = 14400;
  all.emplace_back(started);
  add_job(all);
  auto completed = at_candidate<schema::ValidationCompleted>();
  completed.name = "smoke";
  completed.attempt = 1;
  completed.outcome = schema::Outcome::failed;
  completed.exit_code = 0;
  completed.metrics.resize(2);
  completed.metrics[0].key = "sps_max";
  completed.metrics[0].value = 31250.5;
  completed.metrics[1].key = "loss";
  completed.checks = checks();
  completed.sources = {source()};
  completed.names_seen = {"SPS", "accuracy"};
  completed.doubts.resize(1);
  completed.doubts[0].key = "return";
  completed.doubts[0].line = 14;
  completed.doubts[0].text = "return: 1.234,5";
  completed.doubts[0].file = "smoke-1.log";
  completed.metrics_file = "logs/1.4.0/smoke-1.metrics.json";
  completed.metrics_digest = kRunDigest;
  completed.recorded = true;
  completed.url = "https://ci.x.org/7";
  completed.note = "ran on the CI's machine";
  completed.duration_s = 1.25;
  completed.log = "logs/1.4.0/smoke-1.log";
  completed.log_digest = kDigest;
  completed.log_bytes = 0;
  completed.reason = "check-failed";
  completed.detail = "loss is 0, not in [0.25, 0.75]";
  completed.run_digest = kRunDigest;
  completed.digest = kDigest;
  completed.outputs.resize(1);
  completed.outputs[0].name = "checkpoint";
  completed.outputs[0].value = "s3://bucket/policy:v3";
  all.emplace_back(completed);
  auto rejudged = at_candidate<schema::ValidationRejudged>();
  rejudged.name = "smoke";
  rejudged.attempt = 1;
  rejudged.outcome = schema::Outcome::passed;
  rejudged.checks = checks();
  rejudged.previous_digest = kDigest;
  rejudged.digest = kRunDigest;
  rejudged.judgement = 2;
  rejudged.reason = "check-failed";
  all.emplace_back(rejudged);
  auto skipped = at_candidate<schema::ValidationSkipped>();
  skipped.name = "large";
  skipped.attempt = 1;
  skipped.reason = "smoke did not pass";
  skipped.digest = kDigest;
  all.emplace_back(skipped);
}

void add_sign_offs(std::vector<schema::Event>& all) {
  auto granted = at_candidate<schema::ApprovalGranted>();
  granted.by = "Ann <ann@x.org>";
  granted.role = "technical-lead";
  granted.attempt = 1;
  granted.plan_digest = kDigest;
  granted.evidence_digest = kRunDigest;
  granted.note = "ship it 🎉";
  granted.source = "github review";
  granted.url = "https://x.org/pull/1#review-2";
  granted.signed_text = "release-ledger approval v1\n";
  granted.signature = "-----BEGIN SSH SIGNATURE-----\n";
  granted.key = "ssh-ed25519 AAAA";
  granted.expires_at_ms = 1'760'000'000'000;
  all.emplace_back(granted);
  auto revoked = at_candidate<schema::ApprovalRevoked>();
  revoked.by = "Ann <ann@x.org>";
  revoked.role = "technical-lead";
  revoked.attempt = 2;
  revoked.reason = "not yet";
  revoked.source = "github review";
  revoked.url = "https://x.org/pull/1#review-3";
  all.emplace_back(revoked);
  auto waived = at_candidate<schema::WaiverGranted>();
  waived.check = "smoke/loss";
  waived.attempt = 1;
  waived.by = "Bo <bo@x.org>";
  waived.reason = "known noise";
  waived.outcome = schema::Outcome::failed;
  waived.result_attempt = 1;
  waived.digest = kDigest;
  waived.ticket = "OPS-2";
  waived.until_ms = 1'760'000'000'000;
  all.emplace_back(waived);
  auto confirmed = at_candidate<schema::WaiverConfirmed>();
  confirmed.check = "smoke/loss";
  confirmed.attempt = 1;
  confirmed.by = "Ann <ann@x.org>";
  confirmed.note = "seen";
  all.emplace_back(confirmed);
}

void add_publication(std::vector<schema::Event>& all) {
  auto prepared = at_candidate<schema::ReleaseNotesPrepared>();
  prepared.parent = kMerge;
  prepared.path = "release-notes/v1.4.0.md";
  prepared.branch = kBranch;
  prepared.digest = kDigest;
  prepared.attempt = 1;
  prepared.evidence_digest = kDigest;
  all.emplace_back(prepared);
  auto written = at_candidate<schema::ReleaseNotesWritten>();
  written.path = "release-notes/v1.4.0.md";
  written.branch = kBranch;
  written.digest = kDigest;
  written.adopted = true;
  written.attempt = 1;
  written.evidence_digest = kDigest;
  all.emplace_back(written);
  schema::PublicationPrepared publication;
  publication.candidate = 1;
  publication.attempt = 1;
  publication.stable_branch = "stable";
  publication.stable_before = kCommit;
  publication.merge_commit = kMerge;
  publication.tag = "v1.4.0";
  publication.tag_object = kTagObject;
  publication.remote = "origin";
  all.emplace_back(publication);
  schema::PublicationRefused refused;
  refused.candidate = 1;
  refused.attempt = 1;
  refused.reason = "not-fast-forward";
  refused.detail = "stable moved";
  all.emplace_back(refused);
  auto merged = at_candidate<schema::StableMerged>();
  merged.branch = "stable";
  merged.previous = kMerge;
  merged.adopted = true;
  all.emplace_back(merged);
}

void add_ends(std::vector<schema::Event>& all) {
  schema::TagCreated created;
  created.tag = "v1.4.0";
  created.object = kTagObject;
  created.commit = kMerge;
  created.adopted = true;
  all.emplace_back(created);
  schema::TagPushed pushed;
  pushed.tag = "v1.4.0";
  pushed.object = kTagObject;
  pushed.remote = "origin";
  pushed.adopted = true;
  all.emplace_back(pushed);
  schema::ReleaseCompleted completed;
  completed.tag = "v1.4.0";
  completed.commit = kCommit;
  completed.merge_commit = kMerge;
  all.emplace_back(completed);
  schema::ReleaseAbandoned abandoned;
  abandoned.reason = "superseded";
  all.emplace_back(abandoned);
  schema::ReleaseYanked yanked;
  yanked.reason = "data loss";
  all.emplace_back(yanked);
  schema::StepFailed failed;
  failed.step = "release";
  failed.candidate = 1;
  failed.attempt = 1;
  failed.reason = "push-rejected";
  failed.detail = "remote: protected branch";
  all.emplace_back(failed);
  schema::ReleaseSetBack set_back;
  set_back.kept = "release-ledger.replaced-1";
  set_back.lost = 3;
  all.emplace_back(set_back);
  schema::ReleaseReconciled reconciled;
  reconciled.by = "Ann <ann@x.org>";
  reconciled.reason = "the tag was not pushed";
  reconciled.attempt = 1;
  all.emplace_back(reconciled);
}

std::vector<std::uint8_t> bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

}  // namespace

std::vector<schema::Event> sample_events() {
  std::vector<schema::Event> all;
  add_beginning(all);
  add_branch_and_bugs(all);
  add_validations(all);
  add_sign_offs(all);
  add_publication(all);
  add_pull_request(all);
  add_ends(all);
  add_posts(all);
  add_sendings(all);
  add_imported(all);
  return all;
}

schema::Envelope sample_envelope(const schema::Event& event) {
  const std::string salt(16, 's');
  const ledger::Digest digest =
      ledger::sha256({salt, schema::encode_payload(event)});
  schema::Envelope envelope;
  envelope.event_id = bytes_of(std::string(16, 'i'));
  envelope.stream_kind = schema::StreamKind::release;
  envelope.stream = "1.4.0";
  envelope.stream_version = 11;
  envelope.type = schema::type_name(event);
  envelope.schema_version = schema::payload_version(envelope.type);
  envelope.recorded_at_ms = 1'759'397'400'123;
  envelope.actor = std::make_unique<schema::Actor>();
  envelope.actor->name = "Ann";
  envelope.actor->email = "ann@x.org";
  envelope.actor->os_user = "ann";
  envelope.actor->host = "host1";
  envelope.actor->how_known = "git-config";
  envelope.tool_version = "0.1.0";
  envelope.run_id = bytes_of(std::string(16, 'r'));
  envelope.causation_id = bytes_of(std::string(16, 'c'));
  envelope.payload_digest = bytes_of(ledger::view(digest));
  envelope.tags.emplace_back();
  envelope.tags.back().kind = "clock";
  envelope.tags.back().value = "180000 ms behind";
  return envelope;
}

}  // namespace schema_tests
