// SPDX-License-Identifier: EUPL-1.2
// Pages of an ATA drive, and the texts of eMMC: any bytes, any length. The input is every page at
// once; checksums are set right in a copy, so that what is behind them is reached too.
#include "core/health.h"
#include "platform/sensors/ata.h"
#include "platform/sensors/emmc_linux.h"
#include "tests/fuzz/fuzz.h"

using wattlife::fuzz::require;

namespace {

using namespace wattlife;

void look_at(std::string_view page) {
  const auto identity = decode_ata_identify(page);
  if (identity) require(!identity->size_bytes || *identity->size_bytes > 0);
  auto attributes = decode_ata_attributes(page);
  AtaReport report;
  if (attributes) {
    require(attributes->size() <= 30);
    report.attributes = *attributes;
    (void)add_ata_thresholds(page, report.attributes);
  }
  (void)add_ata_statistics(page, report.statistics);
  report.model = identity && identity->model ? *identity->model : "";
  Disk disk;
  disk.kind = DiskKind::ata;
  add_ata_health(report, {{"*", DriveMedium::unknown, {{202, Meaning::percent_left_raw}}}}, disk);
  for (const auto& count : {disk.reallocated, disk.pending, disk.uncorrectable, disk.media_errors,
                            disk.power_on_hours, disk.percentage_used}) {
    require(!count || *count >= 0);
  }
  (void)judge_disk(disk);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz::text_of(data, size);
  look_at(input);
  if (size >= 512) {
    std::string page(input.substr(0, 512));
    unsigned sum = 0;
    for (std::size_t i = 0; i < 511; ++i) sum += static_cast<unsigned char>(page[i]);
    page[511] = static_cast<char>(0u - sum);
    look_at(page);
  }
  (void)decode_ata_status(input);
  const EmmcLife life = emmc_life(input);
  require(!life.used_from || (*life.used_from >= 0 && *life.used_from <= 100));
  require(!life.used_to || life.used_from);
  (void)emmc_reserve(input);
  return 0;
}
