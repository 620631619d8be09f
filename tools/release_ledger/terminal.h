// Standard output, standard error and the person in front of them: the only
// place that writes to them.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "commands/environment.h"
#include "projections/render/text.h"
#include "tools/release_ledger/options.h"

namespace tools {

class Terminal {
 public:
  // Colour: --color, then NO_COLOR, CLICOLOR_FORCE, TERM=dumb, then whether
  // the stream is a terminal.
  explicit Terminal(const SharedOptions& options);

  // What runs acts on the world: that nobody reads its output is no reason to
  // leave in the midst of it, and no success either.
  void begin_to_act() { acts_ = true; }

  void out(std::string_view text) const;   // results
  void line(std::string_view text) const;  // progress, to standard error
  // One line: what, where, what to do next.
  void error(const ledger::Error& error) const;
  // Asked on standard error; nothing without a terminal on both ends.
  std::optional<bool> confirm(std::string_view question) const;

  const projections::render::Style& style() const { return style_; }
  bool progress_wanted() const { return error_is_terminal_; }
  bool out_is_terminal() const { return out_is_terminal_; }
  // Standard error as it is, for what is drawn there.
  void draw(std::string_view text) const;
  // Of the terminal behind standard error; 80 and 24 where there is none.
  std::size_t columns() const;
  std::size_t rows() const;

 private:
  projections::render::Style style_;
  bool error_is_terminal_;
  bool out_is_terminal_;
  bool error_color_;
  bool acts_ = false;
};

}  // namespace tools
