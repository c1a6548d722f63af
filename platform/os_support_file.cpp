// SPDX-License-Identifier: EUPL-1.2
#include "platform/os_support_file.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

#include "core/text.h"
#include "platform/sensors/embedded_tables.h"
#include "platform/settings_file.h"

namespace wattlife {
namespace {

constexpr std::string_view keys[] = {"name",   "version", "editions", "until",
                                     "reason", "read",    "source"};
constexpr std::string_view no_day = "onbekend";

std::string text_of(const TomlRow& row, std::string_view key) {
  const auto found = row.find(key);
  return found == row.end() ? "" : found->second;
}

// What is wrong with the row; empty when nothing is.
std::string problem_of(const TomlRow& row) {
  for (const auto& [key, text] : row) {
    if (std::find(std::begin(keys), std::end(keys), key) == std::end(keys)) {
      return "key \"" + key + "\" is not known";
    }
  }
  for (const std::string_view key : {"name", "version", "source"}) {
    if (text_of(row, key).empty()) return "\"" + std::string(key) + "\" is missing";
  }
  for (const std::string_view key : {"until", "read"}) {
    const bool may_lack = key == "until" && text_of(row, key) == no_day;
    if (!may_lack && !day_from_iso8601(text_of(row, key))) {
      return "\"" + std::string(key) + "\" must be a day such as 2027-10-12";
    }
  }
  if ((text_of(row, "until") == no_day) == text_of(row, "reason").empty()) {
    return "\"reason\" stands where \"until\" is onbekend, and nowhere else";
  }
  if (lower_case(text_of(row, "editions")) != text_of(row, "editions")) {
    return "\"editions\" are in lower case";
  }
  return "";
}

}  // namespace

Result<std::vector<OsSupportRow>> os_support_from(std::string_view toml, std::string_view name) {
  const auto rows = toml_rows(toml, "system", name);
  if (!rows) return rows.error();
  std::vector<OsSupportRow> table;
  std::set<std::string> seen;
  for (const TomlRow& row : *rows) {
    const std::string system = text_of(row, "name") + " " + text_of(row, "version");
    const auto wrong = [&](const std::string& what) {
      return Error{Cause::malformed, std::string(name) + ": " + system + ": " + what};
    };
    if (const std::string problem = problem_of(row); !problem.empty()) return wrong(problem);
    const std::string editions = text_of(row, "editions");
    for (const std::string_view edition : split(editions, ' ')) {
      if (!seen.insert(system + "/" + std::string(edition)).second) {
        return wrong("stands there twice" +
                     (edition.empty() ? "" : " for \"" + std::string(edition) + "\""));
      }
    }
    table.push_back({text_of(row, "name"), text_of(row, "version"), editions,
                     day_from_iso8601(text_of(row, "until")),
                     *day_from_iso8601(text_of(row, "read")), text_of(row, "source"),
                     text_of(row, "reason")});
  }
  if (table.empty()) return Error{Cause::malformed, std::string(name) + ": holds no row"};
  return table;
}

Result<std::vector<OsSupportRow>> built_in_os_support() {
  return os_support_from(embedded_os_support(), "data/os_support.toml");
}

}  // namespace wattlife
