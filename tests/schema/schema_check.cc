#include "tests/schema/schema_check.h"

#include <map>

#include <fmt/format.h>

namespace schema_tests {
namespace {

using reflection::Enum;
using reflection::Field;
using reflection::Object;
using reflection::Schema;
using Complaints = std::vector<std::string>;

std::string text(const flatbuffers::String* string) {
  return string == nullptr ? "" : string->str();
}

std::string named_type(const Schema& schema,
                       reflection::BaseType base,
                       int index) {
  const auto at = static_cast<unsigned>(index);
  if (base == reflection::Obj) {
    return text(schema.objects()->Get(at)->name());
  }
  return index >= 0 ? text(schema.enums()->Get(at)->name())
                    : reflection::EnumNameBaseType(base);
}

std::string type_text(const Schema& schema, const reflection::Type& type) {
  return type.base_type() == reflection::Vector
             ? "[" + named_type(schema, type.element(), type.index()) + "]"
             : named_type(schema, type.base_type(), type.index());
}

// All that is fixed about a field once it was released.
std::string field_text(const Schema& schema, const Field& field) {
  return fmt::format("{} {} = {}/{}{}{}",
                     text(field.name()),
                     type_text(schema, *field.type()),
                     field.default_integer(),
                     field.default_real(),
                     field.optional() ? " optional" : "",
                     field.deprecated() ? " deprecated" : "");
}

template <class T>
std::map<std::string, const T*> by_name(
    const flatbuffers::Vector<flatbuffers::Offset<T>>* list) {
  std::map<std::string, const T*> result;
  for (const T* one : *list) {
    result[text(one->name())] = one;
  }
  return result;
}

std::map<unsigned, const Field*> by_id(const Object& object) {
  std::map<unsigned, const Field*> result;
  for (const Field* field : *object.fields()) {
    result[field->id()] = field;
  }
  return result;
}

void check_fields(const Schema& released,
                  const Object& old,
                  const Schema& now,
                  const Object& object,
                  Complaints& complaints) {
  const auto fields = by_id(object);
  for (const auto& [id, field] : by_id(old)) {
    const std::string where = fmt::format("{}, field {}", text(old.name()), id);
    const std::string before = field_text(released, *field);
    const auto found = fields.find(id);
    if (found == fields.end()) {
      complaints.push_back(fmt::format("{}: {} is gone", where, before));
    } else if (const std::string after = field_text(now, *found->second);
               after != before) {
      complaints.push_back(fmt::format("{}: {} was {}", where, after, before));
    }
  }
}

void check_enum(const Enum& old, const Enum& now, Complaints& complaints) {
  const auto base = [](const Enum& e) {
    return e.underlying_type()->base_type();
  };
  if (base(old) != base(now)) {
    complaints.push_back(
        fmt::format("{} is of another size", text(old.name())));
  }
  std::map<std::int64_t, std::string> values;
  for (const reflection::EnumVal* value : *now.values()) {
    values[value->value()] = text(value->name());
  }
  for (const reflection::EnumVal* value : *old.values()) {
    const auto found = values.find(value->value());
    const std::string after = found == values.end() ? "gone" : found->second;
    if (after != text(value->name())) {
      complaints.push_back(fmt::format("{}: {} = {} is {}",
                                       text(old.name()),
                                       text(value->name()),
                                       value->value(),
                                       after));
    }
  }
}

// What no schema may have, released before or not.
void check_alone(const Schema& now, Complaints& complaints) {
  for (const Object* object : *now.objects()) {
    if (object->is_struct()) {
      complaints.push_back(text(object->name()) + " is a struct");
    }
    for (const Field* field : *object->fields()) {
      if (field->required()) {
        complaints.push_back(fmt::format(
            "{}.{} is required", text(object->name()), text(field->name())));
      }
    }
  }
  for (const Enum* enumeration : *now.enums()) {
    if (enumeration->is_union()) {
      complaints.push_back(text(enumeration->name()) + " is a union");
    }
  }
}

std::string root_of(const Schema& schema) {
  return fmt::format("root {}, identifier \"{}\"",
                     schema.root_table() == nullptr
                         ? "none"
                         : text(schema.root_table()->name()),
                     text(schema.file_ident()));
}

}  // namespace

Complaints breaks(const Schema& released, const Schema& now) {
  Complaints complaints;
  const auto objects = by_name(now.objects());
  for (const auto& [name, old] : by_name(released.objects())) {
    if (const auto found = objects.find(name); found != objects.end()) {
      check_fields(released, *old, now, *found->second, complaints);
    } else {
      complaints.push_back(name + " is gone");
    }
  }
  const auto enums = by_name(now.enums());
  for (const auto& [name, old] : by_name(released.enums())) {
    if (const auto found = enums.find(name); found != enums.end()) {
      check_enum(*old, *found->second, complaints);
    } else {
      complaints.push_back(name + " is gone");
    }
  }
  check_alone(now, complaints);
  if (root_of(released) != root_of(now)) {
    complaints.push_back(
        fmt::format("{} was {}", root_of(now), root_of(released)));
  }
  return complaints;
}

}  // namespace schema_tests
