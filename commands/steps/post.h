// One text into one channel, once: the intent, the attempt, and what was then
// seen. Where a killed run leaves the intent alone, nobody can ask Discord or
// Slack whether the message is there: it is in doubt, and a person looks. A
// receiver of signed webhooks is told again instead, by the same id.

#pragma once

#include <string>

#include "commands/services/channel.h"
#include "commands/steps/step.h"

namespace commands::steps {

struct Posting {
  enum class End {
    kOut,
    kByHand,   // its URL is not known here: a person posts it
    kRefused,  // nothing was posted
    kOpen,     // it may not have arrived, and may be sent again
    kDoubted,  // it may be there, and may not be sent again
  };
  std::string channel;
  End end = End::kOut;
  std::string text;
  std::string words;  // why it is not out
  std::string hint;
};

// `notice` empty: the announcement. Errors: those of the ledger, and an
// interrupt.
Result<Posting> post_text(StepContext& context,
                          const schema::Channel& channel,
                          const std::string& notice,
                          const std::string& text);

// Whether this run knows where the channel's webhook is.
bool is_reachable(const StepContext& context, const schema::Channel& channel);

// kUsage `announcement-too-long` for a channel whose text it would not take.
Status require_postable(const schema::ReleaseRecord& record);

// Tells the channels that want to know that the release cannot go on. What
// goes wrong with that is said and changes nothing.
void tell_channels(StepContext& context, const Error& error);

}  // namespace commands::steps
