#include "ledger/export_line.h"

#include "ledger/digest.h"
#include "ledger/event_json.h"
#include "ledger/store.h"

namespace ledger {
namespace {

void append_base64(std::string& line,
                   std::string_view name,
                   std::string_view bytes) {
  line += ",\"";
  line += name;
  line += "\":\"";
  line += to_base64(bytes);
  line += '"';
}

}  // namespace

std::string export_words(const RecordedEvent& event) {
  std::string words = event_text(event);
  words.pop_back();
  return words;
}

std::string export_line(const RecordedEvent& event,
                        std::string_view envelope,
                        std::string_view stored) {
  constexpr std::size_t kNames = 64;
  std::string line = export_words(event);
  line.reserve(line.size() + kNames +
               (envelope.size() + stored.size()) * 4 / 3);
  append_base64(line, "envelope", envelope);
  if (stored.size() < kSaltBytes) {
    return line + ",\"payload\":null,\"salt\":null}";
  }
  append_base64(line, "payload", stored.substr(kSaltBytes));
  append_base64(line, "salt", stored.substr(0, kSaltBytes));
  line += '}';
  return line;
}

}  // namespace ledger
