// The lease of a run: who is working on a release on this machine. A run holds
// flock on runs/RELEASE.lock for its whole life, with who it is written
// inside; its children inherit the descriptor, so that whatever survives a
// killed run keeps the lease held until it has ended. This is not the ledger's
// lock: approving, waiving and querying go on beside a run.
//
// Errors: kBusy `run-in-progress` naming the owner; kIo.

#pragma once

#include <filesystem>
#include <string>

#include "commands/environment.h"
#include "ledger/file.h"

namespace commands {

// What is known of the child that runs under a lease.
enum class ChildKind { kNone, kGit, kValidation };

class RunLease {
 public:
  // If the owner is alive: kBusy. If it is dead and its children live: waits
  // for a git child to end, ends a validation's group, and says so.
  static Result<RunLease> acquire(const std::filesystem::path& ledger_folder,
                                  const std::string& release,
                                  std::int64_t now_ms,
                                  Reporter& reporter);

  int descriptor() const { return file_.get(); }
  // So that a successor knows how to end it: once before the child is started,
  // with group 0, and again with its process group.
  Status note_child(ChildKind kind, int group);

 private:
  RunLease(ledger::Descriptor file, std::filesystem::path path)
      : file_(std::move(file)), path_(std::move(path)) {}
  Status write(ChildKind kind, int group);

  ledger::Descriptor file_;
  std::filesystem::path path_;
  std::int64_t since_ms_ = 0;
};

// kBusy `run-in-progress` if a run, or what one has left behind, works on any
// release of the ledger. Waits for nothing, and takes no lease.
Status require_no_runs(const std::filesystem::path& ledger_folder);

}  // namespace commands
