#include "schema/envelope.h"

namespace schema {
namespace {

std::string text(const flatbuffers::FlatBufferBuilder& builder) {
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()),
          builder.GetSize()};
}

const std::uint8_t* raw(std::string_view bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

template <class Table>
std::optional<typename Table::NativeTableType> decode(std::string_view bytes,
                                                      const char* identifier) {
  flatbuffers::Verifier verifier(raw(bytes), bytes.size());
  if (!verifier.VerifyBuffer<Table>(identifier)) {
    return std::nullopt;
  }
  typename Table::NativeTableType value;
  flatbuffers::GetRoot<Table>(raw(bytes))->UnPackTo(&value);
  return value;
}

}  // namespace

std::string encode(const Envelope& envelope) {
  flatbuffers::FlatBufferBuilder builder;
  builder.ForceDefaults(true);
  fb::FinishEnvelopeBuffer(builder, fb::Envelope::Pack(builder, &envelope));
  return text(builder);
}

std::string encode(const StoreHead& head) {
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(fb::StoreHead::Pack(builder, &head));
  return text(builder);
}

std::optional<Envelope> decode_envelope(std::string_view bytes) {
  auto envelope = decode<fb::Envelope>(bytes, fb::EnvelopeIdentifier());
  if (envelope && envelope->actor == nullptr) {
    envelope->actor = std::make_unique<Actor>();
  }
  return envelope;
}

std::optional<StoreHead> decode_store_head(std::string_view bytes) {
  return decode<fb::StoreHead>(bytes, nullptr);
}

std::string display_name(const Actor& actor) {
  if (actor.email.empty()) {
    return actor.name.empty() ? actor.os_user : actor.name;
  }
  if (actor.name.empty()) {
    return "<" + actor.email + ">";
  }
  return actor.name + " <" + actor.email + ">";
}

}  // namespace schema
