// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/capacity_csv.h"

#include <algorithm>

#include "core/text.h"

namespace wattlife {
namespace {

constexpr std::int64_t most_mwh = std::int64_t{1} << 40;
constexpr std::int64_t most_cycles = 1'000'000;

std::string_view cell_of(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = trimmed(text.substr(1, text.size() - 2));
  }
  return text;
}

// The whole part of "6639", "6639.0"; 0 for an empty cell, which is not known either.
std::optional<std::int64_t> whole_part(std::string_view cell, std::int64_t most) {
  if (cell.empty()) return 0;
  const std::size_t point = std::min(cell.find('.'), cell.size());
  const bool digits = std::all_of(cell.begin() + static_cast<std::ptrdiff_t>(point), cell.end(),
                                  [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  const auto whole = integer_from(cell.substr(0, point));
  return digits && whole && *whole >= 0 && *whole <= most ? whole : std::nullopt;
}

Result<CapacityPoint> point_in(std::string_view line, const std::string& where) {
  const std::vector<std::string_view> cells = split(line, ',');
  if (cells.size() < 3 || cells.size() > 4) {
    return Error{Cause::malformed, where + "needs 4 cells: date,full_mwh,design_mwh,cycles"};
  }
  const auto day = day_from_iso8601(cell_of(cells[0]));
  if (!day) {
    return Error{Cause::malformed, where + "\"" + to_valid_utf8(cell_of(cells[0])) +
                                       "\" is no date such as 2026-01-05"};
  }
  const auto full = whole_part(cell_of(cells[1]), most_mwh);
  const auto design = whole_part(cell_of(cells[2]), most_mwh);
  const auto cycles = cells.size() == 4 ? whole_part(cell_of(cells[3]), most_cycles) : 0;
  if (!full || !design || !cycles) {
    return Error{Cause::malformed, where + "full_mwh, design_mwh and cycles are whole numbers"};
  }
  return CapacityPoint{*day,
                       milliwatt_hours(*full),
                       milliwatt_hours(*design),
                       *cycles > 0 ? cycles : std::nullopt,
                       CapacityOrigin::os_history,
                       false};
}

}  // namespace

Result<std::vector<CapacityPoint>> parse_capacity_csv(std::string_view text) {
  constexpr std::string_view head = "date,full_mwh,design_mwh";
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<CapacityPoint> points;
  std::size_t number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    if (trimmed(line).empty()) continue;
    if (number == 1) {
      if (lower_case(trimmed(line)).starts_with(head)) continue;
      return Error{Cause::malformed,
                   "line 1: expected the head \"date,full_mwh,design_mwh,cycles\""};
    }
    auto point = point_in(line, "line " + std::to_string(number) + ": ");
    if (!point) return point.error();
    points.push_back(*std::move(point));
  }
  if (number < 2 && points.empty()) {
    return Error{Cause::malformed, "there is no head \"date,full_mwh,design_mwh,cycles\""};
  }
  return points;
}

}  // namespace wattlife
