// SPDX-License-Identifier: EUPL-1.2
// Two pages of the NVM Express base specification: the SMART / Health Information log (02h) and
// Identify Controller (CNS 01h). Numbers are little endian and unaligned.
#include "platform/sensors/nvme.h"

#include <algorithm>

#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

constexpr std::size_t health_bytes = 512;
constexpr std::size_t identify_bytes = 4096;

std::int64_t byte_at(std::string_view page, std::size_t at) {
  return static_cast<unsigned char>(page[at]);
}

// Up to 4 bytes, little endian.
std::int64_t small_at(std::string_view page, std::size_t at, std::size_t bytes) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value |= byte_at(page, at + i) << (8 * i);
  return value;
}

// 128 bits. Empty when it does not fit in 63 of them, which no counter of a real drive reaches.
std::optional<std::int64_t> wide_at(std::string_view page, std::size_t at) {
  std::uint64_t low = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    const auto byte = static_cast<std::uint64_t>(byte_at(page, at + i));
    if (i < 8) {
      low |= byte << (8 * i);
    } else if (byte != 0) {
      return std::nullopt;
    }
  }
  if (low > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return static_cast<std::int64_t>(low);
}

std::optional<std::string> text_at(std::string_view page, std::size_t at, std::size_t length) {
  return label_from(page.substr(at, length));
}

std::optional<std::int64_t> above_zero(std::optional<std::int64_t> value) {
  return value && *value > 0 ? value : std::nullopt;
}

bool all_equal(std::string_view page) {
  return std::all_of(page.begin(), page.end(), [&](char c) { return c == page.front(); });
}

Error too_short(std::string_view what, std::size_t found, std::size_t expected) {
  return {Cause::malformed, std::string(what) + " is " + std::to_string(found) +
                                " bytes long, expected " + std::to_string(expected)};
}

}  // namespace

Result<NvmeHealth> decode_nvme_log(std::string_view log) {
  if (log.size() < health_bytes) return too_short("NVMe log page 02h", log.size(), health_bytes);
  log = log.substr(0, health_bytes);
  // A drive that did not fill in the page must not look like one without a single error.
  if (all_equal(log)) return Error{Cause::malformed, "NVMe log page 02h is empty"};

  NvmeHealth health;
  health.critical_warning = byte_at(log, 0);
  health.temperature_kelvin = above_zero(small_at(log, 1, 2));
  health.available_spare = byte_at(log, 3);
  health.spare_threshold = byte_at(log, 4);
  health.percentage_used = byte_at(log, 5);
  health.data_units_read = above_zero(wide_at(log, 32));  // 0: not reported
  health.data_units_written = above_zero(wide_at(log, 48));
  health.host_reads = wide_at(log, 64);
  health.host_writes = wide_at(log, 80);
  health.busy_minutes = wide_at(log, 96);
  health.power_cycles = wide_at(log, 112);
  health.power_on_hours = wide_at(log, 128);
  health.unsafe_shutdowns = wide_at(log, 144);
  health.media_errors = wide_at(log, 160);
  health.error_log_entries = wide_at(log, 176);
  health.warning_minutes = small_at(log, 192, 4);
  health.critical_minutes = small_at(log, 196, 4);
  for (std::size_t i = 0; i < health.sensors_kelvin.size(); ++i) {
    health.sensors_kelvin[i] = above_zero(small_at(log, 200 + 2 * i, 2));  // 0: no such sensor
  }
  return health;
}

Done decode_nvme_health(std::string_view log, Disk& disk) {
  const auto health = decode_nvme_log(log);
  if (!health) return health.error();
  disk.critical_warning = health->critical_warning;
  disk.available_spare = health->available_spare;
  disk.spare_threshold = health->spare_threshold;
  disk.percentage_used = health->percentage_used;
  disk.data_units_written = health->data_units_written;
  disk.power_on_hours = health->power_on_hours;
  disk.media_errors = health->media_errors;
  return done();
}

Result<NvmeErase> decode_nvme_erase(std::string_view page) {
  if (page.size() < identify_bytes) {
    return too_short("NVMe Identify Controller", page.size(), identify_bytes);
  }
  const std::int64_t sanitize = small_at(page, 328, 4);
  NvmeErase erase;
  erase.sanitize_crypto = (sanitize & 1) != 0;
  erase.sanitize_block = (sanitize & 2) != 0;
  erase.sanitize_overwrite = (sanitize & 4) != 0;
  erase.format = (small_at(page, 256, 2) & 2) != 0;
  erase.format_crypto = erase.format && (byte_at(page, 524) & 4) != 0;
  return erase;
}

void add_nvme_erase(const std::string& name, std::string_view identify,
                    std::vector<DriveErase>& into) {
  const auto erase = decode_nvme_erase(identify);
  if (!erase) return;
  into.push_back({name, erase->sanitize_crypto, erase->sanitize_block, erase->sanitize_overwrite,
                  erase->format, erase->format_crypto, false, false});
}

Done decode_nvme_identify(std::string_view page, Disk& disk) {
  if (page.size() < identify_bytes) {
    return too_short("NVMe Identify Controller", page.size(), identify_bytes);
  }
  page = page.substr(0, identify_bytes);
  if (all_equal(page)) return Error{Cause::malformed, "NVMe Identify Controller is empty"};
  if (auto serial = text_at(page, 4, 20)) disk.serial = std::move(serial);
  if (auto model = text_at(page, 24, 40)) disk.model = std::move(model);
  if (const auto size = above_zero(wide_at(page, 280))) disk.size_bytes = size;  // 0: not reported
  return done();
}

}  // namespace wattlife
