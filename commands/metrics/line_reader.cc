#include "commands/metrics/line_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace commands::metrics {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

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
        buffer_(2 * kChunkBytes, 0) {}

  bool run(std::FILE* file) {
    bool more = true;
    while (more) {
      const std::size_t room = std::min(kChunkBytes, buffer_.size() - filled_);
      const std::size_t count =
          std::fread(buffer_.data() + filled_, 1, room, file);
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
  std::string_view view() const { return {buffer_.data(), filled_}; }

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
    if (filled_ - start_ > kSegmentMax) {
      shorten_begun_segment();
    }
    drop_processed();
  }

  // All of a begun segment that will ever be looked at is here already; what
  // comes further of it is dropped as it comes.
  void shorten_begun_segment() { filled_ = start_ + kSegmentMax + 1; }

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
      if (!wants_next_) {
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
      const std::size_t stop = find_byte(text, '\n', begin);
      give(text, begin, stop);
      start_ = stop + 1;
    }
    count_lines(end);
    start_ = end;
  }

  void give(std::string_view text, std::size_t begin, std::size_t stop) {
    count_lines(begin);
    Segment segment;
    segment.text = text.substr(begin, std::min(stop - begin, kSegmentMax));
    segment.cut = stop - begin > kSegmentMax;
    segment.line = line_;
    std::size_t last = begin;
    while (last > 0 && text[last - 1] == '\n') {
      --last;
    }
    const std::size_t from = last - std::min(last, kLookBehindMax);
    segment.before = text.substr(from, last - from);
    segment.before.remove_prefix(segment.before.rfind('\n') + 1);
    wants_next_ = scan_.consume(segment);
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
    const std::size_t from = start_ - std::min(start_, kLookBehindMax);
    std::memmove(buffer_.data(), buffer_.data() + from, filled_ - from);
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
  std::string buffer_;
  std::size_t filled_ = 0;
  std::size_t start_ = 0;    // of what is not processed
  std::size_t counted_ = 0;  // up to here, line_ is right
  std::uint64_t line_ = 1;
  std::vector<std::size_t> returns_;
  std::size_t next_return_ = 0;
  bool wants_next_ = false;
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
