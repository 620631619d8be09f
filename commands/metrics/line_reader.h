// A log's lines, read in chunks of fixed size, of which only those that may
// matter are looked at. Carriage returns divide a line into segments, as
// progress bars mean them to. A segment of more than kSegmentMax comes in
// pieces: each looks a little into its neighbours, so that what stands across
// an end is whole in one of them, and owns what begins in its own part.
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
constexpr std::size_t kLookAheadMax = 32;
constexpr std::size_t kPieceBehind = 512;
constexpr std::size_t kPieceAhead = 256;

// Borrowed for the call it is given to.
struct Segment {
  std::string_view text;    // without its end
  std::uint64_t line = 1;   // of the file
  std::string_view before;  // the end of the segment before this one
  std::string_view after;   // how the next one begins, where it is known
  // Of a piece: whether there was more of the segment before and after it, and
  // the part of the text that is its own.
  bool continued = false;
  bool cut = false;
  std::size_t own_begin = 0;
  std::size_t own_end = std::string_view::npos;

  bool owns(std::size_t place) const {
    return place >= own_begin && place < own_end;
  }
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
