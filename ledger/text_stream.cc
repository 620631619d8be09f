#include "ledger/text_stream.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace ledger {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kPiece = 1 << 20;

}  // namespace

Result<LineReader> LineReader::open(const fs::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    return io_error(path, errno);
  }
  return LineReader(std::move(file), path.string());
}

Result<std::optional<std::string>> LineReader::next() {
  std::size_t seen = at_;
  while (true) {
    const std::size_t end = buffer_.find('\n', seen);
    if (end != std::string::npos) {
      std::string line = buffer_.substr(at_, end - at_);
      at_ = end + 1;
      return line;
    }
    if (ended_) {
      std::string rest = buffer_.substr(at_);
      buffer_.clear();
      at_ = 0;
      return rest.empty() ? std::nullopt : std::optional(std::move(rest));
    }
    buffer_.erase(0, at_);
    at_ = 0;
    seen = buffer_.size();
    if (seen > kLineBytesMax) {
      return fail(
          ErrorCode::kUsage,
          "line-too-long",
          fmt::format(
              "{} has a line of more than {} bytes", name_, kLineBytesMax),
          "is it an export?");
    }
    buffer_.resize(seen + kPiece);
    const ssize_t count = ::read(file_.get(), buffer_.data() + seen, kPiece);
    const int error = errno;
    buffer_.resize(seen +
                   static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 && error != EINTR) {
      return io_error(name_, error);
    }
    ended_ = count == 0;
  }
}

Result<FileWriter> FileWriter::begin(const fs::path& place) {
  std::error_code error;
  const fs::file_status status = fs::status(place, error);
  const bool beside = !fs::exists(status) || fs::is_regular_file(status);
  fs::path temporary;
  if (beside) {
    temporary =
        fmt::format("{}{}{}", place.string(), kTemporaryInfix, ::getpid());
  }
  Descriptor file(::open(
      beside ? temporary.c_str() : place.c_str(),
      O_WRONLY | O_CLOEXEC | (beside ? O_CREAT | O_TRUNC | O_NOFOLLOW : 0),
      0644));
  if (!file) {
    return io_error(place, errno);
  }
  return FileWriter(place, std::move(temporary), std::move(file));
}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : place_(std::move(other.place_)),
      temporary_(std::exchange(other.temporary_, {})),
      file_(std::move(other.file_)) {}

FileWriter::~FileWriter() {
  if (!temporary_.empty()) {
    (void)::unlink(temporary_.c_str());
  }
}

Status FileWriter::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(file_.get(), text.data(), text.size());
    if (count < 0 && errno != EINTR) {
      return io_error(place_, errno);
    }
    if (count > 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  return {};
}

Status FileWriter::publish() {
  if (temporary_.empty()) {
    return {};
  }
  if (::fsync(file_.get()) != 0 ||
      ::rename(temporary_.c_str(), place_.c_str()) != 0) {
    return io_error(place_, errno);
  }
  temporary_.clear();
  return sync_folder(place_.parent_path());
}

}  // namespace ledger
