// Long texts, a piece at a time: reading lines, and writing a file that
// appears whole or not at all. Errors are kIo and name the file. Move-only.

#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/file.h"

namespace ledger {

// No line that anybody means is longer.
constexpr std::size_t kLineBytesMax = 256 << 20;

class LineReader {
 public:
  // `name` is for errors.
  LineReader(Descriptor file, std::string name)
      : file_(std::move(file)), name_(std::move(name)) {}
  static Result<LineReader> open(const std::filesystem::path& path);

  // Without its line feed; the last one need not have one. Nothing at the end.
  // kUsage `line-too-long`.
  Result<std::optional<std::string>> next();

 private:
  Descriptor file_;
  std::string name_;
  std::string buffer_;
  std::size_t at_ = 0;  // in the buffer, of the next line
  bool ended_ = false;
};

class FileWriter {
 public:
  // Beside its place if that is a file or nothing; what is no file, such as
  // /dev/null or a pipe, is written to as it is.
  static Result<FileWriter> begin(const std::filesystem::path& place);

  FileWriter(FileWriter&& other) noexcept;
  FileWriter& operator=(FileWriter&&) = delete;
  ~FileWriter();  // removes what was not published

  Status write(std::string_view text);
  // Synced, then renamed.
  Status publish();

 private:
  FileWriter(std::filesystem::path place,
             std::filesystem::path temporary,
             Descriptor file)
      : place_(std::move(place)),
        temporary_(std::move(temporary)),
        file_(std::move(file)) {}

  std::filesystem::path place_;
  std::filesystem::path temporary_;  // empty: none, or published
  Descriptor file_;
};

}  // namespace ledger
