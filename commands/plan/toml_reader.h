// TOML with positions: the text as a table, and typed access to a table that
// says what stands where it should not. The rest of the plan's reader sees
// toml++ through this.
//
// Errors of parse_toml: kUsage `plan-not-toml`, `plan-invalid` (too big).
// A TableReader never fails: it adds to the problems and goes on with a
// default. It borrows the table and the problems. Not thread-safe.

#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <toml++/toml.h>

#include "commands/plan/problems.h"
#include "ledger/result.h"

namespace commands::plan {

constexpr std::size_t kPlanBytesMax = 1 << 20;

ledger::Result<toml::table> parse_toml(std::string_view text,
                                       std::string_view file_name);

Place place_of(const toml::node& node);

// The place of the deepest node of the path that exists: a key of a table or
// an index of an array each step.
using Step = std::variant<std::string_view, std::size_t>;
Place place_at(const toml::table& root, std::initializer_list<Step> path);

class TableReader {
 public:
  // `name` is what problems call the table: "[project]".
  TableReader(const toml::table& table, std::string name, Problems& problems);

  // Each asks for one key, present or not, and so makes it a known one.
  std::string text(const char* key, std::string fallback);
  std::string required_text(const char* key);
  // As text, but line feeds and tabs may stand in it.
  std::string lines(const char* key, std::string fallback);
  std::vector<std::string> texts(const char* key,
                                 std::vector<std::string> fallback);
  // As texts, but line feeds and other control characters may stand in it.
  std::vector<std::string> command(const char* key,
                                   std::vector<std::string> fallback);
  std::optional<std::uint64_t> whole(const char* key);
  std::uint64_t whole_between(const char* key,
                              std::uint64_t fallback,
                              std::uint64_t low,
                              std::uint64_t high);
  std::optional<double> number(const char* key);
  std::optional<std::vector<double>> numbers(const char* key);
  // A number, or text such as "5%": 0 or more.
  struct Amount {
    double value = 0;
    bool percent = false;
  };
  std::optional<Amount> amount(const char* key);
  // Seconds: a number of them, or text such as "90s", "30m", "12h", "3d" or
  // "2w"; more than 0.
  std::optional<double> duration(const char* key);
  bool flag(const char* key, bool fallback);
  // One of a closed set.
  std::string word(const char* key,
                   std::string fallback,
                   const std::vector<std::string>& known);
  // An empty table if the key is absent.
  const toml::table& table(const char* key);
  std::vector<const toml::table*> tables(const char* key);

  bool has(std::string_view key) const { return table_.contains(key); }
  // Of the key's value, or of the table if it is absent.
  Place place(std::string_view key) const;
  void refuse(std::string_view key, std::string what);

  // A problem for every key nobody asked for.
  void refuse_unknown_keys();

 private:
  const toml::node* find(const char* key);
  // Without control characters but the `allowed`.
  std::string harmless_text(const char* key,
                            std::string fallback,
                            std::string_view allowed);
  void wrong_type(const toml::node& node,
                  std::string_view key,
                  std::string_view wanted);
  std::vector<std::string> list(const char* key,
                                std::vector<std::string> fallback,
                                bool any_character);

  const toml::table& table_;
  std::string name_;
  Problems& problems_;
  std::vector<std::string> known_;
};

}  // namespace commands::plan
