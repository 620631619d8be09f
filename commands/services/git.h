// Git, through the `git` command: what the steps need and nothing more.
//
// No call touches the user's work tree, index or current branch, with one
// exception: worktree_add makes a work tree of its own elsewhere. With
// `read_only` no call writes at all (no optional locks, no fetch), and a
// writing call is our bug.
//
// Errors: kUsage `not-a-repository`, `no-remote`; kUpstream
// `remote-unreachable`, `push-rejected`, `git-failed` (git's own last words,
// one line, without credentials of a URL), `git-timed-out`; kIo
// `command-not-found` where git is missing. Not thread-safe.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/services/process.h"
#include "ledger/result.h"

namespace commands::services {

struct GitIdentity {
  std::string name;
  std::string email;
};

struct Commit {
  std::string id;
  std::string subject;
  std::string author;
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

  // `inherited`: descriptors each git child keeps (the run lease).
  Git(ProcessRunner& runner, std::filesystem::path directory, bool read_only);
  void inherit(std::vector<int> descriptors);

  // --- where we are ---
  Result<std::filesystem::path> top_level();
  Result<std::filesystem::path> common_directory();  // absolute
  Result<std::string> head_commit();  // kUsage `no-commit` in an empty one
  // Tracked files that differ from HEAD, index and work tree both.
  Result<std::vector<std::string>> changed_tracked_files();
  Result<GitIdentity> identity();  // user.name and user.email; may be empty
  Result<std::optional<std::string>> remote_url(std::string_view remote);

  // --- reading objects ---
  Result<std::optional<std::string>> resolve(std::string_view revision);
  Result<bool> has_object(std::string_view id);
  Result<std::string> tree_of(std::string_view commit);
  Result<bool> is_ancestor(std::string_view ancestor, std::string_view of);
  // Paths that differ between two commits or trees.
  Result<std::vector<std::string>> changed_paths(std::string_view from,
                                                 std::string_view to);
  // Newest first; `from` empty: from the beginning; at most `limit`.
  Result<std::vector<Commit>> commits(std::string_view from,
                                      std::string_view to,
                                      std::size_t limit);
  // Newest first-parent commit reachable from `revision` whose message has a
  // line that begins with `prefix`: that line without the prefix.
  Result<std::optional<std::string>> newest_trailer(std::string_view revision,
                                                    std::string_view prefix);
  // Contents of `path` in `commit`, or nothing.
  Result<std::optional<std::string>> file_at(std::string_view commit,
                                             std::string_view path);
  Result<MergeTree> merge_tree(std::string_view ours, std::string_view theirs);

  // --- the remote ---
  // Object ids of the named full refs that exist; for an annotated tag the
  // tag object's.
  Result<std::map<std::string, std::string>> remote_refs(
      std::string_view remote, const std::vector<std::string>& refs);
  // Brings the objects of these refs here; changes no local branch.
  Status fetch(std::string_view remote, const std::vector<std::string>& refs);
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
  Status worktree_add(const std::filesystem::path& directory,
                      std::string_view commit);
  Status worktree_remove(const std::filesystem::path& directory);

 private:
  ProcessRunner& runner_;
  std::filesystem::path directory_;
  bool read_only_;
  std::vector<int> inherited_;
};

}  // namespace commands::services
