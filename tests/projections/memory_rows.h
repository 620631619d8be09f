// Rows of a projection in memory.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/projection.h"
#include "ledger/store.h"

namespace projections_tests {

class MemoryRows : public ledger::Rows {
 public:
  ledger::Result<std::optional<std::string>> get(
      std::string_view key) override {
    const auto it = rows_.find(std::string(key));
    return it == rows_.end() ? std::optional<std::string>() : it->second.bytes;
  }
  void put(std::string_view key, std::string row) override {
    put_as_of(key, std::move(row), 0);
  }
  void put_as_of(std::string_view key,
                 std::string row,
                 ledger::Position changed) override {
    rows_[std::string(key)] = {changed, std::move(row)};
  }
  std::size_t size() const { return rows_.size(); }
  const std::map<std::string, ledger::Row>& rows() const { return rows_; }

 private:
  std::map<std::string, ledger::Row> rows_;
};

}  // namespace projections_tests
