// Projections for tests: how many events a stream has, and the types of them
// in order.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/projection.h"

namespace ledger_tests {

// One row per stream: "COUNT:TYPE,TYPE,...", marked with the definition.
class CountingView : public ledger::Projection {
 public:
  explicit CountingView(std::uint16_t number = 1, std::uint32_t definition = 1)
      : number_(number), definition_(definition) {}

  std::uint16_t number() const override { return number_; }
  std::string_view name() const override { return "counting"; }
  std::uint32_t definition() const override { return definition_; }
  ledger::Status apply(const ledger::StreamSlice& slice,
                       ledger::Rows& rows) const override;

 private:
  std::uint16_t number_;
  std::uint32_t definition_;
};

}  // namespace ledger_tests
