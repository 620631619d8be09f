// What is on record of texts that are posted into channels. Pure.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/release/record.h"

namespace schema {

// Where the plan names no channel, a person posts the text, and this stands
// for where.
constexpr std::string_view kByHand = "manual";

// Where the announcement has to be out before the release is complete.
std::vector<std::string> announcement_channels(const ReleaseRecord& record);

// Null: no text was ever meant for it. `notice` empty: the announcement.
const PostRecord* find_post(const ReleaseRecord& record,
                            std::string_view channel,
                            std::string_view notice);

// The newest text for it is out, or a person says so.
bool is_out(const PostRecord& post);
// It was about to be sent, and nothing says what came of that.
bool is_open(const PostRecord& post);
// posted, refused, doubted, open, or by-hand: a person posts it.
std::string_view post_word(const PostRecord& post);
// Why, or how it is known; may be empty.
std::string post_detail(const PostRecord& post);
// A person posts it, and has not said so.
bool waits_for_hand(const PostRecord& post);

}  // namespace schema
