// Where the repository's folder is, without starting git: every command needs
// it, and a git child costs more than all that a question reads.
//
// Answers the plain case only, a folder `.git` of our own account above us on
// the same file system, as gitrepository-layout(5) and git(1) describe it.
// Everything else (a worktree or submodule whose .git is a file, a bare
// repository, variables that direct git elsewhere, another owner) is git's to
// say.

#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace commands::services {

// `directory`: absolute. `variable`: of the process's environment, empty where
// it is not set. Nothing: ask git.
std::optional<std::filesystem::path> plain_git_folder(
    const std::filesystem::path& directory,
    const std::function<std::string(const char* name)>& variable);

}  // namespace commands::services
