// What holds where the plan is silent, and how far it may go. The defaults
// are the seed's.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace commands::plan {

constexpr const char* kRemote = "origin";
constexpr const char* kStableBranch = "stable";
constexpr const char* kStagingBranch = "staging/v{version}-rc{candidate}";
constexpr const char* kTag = "v{version}";
constexpr const char* kReleaseNotes = "release-notes/v{version}.md";

constexpr std::uint64_t kMaxLocal = 1;
constexpr std::uint64_t kMaxLocalLimit = 64;
constexpr std::uint64_t kMaxRemote = 4;
constexpr std::uint64_t kMaxRemoteLimit = 256;
constexpr std::uint64_t kRetriesLimit = 10;
constexpr std::uint64_t kPeopleLimit = 1000;
constexpr std::uint32_t kConfirmRunsLimit = 9;

constexpr double kTimeoutS = 3600;
constexpr double kTimeoutLimitS = 30.0 * 24 * 3600;

constexpr double kLaunchTimeoutS = 4.0 * 3600;
constexpr double kPollS = 30;
constexpr double kPollLimitS = 3600;
constexpr double kGraceS = 300;
constexpr double kGraceLimitS = 24.0 * 3600;

constexpr const char* kMetricsPrefix = "release_ledger";
constexpr const char* kTrackerSection = "Active";
constexpr double kServiceTimeoutS = 120;  // of a request, retries included
constexpr double kServiceTimeoutLimitS = 3600;

constexpr std::uint64_t kLogBytesMax = std::uint64_t{2} << 30;
constexpr std::uint64_t kLogBytesLeast = std::uint64_t{1} << 10;
constexpr std::uint64_t kLogBytesLimit = std::uint64_t{1} << 40;

inline std::vector<std::string> local_command() {
  return {"uv", "run", "./tools/run.py", "{module}", "{args}"};
}

// SkyPilot's managed jobs. What follows `--` is the job's own command.
inline std::vector<std::string> remote_command() {
  return {"sky",
          "jobs",
          "launch",
          "--yes",
          "--detach-run",
          "--name",
          "{run}",
          "--workdir",
          ".",
          "{launcher_args}",
          "--",
          "uv",
          "run",
          "./tools/run.py",
          "{module}",
          "{args}"};
}
inline std::vector<std::string> remote_queue_command() {
  return {"sky",
          "jobs",
          "queue",
          "--refresh",
          "--all",
          "--all-users",
          "--output",
          "json"};
}
inline std::vector<std::string> remote_logs_command() {
  return {"sky", "jobs", "logs", "--no-follow", "{job}"};
}
inline std::vector<std::string> remote_cancel_command() {
  return {"sky", "jobs", "cancel", "--yes", "{job}"};
}

}  // namespace commands::plan
