#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "commands/services/git.h"
#include "commands/services/git_output.h"

namespace commands::services {
namespace {

using ledger::ErrorCode;
using ledger::fail;

// What git takes away from a name or an e-mail before it writes a commit; a
// tag is written by us and must name the same person the same way.
std::string without_crud(std::string_view text) {
  constexpr std::string_view kCrud = ".,:;<>\"\\'";
  const auto is_crud = [kCrud](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || kCrud.find(c) != std::string_view::npos;
  };
  while (!text.empty() && is_crud(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_crud(text.back())) {
    text.remove_suffix(1);
  }
  std::string clean;
  for (const char c : text) {
    if (c != '<' && c != '>' && c != '\n' && c != '\0') {
      clean += c;
    }
  }
  return clean;
}

// A basic regular expression that matches exactly `text`.
std::string literally(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string_view(".[]*^$\\").find(c) != std::string_view::npos) {
      pattern += '\\';
    }
    pattern += c;
  }
  return pattern;
}

std::vector<std::string> paths_in(std::string_view text) {
  std::vector<std::string> paths;
  for (const std::string_view path : parts_of(text, '\0')) {
    paths.emplace_back(path);
  }
  return paths;
}

}  // namespace

// --- reading ---

Result<std::optional<std::string>> Git::resolve(std::string_view revision) {
  RL_ASSIGN(const auto text,
            output_unless(1,
                          {{"rev-parse",
                            "--verify",
                            "--quiet",
                            "--end-of-options",
                            std::string(revision) + "^{object}"}}));
  if (!text) {
    return std::nullopt;
  }
  return std::string(without_newline(*text));
}

Result<bool> Git::has_object(std::string_view id) {
  RL_ASSIGN(const std::optional<std::string> object, resolve(id));
  return object.has_value();
}

Result<std::string> Git::tree_of(std::string_view commit) {
  return line({{"rev-parse",
                "--verify",
                "--end-of-options",
                std::string(commit) + "^{tree}"}});
}

Result<bool> Git::is_ancestor(std::string_view ancestor, std::string_view of) {
  RL_ASSIGN(const auto yes,
            output_unless(1,
                          {{"merge-base",
                            "--is-ancestor",
                            std::string(ancestor),
                            std::string(of)}}));
  return yes.has_value();
}

Result<std::vector<std::string>> Git::changed_paths(std::string_view from,
                                                    std::string_view to) {
  RL_ASSIGN(const std::string text,
            output({{"diff-tree",
                     "-r",
                     "-z",
                     "--name-only",
                     "--no-renames",
                     "--no-ext-diff",
                     "--no-relative",
                     "--ignore-submodules=none",
                     std::string(from),
                     std::string(to)}}));
  return paths_in(text);
}

Result<std::vector<Commit>> Git::commits(std::string_view from,
                                         std::string_view to,
                                         std::size_t limit) {
  Call call{{"log",
             "-z",
             "--no-merges",
             fmt::format("--max-count={}", limit),
             "--format=%H%x00%s%x00%aN",
             "--end-of-options",
             std::string(to)}};
  if (!from.empty()) {
    call.arguments.push_back("^" + std::string(from));
  }
  call.arguments.emplace_back("--");
  RL_ASSIGN(const std::string text, output(std::move(call)));
  const std::vector<std::string_view> fields = parts_of(text, '\0');
  std::vector<Commit> list;
  for (std::size_t at = 0; at + 2 < fields.size(); at += 3) {
    list.push_back({std::string(fields[at]),
                    std::string(fields[at + 1]),
                    std::string(fields[at + 2])});
  }
  return list;
}

Result<std::optional<std::string>> Git::newest_trailer(
    std::string_view revision, std::string_view prefix) {
  RL_ASSIGN(const std::string message,
            output({{"log",
                     "--first-parent",
                     "--max-count=1",
                     "--basic-regexp",
                     "--grep=^" + literally(prefix),
                     "--format=%B",
                     "--end-of-options",
                     std::string(revision),
                     "--"}}));
  for (const std::string_view text : parts_of(message, '\n')) {
    if (text.starts_with(prefix)) {
      return std::string(text.substr(prefix.size()));
    }
  }
  return std::nullopt;
}

Result<std::optional<std::string>> Git::file_at(std::string_view commit,
                                                std::string_view path) {
  RL_ASSIGN(const std::string entry,
            output({.arguments = {"ls-tree",
                                  "-z",
                                  "--full-tree",
                                  "--format=%(objecttype) %(objectname)",
                                  std::string(commit),
                                  "--",
                                  std::string(path)},
                    .environment = {{"GIT_LITERAL_PATHSPECS", "1"}}}));
  constexpr std::string_view kFile = "blob ";
  if (!entry.starts_with(kFile)) {
    return std::nullopt;  // nothing there, or a folder
  }
  const std::string_view id = parts_of(entry, '\0').front();
  RL_ASSIGN(
      std::string text,
      output({{"cat-file", "blob", std::string(id.substr(kFile.size()))}}));
  return text;
}

Result<MergeTree> Git::merge_tree(std::string_view ours,
                                  std::string_view theirs) {
  if (read_only_) {
    RL_TRY(use_scratch_store());
  }
  RL_ASSIGN(ProcessResult result,
            call({{"merge-tree",
                   "--write-tree",
                   "-z",
                   "--name-only",
                   "--no-messages",
                   std::string(ours),
                   std::string(theirs)}}));
  if (result.exit_code != 0 && result.exit_code != 1) {
    return std::unexpected(git_error("merge-tree", result));
  }
  std::vector<std::string> fields = paths_in(result.out);
  if (fields.empty()) {
    return std::unexpected(git_error("merge-tree", result));
  }
  MergeTree merge;
  merge.clean = result.exit_code == 0;
  merge.tree = merge.clean ? fields.front() : "";
  merge.conflicts.assign(fields.begin() + 1, fields.end());
  return merge;
}

Status Git::use_scratch_store() {
  if (scratch_) {
    return {};
  }
  RL_ASSIGN(
      const std::string objects,
      line({{"rev-parse", "--path-format=absolute", "--git-path", "objects"}}));
  RL_ASSIGN(TemporaryDirectory store, TemporaryDirectory::create());
  std::error_code error;
  std::filesystem::create_directory(store.path() / "info", error);
  std::ofstream alternates(store.path() / "info" / "alternates");
  alternates << objects << '\n' << std::flush;
  if (error || !alternates) {
    return fail(ErrorCode::kIo,
                "no-temporary-directory",
                "cannot write to " + store.path().string());
  }
  scratch_ = std::move(store);
  return {};
}

// --- writing ---

Result<std::string> Git::write_blob(std::string_view text) {
  RL_CHECK(!read_only_, "a dry run writes no object");
  return line({.arguments = {"hash-object", "-w", "--stdin"},
               .input = std::string(text)});
}

Result<std::string> Git::tree_with_file(std::string_view commit,
                                        std::string_view path,
                                        std::string_view blob) {
  RL_CHECK(!read_only_, "a dry run writes no object");
  RL_ASSIGN(const TemporaryDirectory place, TemporaryDirectory::create());
  const std::vector<std::pair<std::string, std::string>> index{
      {"GIT_INDEX_FILE", (place.path() / "index").string()}};
  RL_TRY(output(
      {.arguments = {"read-tree", std::string(commit)}, .environment = index}));
  RL_TRY(output({.arguments = {"update-index",
                               "--add",
                               "--cacheinfo",
                               fmt::format("100644,{},{}", blob, path)},
                 .environment = index}));
  return line({.arguments = {"write-tree"}, .environment = index});
}

Result<std::string> Git::commit_tree(const CommitRequest& request) {
  RL_CHECK(!read_only_, "a dry run writes no object");
  RL_CHECK(request.at_ms >= 0, "git knows no time before 1970");
  const std::string date = fmt::format("@{} +0000", request.at_ms / 1000);
  Call call{.arguments = {"commit-tree", "--no-gpg-sign", "-F", "-"},
            .input = request.message,
            .environment = {{"GIT_AUTHOR_NAME", request.who.name},
                            {"GIT_AUTHOR_EMAIL", request.who.email},
                            {"GIT_AUTHOR_DATE", date},
                            {"GIT_COMMITTER_NAME", request.who.name},
                            {"GIT_COMMITTER_EMAIL", request.who.email},
                            {"GIT_COMMITTER_DATE", date}}};
  for (const std::string& parent : request.parents) {
    call.arguments.insert(call.arguments.end(), {"-p", parent});
  }
  call.arguments.push_back(request.tree);
  return line(std::move(call));
}

Result<std::string> Git::make_tag(std::string_view name,
                                  std::string_view commit,
                                  std::string_view message,
                                  const GitIdentity& who,
                                  std::int64_t at_ms) {
  RL_CHECK(!read_only_, "a dry run writes no object");
  RL_CHECK(at_ms >= 0, "git knows no time before 1970");
  std::string tag = fmt::format(
      "object {}\ntype commit\ntag {}\ntagger {} <{}> {} +0000\n\n{}",
      commit,
      name,
      without_crud(who.name),
      without_crud(who.email),
      at_ms / 1000,
      message);
  if (!tag.ends_with('\n')) {
    tag += '\n';
  }
  return line({.arguments = {"mktag"}, .input = std::move(tag)});
}

}  // namespace commands::services
