// [project] and [run]: names that become git refs and paths, and templates.

#include <algorithm>

#include "commands/nearest.h"
#include "commands/plan/check.h"
#include "commands/plan/check_template.h"
#include "commands/plan/placeholders.h"
#include "commands/plan/plan.h"
#include "commands/plan/toml_reader.h"

namespace commands::plan {
namespace {

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// What git-check-ref-format(1) forbids; why `name` is no branch or tag.
const char* ref_problem(std::string_view name) {
  if (name.empty()) {
    return "is empty";
  }
  if (name.front() == '-' || name.front() == '/' || name.ends_with('/') ||
      name.ends_with('.') || name == "@") {
    return "begins or ends with a character git does not allow there";
  }
  if (name.find_first_of(" ~^:?*[\\") != std::string_view::npos) {
    return "has a space or one of ~ ^ : ? * [ \\ in it";
  }
  for (const char* part : {"..", "@{", "//", "/.", ".lock/"}) {
    if (name.find(part) != std::string_view::npos) {
      return "has a part that git does not allow in a name";
    }
  }
  return name.front() == '.' || name.ends_with(".lock")
             ? "has a part that git does not allow in a name"
             : nullptr;
}

const char* path_problem(std::string_view path) {
  if (path.empty() || path.ends_with('/')) {
    return "names no file";
  }
  const std::string wrapped = "/" + std::string(path) + "/";
  if (path.front() == '/' || wrapped.find("/../") != std::string::npos ||
      wrapped.find("/./") != std::string::npos ||
      wrapped.find("//") != std::string::npos) {
    return "must be a plain path below the work tree's root";
  }
  return wrapped.starts_with("/.git/") ? "lies inside .git" : nullptr;
}

class ProjectCheck {
 public:
  explicit ProjectCheck(const Checking& checking) : checking_(checking) {}

  void run() {
    const schema::Project& project = *checking_.plan.project;
    if (project.remote.empty() || project.remote.front() == '-' ||
        project.remote.find_first_of(" \\") != std::string::npos) {
      refuse("remote", "remote is not a git remote's name");
    }
    check_ref("stable_branch", project.stable_branch, {});
    check_ref(
        "staging_branch", project.staging_branch, {"version", "candidate"});
    check_ref("tag", project.tag, {"version"});
    check_words("release_notes", project.release_notes);
    const std::string notes = expand_pattern(project.release_notes, "1", 1);
    if (const char* problem = path_problem(notes)) {
      refuse("release_notes", fmt::format("release_notes {}", problem));
    }
    if (!contains(placeholders(project.release_notes), "version")) {
      checking_.problems.warn(
          place("release_notes"),
          "release_notes has no {version}: every release writes the same file");
    }
  }

 private:
  Place place(std::string_view key) const {
    return place_at(checking_.source, {Step("project"), Step(key)});
  }
  void refuse(std::string_view key, std::string what) {
    checking_.problems.refuse(place(key), std::move(what));
  }

  void check_words(std::string_view key, std::string_view pattern) {
    static const std::vector<std::string> kKnown = {"version", "candidate"};
    for (const std::string& word : placeholders(pattern)) {
      if (!contains(kKnown, word)) {
        refuse(key,
               fmt::format("unknown placeholder {{{}}} in {}{}",
                           word,
                           key,
                           suggestion(word, kKnown)));
      }
    }
  }

  void check_ref(std::string_view key,
                 std::string_view pattern,
                 const std::vector<std::string>& needed) {
    check_words(key, pattern);
    const std::vector<std::string> words = placeholders(pattern);
    for (const std::string& word : needed) {
      if (!contains(words, word)) {
        refuse(key, fmt::format("{} needs {{{}}} in it", key, word));
      }
    }
    if (needed.empty() && !words.empty()) {
      refuse(key, fmt::format("{} is one name; it has no placeholders", key));
    }
    if (const char* problem = ref_problem(expand_pattern(pattern, "1", 1))) {
      refuse(key, fmt::format("{} {}", key, problem));
    }
  }

  const Checking& checking_;
};

}  // namespace

void check_project(const Checking& checking) {
  ProjectCheck(checking).run();
  const Place local = place_at(checking.source, {Step("run"), Step("local")});
  check_command("local", checking.plan.run->local, local, checking.problems);
}

}  // namespace commands::plan
