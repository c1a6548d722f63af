// SPDX-License-Identifier: EUPL-1.2
// What the pages of an ATA drive mean for its health. Attribute numbers have no fixed meaning: the
// same number is "percent left" on one model and "percent used" on another, and hours may be
// minutes. Meanings come from a table by model (data/drive_table.toml); without a row the raw bytes
// are kept and nothing is derived, save the five counts that every maker of hard disks uses alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/reading.h"

namespace wattlife {

// One vendor attribute as it stands in the page.
struct AtaAttribute {
  int id = 0;
  bool prefailure = false;  // at or below its threshold the drive says that it fails
  int value = 0;            // 1 to 253, normalised by the maker; higher is better
  int worst = 0;
  std::optional<int> threshold;  // empty: the threshold page does not list it
  std::uint64_t raw = 0;         // 48 bits, meaning unknown
  friend bool operator==(const AtaAttribute&, const AtaAttribute&) = default;
};

// Device Statistics: the same on every drive that has it, so it goes before any attribute.
struct AtaStatistics {
  std::optional<std::int64_t> power_on_hours;
  std::optional<std::int64_t> sectors_written;  // logical
  std::optional<std::int64_t> reallocated;      // logical sectors
  std::optional<std::int64_t> uncorrectable;    // reported to the host
  std::optional<std::int64_t> percentage_used;  // of rated endurance; may exceed 100
  std::optional<std::int64_t> temperature_celsius;
  friend bool operator==(const AtaStatistics&, const AtaStatistics&) = default;
};

enum class DriveMedium { unknown, rotating, solid_state };

struct AtaReport {
  std::string model;
  DriveMedium medium = DriveMedium::unknown;
  std::vector<AtaAttribute> attributes;
  AtaStatistics statistics;
  std::optional<bool> passed;  // SMART RETURN STATUS
};

// What an attribute means on a model.
enum class Meaning {
  ignored,  // known, and no news about health
  count,    // raw, low 16 bits
  hours,    // raw, low 24 bits
  minutes,
  half_minutes,
  seconds,
  hours_and_milliseconds,  // raw, low 32 bits are hours
  percent_used_raw,
  percent_left_raw,
  percent_left_normalised,  // the value, not the raw
};
// Empty for a word that is none of the above.
std::optional<Meaning> meaning_from(std::string_view word);

struct DriveRow {
  std::string model;  // '*' is any text, '?' any character; upper and lower case are the same
  DriveMedium medium = DriveMedium::unknown;
  std::vector<std::pair<int, Meaning>> attributes;  // by id
};
using DriveTable = std::vector<DriveRow>;

// The first row whose pattern fits; nullptr when none does.
const DriveRow* row_for(const DriveTable& table, std::string_view model);
bool fits(std::string_view pattern, std::string_view text);

// Attributes at or below their threshold; a threshold of 0 is none.
std::vector<int> failed_attributes(const AtaReport& report);

// The count in a raw field: its low 16 bits. Makers pack other numbers into the higher ones
// (Seagate 188: three counters; Fujitsu 5: a constant of 2,000 on top of nothing).
std::int64_t count_in_raw(std::uint64_t raw);

// Fills the health fields of `disk` that the report knows: percentage_used, power_on_hours,
// media_errors (187), reallocated (5), pending (197), uncorrectable (198), command_timeouts (188,
// hard disks), self_assessment_passed. Device Statistics first, then the table.
void add_ata_health(const AtaReport& report, const DriveTable& table, Disk& disk);

}  // namespace wattlife
