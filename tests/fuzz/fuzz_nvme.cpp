// SPDX-License-Identifier: EUPL-1.2
// Pages from a drive: any bytes, any length.
#include "platform/sensors/decoders.h"
#include "platform/sensors/nvme.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlife;
  const std::string_view page = fuzz::text_of(data, size);
  Disk disk;
  if (!decode_nvme_health(page, disk)) require(disk == Disk{});
  for (const auto& count : {disk.critical_warning, disk.percentage_used, disk.available_spare,
                            disk.data_units_written, disk.power_on_hours, disk.media_errors}) {
    require(!count || *count >= 0);
  }
  Disk other;
  if (!decode_nvme_identify(page, other)) require(other == Disk{});
  require(!other.size_bytes || *other.size_bytes > 0);
  require(!other.serial || !other.serial->empty());
  (void)decode_nvme_log(page);
  (void)decode_nvme_erase(page);
  return 0;
}
