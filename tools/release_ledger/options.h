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
};

struct ReleaseOptions {  // of the verbs that are about one release
  std::string release;   // empty: the one in progress, else the newest
  std::string role;
  std::string note;
  std::string reason;
  std::string check;
  std::string step;
  std::string at;
  std::string validation;
  std::string job;
  bool no_job = false;
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

struct Options {
  SharedOptions shared;
  RunOptions run;
  ReleaseOptions release;
  HistoryOptions history;
  RecordOptions record;
  std::string sample_log;  // of `plan check`
  MoveOptions move;
  std::string shell;
};

}  // namespace tools
