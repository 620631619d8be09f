// A folder while it is built beside its place: published by one rename, so
// that there is a whole one or none, and removed if that does not happen.
//
// It is called PLACE.creating-HEX and held by flock on itself; one that nobody
// holds was left over by a crash, and the next that builds for the same place
// removes it. Move-only. Errors: kIo.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "ledger/file.h"
#include "ledger/result.h"

namespace ledger {

constexpr std::string_view kCreatingInfix = ".creating-";
constexpr std::string_view kReplacedInfix = ".replaced-";

class Building {
 public:
  static Result<Building> begin(const std::filesystem::path& place);

  Building(Building&& other) noexcept;
  Building& operator=(Building&&) = delete;
  ~Building();

  const std::filesystem::path& folder() const { return folder_; }

  // To its place, if nothing or an empty folder is there. False: something is,
  // and the building is kept.
  Result<bool> publish();
  // What is in its place is to be called so: PLACE.replaced-TIME.
  std::filesystem::path name_of_replaced(std::int64_t now_ms) const;
  // To its place, where something is, which is called `kept` from then on. At
  // every moment the one or the other is in the place.
  Status replace(const std::filesystem::path& kept);

 private:
  Building(std::filesystem::path place,
           std::filesystem::path folder,
           Descriptor hold)
      : place_(std::move(place)),
        folder_(std::move(folder)),
        hold_(std::move(hold)) {}

  std::filesystem::path place_;
  std::filesystem::path folder_;  // empty: published
  Descriptor hold_;
};

// "PREFIX20251002T093000Z", or with a number behind it where that exists.
std::filesystem::path free_name(const std::filesystem::path& prefix,
                                std::int64_t now_ms);

// Absolute, without a slash at its end.
std::filesystem::path plain_place(const std::filesystem::path& folder);

}  // namespace ledger
