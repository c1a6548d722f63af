// SPDX-License-Identifier: EUPL-1.2
// Pages of an ATA drive, what Windows gives back of a command to one, and the texts of eMMC: any
// bytes, any length. The input is every page at once; checksums are set right in a copy, so that
// what is behind them is reached too.
#include "core/health.h"
#include "platform/ata_pass_through.h"
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

void look_at_pass_through(std::string_view bytes) {
  for (const char* name : {"identify", "devstat/07", "status"}) {
    const AtaCommand command = *ata_command_of(name);
    const auto answer = ata_pass_through_answer(command, bytes);
    require(static_cast<bool>(answer) == (bytes.size() >= ata_pass_through_bytes));
    if (answer) require(answer->page.empty() || answer->page.size() == ata_page_bytes);
    const auto page = ata_page_through(
        name, [&](const AtaCommand& sent) { return ata_pass_through_answer(sent, bytes); });
    if (page) require(page->size() == (command.reads ? ata_page_bytes : 2));
  }
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
  look_at_pass_through(input);
  const EmmcLife life = emmc_life(input);
  require(!life.used_from || (*life.used_from >= 0 && *life.used_from <= 100));
  require(!life.used_to || life.used_from);
  (void)emmc_reserve(input);
  return 0;
}
