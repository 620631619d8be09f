// Whether a reading on a line is a sample, or a target, a threshold, a
// configuration, a command or an error text that only looks like one. Pure
// and thread-safe, but for ConfigBlock.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace commands::metrics {

// Where in the segment a word stands after which nothing is a sample:
// "config", "ERROR", "python"; its size if nowhere.
std::size_t samples_end(std::string_view segment);

// Whether the words just before a reading make it something else: "target",
// "at least", "average".
bool is_qualified(std::string_view before);

// Whether what follows makes it a verdict or a demand: "< 30000", "required".
bool is_judged(std::string_view after);

// A configuration printed over several lines: everything indented below a
// line such as `Config:` or `thresholds = {`.
class ConfigBlock {
 public:
  // RE2 for the line that opens one.
  static const std::string kOpenerPattern;

  // To be given every segment from the opening one on. Whether the segment
  // belongs to a block; afterwards is_open says if the next one may.
  bool contains(std::string_view segment);
  bool is_open() const { return open_; }
  void close() { open_ = false; }

 private:
  bool open_ = false;
  std::size_t indent_ = 0;
};

}  // namespace commands::metrics
