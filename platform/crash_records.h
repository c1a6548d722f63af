// SPDX-License-Identifier: EUPL-1.2
// How many crashes of the system left a record, from the names of the records alone. What is in
// them, and when each was, is never looked at.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wattlife {

// Of sys/fs/pstore ("dmesg-efi_pstore-170550000001001": time, part of two digits, count of three)
// and of the archive that systemd moves them to (a folder for each, named by its time or its
// number). A crash in several parts, and one that stands in both, counts once.
std::int64_t crashes_kept(const std::vector<std::string>& pstore,
                          const std::vector<std::string>& archive);

}  // namespace wattlife
