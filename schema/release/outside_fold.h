// The half of the fold that is about the world outside git: pull requests, a
// forge's release, posts into channels, metrics sent on, and what was imported
// from the predecessor. Internal to schema/release.

#pragma once

#include <algorithm>
#include <memory>

#include "schema/release/record.h"

namespace schema {

inline std::unique_ptr<Mark> mark_of(const Circumstances& c) {
  auto mark = std::make_unique<Mark>();
  mark->by = c.by;
  mark->at_ms = c.at_ms;
  mark->position = c.position;
  return mark;
}

template <class T>
std::unique_ptr<T> copy_of(const T& value) {
  return std::make_unique<T>(value);
}

// The candidate an event speaks of, which need not be the newest: a result
// may arrive after its candidate was replaced.
inline CandidateRecord* candidate_of(ReleaseRecord& record,
                                     std::uint32_t number) {
  const auto it =
      std::ranges::find(record.candidates, number, &CandidateRecord::number);
  return it == record.candidates.end() ? nullptr : &*it;
}

class OutsideFold {
 public:
  OutsideFold(ReleaseRecord& record, const Circumstances& c)
      : r_(record), c_(c) {}

  void operator()(const PullRequestPrepared& e) {
    if (CandidateRecord* candidate = candidate_of(r_, e.candidate)) {
      candidate->pull_request_prepared = copy_of(e);
      r_.effect_mark = mark_of(c_);
    }
  }
  void operator()(const PullRequestOpened& e) {
    if (CandidateRecord* candidate = candidate_of(r_, e.candidate)) {
      candidate->pull_request = copy_of(e);
      candidate->pull_request_mark = mark_of(c_);
    }
  }
  void operator()(const PullRequestMergePrepared& e) {
    if (CandidateRecord* candidate = candidate_of(r_, e.candidate)) {
      candidate->merging = copy_of(e);
      candidate->merges = e.attempt;
      candidate->pull_request_refused.reset();
      r_.effect_mark = mark_of(c_);
    }
  }
  void operator()(const PullRequestMerged& e) {
    if (CandidateRecord* candidate = candidate_of(r_, e.candidate)) {
      candidate->merging.reset();
      candidate->pull_request_merged = copy_of(e);
    }
  }
  void operator()(const PullRequestRefused& e) {
    if (CandidateRecord* candidate = candidate_of(r_, e.candidate)) {
      candidate->merging.reset();
      candidate->pull_request_refused = copy_of(e);
    }
  }

  void operator()(const ForgeReleasePrepared& e) {
    r_.forge_release_prepared = copy_of(e);
    r_.effect_mark = mark_of(c_);
  }
  void operator()(const ForgeReleasePublished& e) {
    r_.forge_release = copy_of(e);
  }

  void operator()(const AnnouncementPrepared& e) {
    if (e.notice.empty()) {
      r_.announcement = copy_of(e);
    }
    r_.effect_mark = mark_of(c_);
    PostRecord& post = post_of(e);
    post.prepared = copy_of(e);
    post.attempts = e.attempt;
    post.refused.reset();
    post.doubted.reset();
  }
  void operator()(const AnnouncementPosted& e) {
    if (e.notice.empty()) {
      r_.posted = copy_of(e);
    }
    PostRecord& post = post_of(e);
    post.posted = copy_of(e);
    post.refused.reset();
    post.doubted.reset();
  }
  void operator()(const AnnouncementRefused& e) {
    post_of(e).refused = copy_of(e);
  }
  void operator()(const AnnouncementDoubted& e) {
    post_of(e).doubted = copy_of(e);
  }
  // Not posted, says a person: as if it had been refused, so that it is tried
  // again.
  void operator()(const AnnouncementSettled& e) {
    PostRecord& post = post_of(e);
    post.doubted.reset();
    if (e.posted) {
      AnnouncementPosted posted;
      posted.channel = e.channel;
      posted.notice = e.notice;
      posted.attempt = e.attempt;
      posted.reason = e.reason;
      (*this)(posted);
    } else {
      AnnouncementRefused refused;
      refused.channel = e.channel;
      refused.notice = e.notice;
      refused.attempt = e.attempt;
      refused.reason = "not-posted";
      refused.detail = e.reason;
      (*this)(refused);
    }
  }

  void operator()(const MetricsSendingStarted& e) {
    SendingRecord& sending = sending_of(e.sink);
    sending.started = copy_of(e);
    sending.attempts = e.attempt;
    sending.sent.reset();
    sending.failed.reset();
  }
  void operator()(const MetricsSent& e) {
    sending_of(e.sink).sent = copy_of(e);
  }
  void operator()(const MetricsNotSent& e) {
    sending_of(e.sink).failed = copy_of(e);
  }

  void operator()(const ReleaseImported& e) {
    r_.name = e.version;
    ImportRecord& import = imported();
    import.release = copy_of(e);
    import.mark = mark_of(c_);
  }
  void operator()(const ValidationImported& e) {
    imported().validations.push_back(e);
  }
  void operator()(const GateImported& e) { imported().gates.push_back(e); }

 protected:
  ReleaseRecord& r_;
  const Circumstances& c_;

 private:
  // The post that an event speaks of; it is its newest news.
  template <class T>
  PostRecord& post_of(const T& e) {
    auto it = std::ranges::find_if(r_.posts, [&](const PostRecord& post) {
      return post.channel == e.channel && post.notice == e.notice;
    });
    if (it == r_.posts.end()) {
      it = r_.posts.emplace(it);
      it->channel = e.channel;
      it->notice = e.notice;
    }
    it->mark = mark_of(c_);
    return *it;
  }

  SendingRecord& sending_of(const std::string& sink) {
    auto it = std::ranges::find(r_.sendings, sink, &SendingRecord::sink);
    if (it == r_.sendings.end()) {
      it = r_.sendings.emplace(it);
      it->sink = sink;
    }
    return *it;
  }

  ImportRecord& imported() {
    if (r_.imported == nullptr) {
      r_.imported = std::make_unique<ImportRecord>();
    }
    return *r_.imported;
  }
};

}  // namespace schema
