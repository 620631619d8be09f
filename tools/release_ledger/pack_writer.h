// A pack on disk: a folder, or one tar file. Whole or not at all.
//
// The tar is plain ustar, in the order given, without times, owners or modes
// of this machine, so that the same pack is the same bytes.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/result.h"
#include "projections/pack.h"

namespace tools {

// kUsage `name-too-long`, kIo.
ledger::Status write_tar(const std::filesystem::path& place,
                         const std::string& prefix,
                         const std::vector<projections::PackedFile>& files);
// kUsage `not-empty`: something is there.
ledger::Status write_folder(const std::filesystem::path& place,
                            const std::vector<projections::PackedFile>& files);

}  // namespace tools
