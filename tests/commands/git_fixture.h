// What the tests of Git share: a bare origin, a clone of it and a home of
// their own.

#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "commands/services/git.h"
#include "tests/commands/scratch_test.h"

namespace commands::services {

inline constexpr std::int64_t kAtMs = 1'760'000'000'999;

// A bare origin, a clone of it with two commits on main, and a home in which
// only this test has settings.
class GitTest : public ScratchTest {
 protected:
  GitTest() {
    write(folder() / "home/.gitconfig",
          "[user]\nname = Ann\nemail = ann@x.org\n"
          "[init]\ndefaultBranch = main\n[advice]\ndetachedHead = false\n");
    setenv("HOME", (folder() / "home").c_str(), 1);
    setenv("GIT_CONFIG_GLOBAL", (folder() / "home/.gitconfig").c_str(), 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    setenv("GIT_CEILING_DIRECTORIES", folder().c_str(), 1);
    for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"}) {
      unsetenv(name);
    }
    shell("git init -q --bare origin.git && git clone -q origin.git work", ".");
    shell("echo one > a.txt && git add a.txt && git commit -q -m one");
    shell("echo two > b.txt && git add b.txt && git commit -q -m two");
    shell("git push -q origin main");
    first_ = shell("git rev-parse HEAD~1");
    head_ = shell("git rev-parse HEAD");
  }

  // What a script prints, without the last newline.
  std::string shell(std::string script, std::string where = "work") const {
    ProcessRequest request;
    request.argv = {"sh", "-ec", std::move(script)};
    request.directory = folder() / where;
    const auto result = SystemProcessRunner().run(request);
    EXPECT_TRUE(result && result->exit_code == 0)
        << request.argv[2] << (result ? result->err : result.error().message);
    std::string out = result ? result->out : "";
    if (out.ends_with('\n')) {
      out.pop_back();
    }
    return out;
  }

  std::filesystem::path work() const { return folder() / "work"; }
  std::filesystem::path origin() const { return folder() / "origin.git"; }
  Git git(bool read_only = false) { return {runner_, work(), read_only}; }
  std::string origin_ref(const std::string& ref) const {
    return shell("git rev-parse -q --verify " + ref + " || true", "origin.git");
  }

  // A commit that origin's main cannot be fast-forwarded to.
  std::string unrelated_commit() const {
    return shell("git commit-tree -m other HEAD~1^{tree}");
  }
  CommitRequest commit_request() const {
    return {shell("git rev-parse HEAD^{tree}"),
            {head_, first_},
            "Merge\n\nRelease-Ledger: o 1 r\n",
            {"Böb <B>", "bob@x.org"},
            kAtMs};
  }

  // Everything of the work tree, the index and HEAD, to the nanosecond.
  std::string users_things() const {
    return shell(
        "find . -path ./.git -prune -o -printf '%p %T@ %s %m\\n' | sort; "
        "stat -c '%n %y %i %s' .git/index; cat .git/HEAD; "
        "git for-each-ref refs/heads");
  }
  std::string everything() const {
    return shell("find . -printf '%p %T@ %C@ %s %m\\n' | sort", ".");
  }

  SystemProcessRunner runner_;
  std::string first_;
  std::string head_;
};

// For messages: the stable word of an error, or `fine`.
std::string reason_of(const auto& result) {
  return result ? "fine" : result.error().reason;
}

}  // namespace commands::services
