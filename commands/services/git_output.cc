#include "commands/services/git_output.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace commands::services {
namespace {

using ledger::Error;
using ledger::ErrorCode;

constexpr std::size_t kLineBytesMax = 500;

// Git's and ssh's own words for "nobody there, or nobody who knows us". Most
// telling first: the last ones accompany every cause.
constexpr std::array<std::string_view, 18> kUnreachable{
    "Could not resolve host",
    "Temporary failure in name resolution",
    "Name or service not known",
    "Connection refused",
    "Connection timed out",
    "Connection reset",
    "Network is unreachable",
    "No route to host",
    "Permission denied (",
    "Host key verification failed",
    "Authentication failed",
    "could not read Username",
    "could not read Password",
    "unable to access '",
    "does not appear to be a git repository",
    "Repository not found",
    "remote end hung up unexpectedly",
    "Could not read from remote repository"};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::optional<std::string_view> unreachable_line(std::string_view err) {
  for (const std::string_view words : kUnreachable) {
    for (const std::string_view line : parts_of(err, '\n')) {
      if (contains(line, words)) {
        return line;
      }
    }
  }
  return std::nullopt;
}

std::string_view without_prefix(std::string_view line,
                                std::string_view prefix) {
  return line.starts_with(prefix) ? line.substr(prefix.size()) : line;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t\r") + 1 - first);
}

// The length of the terminal sequence (ESC [ … letter) at the front.
std::size_t sequence_length(std::string_view text) {
  if (!text.starts_with("\x1b[")) {
    return 0;
  }
  std::size_t end = 2;
  while (end < text.size() && (text[end] < '@' || text[end] > '~')) {
    ++end;
  }
  return std::min(end + 1, text.size());
}

// The length of the valid UTF-8 character of two bytes or more at the front
// that is no control character; 0 if there is none.
std::size_t wide_character_length(std::string_view text) {
  const auto byte = [text](std::size_t index) {
    return index < text.size() ? static_cast<unsigned char>(text[index]) : 0U;
  };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  std::size_t length = 0;
  if (first >= 0xC2 && first <= 0xDF) {
    length = first == 0xC2 && second < 0xA0 ? 0 : 2;  // below: C1 controls
  } else if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second >= 0xA0;
    length = overlong || surrogate ? 0 : 3;
  } else if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && second < 0x90;
    const bool beyond = first == 0xF4 && second >= 0x90;
    length = overlong || beyond ? 0 : 4;
  }
  for (std::size_t index = 1; index < length; ++index) {
    if ((byte(index) & 0xC0U) != 0x80U) {
      return 0;
    }
  }
  return length;
}

std::string printable(std::string_view text) {
  std::string clean;
  while (!text.empty() && clean.size() < kLineBytesMax) {
    const auto first = static_cast<unsigned char>(text[0]);
    if (const std::size_t length = sequence_length(text); length > 0) {
      text.remove_prefix(length);
    } else if (const std::size_t wide = wide_character_length(text); wide > 0) {
      clean += text.substr(0, wide);
      text.remove_prefix(wide);
    } else {
      if (first >= ' ' && first < 0x7F) {
        clean += text[0];
      } else if (first == '\t' || first >= 0x80) {
        clean += first == '\t' ? ' ' : '?';
      }
      text.remove_prefix(1);
    }
  }
  return clean;
}

// scheme://user:secret@host → scheme://host
std::string without_credentials(std::string text) {
  constexpr std::string_view kMark = "://";
  std::size_t mark = text.find(kMark);
  while (mark != std::string::npos) {
    const std::size_t begin = mark + kMark.size();
    const std::size_t end =
        std::min(text.find_first_of("/ '\"", begin), text.size());
    const std::size_t at = text.substr(begin, end - begin).rfind('@');
    if (at != std::string::npos) {
      text.erase(begin, at + 1);
    }
    mark = text.find(kMark, begin);
  }
  return text;
}

std::string lock_hint(std::string_view err, std::string_view where) {
  const std::optional<std::string> lock = stale_lock(err);
  if (!lock) {
    return {};
  }
  return fmt::format(
      "a lock file stands in the way: if no other git is at work {0}, remove "
      "{1} {0} (rm '{1}') and run the command again",
      where,
      *lock);
}

std::string how_it_ended(const ProcessResult& result) {
  return result.signal ? fmt::format("ended by signal {}", *result.signal)
                       : fmt::format("exit code {}", result.exit_code.value());
}

struct Rejection {
  std::string_view ref;
  std::string_view reason;  // "[rejected] (non-fast-forward)"
};

// From push --porcelain: `!\tSOURCE:REF\tREASON`. Refs that only went down
// with another one come last.
std::optional<Rejection> rejection(std::string_view out) {
  std::optional<Rejection> found;
  for (const std::string_view line : parts_of(out, '\n')) {
    const std::vector<std::string_view> fields = parts_of(line, '\t');
    if (fields.size() < 3 || fields[0] != "!") {
      continue;
    }
    const std::string_view refs = fields[1];
    const Rejection one{refs.substr(refs.find(':') + 1), fields[2]};
    if (!contains(one.reason, "(atomic ")) {
      return one;
    }
    found = found ? found : one;
  }
  return found;
}

// The remote's own words (a hook's, an error's), without `remote: `.
std::string_view remote_words(std::string_view err) {
  std::string_view first;
  for (const std::string_view line : parts_of(err, '\n')) {
    constexpr std::string_view kPrefix = "remote: ";
    const std::string_view words = trimmed(without_prefix(line, kPrefix));
    if (!line.starts_with(kPrefix) || words.empty()) {
      continue;
    }
    if (words.starts_with("error: hook declined")) {
      continue;  // git's sequel to the hook's own words
    }
    if (words.starts_with("error: ") || words.starts_with("fatal: ")) {
      return words;
    }
    first = first.empty() ? words : first;
  }
  return first;
}

}  // namespace

std::vector<std::string_view> parts_of(std::string_view text, char end) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find(end), text.size());
    parts.push_back(text.substr(0, length));
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  return parts;
}

std::string_view without_newline(std::string_view text) {
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
  }
  return text;
}

std::string sanitised(std::string_view line) {
  return without_credentials(printable(trimmed(line)));
}

std::string telling_line(std::string_view err) {
  constexpr std::string_view kSequel = "error: failed to push some refs";
  std::string_view first;
  for (const std::string_view line : parts_of(err, '\n')) {
    const bool loud =
        line.starts_with("fatal: ") || line.starts_with("error: ");
    if (loud && !line.starts_with(kSequel)) {
      return sanitised(line.substr(std::string_view("fatal: ").size()));
    }
    if (first.empty() && !loud && !line.starts_with("hint: ") &&
        !line.starts_with("warning: ")) {
      first = trimmed(line);
    }
  }
  return first.empty() && contains(err, kSequel) ? "failed to push some refs"
                                                 : sanitised(first);
}

std::optional<std::string> stale_lock(std::string_view err) {
  constexpr std::string_view kBegin = "Unable to create '";
  constexpr std::string_view kEnd = ".lock': File exists";
  const std::size_t end = err.find(kEnd);
  const std::size_t begin =
      end == std::string_view::npos ? end : err.rfind(kBegin, end);
  if (begin == std::string_view::npos) {
    return std::nullopt;
  }
  const std::size_t name = begin + kBegin.size();
  return sanitised(err.substr(name, end - name)) + ".lock";
}

Error git_error(std::string_view verb, const ProcessResult& result) {
  std::string line = telling_line(result.err);
  if (contains(line, "not a git repository") ||
      contains(line, "must be run in a work tree")) {
    return {ErrorCode::kUsage,
            "not-a-repository",
            std::move(line),
            "change into the work tree of the project"};
  }
  if (contains(line, "detected dubious ownership")) {
    return {ErrorCode::kUsage,
            "not-a-repository",
            std::move(line),
            "if you trust it: git config --global --add safe.directory DIR"};
  }
  if (line.empty()) {
    line = how_it_ended(result);
  }
  return {ErrorCode::kUpstream,
          "git-failed",
          fmt::format("git {}: {}", verb, line),
          lock_hint(result.err, "here")};
}

Error remote_error(std::string_view verb,
                   std::string_view remote,
                   const ProcessResult& result) {
  const auto line = unreachable_line(result.err);
  if (!line) {
    return git_error(verb, result);
  }
  return {ErrorCode::kUpstream,
          "remote-unreachable",
          fmt::format("cannot reach {}: {}",
                      sanitised(remote),
                      sanitised(without_prefix(*line, "fatal: "))),
          fmt::format("check its address, the network and your credentials "
                      "with: git ls-remote {}",
                      sanitised(remote))};
}

Error push_error(std::string_view remote, const ProcessResult& result) {
  const std::optional<Rejection> refused = rejection(result.out);
  // After "[remote failure]" nobody knows what the remote did.
  if (!refused || contains(refused->reason, "[remote failure]")) {
    Error error = remote_error("push", remote, result);
    if (error.reason == "git-failed" && error.hint.empty()) {
      error.hint = "if these are the words of a pre-push hook, do as it says";
    }
    return error;
  }
  std::string message = fmt::format("{} refused {}: {}",
                                    sanitised(remote),
                                    sanitised(refused->ref),
                                    sanitised(refused->reason));
  if (refused->reason.starts_with("[remote rejected]")) {
    const std::string words = sanitised(remote_words(result.err));
    message += words.empty() ? "" : ": " + words;
  }
  std::string hint = lock_hint(result.err, "on the remote");
  if (hint.empty() && contains(refused->reason, "[rejected]")) {
    hint =
        "the remote has something we do not; nothing was changed and nothing "
        "is ever forced";
  }
  if (hint.empty()) {
    hint =
        "settle it with whoever keeps the remote's rules, and type the command "
        "again";
  }
  return {ErrorCode::kUpstream, "push-rejected", message, hint};
}

}  // namespace commands::services
