// SPDX-License-Identifier: EUPL-1.2
#include "platform/battery_recalls_file.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

#include "core/text.h"
#include "platform/sensors/embedded_tables.h"
#include "platform/settings_file.h"

namespace wattlife {
namespace {

constexpr std::string_view keys[] = {"id",  "maker",   "packs", "barcodes", "laptops",
                                     "day", "look_up", "read",  "source"};

std::string text_of(const TomlRow& row, std::string_view key) {
  const auto found = row.find(key);
  return found == row.end() ? "" : found->second;
}

// "a; b": what stands between the semicolons.
std::vector<std::string> list_of(const TomlRow& row, std::string_view key) {
  const std::string text = text_of(row, key);
  std::vector<std::string> list;
  for (const std::string_view part : split(text, ';')) {
    if (!trimmed(part).empty()) list.emplace_back(trimmed(part));
  }
  return list;
}

// What is wrong with the row; empty when nothing is.
std::string problem_of(const TomlRow& row) {
  for (const auto& [key, text] : row) {
    if (std::find(std::begin(keys), std::end(keys), key) == std::end(keys)) {
      return "key \"" + key + "\" is not known";
    }
  }
  for (const std::string_view key : {"id", "maker", "look_up", "source"}) {
    if (text_of(row, key).empty()) return "\"" + std::string(key) + "\" is missing";
  }
  for (const std::string_view key : {"day", "read"}) {
    if (!day_from_iso8601(text_of(row, key))) {
      return "\"" + std::string(key) + "\" must be a day such as 2018-01-04";
    }
  }
  if (list_of(row, "packs").empty() && list_of(row, "barcodes").empty() &&
      list_of(row, "laptops").empty()) {
    return "names no packs, barcodes or laptops";
  }
  return "";
}

}  // namespace

Result<std::vector<BatteryRecall>> battery_recalls_from(std::string_view toml,
                                                        std::string_view name) {
  const auto rows = toml_rows(toml, "recall", name);
  if (!rows) return rows.error();
  std::vector<BatteryRecall> table;
  std::set<std::string> seen;
  for (const TomlRow& row : *rows) {
    const std::string id = text_of(row, "id");
    std::string problem = problem_of(row);
    if (problem.empty() && !seen.insert(id).second) problem = "stands there twice";
    if (!problem.empty()) {
      return Error{Cause::malformed, std::string(name) + ": \"" + id + "\": " + problem};
    }
    table.push_back({id, text_of(row, "maker"), list_of(row, "packs"), list_of(row, "barcodes"),
                     list_of(row, "laptops"), *day_from_iso8601(text_of(row, "day")),
                     text_of(row, "look_up"), *day_from_iso8601(text_of(row, "read")),
                     text_of(row, "source")});
  }
  if (table.empty()) return Error{Cause::malformed, std::string(name) + ": holds no row"};
  return table;
}

Result<std::vector<BatteryRecall>> built_in_battery_recalls() {
  return battery_recalls_from(embedded_battery_recalls(), "data/battery_recalls.toml");
}

}  // namespace wattlife
