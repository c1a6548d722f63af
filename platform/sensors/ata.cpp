// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/ata.h"

#include <algorithm>
#include <numeric>

#include "core/text.h"
#include "platform/sensors/decoders.h"
#include "platform/sensors/drive_table.h"

namespace wattlife {
namespace {

constexpr std::size_t page_bytes = 512;
constexpr std::size_t entries = 30;
constexpr std::size_t entry_bytes = 12;

std::uint64_t number_at(std::string_view page, std::size_t at, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(page[at + i])) << (8 * i);
  }
  return value;
}

std::uint64_t word(std::string_view page, std::size_t number) {
  return number_at(page, 2 * number, 2);
}

// ATA texts have the bytes of each word the other way round.
std::optional<std::string> text_at(std::string_view page, std::size_t at, std::size_t length) {
  std::string text(page.substr(at, length));
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) std::swap(text[i], text[i + 1]);
  return label_from(text);
}

bool sums_to_zero(std::string_view page) {
  const unsigned sum = std::accumulate(page.begin(), page.end(), 0u, [](unsigned total, char c) {
    return total + static_cast<unsigned char>(c);
  });
  return (sum & 0xFF) == 0;
}

// The page, cut to size; malformed when it is too short or holds nothing.
Result<std::string_view> page_of(std::string_view bytes, std::string_view what) {
  if (bytes.size() < page_bytes) {
    return Error{Cause::malformed, "ATA " + std::string(what) + " is " +
                                       std::to_string(bytes.size()) + " bytes long, expected 512"};
  }
  const std::string_view page = bytes.substr(0, page_bytes);
  const bool empty =
      std::all_of(page.begin(), page.end(), [&](char c) { return c == page.front(); });
  if (empty) return Error{Cause::malformed, "ATA " + std::string(what) + " is empty"};
  return page;
}

Error wrong_sum(std::string_view what) {
  return {Cause::malformed, "ATA " + std::string(what) + " has a wrong checksum"};
}

// Words 60-61 or 100-103, times the size of a logical sector (word 106, words 117-118).
std::optional<std::int64_t> size_of(std::string_view page) {
  constexpr std::uint64_t most_sectors = std::uint64_t{1} << 48;
  const bool long_addresses = (word(page, 83) & 0xC400) == 0x4400;
  std::uint64_t sectors = long_addresses ? number_at(page, 200, 8) : 0;
  if (sectors == 0) sectors = number_at(page, 120, 4);
  const bool large_sectors = (word(page, 106) & 0xD000) == 0x5000;
  const std::uint64_t bytes = large_sectors ? 2 * number_at(page, 234, 4) : 512;
  if (sectors == 0 || sectors > most_sectors || bytes < 512 || bytes > 65536) return std::nullopt;
  if (sectors > static_cast<std::uint64_t>(INT64_MAX) / bytes) return std::nullopt;
  return static_cast<std::int64_t>(sectors * bytes);
}

AtaErase erase_of(std::string_view page) {
  const std::uint64_t sanitize = word(page, 59);
  const std::uint64_t security = word(page, 128);
  AtaErase erase;
  const bool supported = (sanitize & (1u << 12)) != 0;
  erase.sanitize_crypto = supported && (sanitize & (1u << 13)) != 0;
  erase.sanitize_overwrite = supported && (sanitize & (1u << 14)) != 0;
  erase.sanitize_block = supported && (sanitize & (1u << 15)) != 0;
  erase.security_erase = (security & 1u) != 0;
  erase.locked = (security & (1u << 2)) != 0;
  erase.frozen = (security & (1u << 3)) != 0;
  return erase;
}

struct Item {
  std::uint64_t page;
  std::size_t at;
  std::size_t bytes;
  std::optional<std::int64_t> AtaStatistics::*member;
};
constexpr Item items[] = {
    {1, 0x10, 4, &AtaStatistics::power_on_hours},
    {1, 0x18, 6, &AtaStatistics::sectors_written},
    {3, 0x20, 4, &AtaStatistics::reallocated},
    {4, 0x08, 4, &AtaStatistics::uncorrectable},
    {5, 0x08, 1, &AtaStatistics::temperature_celsius},
    {7, 0x08, 1, &AtaStatistics::percentage_used},
};

// A page that a drive may do without answers with an error where it is not there.
enum class Wanted { always, where_it_exists };

template <class Take>
void read_page(const MachineTree& tree, const std::string& path, Take take,
               std::vector<Fault>& faults, Wanted wanted = Wanted::always) {
  const auto page = tree.read(path);
  if (!page && page.error().cause == Cause::io && wanted == Wanted::where_it_exists) return;
  const Done taken = page ? take(*page) : Done(page.error());
  if (!taken) add_fault(faults, path, taken.error().cause);
}

Done take_identity(std::string_view page, Disk& disk, AtaReport& report,
                   std::vector<DriveErase>& erase) {
  const auto identity = decode_ata_identify(page);
  if (!identity) return identity.error();
  if (identity->model) disk.model = report.model = *identity->model;
  if (identity->serial) disk.serial = identity->serial;
  if (identity->size_bytes) disk.size_bytes = identity->size_bytes;
  report.medium = identity->medium;
  const AtaErase& ways = identity->erase;
  erase.push_back({disk.name, ways.sanitize_crypto, ways.sanitize_block, ways.sanitize_overwrite,
                   ways.security_erase, false, ways.frozen, ways.locked});
  return done();
}

}  // namespace

Result<AtaIdentity> decode_ata_identify(std::string_view bytes) {
  const auto checked = page_of(bytes, "IDENTIFY DEVICE");
  if (!checked) return checked.error();
  const std::string_view page = *checked;
  // Word 255: a signature in the low byte says that the high byte makes the sum zero.
  if ((word(page, 255) & 0xFF) == 0xA5 && !sums_to_zero(page)) return wrong_sum("IDENTIFY DEVICE");
  AtaIdentity identity;
  identity.serial = text_at(page, 20, 20);
  identity.firmware = text_at(page, 46, 8);
  identity.model = text_at(page, 54, 40);
  identity.size_bytes = size_of(page);
  const std::uint64_t rotation = word(page, 217);
  const bool trims = (word(page, 169) & 1) != 0;
  if (rotation > 0x0400 && rotation < 0xFFFF) {
    identity.rotation_rpm = static_cast<std::int64_t>(rotation);
    identity.medium = DriveMedium::rotating;
  } else if (rotation == 1 || trims) {
    identity.medium = DriveMedium::solid_state;
  }
  identity.smart_enabled = (word(page, 85) & 1) != 0;
  identity.erase = erase_of(page);
  return identity;
}

Result<std::vector<AtaAttribute>> decode_ata_attributes(std::string_view bytes) {
  const auto page = page_of(bytes, "SMART data");
  if (!page) return page.error();
  if (!sums_to_zero(*page)) return wrong_sum("SMART data");
  std::vector<AtaAttribute> attributes;
  for (std::size_t i = 0; i < entries; ++i) {
    const std::string_view entry = page->substr(2 + i * entry_bytes, entry_bytes);
    const int id = static_cast<int>(number_at(entry, 0, 1));
    if (id == 0) continue;
    attributes.push_back(
        {id, (number_at(entry, 1, 2) & 1) != 0, static_cast<int>(number_at(entry, 3, 1)),
         static_cast<int>(number_at(entry, 4, 1)), std::nullopt, number_at(entry, 5, 6)});
  }
  return attributes;
}

Done add_ata_thresholds(std::string_view bytes, std::vector<AtaAttribute>& attributes) {
  const auto page = page_of(bytes, "SMART thresholds");
  if (!page) return page.error();
  if (!sums_to_zero(*page)) return wrong_sum("SMART thresholds");
  for (std::size_t i = 0; i < entries; ++i) {
    const std::string_view entry = page->substr(2 + i * entry_bytes, entry_bytes);
    const int id = static_cast<int>(number_at(entry, 0, 1));
    if (id == 0) continue;
    for (AtaAttribute& attribute : attributes) {
      if (attribute.id == id) attribute.threshold = static_cast<int>(number_at(entry, 1, 1));
    }
  }
  return done();
}

Done add_ata_statistics(std::string_view bytes, AtaStatistics& statistics) {
  constexpr std::uint64_t supported = 0x80;
  constexpr std::uint64_t valid = 0x40;
  const auto page = page_of(bytes, "Device Statistics");
  if (!page) return page.error();
  const std::uint64_t number = number_at(*page, 2, 1);
  for (const Item& item : items) {
    if (item.page != number) continue;
    const std::uint64_t flags = number_at(*page, item.at + 7, 1);
    if ((flags & supported) == 0 || (flags & valid) == 0) continue;
    const std::uint64_t value = number_at(*page, item.at, item.bytes);
    statistics.*item.member = item.page == 5
                                  ? static_cast<std::int8_t>(static_cast<std::uint8_t>(value))
                                  : static_cast<std::int64_t>(value);
  }
  return done();
}

Result<bool> decode_ata_status(std::string_view registers) {
  if (registers == "\x4F\xC2") return true;
  if (registers == "\xF4\x2C") return false;
  return Error{Cause::malformed, "SMART RETURN STATUS answered neither passed nor failed"};
}

void read_ata_disk(const MachineTree& tree, const std::string& folder, Disk& disk,
                   std::vector<DriveErase>& erase, std::vector<Fault>& faults) {
  AtaReport report;
  const auto identify = tree.read(folder + "/identify");
  const Done identified =
      identify ? take_identity(*identify, disk, report, erase) : identify.error();
  if (!identified) add_fault(faults, folder + "/identify", identified.error().cause);
  // A drive that sleeps, or hangs, is asked once and left alone.
  const Cause cause = identify ? Cause::absent : identify.error().cause;
  if (cause == Cause::asleep || cause == Cause::busy) return;
  if (report.model.empty()) report.model = disk.model.value_or("");
  read_page(
      tree, folder + "/attributes",
      [&](std::string_view page) -> Done {
        auto attributes = decode_ata_attributes(page);
        if (!attributes) return attributes.error();
        report.attributes = *std::move(attributes);
        return done();
      },
      faults);
  read_page(
      tree, folder + "/thresholds",
      [&](std::string_view page) { return add_ata_thresholds(page, report.attributes); }, faults);
  for (const char* number : {"07", "01", "03", "04", "05"}) {
    read_page(
        tree, folder + "/devstat/" + number,
        [&](std::string_view page) { return add_ata_statistics(page, report.statistics); }, faults,
        Wanted::where_it_exists);
    // Without rights one refusal says enough.
    if (!faults.empty() && faults.back() == Fault{folder + "/devstat/07", Cause::denied}) break;
  }
  read_page(
      tree, folder + "/status",
      [&](std::string_view registers) -> Done {
        const auto passed = decode_ata_status(registers);
        if (!passed) return passed.error();
        report.passed = *passed;
        return done();
      },
      faults, Wanted::where_it_exists);
  add_ata_health(report, built_in_drive_table(), disk);
}

}  // namespace wattlife
