// Standard output, standard error and the person in front of them: the only
// place that writes to them.
//
// What cannot be written is let go of, and the command goes on: a reader that
// has left (`| head`) must not cut a run, nor hide what a gate said. That
// standard output failed otherwise is told once, and is the exit code where
// the command had none of its own.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "commands/environment.h"
#include "projections/render/text.h"
#include "tools/release_ledger/options.h"

namespace tools {

// Several lines at once, each made harmless by itself.
std::string harmless_lines(std::string_view text);

class Terminal {
 public:
  // Colour: --color, then NO_COLOR, CLICOLOR_FORCE, TERM=dumb, then whether
  // the stream is a terminal.
  explicit Terminal(const SharedOptions& options);

  void out(std::string_view text) const;   // results
  void line(std::string_view text) const;  // progress, to standard error
  // One line: what, where, what to do next.
  void error(const ledger::Error& error) const;
  // Asked on standard error; nothing without a terminal on both ends, or when
  // the person interrupts. An end of the input (Ctrl-D) is a no.
  std::optional<bool> confirm(std::string_view question) const;

  const projections::render::Style& style() const { return style_; }
  bool progress_wanted() const { return error_is_terminal_; }
  bool out_is_terminal() const { return out_is_terminal_; }
  // Nobody reads standard output any more, and why.
  static bool reader_is_gone();
  static bool out_has_failed();
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
};

}  // namespace tools
