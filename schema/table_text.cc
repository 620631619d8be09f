#include "schema/table_text.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "schema/json_text.h"

namespace schema {
namespace {

using flatbuffers::ElementaryType;
using flatbuffers::TypeTable;
using nlohmann::json;

std::string quoted(std::string_view text) {
  std::string result;
  append_quoted(result, text);
  return result;
}

struct Member {
  std::string_view name;
  std::string text;
};
using Members = std::vector<Member>;

std::string* find(Members& members, std::string_view name) {
  const auto it = std::ranges::find(members, name, &Member::name);
  return it == members.end() ? nullptr : &it->text;
}

void erase(Members& members, std::string_view name) {
  std::erase_if(members, [&](const Member& m) { return m.name == name; });
}

// `low` and `high` under `name`: one bound for a comparison, [low, high] for
// a range.
void fold_band(Members& members,
               std::string_view name,
               std::string_view low_name,
               std::string_view high_name) {
  const std::string* low = find(members, low_name);
  const std::string* high = find(members, high_name);
  if (low == nullptr || high == nullptr) {
    return;
  }
  if (*find(members, "op") == "\"range\"" && *low != "null") {
    std::string range = fmt::format("[{},{}]", *low, *high);
    if (std::string* both = find(members, name)) {
      *both = std::move(range);
    } else {
      members.push_back({name, std::move(range)});
    }
  }
  erase(members, low_name);
  erase(members, high_name);
}

void fold_bounds(Members& members) {
  if (find(members, "op") != nullptr && find(members, "low") != nullptr) {
    fold_band(members, "expected", "low", "high");
    fold_band(members, "warn_expected", "warn_low", "warn_high");
  }
}

// Keys, without their quotation marks, and values, both as JSON.
using Pairs = std::map<std::string, std::string>;

std::string text_of(const Pairs& pairs) {
  std::string text = "{";
  for (const auto& [key, value] : pairs) {
    fmt::format_to(std::back_inserter(text),
                   "{}\"{}\":{}",
                   text.size() > 1 ? "," : "",
                   key,
                   value);
  }
  return text += '}';
}

std::string text_of(Members& members) {
  std::ranges::sort(members, {}, &Member::name);
  std::size_t size = 2;
  for (const Member& member : members) {
    size += member.name.size() + member.text.size() + 4;
  }
  std::string text;
  text.reserve(size);
  text += '{';
  for (const Member& member : members) {
    text += text.size() > 1 ? ",\"" : "\"";
    text += member.name;
    text += "\":";
    text += member.text;
  }
  return text += '}';
}

// Writes while flatbuffers::IterateObject walks the table. `open_` holds the
// tables and vectors that are not at their end, innermost last.
class Writer : public flatbuffers::IterationVisitor {
 public:
  std::string take() { return std::move(result_); }

  void StartSequence() override { open_.emplace_back(); }
  void StartVector() override {
    const bool is_metrics = !open_.empty() && open_.back().field == "metrics";
    Container& vector = open_.emplace_back();
    vector.is_vector = true;
    vector.is_metrics = is_metrics;
    vector.text += '[';
  }

  void EndSequence() override {
    Container table = close();
    fold_bounds(table.members);
    // A list of keys and values becomes one object.
    if (std::string* metrics = find(table.members, "metrics");
        metrics != nullptr && find(table.members, "sources") != nullptr) {
      *metrics = text_of(table.metrics);
    }
    if (!open_.empty() && open_.back().is_metrics) {
      add_pair(table.members);
    }
    put(text_of(table.members));
  }

  void EndVector() override {
    Container vector = close();
    if (vector.is_metrics) {
      open_.back().metrics = std::move(vector.metrics);
    }
    put(std::move(vector.text += ']'));
  }

  void Field(size_t,
             size_t,
             ElementaryType,
             bool is_vector,
             const TypeTable*,
             const char* name,
             const uint8_t* value) override {
    // flatc puts an underscore behind a name that is a word of C++.
    std::string_view field = name;
    field.remove_suffix(field.ends_with('_') ? 1 : 0);
    open_.back().field = field;
    if (value == nullptr) {
      put(is_vector ? "[]" : "null");
    }
  }
  void Element(size_t,
               ElementaryType,
               const TypeTable*,
               const uint8_t*) override {}

  void UType(uint8_t v, const char* name) override { put_enum(v, name); }
  void UChar(uint8_t v, const char* name) override { put_enum(v, name); }
  void Bool(bool v) override { put(v ? "true" : "false"); }
  void Char(int8_t v, const char*) override { put_integer(v); }
  void Short(int16_t v, const char*) override { put_integer(v); }
  void UShort(uint16_t v, const char*) override { put_integer(v); }
  void Int(int32_t v, const char*) override { put_integer(v); }
  void UInt(uint32_t v, const char*) override { put_integer(v); }
  void Long(int64_t v) override { put_integer(v); }
  void ULong(uint64_t v) override { put_integer(v); }
  void Float(float v) override { put(json(v).dump()); }
  void Double(double v) override { put(json(v).dump()); }
  void String(const flatbuffers::String* v) override {
    put(quoted(v->string_view()));
  }
  void Unknown(const uint8_t*) override { put("null"); }

 private:
  struct Container {
    bool is_vector = false;
    bool is_metrics = false;  // the vector of that name
    std::string_view field;   // of a table: the one that comes
    Members members;          // of a table
    std::string text;         // of a vector
    // Of a vector of metrics, and then of the table it is in.
    Pairs metrics;
  };

  Container close() {
    Container last = std::move(open_.back());
    open_.pop_back();
    return last;
  }

  void put_enum(uint8_t value, const char* name) {
    if (name != nullptr) {
      put(quoted(name));
    } else {
      put_integer(value);
    }
  }

  template <class Integer>
  void put_integer(Integer value) {
    put(fmt::format_int(value).str());
  }

  void add_pair(Members& members) {
    std::string* key = find(members, "key");
    std::string* value = find(members, "value");
    if (key == nullptr || value == nullptr) {
      return;
    }
    const bool is_named = key->starts_with('"');
    open_.back().metrics[is_named ? key->substr(1, key->size() - 2) : ""] =
        *value;
  }

  void put(std::string text) {
    if (open_.empty()) {
      result_ = std::move(text);
    } else if (open_.back().is_vector) {
      std::string& vector = open_.back().text;
      vector += vector.size() > 1 ? "," : "";
      vector += text;
    } else {
      open_.back().members.push_back({open_.back().field, std::move(text)});
    }
  }

  std::vector<Container> open_;
  std::string result_;
};

}  // namespace

std::string table_text(const std::uint8_t* buffer, const TypeTable* type) {
  Writer writer;
  flatbuffers::IterateFlatBuffer(buffer, type, &writer);
  return writer.take();
}

}  // namespace schema
