#include "schema/table_text.h"

#include <algorithm>
#include <deque>
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

// A field of a table: its value is a part of the table's text.
struct Member {
  std::string_view name;
  std::size_t begin;
  std::size_t size;
};

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

// A table or a vector while it is being read.
struct Container {
  bool is_vector = false;
  bool is_metrics = false;      // the vector of that name
  std::string_view field;       // of a table: the one that comes
  std::string text;             // of a vector; of a table, of its members
  std::vector<Member> members;  // of a table
  // Of a vector of metrics, and then of the table it is in.
  Pairs metrics;

  // As new, but for the memory.
  void clear() {
    is_vector = is_metrics = false;
    field = {};
    text.clear();
    members.clear();
    metrics.clear();
  }

  Member* find(std::string_view name) {
    const auto it = std::ranges::find(members, name, &Member::name);
    return it == members.end() ? nullptr : &*it;
  }

  std::string_view value(const Member& member) const {
    return std::string_view(text).substr(member.begin, member.size);
  }

  void set(std::string_view name, std::string_view value) {
    erase(name);
    members.push_back({name, text.size(), value.size()});
    text += value;
  }

  void erase(std::string_view name) {
    std::erase_if(members, [&](const Member& m) { return m.name == name; });
  }
};

// `low` and `high` under `name`: one bound for a comparison, [low, high] for
// a range.
void fold_band(Container& table,
               std::string_view name,
               std::string_view low_name,
               std::string_view high_name) {
  const Member* low = table.find(low_name);
  const Member* high = table.find(high_name);
  if (low == nullptr || high == nullptr) {
    return;
  }
  if (table.value(*table.find("op")) == "\"range\"" &&
      table.value(*low) != "null") {
    table.set(name,
              fmt::format("[{},{}]", table.value(*low), table.value(*high)));
  }
  table.erase(low_name);
  table.erase(high_name);
}

void fold_bounds(Container& table) {
  if (table.find("op") != nullptr && table.find("low") != nullptr) {
    fold_band(table, "expected", "low", "high");
    fold_band(table, "warn_expected", "warn_low", "warn_high");
  }
}

// The object of the members of a table, behind `to`.
void append_object(std::string& to, Container& table) {
  std::ranges::sort(table.members, {}, &Member::name);
  to += '{';
  std::string_view before = "\"";
  for (const Member& member : table.members) {
    to += before;
    to += member.name;
    to += "\":";
    to += table.value(member);
    before = ",\"";
  }
  to += '}';
}

// Writes while flatbuffers::IterateObject walks the table. A million of them
// are written by an export, so what held one table holds the next.
class Writer : public flatbuffers::IterationVisitor {
 public:
  std::string take() { return std::move(result_); }

  void StartSequence() override { open(); }
  void StartVector() override {
    const bool is_metrics = depth_ > 0 && top().field == "metrics";
    Container& vector = open();
    vector.is_vector = true;
    vector.is_metrics = is_metrics;
    vector.text += '[';
  }

  void EndSequence() override {
    Container& table = close();
    fold_bounds(table);
    // A list of keys and values becomes one object.
    if (table.find("metrics") != nullptr && table.find("sources") != nullptr) {
      table.set("metrics", text_of(table.metrics));
    }
    if (depth_ > 0 && top().is_metrics) {
      add_pair(table);
    }
    append_object(begin(), table);
    end();
  }

  void EndVector() override {
    Container& vector = close();
    if (vector.is_metrics) {
      top().metrics = std::move(vector.metrics);
    }
    put(vector.text += ']');
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
    top().field = field;
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
    append_quoted(begin(), v->string_view());
    end();
  }
  void Unknown(const uint8_t*) override { put("null"); }

 private:
  Container& top() { return containers_[depth_ - 1]; }

  Container& open() {
    if (++depth_ > containers_.size()) {
      containers_.emplace_back();
    }
    top().clear();
    return top();
  }

  // The innermost, good until the next one is opened.
  Container& close() { return containers_[--depth_]; }

  // Where a value of the innermost is to be appended, until end().
  std::string& begin() {
    if (depth_ == 0) {
      return result_;
    }
    Container& in = top();
    if (!in.is_vector) {
      in.members.push_back({in.field, in.text.size(), 0});
    } else if (in.text.size() > 1) {
      in.text += ',';
    }
    return in.text;
  }

  void end() {
    if (depth_ > 0 && !top().is_vector) {
      Member& last = top().members.back();
      last.size = top().text.size() - last.begin;
    }
  }

  void put(std::string_view text) {
    begin() += text;
    end();
  }

  void put_enum(uint8_t value, const char* name) {
    if (name == nullptr) {
      put_integer(value);
      return;
    }
    append_quoted(begin(), name);
    end();
  }

  template <class Integer>
  void put_integer(Integer value) {
    const fmt::format_int text(value);
    put({text.data(), text.size()});
  }

  void add_pair(Container& table) {
    const Member* key = table.find("key");
    const Member* value = table.find("value");
    if (key == nullptr || value == nullptr) {
      return;
    }
    std::string_view name = table.value(*key);
    name = name.starts_with('"') ? name.substr(1, name.size() - 2) : "";
    top().metrics[std::string(name)] = table.value(*value);
  }

  std::deque<Container> containers_;  // the first `depth_` are not at their end
  std::size_t depth_ = 0;
  std::string result_;
};

}  // namespace

std::string table_text(const std::uint8_t* buffer, const TypeTable* type) {
  Writer writer;
  flatbuffers::IterateFlatBuffer(buffer, type, &writer);
  return writer.take();
}

}  // namespace schema
