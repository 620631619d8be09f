#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>

#include "tests/house_rules/rules.h"

namespace house_rules {
namespace {

// Walks over the text once; each step consumes one piece of it.
class Blanker {
 public:
  explicit Blanker(std::string_view text) : text_(text), code_(text) {}

  std::string run() {
    while (at_ < text_.size()) {
      step();
    }
    return code_;
  }

 private:
  void step() {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("//")) {
      blank_to(text_.find('\n', at_));
    } else if (rest.starts_with("/*")) {
      blank_to(after("*/", at_ + 2));
    } else if (rest.starts_with("R\"") && !follows_word()) {
      const std::size_t open = text_.find('(', at_);
      const std::string close =
          ")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"";
      blank_to(after(close, open));
    } else if (rest.starts_with('"')) {
      blank_to(end_of_quoted('"'));
    } else if (rest.starts_with('\'') && !follows_word()) {
      blank_to(end_of_quoted('\''));
    } else {
      ++at_;
    }
  }

  // 1'000 is a number, and xR"..." no raw string.
  bool follows_word() const {
    return at_ > 0 &&
           (std::isalnum(static_cast<unsigned char>(text_[at_ - 1])) != 0 ||
            text_[at_ - 1] == '_');
  }

  std::size_t after(std::string_view what, std::size_t from) const {
    const std::size_t found = text_.find(what, from);
    return found == std::string_view::npos ? found : found + what.size();
  }

  std::size_t end_of_quoted(char quote) const {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
      end += text_[end] == '\\' ? 2U : 1U;
    }
    return end + 1;
  }

  void blank_to(std::size_t end) {
    for (; at_ < end && at_ < text_.size(); ++at_) {
      if (text_[at_] != '\n') {
        code_[at_] = ' ';
      }
    }
  }

  std::string_view text_;
  std::string code_;
  std::size_t at_ = 0;
};

}  // namespace

std::string code_only(std::string_view text) {
  return Blanker(text).run();
}

}  // namespace house_rules
