#include "schema/release/moment.h"

#include <ctime>

#include <fmt/chrono.h>

namespace schema {

std::int64_t judged_at_ms(const ReleaseRecord& record) {
  if (record.publication_mark) {
    return record.publication_mark->at_ms;
  }
  if (record.judged_at_ms != 0 || record.newest == nullptr) {
    return record.judged_at_ms;
  }
  return record.newest->at_ms;
}

std::string moment_text(std::int64_t at_ms) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(at_ms / 1000));
}

std::string waiver_terms(const WaiverRecord& waiver) {
  const WaiverGranted& granted = *waiver.granted;
  std::string text = granted.reason;
  if (!granted.ticket.empty()) {
    text += "; ticket " + granted.ticket;
  }
  if (granted.until_ms) {
    text += "; until " + moment_text(*granted.until_ms);
  }
  if (waiver.confirmed) {
    text += "; confirmed by " + waiver.confirmed->by;
    text += waiver.confirmed->note.empty()
                ? ""
                : " (" + waiver.confirmed->note + ")";
  }
  return text;
}

}  // namespace schema
