// The world of one test: a bare origin, a clone of it with a plan and a tiny
// training script, and a home of its own. Nothing outside is read or written.
//
// The folder is removed when the test passed, kept and named when it failed.
// Failing set-up fails the test. Not thread-safe.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/plan_text.h"
#include "tests/support/program.h"

namespace support {

class Scratch {
 public:
  explicit Scratch(const PlanText& plan = {});
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch();

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path origin() const { return root_ / "origin.git"; }
  std::filesystem::path work() const { return root_ / "work"; }
  std::filesystem::path home() const { return root_ / "home"; }
  std::filesystem::path ledger() const {
    return work() / ".git" / "release-ledger";
  }
  // What programs get: a PATH and this home. Ann <ann@x.org> acts.
  const Environment& environment() const { return environment_; }

  // Everything git says on standard output, without the last line feed; a
  // failing git fails the test.
  std::string git(const std::vector<std::string>& arguments) const;
  std::string origin_git(const std::vector<std::string>& arguments) const;
  // What `revision` names in the origin; empty if nothing.
  std::string origin_ref(std::string_view revision) const;

  // Files of the work tree, by relative path.
  void write(std::string_view path, std::string_view text) const;
  std::string read(std::string_view path) const;
  void write_plan(const PlanText& plan) const;
  // Commits all there is; the id.
  std::string commit(std::string_view subject) const;
  std::string head() const { return git({"rev-parse", "HEAD"}); }

  // What the training of validation `name` does: a shell fragment that runs
  // before `echo "SPS: $sps"`. It is no part of the repository.
  void behave(std::string_view name, std::string_view fragment) const;
  // How often the training of `name` has begun.
  int runs(std::string_view name = "smoke") const;

 private:
  std::string git_in(const std::filesystem::path& directory,
                     const std::vector<std::string>& arguments) const;
  void make_home();
  void make_repositories(const PlanText& plan) const;

  std::filesystem::path root_;
  Environment environment_;
};

std::string read_file(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, std::string_view text);

}  // namespace support
