// A page of documentation, read from the source tree.

#pragma once

#include <string>
#include <string_view>

namespace docs {

// The text of a file, its path relative to the root of the tree. A failure of
// the test, and empty, if it cannot be read.
std::string page(std::string_view path);

// What stands below the heading of any level whose text is `heading`, up to
// the next heading; empty if there is none.
std::string section(std::string_view page, std::string_view heading);

}  // namespace docs
