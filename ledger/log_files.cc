#include "ledger/log_files.h"

#include <cerrno>
#include <fstream>
#include <map>
#include <optional>
#include <string_view>

#include <unistd.h>

#include "ledger/file.h"

namespace ledger {
namespace fs = std::filesystem;
namespace {

// A log is blocks of 32 kB. A record in them is fragments, each: checksum (4),
// length (2), type (1), bytes; numbers are little-endian. The checksum is the
// CRC-32C of type and bytes, masked. The bytes of the first begin with the
// batch's sequence number (8).
constexpr std::uint64_t kBlock = 32'768;
constexpr std::uint64_t kHeader = 7;
constexpr std::size_t kSequenceSize = 8;
enum Fragment : unsigned char {
  kWhole = 1,
  kFirst = 2,
  kMiddle = 3,
  kLast = 4
};

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    value = (value << 8U) | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

// As RFC 3720, appendix B.4, and RocksDB's mask over it: a checksum of bytes
// that hold checksums would be a weak one.
std::uint32_t masked_crc32c(std::string_view bytes) {
  constexpr std::uint32_t kPolynomial = 0x82f63b78;  // reflected
  constexpr std::uint32_t kMask = 0xa282ead8;
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kPolynomial : 0U);
    }
  }
  crc = ~crc;
  return ((crc >> 15U) | (crc << 17U)) + kMask;
}

// How closely a first record is looked at.
enum class Look { kLengths, kChecksums };

// Nothing where the first record is not whole: what a crash tore was never
// replayed, and the next log begins with the same number.
std::optional<std::uint64_t> first_sequence(const fs::path& file, Look look) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(file, error);
  std::ifstream stream(file, std::ios::binary);
  std::optional<std::uint64_t> sequence;
  std::uint64_t at = 0;
  while (!error && at + kHeader + kSequenceSize <= size) {
    std::string bytes(kHeader + kSequenceSize, '\0');
    const auto read = [&] {
      stream.seekg(static_cast<std::streamoff>(at));
      return bool(stream.read(bytes.data(),
                              static_cast<std::streamsize>(bytes.size())));
    };
    if (!read()) {
      return std::nullopt;
    }
    const std::uint64_t checksum = little_endian(bytes.substr(0, 4));
    const std::uint64_t length = little_endian(bytes.substr(4, 2));
    const auto type = static_cast<unsigned char>(bytes[6]);
    const bool begins = type == kWhole || type == kFirst;
    if (begins == sequence.has_value() || at + kHeader + length > size) {
      return std::nullopt;
    }
    if (begins) {
      sequence = little_endian(bytes.substr(kHeader));
    }
    bytes.resize(kHeader + length);
    if (look == Look::kChecksums &&
        (!read() || masked_crc32c(bytes.substr(6)) != checksum)) {
      return std::nullopt;
    }
    if (type == kWhole || type == kLast) {
      return sequence;
    }
    if (type != kFirst && type != kMiddle) {
      return std::nullopt;
    }
    at += kHeader + length;
    if (kBlock - at % kBlock < kHeader) {
      at += kBlock - at % kBlock;
    }
  }
  return std::nullopt;
}

// By their numbers: names of six digits; more digits are later numbers.
using Logs = std::map<std::pair<std::size_t, std::string>, fs::path>;

Status check_order(const Logs& logs, Look look) {
  std::optional<std::uint64_t> before;
  fs::path file_before;
  for (const auto& [name, file] : logs) {
    const auto sequence = first_sequence(file, look);
    if (!sequence) {
      continue;
    }
    if (before && *sequence <= *before) {
      return fail(ErrorCode::kCorruption,
                  "logs-exchanged",
                  fmt::format("{} is not newer than {}: log files of the store "
                              "were exchanged",
                              file.string(),
                              file_before.string()),
                  "keep the folder as it is and put back a backup beside it");
    }
    before = sequence;
    file_before = file;
  }
  return {};
}

}  // namespace

Status check_log_order(const fs::path& folder) {
  Logs logs;
  RL_ASSIGN(const auto files, list_folder(folder));
  for (const fs::path& file : files) {
    if (file.extension() == ".log") {
      const std::string name = file.filename();
      logs[{name.size(), name}] = file;
    }
  }
  // Every command comes by here; only what looks wrong is read as a whole.
  return check_order(logs, Look::kLengths)
             ? Status()
             : check_order(logs, Look::kChecksums);
}

Status remove_logs(const fs::path& folder) {
  RL_ASSIGN(const auto files, list_folder(folder));
  for (const fs::path& file : files) {
    if (file.extension() == ".log" && ::unlink(file.c_str()) != 0) {
      return io_error(file, errno);
    }
  }
  return sync_folder(folder);
}

}  // namespace ledger
