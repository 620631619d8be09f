#include "commands/services/secret.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

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
  Secret secret(std::move(variable), base64(fmt::format("{}:{}", user, value)));
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

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view three = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t index = 0; index < 3; ++index) {
      bits <<= 8U;
      bits |=
          index < three.size() ? static_cast<unsigned char>(three[index]) : 0U;
    }
    for (std::size_t digit = 0; digit < 4; ++digit) {
      text += digit <= three.size()
                  ? kDigits[(bits >> (18U - 6U * digit)) & 0x3FU]
                  : '=';
    }
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
