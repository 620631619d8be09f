// What the command line says, as values. Filled by the parser, read by the
// verbs.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tools {

// Options that every verb accepts, before or after it.
struct SharedOptions {
  std::string plan;
  std::string ledger;
  std::optional<std::string> actor;
  double lock_timeout_s = 10;
  bool verbose = false;
  bool json = false;
  bool csv = false;
  bool yes = false;
  std::string color = "auto";  // auto always never
};

struct RunOptions {
  bool all = false;
  std::string step;
  std::optional<std::string> version;
  bool start_new = false;
  bool comprehensive = false;
  bool check = false;
  std::uint32_t candidate = 0;
  std::optional<std::string> confirm_bugs;
  std::optional<std::string> confirm_announced;
  std::optional<std::string> new_ledger;
  std::optional<std::string> wait;  // a duration, or "forever"
};

struct ReleaseOptions {  // of the verbs that are about one release
  std::string release;   // empty: the one in progress, else the newest
  std::string role;
  std::string note;
  std::string reason;
  std::string check;
  std::string step;
  std::string at;
  std::string diff;
  std::string ticket;
  std::string until;
  std::string key;
  bool sign = false;
  bool confirm = false;
  std::string validation;
  std::string job;
  bool no_job = false;
  bool reconcile = false;
  bool posted = false;
  bool not_posted = false;
  bool follow = false;
  std::uint32_t attempt = 0;  // 0: the newest
};

struct HistoryOptions {
  std::string release;
  std::string type;
  std::string since;
  std::string until;
  std::optional<std::size_t> limit;
  bool follow = false;
};

struct AskOptions {  // of the questions over many releases
  std::string key;   // or the kind of names
  std::string validation;
  std::string since;
  std::string until;
  std::string releases;  // "V1..V2"
  std::string from;      // of two that are compared
  std::string to;
  std::string state;
  std::string by;
  std::string agg;
  std::string group_by;
  std::optional<std::size_t> last;
  bool plot = false;
};

struct RecordOptions {
  std::string validation;
  std::vector<std::string> metrics;  // "key=value"
  std::string metrics_file;
  std::string format = "auto";
  std::optional<int> exit_code;
  std::string log;
  std::string url;
  std::string note;
  std::string commit;
};

struct MoveOptions {  // of the verbs that carry the ledger elsewhere
  std::string file;   // or folder
  bool no_logs = false;
  std::optional<std::string> force;  // the reason
};

struct ProofOptions {  // of the verbs that show the ledger to others
  std::optional<std::uint64_t> position;
  std::string since;  // a file with an older head
  std::string head;   // the same, for `verify`
  std::string out;
  std::string tlog;  // folder
  bool logs = false;
};

struct RedactOptions {
  std::vector<std::string> words;  // the position, a release before it
  bool force = false;
};

struct Options {
  SharedOptions shared;
  RunOptions run;
  ReleaseOptions release;
  HistoryOptions history;
  AskOptions ask;
  RecordOptions record;
  std::string sample_log;  // of `plan check`
  MoveOptions move;
  std::string blamed;  // the KEY of `metrics blame`
  ProofOptions proof;
  RedactOptions redact;
  std::string shell;
};

}  // namespace tools
