#include "schema/release/timeline.h"

namespace schema {
namespace {

template <class Table, class Value>
std::string packed_row(const Value& row) {
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(Table::Pack(builder, &row));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()),
          builder.GetSize()};
}

template <class Table>
std::optional<typename Table::NativeTableType> unpacked_row(
    std::string_view bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  flatbuffers::Verifier verifier(data, bytes.size());
  if (!verifier.VerifyBuffer<Table>(nullptr)) {
    return std::nullopt;
  }
  typename Table::NativeTableType row;
  flatbuffers::GetRoot<Table>(data)->UnPackTo(&row);
  return row;
}

}  // namespace

std::string pack(const TimelineRelease& row) {
  return packed_row<fb::TimelineRelease>(row);
}

std::string pack(const TimelineMetric& row) {
  return packed_row<fb::TimelineMetric>(row);
}

std::optional<TimelineRelease> unpack_timeline_release(std::string_view bytes) {
  return unpacked_row<fb::TimelineRelease>(bytes);
}

std::optional<TimelineMetric> unpack_timeline_metric(std::string_view bytes) {
  return unpacked_row<fb::TimelineMetric>(bytes);
}

}  // namespace schema
