#include "commands/metrics/line_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace commands::metrics {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
constexpr std::size_t kBufferBytes = 2 * kChunkBytes;

struct CloseFile {
  void operator()(std::FILE* file) const { (void)std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

std::size_t find_byte(std::string_view text, char byte, std::size_t from) {
  const void* found =
      from < text.size()
          ? std::memchr(text.data() + from, byte, text.size() - from)
          : nullptr;
  return found == nullptr ? std::string_view::npos
                          : static_cast<std::size_t>(
                                static_cast<const char*>(found) - text.data());
}

// The buffer holds [look-behind | whole segments | begun segment]. Carriage
// returns are turned into line feeds in it, so that patterns see one kind of
// end; their places are kept for counting lines.
class Scanner {
 public:
  Scanner(const LineScan& scan, bool process_ended)
      : scan_(scan),
        process_ended_(process_ended),
        buffer_(std::make_unique_for_overwrite<char[]>(kBufferBytes)) {}

  bool run(std::FILE* file) {
    bool more = true;
    while (more) {
      const std::size_t room = std::min(kChunkBytes, kBufferBytes - filled_);
      const std::size_t count =
          std::fread(buffer_.get() + filled_, 1, room, file);
      if (std::ferror(file) != 0) {
        return false;
      }
      more = count > 0;
      take(count);
      if (!more) {
        finish();
      }
    }
    return true;
  }

 private:
  std::string_view view() const { return {buffer_.get(), filled_}; }

  void take(std::size_t count) {
    const std::size_t from = filled_;
    filled_ += count;
    for (std::size_t at = find_byte(view(), '\r', from);
         at != std::string_view::npos;
         at = find_byte(view(), '\r', at + 1)) {
      buffer_[at] = '\n';
      returns_.push_back(at);
    }
    const std::size_t last = view().rfind('\n');
    if (last != std::string_view::npos && last >= start_) {
      process(last + 1);
    }
    give_pieces(filled_);
    count_lines(start_);
    drop_processed();
  }

  void finish() {
    if (process_ended_ && filled_ > start_) {
      buffer_[filled_] = '\n';
      process(++filled_);
    }
  }

  // The whole segments in [start_, end).
  void process(std::size_t end) {
    const std::string_view text = view().substr(0, end);
    while (start_ < end) {
      std::size_t begin = start_;
      if (!wants_next_ && !continued_) {
        const std::size_t found = scan_.find(text.substr(start_));
        if (found == std::string_view::npos) {
          break;
        }
        const std::size_t hit = std::min(start_ + found, end - 1);
        const std::size_t feed = hit == 0 ? hit : text.rfind('\n', hit - 1);
        if (feed != std::string_view::npos && feed >= start_ && hit > 0) {
          begin = feed + 1;
        }
      }
      start_ = begin;
      const std::size_t stop = find_byte(text, '\n', begin);
      give_pieces(stop);
      give(start_, stop, stop);
      continued_ = false;
      start_ = stop + 1;
    }
    count_lines(end);
    start_ = end;
  }

  // The pieces of the segment at start_ but for the last, of which the end is
  // not here yet, or is `stop`.
  void give_pieces(std::size_t stop) {
    while (stop - start_ > kSegmentMax + kPieceAhead) {
      // Rather between words, where no escape sequence is cut in two.
      const std::size_t least = start_ + kSegmentMax - kPieceAhead;
      const std::size_t gap =
          view().substr(least, kPieceAhead).find_last_of(" ,;|");
      const std::size_t end =
          least + (gap == std::string_view::npos ? kPieceAhead : gap);
      give(start_, end, stop);
      continued_ = true;
      start_ = end;
    }
  }

  // The segment, or the piece of it, in [begin, end); it ends at `stop`.
  void give(std::size_t begin, std::size_t end, std::size_t stop) {
    count_lines(begin);
    const std::string_view text = view();
    const std::size_t from = continued_ ? begin - kPieceBehind : begin;
    Segment segment;
    segment.text = text.substr(from, std::min(end + kPieceAhead, stop) - from);
    segment.line = line_;
    segment.continued = continued_;
    segment.cut = end < stop;
    segment.own_begin = begin - from;
    segment.own_end = end - from;
    if (!continued_) {
      segment.before = before(begin);
    }
    if (end == stop) {
      const std::size_t next = std::min(stop + 1, filled_);
      segment.after = text.substr(next, kLookAheadMax);
    }
    wants_next_ = scan_.consume(segment);
  }

  // The end of the segment before the one at `begin`.
  std::string_view before(std::size_t begin) const {
    const std::string_view text = view();
    std::size_t last = begin;
    while (last > 0 && text[last - 1] == '\n') {
      --last;
    }
    const std::size_t from = last - std::min(last, kLookBehindMax);
    std::string_view end = text.substr(from, last - from);
    end.remove_prefix(end.rfind('\n') + 1);
    return end;
  }

  // Line feeds up to `end`, less what were carriage returns.
  void count_lines(std::size_t end) {
    const std::string_view text = view();
    for (std::size_t at = find_byte(text, '\n', counted_); at < end;
         at = find_byte(text, '\n', at + 1)) {
      ++line_;
    }
    while (next_return_ < returns_.size() && returns_[next_return_] < end) {
      --line_;
      ++next_return_;
    }
    counted_ = std::max(counted_, end);
  }

  // Moves the begun segment, and a little of what is before it, to the front.
  void drop_processed() {
    const std::size_t from =
        start_ - std::min(start_, std::max(kLookBehindMax, kPieceBehind));
    std::memmove(buffer_.get(), buffer_.get() + from, filled_ - from);
    filled_ -= from;
    start_ -= from;
    counted_ -= from;
    returns_.erase(
        returns_.begin(),
        returns_.begin() + static_cast<std::ptrdiff_t>(next_return_));
    next_return_ = 0;
    for (std::size_t& at : returns_) {
      at -= from;
    }
  }

  const LineScan& scan_;
  bool process_ended_;
  // Not filled before it is read into: most logs are small.
  std::unique_ptr<char[]> buffer_;
  std::size_t filled_ = 0;
  std::size_t start_ = 0;    // of what is not processed
  std::size_t counted_ = 0;  // up to here, line_ is right
  std::uint64_t line_ = 1;
  std::vector<std::size_t> returns_;
  std::size_t next_return_ = 0;
  bool wants_next_ = false;
  bool continued_ = false;  // what is at start_ is not its segment's begin
};

}  // namespace

ledger::Status scan_lines(const std::filesystem::path& log,
                          bool process_ended,
                          const LineScan& scan) {
  const File file(std::fopen(log.c_str(), "rbe"));
  Scanner scanner(scan, process_ended);
  if (file == nullptr || !scanner.run(file.get())) {
    return ledger::fail(
        ledger::ErrorCode::kIo,
        "log-unreadable",
        fmt::format("{}: {}", log.string(), std::strerror(errno)));
  }
  return {};
}

}  // namespace commands::metrics
