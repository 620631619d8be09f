#include "schema/upcast.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace schema {

Upcasters upcasters() {
  // Every type is at version 1.
  return {};
}

std::uint16_t newest_version(Upcasters chain, std::string_view type) {
  std::uint16_t newest = 1;
  for (const Upcaster& upcaster : chain) {
    if (upcaster.type == type) {
      newest = std::max(newest, static_cast<std::uint16_t>(upcaster.from + 1));
    }
  }
  return newest;
}

std::optional<std::string> lift(Upcasters chain,
                                std::string_view type,
                                std::uint16_t version,
                                std::string_view payload) {
  const std::uint16_t newest = newest_version(chain, type);
  if (version == 0 || version > newest) {
    return std::nullopt;
  }
  std::optional<std::string> lifted{payload};
  for (; lifted && version < newest; ++version) {
    const auto step = std::ranges::find_if(chain, [&](const Upcaster& u) {
      return u.type == type && u.from == version;
    });
    lifted = step == chain.end() ? std::nullopt : step->lift(*lifted);
  }
  return lifted;
}

std::vector<std::string> chain_problems(Upcasters chain,
                                        const std::vector<std::string>& types) {
  std::vector<std::string> problems;
  std::map<std::string_view, std::set<std::uint16_t>> versions;
  for (const Upcaster& upcaster : chain) {
    if (upcaster.from == 0 || upcaster.lift == nullptr ||
        std::ranges::find(types, upcaster.type) == types.end()) {
      problems.push_back(fmt::format(
          "{} from version {} lifts nothing", upcaster.type, upcaster.from));
    } else if (!versions[upcaster.type].insert(upcaster.from).second) {
      problems.push_back(fmt::format(
          "{} has two ways up from version {}", upcaster.type, upcaster.from));
    }
  }
  for (const auto& [type, from] : versions) {
    for (std::uint16_t version = 1; version < *from.rbegin(); ++version) {
      if (!from.contains(version)) {
        problems.push_back(
            fmt::format("{} has no way up from version {}", type, version));
      }
    }
  }
  return problems;
}

}  // namespace schema
