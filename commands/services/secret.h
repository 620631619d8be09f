// A value that must never be shown: a token, or an address that is one. There
// is no way to print it; who sends it asks for it by name.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace commands::services {

class Secret {
 public:
  Secret() = default;
  // `variable`: where it came from, which may be said.
  Secret(std::string variable, std::string value);
  // What HTTP's Basic scheme sends: base64 of `user:value`. Hides both.
  static Secret basic(std::string variable,
                      std::string_view user,
                      const std::string& value);

  bool empty() const { return value_.empty(); }
  const std::string& variable() const { return variable_; }
  const std::string& reveal() const { return value_; }

  // The text with this value, plain and percent-encoded, as `***`.
  std::string hidden_in(std::string text) const;

 private:
  std::string variable_;
  std::string value_;
  std::vector<std::string> forms_;  // longest first
};

// For one segment of a path or one value of a query: RFC 3986.
std::string percent_encoded(std::string_view text);

}  // namespace commands::services
