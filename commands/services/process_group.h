// Ending what is left of a process group, and what has left it; see
// end_process_group in process.h.

#pragma once

#include <chrono>
#include <filesystem>

namespace commands::services {

// Waits until no living member is left, at most until `kill_at`; then sends
// KILL. For a group that has been sent TERM.
void await_group_end(int group, std::chrono::steady_clock::time_point kill_at);

// Processes that have died but were not waited for do not count: they wait
// for a parent that may never come (a container without an init).
bool group_has_living_member(int group);

// Ends other processes that have `file` open for writing: TERM, and KILL after
// `grace`. For what has left its group. Those of other people are not seen.
void end_writers(const std::filesystem::path& file,
                 std::chrono::milliseconds grace);

}  // namespace commands::services
