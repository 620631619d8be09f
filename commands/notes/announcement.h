// What is told in a channel: the plan's template filled with recorded facts,
// or the built-in text. The same record gives the same text.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/release/record.h"

namespace commands::notes {

// The text of the release; `text_template` empty: the built-in one.
std::string announcement(const schema::ReleaseRecord& record,
                         std::string_view text_template);

// More of a reason is cut off, so that a notice fits into a message of any
// channel, even where each of its bytes is told by five.
constexpr std::size_t kNoticeReasonBytesMax = 600;

// Told on the way there: `notice` is waiting or failed, `what` says for whom
// or why, `command` what moves it on.
std::string notice(const schema::ReleaseRecord& record,
                   std::string_view notice,
                   std::string_view what,
                   std::string_view command);

// The placeholders a template may have.
const std::vector<std::string>& announcement_words();
// The template with every placeholder gone: no text can be shorter.
std::string shortest_announcement(std::string_view text_template);

}  // namespace commands::notes
