// SPDX-License-Identifier: EUPL-1.2
// TOML files as maps of text: the settings of an administrator, and tables of rules. What a value
// means is judged by core/settings and core/assessment. The only body, settings_file.cpp, is the
// only product file that includes toml++.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace wattlife {

// Values of one table, as text: strings as they are, "true" and "false", whole numbers in decimal,
// a date as "2026-01-05".
using TomlRow = std::map<std::string, std::string, std::less<>>;

// All of the functions below: Malformed, with "NAME:LINE:COLUMN: what is wrong", when the text is
// not TOML or holds a value of another kind than said. `name` is the file's, for the message.

// A flat file `Key = value`. A table or an array in it is an error: settings are flat.
Result<TomlRow> toml_settings(std::string_view text, std::string_view name);

// The array of tables `[[table]]`, in order; empty when there is none. Each must be flat.
Result<std::vector<TomlRow>> toml_rows(std::string_view text, std::string_view table,
                                       std::string_view name);

// A file in sections: what stands under "[a]" is the row "a", under "[a.b]" the row "a.b", and
// above the first section the row "". A list of texts becomes one text with a line for each; a text
// that holds a line end itself is then an error.
using TomlSections = std::map<std::string, TomlRow, std::less<>>;
Result<TomlSections> toml_sections(std::string_view text, std::string_view name);

// The string `key` at the top of the file; empty when it is not there.
Result<std::optional<std::string>> toml_text(std::string_view text, std::string_view key,
                                             std::string_view name);

}  // namespace wattlife
