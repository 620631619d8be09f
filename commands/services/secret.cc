#include "commands/services/secret.h"

#include <algorithm>

#include <fmt/format.h>

#include "ledger/digest.h"

namespace commands::services {
namespace {

constexpr std::string_view kMask = "***";
// Shorter ones are no secrets, and would make every text unreadable.
constexpr std::size_t kSecretBytesMin = 4;

void hide(std::string& text, const std::string& form) {
  std::size_t at = text.find(form);
  while (at != std::string::npos) {
    text.replace(at, form.size(), kMask);
    at = text.find(form, at + kMask.size());
  }
}

}  // namespace

Secret::Secret(std::string variable, std::string value)
    : variable_(std::move(variable)), value_(std::move(value)) {
  for (const std::string& form : {value_, percent_encoded(value_)}) {
    if (form.size() >= kSecretBytesMin) {
      forms_.push_back(form);
    }
  }
  std::ranges::sort(forms_, std::ranges::greater(), &std::string::size);
}

Secret Secret::basic(std::string variable,
                     std::string_view user,
                     const std::string& value) {
  const Secret plain(variable, value);
  if (plain.empty()) {
    return plain;
  }
  Secret secret(std::move(variable),
                ledger::to_base64(fmt::format("{}:{}", user, value)));
  secret.forms_.insert(
      secret.forms_.end(), plain.forms_.begin(), plain.forms_.end());
  return secret;
}

std::string Secret::hidden_in(std::string text) const {
  for (const std::string& form : forms_) {
    hide(text, form);
  }
  return text;
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                       (c >= 'a' && c <= 'z') || c == '-' || c == '.' ||
                       c == '_' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace commands::services
