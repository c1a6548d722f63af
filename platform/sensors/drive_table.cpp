// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/drive_table.h"

#include "core/text.h"
#include "platform/sensors/embedded_tables.h"
#include "platform/settings_file.h"

namespace wattlife {
namespace {

// "5 count, 9 hours": pairs of an attribute and what it means.
Result<std::vector<std::pair<int, Meaning>>> attributes_in(std::string_view text) {
  std::vector<std::pair<int, Meaning>> attributes;
  for (const std::string_view part : split(text, ',')) {
    const auto words = split(trimmed(part), ' ');
    const auto id = words.size() == 2 ? integer_from(words[0]) : std::nullopt;
    const auto meaning = words.size() == 2 ? meaning_from(words[1]) : std::nullopt;
    if (!id || *id < 1 || *id > 255 || !meaning) {
      return Error{Cause::malformed, "\"" + std::string(trimmed(part)) +
                                         "\" is not a number from 1 to 255 and a meaning"};
    }
    attributes.emplace_back(static_cast<int>(*id), *meaning);
  }
  return attributes;
}

}  // namespace

Result<DriveTable> drive_table_from(std::string_view toml, std::string_view name) {
  const auto rows = toml_rows(toml, "drive", name);
  if (!rows) return rows.error();
  DriveTable table;
  for (const auto& row : *rows) {
    DriveRow made;
    bool has_source = false;
    std::string wrong;
    for (const auto& [key, value] : row) {
      if (key == "model") {
        made.model = value;
      } else if (key == "medium" && (value == "hdd" || value == "ssd")) {
        made.medium = value == "hdd" ? DriveMedium::rotating : DriveMedium::solid_state;
      } else if (key == "attributes") {
        auto attributes = attributes_in(value);
        if (attributes) {
          made.attributes = *std::move(attributes);
        } else {
          wrong = attributes.error().text;
        }
      } else if (key == "source") {
        has_source = !value.empty();
      } else {
        wrong = "\"" + key + "\" is not known, or has a value that is not";
      }
    }
    if (made.model.empty()) wrong = "\"model\" is missing";
    if (!has_source) wrong = "\"source\" is missing";
    if (!wrong.empty()) {
      return Error{Cause::malformed,
                   std::string(name) + ": drive \"" + made.model + "\": " + wrong};
    }
    table.push_back(std::move(made));
  }
  return table;
}

const DriveTable& built_in_drive_table() {
  static const DriveTable table = [] {
    auto read = drive_table_from(embedded_drive_table(), "data/drive_table.toml");
    return read ? *std::move(read) : DriveTable{};
  }();
  return table;
}

}  // namespace wattlife
