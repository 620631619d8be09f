#include "commands/metrics/names.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>

#include "commands/metrics/pattern.h"
#include "commands/metrics/text.h"

namespace commands::metrics {
namespace {

constexpr std::streamoff kEndBytes = std::streamoff{1} << 18;
constexpr std::size_t kNamesMax = 200;

}  // namespace

ledger::Result<std::vector<std::string>> names_at_end(
    const std::filesystem::path& log) {
  std::ifstream file(log, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? std::streamoff(file.tellg()) : -1;
  if (size < 0) {
    return ledger::fail(
        ledger::ErrorCode::kIo,
        "log-unreadable",
        fmt::format("{}: {}", log.string(), std::strerror(errno)));
  }
  std::string end(static_cast<std::size_t>(std::min(size, kEndBytes)), '\0');
  file.seekg(size - static_cast<std::streamoff>(end.size()));
  file.read(end.data(), static_cast<std::streamsize>(end.size()));
  const std::string text = cleaned(end);

  static const FixedPattern kName(
      R"(([A-Za-z_][A-Za-z0-9_./-]{0,63})["'`]?\s?[:=]\s*["']?[-+]?\.?[0-9])");
  std::set<std::string> known;
  std::vector<std::string> names;
  re2::StringPiece rest(text);
  std::string name;
  while (names.size() < kNamesMax && RE2::FindAndConsume(&rest, kName, &name)) {
    if (known.insert(name).second) {
      names.push_back(name);
    }
  }
  return names;
}

}  // namespace commands::metrics
