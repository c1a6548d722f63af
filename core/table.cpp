// SPDX-License-Identifier: EUPL-1.2
#include "core/table.h"

#include <cassert>
#include <charconv>
#include <cmath>

#include "core/text.h"

namespace wattlife {
namespace {

// The shortest text that reads back as the same number; empty for what is no number.
std::string shortest(double value) {
  if (!std::isfinite(value)) return "";
  char buffer[64];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return error == std::errc{} ? std::string(buffer, end) : "";
}

std::string csv_text(const std::string& text, char separator) {
  std::string cell;
  // A spreadsheet would run these as a formula.
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) {
    cell += '\'';
  }
  cell += text;
  const bool quote = cell.find_first_of("\"\r\n") != std::string::npos ||
                     cell.find(separator) != std::string::npos ||
                     (!cell.empty() && (cell.front() == ' ' || cell.back() == ' '));
  if (!quote) return cell;
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string csv_cell(const Cell& cell, char separator) {
  if (const auto* text = std::get_if<std::string>(&cell)) return csv_text(*text, separator);
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return std::to_string(*whole);
  if (const auto* truth = std::get_if<bool>(&cell)) return *truth ? "true" : "false";
  if (const auto* real = std::get_if<double>(&cell)) {
    std::string text = shortest(*real);
    // With ';' the file is for a spreadsheet that writes a comma in numbers.
    if (separator == ';') {
      if (const std::size_t dot = text.find('.'); dot != std::string::npos) text[dot] = ',';
    }
    return text;
  }
  return "";
}

}  // namespace

std::string to_csv(const Table& table, char separator) {
  std::string csv = "\xEF\xBB\xBF";
  const auto append_line = [&](auto&& cells, auto&& text_of) {
    bool first = true;
    for (const auto& cell : cells) {
      if (!first) csv += separator;
      first = false;
      csv += text_of(cell);
    }
    csv += "\r\n";
  };
  append_line(table.columns, [&](const std::string& name) { return csv_text(name, separator); });
  for (const auto& row : table.rows) {
    assert(row.size() == table.columns.size());
    append_line(row, [&](const Cell& cell) { return csv_cell(cell, separator); });
  }
  return csv;
}

std::string json_string(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string json = "\"";
  for (const char c : to_valid_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (c == '\n') {
      json += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      json += "\\u00";
      json += digits[byte >> 4];
      json += digits[byte & 15];
    } else {
      json += c;
    }
  }
  return json + "\"";
}

std::string json_cell(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return json_string(*text);
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return std::to_string(*whole);
  if (const auto* truth = std::get_if<bool>(&cell)) return *truth ? "true" : "false";
  if (const auto* real = std::get_if<double>(&cell)) {
    const std::string text = shortest(*real);
    return text.empty() ? "null" : text;
  }
  return "null";
}

std::string to_json(const Table& table) {
  std::string json = "[";
  bool first_row = true;
  for (const auto& row : table.rows) {
    json += first_row ? "\n  {" : ",\n  {";
    first_row = false;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) json += ", ";
      json += json_string(table.columns[i]) + ": " + json_cell(row[i]);
    }
    json += "}";
  }
  return json + (table.rows.empty() ? "]" : "\n]");
}

}  // namespace wattlife
