#include "commands/metrics/json_leaves.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

#include "commands/metrics/text.h"

namespace commands::metrics {
namespace {

using nlohmann::json;

constexpr std::size_t kDepthMax = 100;
constexpr std::size_t kLeavesMax = 200'000;
constexpr std::size_t kPathBytesMax = 500;
constexpr std::size_t kTextBytesMax = 500;

std::unexpected<ledger::Error> invalid(std::string what) {
  return ledger::fail(
      ledger::ErrorCode::kUsage, "report-invalid", std::move(what));
}

// Where the reader is in the text: the library tells no lines.
struct Cursor {
  std::uint64_t line = 1;
  char last = 0;
};

class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, Cursor* cursor) : at_(at), cursor_(cursor) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    cursor_->last = *at_;
    cursor_->line += *at_ == '\n' ? 1 : 0;
    ++at_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const {
    return at_ == other.at_;
  }

 private:
  const char* at_;
  Cursor* cursor_;
};

// Called by the library for each token. False ends the reading.
class Leaves {
 public:
  using number_integer_t = json::number_integer_t;
  using number_unsigned_t = json::number_unsigned_t;
  using number_float_t = json::number_float_t;
  using string_t = json::string_t;
  using binary_t = json::binary_t;

  Leaves(const Cursor& cursor, std::size_t document)
      : cursor_(cursor), document_(document) {}

  bool null() { return add({}); }
  bool boolean(bool value) {
    JsonLeaf leaf;
    leaf.kind = JsonLeaf::Kind::kFlag;
    leaf.flag = value;
    return add(std::move(leaf));
  }
  bool number_integer(number_integer_t value) {
    return number(static_cast<double>(value));
  }
  bool number_unsigned(number_unsigned_t value) {
    return number(static_cast<double>(value));
  }
  bool number_float(number_float_t value, const string_t&) {
    return number(value);
  }
  bool string(string_t& value) {
    JsonLeaf leaf;
    leaf.kind = JsonLeaf::Kind::kText;
    leaf.text = value.substr(0, kTextBytesMax);
    return add(std::move(leaf));
  }
  bool binary(binary_t&) { return false; }

  bool start_object(std::size_t) { return open(false); }
  bool start_array(std::size_t) { return open(true); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(string_t& name) {
    open_.back().member = name;
    open_.back().line = cursor_.line;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const json::exception& e) {
    const std::string_view what = e.what();
    const std::size_t colon = what.find(": ");
    problem_ = fmt::format("not JSON: {}",
                           what.substr(colon == what.npos ? 0 : colon + 2));
    return false;
  }

  std::vector<JsonLeaf> take() { return std::move(leaves_); }
  const std::string& problem() const { return problem_; }

 private:
  struct Container {
    std::string path;
    bool array = false;
    std::string member;
    std::size_t index = 0;
    std::uint64_t line = 0;
  };

  bool refuse(std::string what) {
    problem_ = std::move(what);
    return false;
  }

  static std::string joined(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
  }

  bool number(double value) {
    JsonLeaf leaf;
    leaf.kind = JsonLeaf::Kind::kNumber;
    leaf.number = value;
    return add(std::move(leaf));
  }

  bool open(bool array) {
    if (open_.size() == kDepthMax) {
      return refuse(fmt::format("nested more than {} deep", kDepthMax));
    }
    std::string path;
    if (!open_.empty()) {
      Container& parent = open_.back();
      path =
          joined(parent.path,
                 parent.array ? std::to_string(parent.index++) : parent.member);
    }
    if (path.size() > kPathBytesMax) {
      return refuse(fmt::format("a key longer than {} bytes", kPathBytesMax));
    }
    Container& container = open_.emplace_back();
    container.path = std::move(path);
    container.array = array;
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  bool add(JsonLeaf leaf) {
    if (leaves_.size() == kLeavesMax) {
      return refuse(fmt::format("more than {} values", kLeavesMax));
    }
    leaf.document = document_;
    leaf.line = cursor_.line - (cursor_.last == '\n' ? 1 : 0);
    if (!open_.empty()) {
      Container& container = open_.back();
      leaf.element = container.array;
      leaf.path = container.array ? container.path
                                  : joined(container.path, container.member);
      leaf.line = container.array ? leaf.line : container.line;
      ++container.index;
    }
    if (leaf.path.size() > kPathBytesMax) {
      return refuse(fmt::format("a key longer than {} bytes", kPathBytesMax));
    }
    leaves_.push_back(std::move(leaf));
    return true;
  }

  const Cursor& cursor_;
  std::size_t document_;
  std::vector<JsonLeaf> leaves_;
  std::vector<Container> open_;
  std::string problem_;
};

// With the words that are no JSON replaced by one that is.
std::string strict(std::string_view text) {
  static constexpr std::array<std::string_view, 3> kWords = {
      "NaN", "-Infinity", "Infinity"};
  std::string result;
  result.reserve(text.size());
  bool in_string = false;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (in_string && c == '\\') {
      result += text.substr(i, 2);
      i += 2;
      continue;
    }
    in_string = (c == '"') != in_string;
    const auto word =
        in_string ? kWords.end()
                  : std::ranges::find_if(kWords, [&](std::string_view known) {
                      return text.substr(i).starts_with(known);
                    });
    if (word != kWords.end()) {
      result += "null";
      i += word->size();
    } else {
      result += c;
      ++i;
    }
  }
  return result;
}

ledger::Result<std::vector<JsonLeaf>> one_document(std::string_view text,
                                                   std::uint64_t first_line,
                                                   std::size_t document) {
  Cursor cursor;
  cursor.line = first_line;
  Leaves leaves(cursor, document);
  const CountingIterator begin(text.data(), &cursor);
  const CountingIterator end(text.data() + text.size(), &cursor);
  if (!json::sax_parse(begin, end, &leaves)) {
    return invalid(fmt::format("line {}: {}", cursor.line, leaves.problem()));
  }
  return leaves.take();
}

// The first line by itself is a document, and there are others.
bool is_json_lines(std::string_view text) {
  const std::size_t feed = text.find('\n');
  const std::string_view rest =
      feed == text.npos ? std::string_view() : text.substr(feed);
  return rest.find_first_not_of(" \t\r\n") != rest.npos &&
         text.find_first_not_of(" \t") < feed &&
         json::accept(text.substr(0, feed));
}

}  // namespace

ledger::Result<std::vector<JsonLeaf>> json_leaves(std::string_view raw) {
  const std::string plain = strict(raw);
  const std::string_view text = plain;
  if (!is_json_lines(text)) {
    return one_document(text, 1, 0);
  }
  std::vector<JsonLeaf> all;
  std::uint64_t line = 1;
  for (std::size_t at = 0; at < text.size(); ++line) {
    const std::size_t feed = std::min(text.find('\n', at), text.size());
    const std::string_view one = text.substr(at, feed - at);
    at = feed + 1;
    if (one.find_first_not_of(" \t\r") == one.npos) {
      continue;
    }
    RL_ASSIGN(std::vector<JsonLeaf> leaves, one_document(one, line, line));
    if (all.size() + leaves.size() > kLeavesMax) {
      return invalid(fmt::format("more than {} values", kLeavesMax));
    }
    std::ranges::move(leaves, std::back_inserter(all));
  }
  return all;
}

}  // namespace commands::metrics
