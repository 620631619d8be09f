#include "ledger/export_line.h"

#include "ledger/digest.h"
#include "ledger/event_json.h"
#include "ledger/store.h"

namespace ledger {
namespace {

std::string quoted_base64(std::string_view bytes) {
  return "\"" + to_base64(bytes) + "\"";
}

}  // namespace

std::string export_line(const RecordedEvent& event,
                        std::string_view envelope,
                        std::string_view stored) {
  std::string line = event_text(event);
  line.pop_back();
  line += ",\"envelope\":" + quoted_base64(envelope);
  if (stored.size() < kSaltBytes) {
    return line + ",\"payload\":null,\"salt\":null}";
  }
  line += ",\"payload\":" + quoted_base64(stored.substr(kSaltBytes));
  line += ",\"salt\":" + quoted_base64(stored.substr(0, kSaltBytes)) + "}";
  return line;
}

}  // namespace ledger
