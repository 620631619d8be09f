#include "commands/services/git.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "commands/services/git_output.h"

namespace commands::services {
namespace {

using ledger::ErrorCode;
using ledger::fail;

// Whatever a user's configuration says, the same request has the same result
// and leaves nothing running that would hold on to the run lease.
constexpr std::string_view kSettings[] = {
    "color.ui=false",
    "core.fsmonitor=false",   // starts a daemon
    "core.splitIndex=false",  // writes into the repository
    "gc.auto=0",              // leaves a process behind
    "i18n.commitEncoding=UTF-8",
    "i18n.logOutputEncoding=UTF-8",
    "log.showSignature=false",
    "maintenance.auto=false",
};

}  // namespace

Git::Git(ProcessRunner& runner, std::filesystem::path directory, bool read_only)
    : runner_(runner),
      directory_(std::move(directory)),
      read_only_(read_only) {}

void Git::inherit(std::vector<int> descriptors) {
  inherited_ = std::move(descriptors);
}

// --- calling git ---

Result<ProcessResult> Git::call(Call call) {
  ProcessRequest request;
  request.argv = {"git", "--no-pager", "--no-replace-objects"};
  for (const std::string_view setting : kSettings) {
    request.argv.insert(request.argv.end(), {"-c", std::string(setting)});
  }
  for (std::string& setting : call.settings) {
    request.argv.insert(request.argv.end(), {"-c", std::move(setting)});
  }
  const std::string verb = call.arguments.front();
  for (std::string& argument : call.arguments) {
    request.argv.push_back(std::move(argument));
  }
  request.directory = directory_;
  request.environment = std::move(call.environment);
  request.environment.insert(request.environment.end(),
                             {{"GIT_OPTIONAL_LOCKS", "0"},
                              {"GIT_TERMINAL_PROMPT", "0"},
                              {"LC_ALL", "C"}});
  if (scratch_) {
    request.environment.emplace_back("GIT_OBJECT_DIRECTORY",
                                     scratch_->path().string());
  }
  request.input = std::move(call.input);
  request.inherited = inherited_;
  request.timeout = call.timeout;
  request.interruptible = call.interruptible;

  RL_ASSIGN(ProcessResult result, runner_.run(request));
  if (result.end == ProcessEnd::kInterrupted) {
    return fail(ErrorCode::kInterrupted,
                "interrupted",
                fmt::format("interrupted at git {}", verb));
  }
  if (result.end == ProcessEnd::kTimedOut) {
    return fail(ErrorCode::kUpstream,
                "git-timed-out",
                fmt::format("git {} had not ended after {} s",
                            verb,
                            call.timeout.count() / 1000),
                "see what it waits for by running it yourself");
  }
  if (result.end == ProcessEnd::kSignalled) {
    return std::unexpected(git_error(verb, result));
  }
  if (result.truncated) {
    return fail(
        ErrorCode::kUpstream,
        "git-failed",
        fmt::format(
            "git {} said more than {} bytes", verb, request.capture_bytes_max));
  }
  return result;
}

Result<std::string> Git::output(Call call) {
  const std::string verb = call.arguments.front();
  RL_ASSIGN(ProcessResult result, this->call(std::move(call)));
  if (result.exit_code != 0) {
    return std::unexpected(git_error(verb, result));
  }
  return std::move(result.out);
}

Result<std::string> Git::line(Call call) {
  RL_ASSIGN(const std::string text, output(std::move(call)));
  return std::string(without_newline(text));
}

Result<std::optional<std::string>> Git::output_unless(int absent, Call call) {
  const std::string verb = call.arguments.front();
  RL_ASSIGN(ProcessResult result, this->call(std::move(call)));
  if (result.exit_code == absent) {
    return std::nullopt;
  }
  if (result.exit_code != 0) {
    return std::unexpected(git_error(verb, result));
  }
  return std::move(result.out);
}

// --- where we are ---

Result<std::filesystem::path> Git::top_level() {
  RL_ASSIGN(std::string path, line({{"rev-parse", "--show-toplevel"}}));
  return std::filesystem::path(std::move(path));
}

Result<std::filesystem::path> Git::common_directory() {
  RL_ASSIGN(
      std::string path,
      line({{"rev-parse", "--path-format=absolute", "--git-common-dir"}}));
  return std::filesystem::path(std::move(path));
}

Result<std::optional<std::string>> Git::setting(std::string_view name) {
  RL_ASSIGN(const auto text,
            output_unless(1, {{"config", "--get", std::string(name)}}));
  return text ? std::optional(std::string(without_newline(*text)))
              : std::nullopt;
}

Result<std::optional<std::string>> Git::setting_path(std::string_view name) {
  RL_ASSIGN(const auto text,
            output_unless(
                1, {{"config", "--type=path", "--get", std::string(name)}}));
  return text ? std::optional(std::string(without_newline(*text)))
              : std::nullopt;
}

Result<std::string> Git::head_commit() {
  RL_ASSIGN(const auto text,
            output_unless(
                1, {{"rev-parse", "--verify", "--quiet", "HEAD^{commit}"}}));
  if (!text) {
    return fail(ErrorCode::kUsage,
                "no-commit",
                "this repository has no commit yet",
                "commit what is to be released first");
  }
  return std::string(without_newline(*text));
}

Result<std::vector<std::string>> Git::changed_tracked_files() {
  // XY PATH, a field each: no renames, which would need a second one.
  RL_ASSIGN(const std::string text,
            output({{"status",
                     "--porcelain=v1",
                     "-z",
                     "--no-renames",
                     "--untracked-files=no",
                     "--ignore-submodules=untracked"}}));
  std::vector<std::string> paths;
  for (const std::string_view entry : parts_of(text, '\0')) {
    paths.emplace_back(entry.substr(std::min<std::size_t>(3, entry.size())));
  }
  return paths;
}

Result<GitIdentity> Git::identity() {
  // NAME newline VALUE, a field each; the last of a name counts.
  RL_ASSIGN(
      const auto text,
      output_unless(
          1, {{"config", "-z", "--get-regexp", "^user\\.(name|email)$"}}));
  GitIdentity who;
  if (!text) {
    return who;
  }
  for (const std::string_view entry : parts_of(*text, '\0')) {
    const std::size_t newline = std::min(entry.find('\n'), entry.size());
    const std::string_view value =
        entry.substr(std::min(newline + 1, entry.size()));
    (entry.substr(0, newline) == "user.name" ? who.name : who.email) = value;
  }
  return who;
}

// --- writing refs and work trees here ---

Result<bool> Git::create_ref(std::string_view ref, std::string_view object) {
  RL_CHECK(!read_only_, "a dry run creates no ref");
  RL_ASSIGN(const ProcessResult result,
            call({{"update-ref",
                   "--no-deref",
                   std::string(ref),
                   std::string(object),
                   ""}}));  // the old value: there must be none
  if (result.exit_code == 0) {
    return true;
  }
  RL_ASSIGN(const std::optional<std::string> there, resolve(ref));
  if (!there) {
    return std::unexpected(git_error("update-ref", result));
  }
  return *there == object;
}

Status Git::delete_ref(std::string_view ref, std::string_view object) {
  RL_CHECK(!read_only_, "a dry run deletes no ref");
  RL_ASSIGN(const std::optional<std::string> there, resolve(ref));
  if (there != object) {
    return {};
  }
  RL_TRY(output({{"update-ref",
                  "-d",
                  "--no-deref",
                  std::string(ref),
                  std::string(object)}}));
  return {};
}

Status Git::worktree_add(const std::filesystem::path& directory,
                         std::string_view commit) {
  RL_CHECK(!read_only_, "a dry run makes no work tree");
  RL_CHECK(directory.is_absolute(), "git starts from another folder");
  // --force: the folder of a crashed run may be gone but still be registered.
  RL_TRY(output({.arguments = {"worktree",
                               "add",
                               "--force",
                               "--detach",
                               "--quiet",
                               directory.string(),
                               std::string(commit)},
                 .timeout = kCheckoutTimeout}));
  return {};
}

Status Git::worktree_remove(const std::filesystem::path& directory) {
  RL_CHECK(!read_only_, "a dry run removes no work tree");
  RL_CHECK(directory.is_absolute(), "git starts from another folder");
  RL_ASSIGN(
      const ProcessResult result,
      call({.arguments = {"worktree", "remove", "--force", directory.string()},
            .timeout = kCheckoutTimeout,
            .interruptible = false}));
  std::error_code error;
  if (result.exit_code != 0 && std::filesystem::exists(directory, error)) {
    return std::unexpected(git_error("worktree", result));
  }
  return {};
}

}  // namespace commands::services
