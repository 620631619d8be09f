// The envelope of an event and its codec. The bytes are what the Merkle tree
// covers; they are never re-serialised, only stored and compared.
//
// Pure and thread-safe.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schema/fb/envelope_generated.h"
#include "schema/fb/store_generated.h"

namespace schema {

using fb::StreamKind;

using Actor = fb::ActorT;
using Envelope = fb::EnvelopeT;
using StoreHead = fb::StoreHeadT;
using Tag = fb::TagT;
using ViewState = fb::ViewStateT;

// Largest envelope: C2SP entry bundles give an entry's length 16 bits.
constexpr std::size_t kEnvelopeBytesMax = 65'535;

std::string encode(const Envelope& envelope);
std::string encode(const StoreHead& head);

// Nothing for bytes that are not one.
std::optional<Envelope> decode_envelope(std::string_view bytes);
std::optional<StoreHead> decode_store_head(std::string_view bytes);

// "Ann <ann@x.org>", or whichever half is known.
std::string display_name(const Actor& actor);

}  // namespace schema
