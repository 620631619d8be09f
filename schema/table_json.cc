#include "schema/table_json.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace schema {
namespace {

using flatbuffers::ElementaryType;
using flatbuffers::String;
using flatbuffers::TypeTable;
using nlohmann::json;

// JSON is UTF-8, a FlatBuffers string need not be: what is not is replaced.
json text(std::string bytes) {
  const auto is_ascii = [](char c) {
    return static_cast<unsigned char>(c) < 0x80;
  };
  json value(std::move(bytes));
  if (std::ranges::all_of(value.get_ref<const std::string&>(), is_ascii)) {
    return value;
  }
  constexpr auto kReplace = json::error_handler_t::replace;
  return json::parse(value.dump(-1, ' ', false, kReplace));
}

// Builds the JSON while flatbuffers::IterateObject walks the table. `open_`
// holds the containers that are being filled, innermost last.
class JsonBuilder : public flatbuffers::IterationVisitor {
 public:
  json take() { return std::move(result_); }

  void StartSequence() override { open_.push_back({json::object(), {}}); }
  void EndSequence() override { close(); }
  void StartVector() override { open_.push_back({json::array(), {}}); }
  void EndVector() override { close(); }

  void Field(size_t,
             size_t,
             ElementaryType,
             bool is_vector,
             const TypeTable*,
             const char* name,
             const uint8_t* value) override {
    // flatc puts an underscore behind a name that is a word of C++.
    open_.back().field = name;
    if (open_.back().field.ends_with('_')) {
      open_.back().field.pop_back();
    }
    if (value == nullptr) {
      put(is_vector ? json::array() : json());
    }
  }
  void Element(size_t,
               ElementaryType,
               const TypeTable*,
               const uint8_t*) override {}

  void UType(uint8_t v, const char* name) override { put_enum(v, name); }
  void UChar(uint8_t v, const char* name) override { put_enum(v, name); }
  void Bool(bool v) override { put(v); }
  void Char(int8_t v, const char*) override { put(v); }
  void Short(int16_t v, const char*) override { put(v); }
  void UShort(uint16_t v, const char*) override { put(v); }
  void Int(int32_t v, const char*) override { put(v); }
  void UInt(uint32_t v, const char*) override { put(v); }
  void Long(int64_t v) override { put(v); }
  void ULong(uint64_t v) override { put(v); }
  void Float(float v) override { put(v); }
  void Double(double v) override { put(v); }
  void String(const flatbuffers::String* v) override { put(text(v->str())); }
  void Unknown(const uint8_t*) override { put(json()); }

 private:
  struct Container {
    json value;
    std::string field;
  };

  void put_enum(uint8_t value, const char* name) {
    if (name != nullptr) {
      put(name);
    } else {
      put(value);
    }
  }

  void put(json value) {
    if (open_.empty()) {
      result_ = std::move(value);
    } else if (open_.back().value.is_array()) {
      open_.back().value.push_back(std::move(value));
    } else {
      open_.back().value[open_.back().field] = std::move(value);
    }
  }

  void close() {
    json value = std::move(open_.back().value);
    open_.pop_back();
    put(std::move(value));
  }

  std::vector<Container> open_;
  json result_;
};

// One bound for a comparison, [low, high] for a range.
void fold_bounds(json& object) {
  if (!object.contains("op") || !object.contains("low")) {
    return;
  }
  const bool is_range = object["op"] == "range";
  for (const std::string band : {"", "warn_"}) {
    if (is_range && !object[band + "low"].is_null()) {
      object[band + "expected"] =
          json::array({object[band + "low"], object[band + "high"]});
    }
    object.erase(band + "low");
    object.erase(band + "high");
  }
}

// Lists of {key, value} become one object, bounds their short form.
void shorten(json& value) {
  if (value.is_object()) {
    for (auto& [name, member] : value.items()) {
      shorten(member);
    }
    fold_bounds(value);
    if (value.contains("sources") && value.contains("metrics")) {
      json map = json::object();
      for (const json& metric : value["metrics"]) {
        const json& key = metric["key"];
        map[key.is_string() ? key.get<std::string>() : ""] = metric["value"];
      }
      value["metrics"] = std::move(map);
    }
  } else if (value.is_array()) {
    for (json& element : value) {
      shorten(element);
    }
  }
}

}  // namespace

json table_json(const std::uint8_t* buffer, const TypeTable* type) {
  JsonBuilder builder;
  flatbuffers::IterateFlatBuffer(buffer, type, &builder);
  json result = builder.take();
  shorten(result);
  return result;
}

}  // namespace schema
