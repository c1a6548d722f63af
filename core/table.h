// SPDX-License-Identifier: EUPL-1.2
// A table of cells, from which CSV and JSON are written the same way everywhere. Unknown is an
// empty cell (CSV) or null (JSON), never 0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wattlife {

using Cell = std::variant<std::monostate, std::string, std::int64_t, double, bool>;

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;  // each as long as `columns`
};

// RFC 4180, CRLF, UTF-8 with BOM. Text cells that a spreadsheet would run as a formula (they begin
// with = + - @, tab or CR) get a leading apostrophe; numbers never do. `separator` is ',' or ';'
// (Dutch Excel).
std::string to_csv(const Table& table, char separator = ',');

// A text as a JSON string, quotes included; invalid UTF-8 becomes U+FFFD.
std::string json_string(std::string_view text);
std::string json_cell(const Cell& cell);
// An array of objects in the order of the rows.
std::string to_json(const Table& table);

}  // namespace wattlife
