// Metrics that are sent on. They decide nothing: a release goes on whether
// they arrive or not.

#include <algorithm>

#include "commands/decide/decide.h"

namespace commands::decide {
namespace {

const schema::SendingRecord* find_sending(const ReleaseRecord& record,
                                          const std::string& sink) {
  const auto it =
      std::ranges::find(record.sendings, sink, &schema::SendingRecord::sink);
  return it == record.sendings.end() ? nullptr : &*it;
}

}  // namespace

bool is_sent(const ReleaseRecord& record,
             const std::string& sink,
             const std::string& digest) {
  const schema::SendingRecord* sending = find_sending(record, sink);
  return sending != nullptr && sending->sent != nullptr &&
         sending->sent->digest == digest;
}

Decision start_sending(const ReleaseRecord& record,
                       const std::string& sink,
                       const std::string& digest) {
  RL_TRY(require_unfinished(record));
  const schema::SendingRecord* sending = find_sending(record, sink);
  schema::MetricsSendingStarted intent;
  intent.sink = sink;
  intent.attempt = (sending == nullptr ? 0 : sending->attempts) + 1;
  intent.digest = digest;
  return std::vector<schema::Event>{intent};
}

Decision observe_sent(const ReleaseRecord& record,
                      const std::string& sink,
                      std::size_t series) {
  const schema::SendingRecord* sending = find_sending(record, sink);
  RL_CHECK(sending && sending->started, "what is observed was intended");
  schema::MetricsSent sent;
  sent.sink = sink;
  sent.attempt = sending->started->attempt;
  sent.digest = sending->started->digest;
  sent.series = static_cast<std::uint32_t>(series);
  return std::vector<schema::Event>{sent};
}

Decision observe_not_sent(const ReleaseRecord& record,
                          const std::string& sink,
                          const std::string& reason,
                          const std::string& detail) {
  const schema::SendingRecord* sending = find_sending(record, sink);
  RL_CHECK(sending && sending->started, "what is observed was intended");
  schema::MetricsNotSent failed;
  failed.sink = sink;
  failed.attempt = sending->started->attempt;
  failed.reason = reason;
  failed.detail = detail;
  return std::vector<schema::Event>{failed};
}

}  // namespace commands::decide
