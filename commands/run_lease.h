// The lease of a run: who is working on a release on this machine. A run holds
// flock on runs/RELEASE.lock for its whole life, with who it is written
// inside; its children inherit the descriptor, so that whatever survives a
// killed run keeps the lease held until it has ended. A run that ends by itself
// says so: what still holds its lease then has left its group and is nobody's
// (a daemon that a validation or git has started), and the lease is made anew.
// This is not the ledger's lock: approving, waiving and querying go on beside a
// run.
//
// Errors: kBusy `run-in-progress` naming the owner; kIo.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "commands/environment.h"
#include "ledger/file.h"

namespace commands {

// A child that runs under a lease, and what a successor does about it: a
// validation or a question is ended, git and a launch are waited for, since
// nobody could tell what a half of them has done.
enum class ChildKind { kGit, kLaunch, kValidation, kQuestion };
struct LeaseChild {
  ChildKind kind;
  int group;

  bool operator==(const LeaseChild&) const = default;
};

class RunLease {
 public:
  // If the owner is alive: kBusy. If it is dead and its children live: ends
  // what may be ended, waits for the rest, and says so.
  static Result<RunLease> acquire(const std::filesystem::path& ledger_folder,
                                  const std::string& release,
                                  std::int64_t now_ms,
                                  Reporter& reporter);

  RunLease(RunLease&&) = default;
  RunLease& operator=(RunLease&&) = default;
  RunLease(const RunLease&) = delete;
  RunLease& operator=(const RunLease&) = delete;
  ~RunLease();

  int descriptor() const { return file_.get(); }
  // Those that run now, by their process groups, and one that is about to be
  // started by 0: told before a child can do anything, so that a successor
  // knows what to do about it.
  Status note_children(const std::vector<LeaseChild>& children);

 private:
  RunLease(ledger::Descriptor file, std::filesystem::path path)
      : file_(std::move(file)), path_(std::move(path)) {}
  Status write(bool has_ended) const;

  ledger::Descriptor file_;
  std::filesystem::path path_;
  std::int64_t since_ms_ = 0;
  std::vector<LeaseChild> children_;  // as they were told
};

// kBusy `run-in-progress` if a run, or what one has left behind, works on any
// release of the ledger. Waits for nothing, and takes no lease.
Status require_no_runs(const std::filesystem::path& ledger_folder);

}  // namespace commands
