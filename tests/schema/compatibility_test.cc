// Everything about the bytes that may never change, in one list: tables,
// fields, ids, types, defaults, enum values. A difference that is not an
// addition breaks ledgers that exist.

#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include <flatbuffers/reflection.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/schema/golden.h"

namespace schema_tests {
namespace {

using Lists = std::map<std::string, std::string>;  // by table or enum name

std::string element_name(const reflection::Schema& schema,
                         reflection::BaseType base,
                         int index) {
  if (base == reflection::Obj) {
    return schema.objects()->Get(static_cast<unsigned>(index))->name()->str();
  }
  if (index >= 0) {
    return schema.enums()->Get(static_cast<unsigned>(index))->name()->str();
  }
  return reflection::EnumNameBaseType(base);
}

std::string type_text(const reflection::Schema& schema,
                      const reflection::Type& type) {
  if (type.base_type() == reflection::Vector) {
    return fmt::format("[{}]",
                       element_name(schema, type.element(), type.index()));
  }
  return element_name(schema, type.base_type(), type.index());
}

std::string table_text(const reflection::Schema& schema,
                       const reflection::Object& object) {
  std::map<unsigned, std::string> fields;
  for (const reflection::Field* field : *object.fields()) {
    std::string line = fmt::format("  {}: {} {}",
                                   field->id(),
                                   field->name()->str(),
                                   type_text(schema, *field->type()));
    if (field->optional() && field->type()->base_type() <= reflection::Double) {
      line += " (optional)";
    }
    if (field->default_integer() != 0 || field->default_real() != 0) {
      line += fmt::format(
          " = {}/{}", field->default_integer(), field->default_real());
    }
    line += field->required() ? " (required)" : "";
    line += field->deprecated() ? " (deprecated)" : "";
    fields[field->id()] = line + "\n";
  }
  std::string text = object.is_struct() ? "struct " : "table ";
  text += object.name()->str() + "\n";
  for (const auto& [id, line] : fields) {
    text += line;
  }
  return text;
}

std::string enum_text(const reflection::Enum& enumeration) {
  std::string text = fmt::format(
      "enum {} {}\n",
      enumeration.name()->str(),
      reflection::EnumNameBaseType(enumeration.underlying_type()->base_type()));
  for (const reflection::EnumVal* value : *enumeration.values()) {
    text += fmt::format("  {} = {}\n", value->name()->str(), value->value());
  }
  return text;
}

Lists read_lists() {
  Lists lists;
  for (const char* name : {"envelope", "store", "ledger", "plan", "release"}) {
    std::ifstream file(fmt::format("{}/{}.bfbs", RL_BINARY_SCHEMA_FOLDER, name),
                       std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const reflection::Schema& schema = *reflection::GetSchema(bytes.data());
    for (const reflection::Object* object : *schema.objects()) {
      lists[object->name()->str()] = table_text(schema, *object);
    }
    for (const reflection::Enum* enumeration : *schema.enums()) {
      lists[enumeration->name()->str()] = enum_text(*enumeration);
    }
  }
  return lists;
}

TEST(Compatibility, TablesAndEnumsStayWhatTheyWere) {
  std::string text;
  for (const auto& [name, list] : read_lists()) {
    text += list;
  }
  expect_golden("compatibility.txt", text);
}

TEST(Compatibility, NoEventHoldsAStructAndNoFieldIsRequired) {
  for (const auto& [name, list] : read_lists()) {
    EXPECT_FALSE(list.starts_with("struct ")) << name;
    EXPECT_EQ(list.find("(required)"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace schema_tests
