// SPDX-License-Identifier: EUPL-1.2
#include "core/ata_health.h"

#include <algorithm>

#include "core/text.h"

namespace wattlife {
namespace {

// Longer than SMART exists: such a number has another unit than hours.
constexpr std::int64_t most_hours = 300'000;

struct MeaningName {
  std::string_view word;
  Meaning meaning;
};
constexpr MeaningName names[] = {
    {"ignored", Meaning::ignored},
    {"count", Meaning::count},
    {"hours", Meaning::hours},
    {"minutes", Meaning::minutes},
    {"half_minutes", Meaning::half_minutes},
    {"seconds", Meaning::seconds},
    {"hours_and_milliseconds", Meaning::hours_and_milliseconds},
    {"percent_used_raw", Meaning::percent_used_raw},
    {"percent_left_raw", Meaning::percent_left_raw},
    {"percent_left_normalised", Meaning::percent_left_normalised},
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::optional<std::int64_t> hours_in(Meaning meaning, std::uint64_t raw) {
  const auto low = [&](unsigned bits) {
    return static_cast<std::int64_t>(raw & ((std::uint64_t{1} << bits) - 1));
  };
  switch (meaning) {
    case Meaning::hours:
      return low(24);
    case Meaning::minutes:
      return low(32) / 60;
    case Meaning::half_minutes:
      return low(32) / 120;
    case Meaning::seconds:
      return low(32) / 3600;
    case Meaning::hours_and_milliseconds:
      return low(32);
    default:
      return std::nullopt;
  }
}

std::optional<std::int64_t> percent_used(Meaning meaning, const AtaAttribute& attribute) {
  const auto of_hundred = [](std::uint64_t left) {
    return left <= 100 ? std::optional<std::int64_t>(100 - static_cast<std::int64_t>(left))
                       : std::nullopt;
  };
  switch (meaning) {
    case Meaning::percent_used_raw:
      return attribute.raw <= 255 ? std::optional(static_cast<std::int64_t>(attribute.raw))
                                  : std::nullopt;
    case Meaning::percent_left_raw:
      return of_hundred(attribute.raw);
    case Meaning::percent_left_normalised:
      return of_hundred(static_cast<std::uint64_t>(attribute.value));
    default:
      return std::nullopt;
  }
}

Meaning meaning_of(int id, const DriveRow* row, DriveMedium medium) {
  if (row != nullptr) {
    const auto found = std::find_if(row->attributes.begin(), row->attributes.end(),
                                    [&](const auto& pair) { return pair.first == id; });
    if (found != row->attributes.end()) return found->second;
  }
  const bool universal = id == 5 || id == 187 || id == 188 || id == 197 || id == 198;
  return universal && medium == DriveMedium::rotating ? Meaning::count : Meaning::ignored;
}

// Where the count of an attribute belongs; nullptr when it belongs nowhere.
std::optional<std::int64_t>* place_of(int id, Disk& disk) {
  switch (id) {
    case 5:
      return &disk.reallocated;
    case 187:
      return &disk.media_errors;
    case 188:
      return &disk.command_timeouts;
    case 197:
      return &disk.pending;
    case 198:
      return &disk.uncorrectable;
    default:
      return nullptr;
  }
}

void add_attribute(const AtaAttribute& attribute, Meaning meaning, Disk& disk) {
  if (meaning == Meaning::count) {
    if (auto* place = place_of(attribute.id, disk)) *place = count_in_raw(attribute.raw);
    return;
  }
  if (const auto hours = hours_in(meaning, attribute.raw); hours && !disk.power_on_hours) {
    if (*hours <= most_hours) disk.power_on_hours = hours;
  }
  if (const auto used = percent_used(meaning, attribute); used && !disk.percentage_used) {
    disk.percentage_used = used;
  }
}

}  // namespace

std::optional<Meaning> meaning_from(std::string_view word) {
  for (const MeaningName& name : names) {
    if (name.word == word) return name.meaning;
  }
  return std::nullopt;
}

bool fits(std::string_view pattern, std::string_view text) {
  // Where to go on when what follows the last '*' does not fit.
  std::size_t star = std::string_view::npos;
  std::size_t after_star = 0;
  std::size_t p = 0;
  std::size_t t = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after_star = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || lower(pattern[p]) == lower(text[t]))) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++after_star;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

const DriveRow* row_for(const DriveTable& table, std::string_view model) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const DriveRow& row) { return fits(row.model, model); });
  return found == table.end() ? nullptr : &*found;
}

std::vector<int> failed_attributes(const AtaReport& report) {
  constexpr int largest_value = 253;  // 0, 254 and 255 are no values
  std::vector<int> failed;
  for (const AtaAttribute& attribute : report.attributes) {
    const int threshold = attribute.threshold.value_or(0);
    const bool has_value = attribute.value > 0 && attribute.value <= largest_value;
    if (threshold > 0 && threshold <= largest_value && has_value && attribute.value <= threshold) {
      failed.push_back(attribute.id);
    }
  }
  return failed;
}

std::int64_t count_in_raw(std::uint64_t raw) { return static_cast<std::int64_t>(raw & 0xFFFF); }

void add_ata_health(const AtaReport& report, const DriveTable& table, Disk& disk) {
  const DriveRow* row = row_for(table, report.model);
  DriveMedium medium = report.medium;
  if (medium == DriveMedium::unknown && row != nullptr) medium = row->medium;
  // A drive that does not say what it is made of is looked at with suspicion.
  if (medium == DriveMedium::unknown) medium = DriveMedium::rotating;

  const AtaStatistics& statistics = report.statistics;
  disk.power_on_hours = statistics.power_on_hours;
  disk.percentage_used = statistics.percentage_used;
  for (const AtaAttribute& attribute : report.attributes) {
    add_attribute(attribute, meaning_of(attribute.id, row, medium), disk);
  }
  if (statistics.reallocated) disk.reallocated = statistics.reallocated;
  if (statistics.uncorrectable) disk.media_errors = statistics.uncorrectable;

  const bool prefailure_failed =
      std::any_of(report.attributes.begin(), report.attributes.end(), [&](const AtaAttribute& a) {
        const auto failed = failed_attributes({report.model, report.medium, {a}, {}, {}});
        return a.prefailure && !failed.empty();
      });
  disk.self_assessment_passed = report.passed;
  if (prefailure_failed) disk.self_assessment_passed = false;
}

}  // namespace wattlife
