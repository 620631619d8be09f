// docs/events.md names every event and every field, so that the catalogue
// cannot fall behind the schema.

#include <set>
#include <string>
#include <tuple>
#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/event.h"
#include "tests/docs/page.h"

namespace docs {
namespace {

using flatbuffers::TypeTable;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// The tables that events are made of.
using Parts = std::tuple<schema::Acceptance,
                         schema::Approval,
                         schema::BaselineUsed,
                         schema::Bug,
                         schema::Channel,
                         schema::Check,
                         schema::Forge,
                         schema::LedgerHead,
                         schema::Metric,
                         schema::MetricDoubt,
                         schema::MetricRule,
                         schema::MetricSource,
                         schema::MetricsOut,
                         schema::Output,
                         schema::OutputRule,
                         schema::Person,
                         schema::Plan,
                         schema::Project,
                         schema::RoleMembers,
                         schema::RunSettings,
                         schema::Tracker,
                         schema::Validation,
                         schema::WaiverPolicy>;

// The field as the schema spells it: flatc puts an underscore behind a name
// that is a keyword of C++.
std::string field_name(const TypeTable& table, std::size_t i) {
  std::string name = table.names[i];
  if (name.ends_with('_')) {
    name.pop_back();
  }
  return name;
}

// Looks for each field in the table's section and remembers the table.
template <class T>
void expect_described(std::set<const TypeTable*>& described) {
  static const std::string kCatalogue = page("docs/events.md");
  const TypeTable& table = *T::TableType::MiniReflectTypeTable();
  const std::string name(schema::type_name_of<T>());
  const std::string text = section(kCatalogue, name);
  EXPECT_THAT(text, Not(IsEmpty())) << "no section " << name;
  for (std::size_t i = 0; i < table.num_elems; ++i) {
    EXPECT_THAT(text, HasSubstr("`" + field_name(table, i) + "`")) << name;
  }
  described.insert(&table);
}

template <class List>
struct Each;

template <template <class...> class List, class... T>
struct Each<List<T...>> {
  static void expect_described_all(std::set<const TypeTable*>& described) {
    (expect_described<T>(described), ...);
  }
};

TEST(EventCatalogue, DescribesEveryFieldOfEveryEvent) {
  std::set<const TypeTable*> described;
  Each<schema::Event>::expect_described_all(described);
}

TEST(EventCatalogue, DescribesEveryPartOfAnEvent) {
  std::set<const TypeTable*> described;
  Each<schema::Event>::expect_described_all(described);
  Each<Parts>::expect_described_all(described);
  for (const TypeTable* table : described) {
    for (std::size_t i = 0; i < table->num_elems; ++i) {
      const int reference = table->type_codes[i].sequence_ref;
      if (reference < 0) {
        continue;
      }
      const TypeTable* part = table->type_refs[reference]();
      EXPECT_TRUE(part->st != flatbuffers::ST_TABLE || described.contains(part))
          << "the table of " << field_name(*table, i) << " is not in Parts";
    }
  }
}

}  // namespace
}  // namespace docs
