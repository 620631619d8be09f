// Git, through the `git` command: what the steps need and nothing more.
//
// No call touches the user's work tree, index or current branch, with one
// exception: worktree_add makes a work tree of its own elsewhere. With
// `read_only` nothing is written at all: new objects (merge_tree) go to a
// temporary store that lives as long as the Git, and calls that write refs,
// work trees or the remote, or fetch, are our bug.
//
// Errors: kUsage `not-a-repository`, `no-remote`, `no-commit`; kUpstream
// `remote-unreachable`, `push-rejected`, `git-failed` (git's own words, one
// line, without credentials of a URL), `git-timed-out`; kIo
// `command-not-found` where git is missing, `no-temporary-directory`;
// kInterrupted `interrupted`. Not thread-safe.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commands/services/process.h"
#include "commands/services/temporary_directory.h"
#include "ledger/result.h"

namespace commands::services {

struct GitIdentity {
  std::string name;
  std::string email;
};

struct Commit {
  std::string id;
  std::string subject;
  std::string author;  // name
};

struct MergeTree {
  bool clean = false;
  std::string tree;                    // valid if clean
  std::vector<std::string> conflicts;  // paths
};

// What a push would set: `object` may be any object id.
struct RefUpdate {
  std::string object;
  std::string ref;  // full name: refs/heads/stable
};

struct CommitRequest {
  std::string tree;
  std::vector<std::string> parents;
  std::string message;
  GitIdentity who;
  std::int64_t at_ms = 0;  // author and committer date, UTC
};

class Git {
 public:
  static constexpr std::chrono::seconds kLocalTimeout{60};
  static constexpr std::chrono::seconds kNetworkTimeout{120};
  static constexpr std::chrono::seconds kCheckoutTimeout{600};

  // `runner` must outlive it. `directory`: anywhere in the repository.
  Git(ProcessRunner& runner, std::filesystem::path directory, bool read_only);
  // Descriptors each git child keeps (the run lease).
  void inherit(std::vector<int> descriptors);

  // --- where we are ---
  Result<std::filesystem::path> top_level();
  Result<std::filesystem::path> common_directory();  // absolute
  Result<std::string> head_commit();  // kUsage `no-commit` in an empty one
  // Tracked files that differ from HEAD, index and work tree both.
  Result<std::vector<std::string>> changed_tracked_files();
  Result<GitIdentity> identity();  // user.name and user.email; may be empty
  // Of git's configuration; nothing where it is not set. The second one has
  // the user's folder filled in for a leading ~.
  Result<std::optional<std::string>> setting(std::string_view name);
  Result<std::optional<std::string>> setting_path(std::string_view name);
  // Without credentials: for showing and recording.
  Result<std::optional<std::string>> remote_url(std::string_view remote);

  // --- reading objects ---
  // The object a revision names; a tag's own, not what it points to.
  Result<std::optional<std::string>> resolve(std::string_view revision);
  Result<bool> has_object(std::string_view id);
  Result<std::string> tree_of(std::string_view commit);
  Result<bool> is_ancestor(std::string_view ancestor, std::string_view of);
  // Paths that differ between two commits or trees.
  Result<std::vector<std::string>> changed_paths(std::string_view from,
                                                 std::string_view to);
  // What `to` has and `from` lacks, newest first, without merges; `from`
  // empty: from the beginning; at most `limit`.
  Result<std::vector<Commit>> commits(std::string_view from,
                                      std::string_view to,
                                      std::size_t limit);
  // Newest first-parent commit reachable from `revision` whose message has a
  // line that begins with `prefix`: that line without the prefix.
  Result<std::optional<std::string>> newest_trailer(std::string_view revision,
                                                    std::string_view prefix);
  // Contents of the file `path` (from the root) in `commit`, or nothing.
  Result<std::optional<std::string>> file_at(std::string_view commit,
                                             std::string_view path);
  Result<MergeTree> merge_tree(std::string_view ours, std::string_view theirs);

  // --- the remote ---
  // Object ids of the named full refs that exist; for an annotated tag the
  // tag object's.
  Result<std::map<std::string, std::string>> remote_refs(
      std::string_view remote, const std::vector<std::string>& refs);
  // Brings the objects of these refs here; changes no ref here.
  Status fetch(std::string_view remote, const std::vector<std::string>& refs);
  // Whether a push would be let in, as far as can be told without one.
  Status rehearse_push(std::string_view remote);
  // All or nothing, never forced. kUpstream `push-rejected` if the remote
  // said no; the hint names a stale lock file where that is the cause.
  Status push_atomic(std::string_view remote,
                     const std::vector<RefUpdate>& updates);

  // --- writing objects, no refs ---
  Result<std::string> write_blob(std::string_view text);
  // The tree of `commit` with `path` holding `blob` instead.
  Result<std::string> tree_with_file(std::string_view commit,
                                     std::string_view path,
                                     std::string_view blob);
  Result<std::string> commit_tree(const CommitRequest& request);
  // An annotated tag object on a commit, message `message`.
  Result<std::string> make_tag(std::string_view name,
                               std::string_view commit,
                               std::string_view message,
                               const GitIdentity& who,
                               std::int64_t at_ms);

  // --- writing refs and work trees here ---
  // Creates `ref` at `object` unless it exists; true if it is there at that
  // object afterwards.
  Result<bool> create_ref(std::string_view ref, std::string_view object);
  // Deletes `ref` if it is at `object`; anything else is left alone.
  Status delete_ref(std::string_view ref, std::string_view object);
  // `directory`: absolute; a detached work tree is made there.
  Status worktree_add(const std::filesystem::path& directory,
                      std::string_view commit);
  // Also where it is gone already, and after an interrupt.
  Status worktree_remove(const std::filesystem::path& directory);

 private:
  struct Call {
    std::vector<std::string> arguments;  // the verb first
    std::string input = {};
    std::vector<std::pair<std::string, std::string>> environment = {};
    std::chrono::milliseconds timeout = kLocalTimeout;
    bool interruptible = true;
    std::vector<std::string> settings = {};  // -c
  };

  // Any exit code, but not a death, a timeout or an interrupt.
  Result<ProcessResult> call(Call call);
  // What it prints; an error unless it exits with 0.
  Result<std::string> output(Call call);
  // The same without the last newline.
  Result<std::string> line(Call call);
  // Nothing where it exits with `absent`.
  Result<std::optional<std::string>> output_unless(int absent, Call call);
  // A call that speaks with `remote`; any exit code.
  Result<ProcessResult> call_remote(std::string_view remote, Call call);
  // The error of a failed one: `no-remote` where none is configured.
  ledger::Error with_remote(std::string_view remote, ledger::Error error);
  // From now on new objects are written to a temporary store.
  Status use_scratch_store();

  ProcessRunner& runner_;
  std::filesystem::path directory_;
  bool read_only_;
  std::vector<int> inherited_;
  std::optional<TemporaryDirectory> scratch_;
};

}  // namespace commands::services
