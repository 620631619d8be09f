// Of the sample events those about the world outside git, and those that were
// imported.

#include "tests/schema/sample_events.h"
#include "tests/schema/sample_parts.h"
#include "tests/schema/sample_plan.h"

namespace schema_tests {

void add_pull_request(std::vector<schema::Event>& all) {
  auto prepared = at_candidate<schema::PullRequestPrepared>();
  prepared.attempt = 1;
  prepared.repository = "team/model";
  prepared.head = kBranch;
  prepared.base = "stable";
  prepared.title = "Release v1.4.0";
  prepared.body_digest = kDigest;
  all.emplace_back(prepared);
  auto opened = at_candidate<schema::PullRequestOpened>();
  opened.repository = "team/model";
  opened.number = 12;
  opened.url = "https://x.org/pull/12";
  opened.author = "release-bot";
  opened.adopted = true;
  all.emplace_back(opened);
  auto merging = at_candidate<schema::PullRequestMergePrepared>();
  merging.attempt = 1;
  merging.number = 12;
  merging.base = "stable";
  all.emplace_back(merging);
  auto merged = at_candidate<schema::PullRequestMerged>();
  merged.number = 12;
  merged.base = "stable";
  merged.adopted = true;
  all.emplace_back(merged);
  schema::PullRequestRefused refused;
  refused.candidate = 1;
  refused.attempt = 1;
  refused.number = 12;
  refused.reason = "head-moved";
  refused.detail = "Head branch was modified";
  all.emplace_back(refused);
  schema::ForgeReleasePrepared release;
  release.repository = "team/model";
  release.tag = "v1.4.0";
  release.attempt = 1;
  release.body_digest = kDigest;
  all.emplace_back(release);
  schema::ForgeReleasePublished published;
  published.repository = "team/model";
  published.tag = "v1.4.0";
  published.id = "99";
  published.url = "https://x.org/releases/v1.4.0";
  published.adopted = true;
  all.emplace_back(published);
}

void add_posts(std::vector<schema::Event>& all) {
  schema::AnnouncementPrepared prepared;
  prepared.channel = "#releases";
  prepared.text = "Released stable version v1.4.0 🎉\nRelease notes: x\n";
  prepared.attempt = 1;
  prepared.kind = "discord";
  prepared.notice = "waiting";
  all.emplace_back(prepared);
  schema::AnnouncementPosted posted;
  posted.channel = "#releases";
  posted.reason = "posted by hand";
  posted.attempt = 1;
  posted.message = "1234567890";
  posted.url = "https://x.org/1234567890";
  posted.notice = "waiting";
  all.emplace_back(posted);
  schema::AnnouncementRefused refused;
  refused.channel = "#releases";
  refused.attempt = 1;
  refused.reason = "unknown-webhook";
  refused.detail = "Unknown Webhook";
  refused.notice = "failed";
  all.emplace_back(refused);
  schema::AnnouncementDoubted doubted;
  doubted.channel = "#releases";
  doubted.attempt = 2;
  doubted.reason = "unanswered";
  doubted.detail = "the connection was cut after the request";
  doubted.notice = "failed";
  all.emplace_back(doubted);
  schema::AnnouncementSettled settled;
  settled.channel = "#releases";
  settled.attempt = 2;
  settled.posted = true;
  settled.by = "Ann <ann@x.org>";
  settled.reason = "I see it there";
  settled.notice = "failed";
  all.emplace_back(settled);
}

void add_sendings(std::vector<schema::Event>& all) {
  schema::MetricsSendingStarted sending;
  sending.sink = "datadog";
  sending.attempt = 1;
  sending.digest = kDigest;
  all.emplace_back(sending);
  schema::MetricsSent sent;
  sent.sink = "datadog";
  sent.attempt = 1;
  sent.digest = kDigest;
  sent.series = 3;
  all.emplace_back(sent);
  schema::MetricsNotSent not_sent;
  not_sent.sink = "datadog";
  not_sent.attempt = 2;
  not_sent.reason = "forbidden";
  not_sent.detail = "Forbidden";
  all.emplace_back(not_sent);
}

void add_imported(std::vector<schema::Event>& all) {
  schema::ReleaseImported release;
  release.version = "1.4.0";
  release.as_written = "v1.4.0";
  release.digest = kDigest;
  release.created_at_ms = 1'750'000'000'000;
  release.commit = kCommit;
  release.released = true;
  all.emplace_back(release);
  schema::ValidationImported validation;
  validation.name = "smoke";
  validation.number = 1;
  validation.workflow_type = "train";
  validation.location = "local";
  validation.started_at_ms = 1'750'000'000'000;
  validation.ended_at_ms = 1'750'000'600'000;
  validation.exit_code = 1;
  validation.metrics.resize(1);
  validation.metrics[0].key = "sps_max";
  validation.metrics[0].value = 31250.5;
  validation.logs_path = "logs/smoke.log";
  validation.job_id = "41";
  validation.outcome = "passed";
  validation.error = "none";
  validation.contradiction = "the outcome is passed, the exit code 1";
  validation.artifacts.resize(1);
  validation.artifacts[0].name = "checkpoint";
  validation.artifacts[0].value = "s3://bucket/policy:v3";
  all.emplace_back(validation);
  schema::GateImported gate;
  gate.step = "bug_check";
  gate.number = 1;
  gate.passed = true;
  gate.at_ms = 1'750'000'000'000;
  gate.notes = "none open";
  all.emplace_back(gate);
}

}  // namespace schema_tests
