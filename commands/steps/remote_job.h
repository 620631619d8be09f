// What is known of one attempt's job on the cluster, and what follows from it:
// pure, told of what was seen and at what time, so that every order of events
// can be played in a test. The processes are remote_attempt.cc's.
//
// The rules, each of which cost somebody a job:
//   launched once: a job that was perhaps launched is looked for by the unique
//     name of its attempt, and where it cannot be told, a person is asked
//   unreachable is not failed, a word that is not known is not an end
//   absent counts when a complete list has lacked it again and again for
//     grace_s since it was last seen, also after a launch that failed
//   a cluster that has not answered yet lets no time limit pass: the job may
//     have ended well while nobody looked
//   a time limit cancels, and waits to see it cancelled

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "commands/services/skypilot.h"
#include "schema/event.h"

namespace commands::steps {

// Facts for the ledger, in their order.
struct JobIdentified {
  std::string id;
};
struct JobRuns {};
struct JobDoubted {
  std::string reason;
  std::string detail;
};
// The job is over; its log has been fetched as far as there is one.
struct JobEnded {
  schema::Outcome outcome = schema::Outcome::unset;  // passed: the log decides
  std::string reason;
  std::string detail;
  bool has_log = false;
};
// For a person only.
struct JobRemark {
  std::string text;
};
using JobFact =
    std::variant<JobIdentified, JobRuns, JobDoubted, JobEnded, JobRemark>;

// How a launcher ended.
struct LaunchEnd {
  std::optional<int> exit_code;  // unset: we, or a signal, ended it, or it is
                                 // of a run that was killed
  std::string output;
};

class RemoteJob {
 public:
  struct Limits {
    std::int64_t launch_ms = 0;  // from the intent until it runs
    std::int64_t run_ms = 0;     // from when it was first seen to run
    std::int64_t grace_ms = 0;
  };
  // From the record.
  struct Known {
    std::string run = {};  // the unique name
    std::string id = {};   // empty: not known
    std::int64_t started_ms = 0;
    std::optional<std::int64_t> running_ms = {};
    bool is_fresh = true;       // its intent was recorded just now, by us
    bool was_launched = false;  // a launcher was started
    bool is_doubted = false;
  };

  RemoteJob(Limits limits, Known known);

  // --- what is to be done ---
  bool wants_launch() const { return phase_ == Phase::kReady; }
  bool wants_look() const {
    return phase_ == Phase::kUnsure || phase_ == Phase::kWatched;
  }
  bool wants_cancel(std::int64_t now_ms) const;
  // While it runs, to show; when it has ended, to judge.
  bool has_log_to_fetch() const;
  bool is_log_final() const { return phase_ == Phase::kFetching; }
  // Nothing more will be asked for.
  bool is_over() const { return phase_ == Phase::kOver; }

  // --- what was seen ---
  void launching() { phase_ = Phase::kLaunching; }
  void launched(std::int64_t now_ms, const LaunchEnd& end);
  // The launcher could not even be started.
  void not_launchable(const ledger::Error& why);
  void looked(std::int64_t now_ms,
              const ledger::Result<services::skypilot::Listing>& listing);
  void cancel_sent(std::int64_t now_ms) { cancel_sent_ms_ = now_ms; }
  void log_fetched(std::int64_t now_ms, bool well);
  // Ends it with this outcome once it is seen to be cancelled.
  void end(std::int64_t now_ms,
           schema::Outcome outcome,
           const std::string& reason,
           const std::string& detail);

  std::vector<JobFact> take_facts() { return std::exchange(facts_, {}); }

  const std::string& id() const { return id_; }
  std::optional<std::int64_t> running_ms() const { return running_ms_; }
  bool is_ending() const { return ending_.has_value(); }
  std::string state() const;  // "launching", "job 41 STARTING"

 private:
  enum class Phase {
    kReady,      // to be launched
    kUnsure,     // of a killed run, and perhaps never launched: look first
    kLaunching,  // the launcher runs
    kWatched,    // launched; by id, or by name until that is known
    kFetching,   // it has ended, its log has not been fetched
    kOver,
  };

  void seen(std::int64_t now_ms, const services::skypilot::Job& job);
  void absent(std::int64_t now_ms, bool is_complete);
  void check_limits(std::int64_t now_ms);
  bool can_judge_limits(std::int64_t now_ms) const;
  std::string named() const;  // "job 41", or by its unique name
  void finish(const services::skypilot::Job& job);
  void close(schema::Outcome outcome,
             const std::string& reason,
             const std::string& detail,
             bool has_log = false);
  void doubt(const std::string& reason, const std::string& detail);

  Limits limits_;
  std::string run_;
  std::string id_;
  std::int64_t started_ms_;
  std::optional<std::int64_t> running_ms_;
  bool is_doubted_;
  Phase phase_;
  std::string status_;        // the newest word
  std::string strange_word_;  // that was remarked on
  std::string launch_error_;  // what a launcher that failed has said
  bool was_sent_ = false;     // a launcher's request has reached the server
  std::optional<std::int64_t> unreachable_since_ms_;
  std::optional<std::int64_t> absent_since_ms_;
  int absences_ = 0;
  std::optional<JobEnded> ending_;
  std::int64_t ending_since_ms_ = 0;
  std::optional<std::int64_t> cancel_sent_ms_;
  std::optional<JobEnded> verdict_;
  std::optional<std::int64_t> fetching_since_ms_;
  std::vector<JobFact> facts_;
};

}  // namespace commands::steps
