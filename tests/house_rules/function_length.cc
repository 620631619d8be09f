#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "tests/house_rules/rules.h"

namespace house_rules {
namespace {

enum class Brace {
  kOuter,     // namespace, class: functions may begin in it
  kFunction,  // the body of one that is measured
  kInner      // anything else, blocks and lists and lambdas
};

struct Open {
  Brace brace;
  std::size_t line;  // where the head began
};

// Follows the braces of clang-formatted code. The head of a brace is the code
// since the last `;` or brace, and says what the brace opens.
class Measure {
 public:
  explicit Measure(const SourceFile& file) : path_(file.path) {
    const std::string code = without_preprocessor(code_only(file.text));
    for (std::size_t at = 0; at < code.size(); ++at) {
      read(code[at], at > 0 ? code[at - 1] : '\n');
    }
  }

  Complaints complaints() const { return complaints_; }

 private:
  static std::string without_preprocessor(std::string code) {
    bool directive = false;
    bool line_begins = true;
    for (std::size_t at = 0; at < code.size(); ++at) {
      if (code[at] == '\n') {
        directive = directive && at > 0 && code[at - 1] == '\\';
        line_begins = true;
        continue;
      }
      directive = directive || (line_begins && code[at] == '#');
      line_begins = line_begins && code[at] == ' ';
      // A kept backslash carries the directive over to the next line.
      if (directive && !(code[at] == '\\' && code[at + 1] == '\n')) {
        code[at] = ' ';
      }
    }
    std::ranges::replace(code, '\\', ' ');
    return code;
  }

  void read(char c, char before) {
    if (c == '\n') {
      ++line_;
    }
    if (c == '{') {
      open(before);
    } else if (c == '}') {
      close();
    } else if (c == ';') {
      head_.clear();
    } else if (std::isspace(static_cast<unsigned char>(c)) == 0 ||
               !head_.empty()) {
      if (head_.empty()) {
        head_line_ = line_;
      }
      head_ += c == '\n' ? ' ' : c;
    }
  }

  void open(char before) {
    // `name{` is a value or a member's initialiser, `) {` begins a body.
    const bool value = before != ' ' && before != '\n';
    const Brace brace = value ? Brace::kInner : what_opens();
    open_.push_back({brace, head_.empty() ? line_ : head_line_});
    kept_heads_.push_back(value ? head_ : std::string());
    head_.clear();
  }

  Brace what_opens() const {
    const bool outside = std::ranges::all_of(
        open_, [](const Open& open) { return open.brace == Brace::kOuter; });
    if (!outside) {
      return Brace::kInner;
    }
    const std::size_t last = head_.find_last_not_of(' ');
    if (last == std::string::npos || head_[last] == '=') {
      return Brace::kInner;
    }
    const bool takes_parameters = head_.find(')') != std::string::npos;
    return takes_parameters ? Brace::kFunction : Brace::kOuter;
  }

  void close() {
    if (open_.empty()) {
      return;
    }
    const Open closed = open_.back();
    const std::size_t lines = line_ - closed.line + 1;
    if (closed.brace == Brace::kFunction && lines > kFunctionLinesMax) {
      complaints_.push_back(
          fmt::format("{}:{}: function of {} lines, at most "
                      "{}",
                      path_,
                      closed.line,
                      lines,
                      kFunctionLinesMax));
    }
    open_.pop_back();
    head_ = kept_heads_.back();
    kept_heads_.pop_back();
  }

  std::string path_;
  std::size_t line_ = 1;
  std::string head_;
  std::size_t head_line_ = 1;
  std::vector<Open> open_;
  std::vector<std::string> kept_heads_;
  Complaints complaints_;
};

}  // namespace

Complaints function_length(const SourceFile& file) {
  return Measure(file).complaints();
}

}  // namespace house_rules
