// SPDX-License-Identifier: EUPL-1.2
// More of the two NVMe pages than the inventory needs: the whole health log, and how a drive can be
// erased by its own commands (NVM Express base specification).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/drive_wear.h"
#include "core/reading.h"
#include "core/result.h"

namespace wattlife {

// Log page 02h, 512 bytes. Malformed when too short or empty.
Result<NvmeHealth> decode_nvme_log(std::string_view log);

// Of Identify Controller: SANICAP (328), OACS (256) and FNA (524).
struct NvmeErase {
  bool sanitize_crypto = false;
  bool sanitize_block = false;
  bool sanitize_overwrite = false;
  bool format = false;         // Format NVM
  bool format_crypto = false;  // with a cryptographic erase
  friend bool operator==(const NvmeErase&, const NvmeErase&) = default;
};
Result<NvmeErase> decode_nvme_erase(std::string_view identify);
// The same for the inventory, of the drive `name`; adds nothing for a page that cannot be decoded.
void add_nvme_erase(const std::string& name, std::string_view identify,
                    std::vector<DriveErase>& into);

}  // namespace wattlife
