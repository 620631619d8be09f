#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "commands/services/git.h"
#include "commands/services/git_output.h"

namespace commands::services {
namespace {

using ledger::Error;
using ledger::ErrorCode;

Error no_remote(std::string_view remote) {
  return {ErrorCode::kUsage,
          "no-remote",
          fmt::format("this repository has no remote {}", sanitised(remote)),
          fmt::format("git remote add {} URL, or name another one as remote "
                      "under [project] in the plan",
                      sanitised(remote))};
}

// What would be taken for an option is no remote.
bool is_name(std::string_view remote) {
  return !remote.empty() && !remote.starts_with('-');
}

}  // namespace

Result<std::optional<std::string>> Git::remote_url(std::string_view remote) {
  if (!is_name(remote)) {
    return std::nullopt;
  }
  RL_ASSIGN(const auto url,
            output_unless(2, {{"remote", "get-url", std::string(remote)}}));
  if (!url) {
    return std::nullopt;
  }
  return sanitised(without_newline(*url));
}

Result<std::map<std::string, std::string>> Git::remote_refs(
    std::string_view remote, const std::vector<std::string>& refs) {
  std::map<std::string, std::string> found;
  if (refs.empty()) {
    return found;
  }
  Call call{{"ls-remote", "--quiet", std::string(remote)}};
  call.arguments.insert(call.arguments.end(), refs.begin(), refs.end());
  RL_ASSIGN(const ProcessResult result, call_remote(remote, std::move(call)));
  if (result.exit_code != 0) {
    return std::unexpected(
        with_remote(remote, remote_error("ls-remote", remote, result)));
  }
  for (const std::string_view entry : parts_of(result.out, '\n')) {
    const std::size_t tab = std::min(entry.find('\t'), entry.size());
    const std::string name(entry.substr(std::min(tab + 1, entry.size())));
    // Asked for refs/tags/v1, git also shows refs/x/refs/tags/v1.
    if (std::find(refs.begin(), refs.end(), name) != refs.end()) {
      found.emplace(name, entry.substr(0, tab));
    }
  }
  return found;
}

Status Git::fetch(std::string_view remote,
                  const std::vector<std::string>& refs) {
  RL_CHECK(!read_only_, "a dry run fetches nothing");
  if (refs.empty()) {
    return {};
  }
  Call call{{"fetch",
             "--quiet",
             "--no-tags",
             "--no-write-fetch-head",
             "--no-prune",
             "--no-recurse-submodules",
             "--refmap=",  // no remote-tracking branch either
             std::string(remote)}};
  call.arguments.insert(call.arguments.end(), refs.begin(), refs.end());
  RL_ASSIGN(const ProcessResult result, call_remote(remote, std::move(call)));
  if (result.exit_code != 0) {
    return std::unexpected(
        with_remote(remote, remote_error("fetch", remote, result)));
  }
  return {};
}

Status Git::rehearse_push(std::string_view remote) {
  // The hook of a push is a program of the user's.
  RL_ASSIGN(const ProcessResult result,
            call_remote(remote,
                        {{"push",
                          "--dry-run",
                          "--no-verify",
                          "--porcelain",
                          "--no-follow-tags",
                          "--recurse-submodules=no",
                          std::string(remote),
                          "HEAD:refs/heads/release-ledger-doctor"}}));
  if (result.exit_code != 0) {
    return std::unexpected(with_remote(remote, push_error(remote, result)));
  }
  return {};
}

Status Git::push_atomic(std::string_view remote,
                        const std::vector<RefUpdate>& updates) {
  RL_CHECK(!read_only_, "a dry run pushes nothing");
  RL_CHECK(!updates.empty(), "a push without refs pushes what git likes");
  Call call{{"push",
             "--atomic",
             "--porcelain",
             "--no-follow-tags",
             "--recurse-submodules=no",
             std::string(remote)}};
  for (const RefUpdate& update : updates) {
    RL_CHECK(!update.object.empty() && !update.object.starts_with('+'),
             "neither deletes nor forces");
    call.arguments.push_back(update.object + ":" + update.ref);
  }
  RL_ASSIGN(const ProcessResult result, call_remote(remote, std::move(call)));
  if (result.exit_code != 0) {
    return std::unexpected(with_remote(remote, push_error(remote, result)));
  }
  return {};
}

Result<ProcessResult> Git::call_remote(std::string_view remote, Call call) {
  if (!is_name(remote)) {
    return std::unexpected(no_remote(remote));
  }
  // Nobody is there to answer ssh. GIT_SSH_COMMAND still goes before this.
  RL_ASSIGN(const auto ssh,
            output_unless(1, {{"config", "--get", "core.sshCommand"}}));
  if (!ssh) {
    call.settings.emplace_back("core.sshCommand=ssh -oBatchMode=yes");
  }
  call.timeout = kNetworkTimeout;
  return this->call(std::move(call));
}

Error Git::with_remote(std::string_view remote, Error error) {
  const bool address = remote.find_first_of("/:") != std::string_view::npos;
  if (error.reason == "remote-unreachable" && !address) {
    const auto url = remote_url(remote);
    if (url && !*url) {
      return no_remote(remote);
    }
  }
  return error;
}

}  // namespace commands::services
