// A log's lines, read in chunks of fixed size, of which only those that may
// matter are looked at. Carriage returns divide a line into segments, as
// progress bars mean them to; a segment longer than kSegmentMax is cut.
//
// Errors: kIo `log-unreadable`. Not thread-safe.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "ledger/result.h"

namespace commands::metrics {

constexpr std::size_t kSegmentMax = std::size_t{64} << 10;
constexpr std::size_t kLookBehindMax = 256;

// Borrowed for the call it is given to.
struct Segment {
  std::string_view text;    // without its end
  std::uint64_t line = 1;   // of the file
  bool cut = false;         // there was more of it
  std::string_view before;  // the end of the segment before this one
};

struct LineScan {
  // Where, in whole segments divided by line feeds, the first thing that may
  // matter begins; npos for nowhere.
  std::function<std::size_t(std::string_view)> find;
  // True to be given the next segment too, whatever stands in it.
  std::function<bool(const Segment&)> consume;
};

// `process_ended`: whether a last segment without an end is given as well.
ledger::Status scan_lines(const std::filesystem::path& log,
                          bool process_ended,
                          const LineScan& scan);

}  // namespace commands::metrics
