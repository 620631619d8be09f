#include "tools/release_ledger/pack_writer.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "ledger/digest.h"
#include "ledger/file.h"
#include "ledger/text_stream.h"

namespace tools {
namespace {

namespace fs = std::filesystem;
using ledger::ErrorCode;
using ledger::fail;
using ledger::Result;
using ledger::Status;
using projections::PackedFile;

constexpr std::size_t kBlock = 512;
constexpr std::size_t kNameMax = 100;
constexpr std::uint64_t kSizeMax = (std::uint64_t{1} << 33) - 1;  // 11 octal
constexpr std::streamsize kChunk = 1 << 20;

// A header of POSIX ustar.
Result<std::string> header_of(const std::string& name, std::uint64_t size) {
  if (name.size() > kNameMax || size > kSizeMax) {
    return fail(ErrorCode::kUsage,
                "name-too-long",
                fmt::format("{} is too long, or has too long a name, for a "
                            "tar",
                            name),
                "name a folder instead");
  }
  std::string header(kBlock, '\0');
  const auto put = [&](std::size_t at, std::string_view text) {
    std::ranges::copy(text, header.begin() + static_cast<std::ptrdiff_t>(at));
  };
  put(0, name);
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, fmt::format("{:011o}", size));
  put(136, "00000000000");
  put(148, "        ");
  put(156, "0");
  put(257,
      std::string_view("ustar\0"
                       "00",
                       8));
  unsigned sum = 0;
  for (const char c : header) {
    sum += static_cast<unsigned char>(c);
  }
  put(148, fmt::format("{:06o}", sum));
  header[154] = '\0';
  return header;
}

// Gives the content away piece by piece. What changed on disk since its digest
// was taken is refused.
template <class Sink>
Status each_piece(const PackedFile& file, const Sink& sink) {
  if (file.source.empty()) {
    return sink(file.bytes);
  }
  std::ifstream in(file.source, std::ios::binary);
  std::string chunk(std::size_t{kChunk}, '\0');
  std::uint64_t total = 0;
  while (in.read(chunk.data(), kChunk) || in.gcount() > 0) {
    const auto count = static_cast<std::size_t>(in.gcount());
    total += count;
    RL_TRY(sink(std::string_view(chunk).substr(0, count)));
  }
  if (total != file.size) {
    return fail(
        ErrorCode::kIo,
        "file-changed",
        fmt::format("{} changed while it was read", file.source.string()),
        "type the command again");
  }
  return {};
}

Status write_one(const fs::path& place, const PackedFile& file) {
  std::error_code error;
  fs::create_directories(place.parent_path(), error);
  RL_ASSIGN(ledger::FileWriter writer, ledger::FileWriter::begin(place));
  RL_TRY(each_piece(
      file, [&](std::string_view piece) { return writer.write(piece); }));
  return writer.publish();
}

}  // namespace

Status write_tar(const fs::path& place,
                 const std::string& prefix,
                 const std::vector<PackedFile>& files) {
  RL_ASSIGN(ledger::FileWriter writer, ledger::FileWriter::begin(place));
  for (const PackedFile& file : files) {
    RL_ASSIGN(const std::string header,
              header_of(prefix + "/" + file.name, file.size));
    RL_TRY(writer.write(header));
    RL_TRY(each_piece(
        file, [&](std::string_view piece) { return writer.write(piece); }));
    RL_TRY(writer.write(
        std::string((kBlock - file.size % kBlock) % kBlock, '\0')));
  }
  RL_TRY(writer.write(std::string(2 * kBlock, '\0')));
  return writer.publish();
}

Status write_folder(const fs::path& place,
                    const std::vector<PackedFile>& files) {
  std::error_code error;
  if (fs::exists(place, error) && !fs::is_empty(place, error)) {
    return fail(ErrorCode::kUsage,
                "not-empty",
                fmt::format("{} is there and not empty", place.string()),
                "name a new folder, or a file that ends in .tar");
  }
  const fs::path temporary =
      place.string() + ".tmp-" + ledger::to_text(ledger::random_uuid());
  Status written;
  for (const PackedFile& file : files) {
    written = write_one(temporary / file.name, file);
    if (!written) {
      break;
    }
  }
  if (written) {
    fs::rename(temporary, place, error);
  }
  if (written && error) {
    written = ledger::io_error(place, error.value());
  }
  if (!written) {
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
  }
  return written;
}

}  // namespace tools
