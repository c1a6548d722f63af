// SPDX-License-Identifier: EUPL-1.2
#include "platform/settings_file.h"

// The library asserts what a file looks like in places where it also checks it ("[[{x]]" ends the
// program). Files come from people: they get an error. Without NDEBUG its assertions are only that,
// and no promises to the compiler.
#undef NDEBUG
#define TOML_ASSERT(expression) static_assert(true)
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace wattlife {
namespace {

Error wrong(std::string_view name, const toml::source_position& at, std::string_view what) {
  return {Cause::malformed, std::string(name) + ":" + std::to_string(at.line) + ":" +
                                std::to_string(at.column) + ": " + std::string(what)};
}

Result<toml::table> parsed(std::string_view text, std::string_view name) {
  toml::parse_result result = toml::parse(text);
  if (!result) {
    const toml::parse_error& error = result.error();
    return wrong(name, error.source().begin, error.description());
  }
  return std::move(result).table();
}

std::string padded(unsigned value, std::size_t width) {
  std::string text = std::to_string(value);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

// Empty for a kind that has no text here: a fraction, a time, an array, a table.
std::optional<std::string> text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
  if (const auto* whole = node.as_integer()) return std::to_string(whole->get());
  if (const auto* day = node.as_date()) {
    const toml::date& date = day->get();
    return padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2);
  }
  return std::nullopt;
}

Result<TomlRow> flat(const toml::table& table, std::string_view name) {
  TomlRow row;
  for (const auto& [key, node] : table) {
    auto text = text_of(node);
    if (!text) {
      return wrong(name, node.source().begin,
                   "\"" + std::string(key.str()) +
                       "\" must be a text in quotes, a whole number, true, false or a date");
    }
    row.emplace(std::string(key.str()), *std::move(text));
  }
  return row;
}

}  // namespace

Result<TomlRow> toml_settings(std::string_view text, std::string_view name) {
  const auto table = parsed(text, name);
  if (!table) return table.error();
  return flat(*table, name);
}

Result<std::vector<TomlRow>> toml_rows(std::string_view text, std::string_view table,
                                       std::string_view name) {
  const auto whole = parsed(text, name);
  if (!whole) return whole.error();
  std::vector<TomlRow> rows;
  const toml::node* found = whole->get(table);
  if (found == nullptr) return rows;
  const toml::array* array = found->as_array();
  const auto not_a_table = [&](const toml::node& node) {
    return wrong(name, node.source().begin, "expected tables that begin with [[" + std::string(table) + "]]");
  };
  if (array == nullptr) return not_a_table(*found);
  for (const toml::node& node : *array) {
    const toml::table* one = node.as_table();
    if (one == nullptr) return not_a_table(node);
    auto row = flat(*one, name);
    if (!row) return row.error();
    rows.push_back(*std::move(row));
  }
  return rows;
}

Result<std::optional<std::string>> toml_text(std::string_view text, std::string_view key,
                                             std::string_view name) {
  const auto table = parsed(text, name);
  if (!table) return table.error();
  const toml::node* found = table->get(key);
  if (found == nullptr) return std::optional<std::string>();
  const auto* value = found->as_string();
  if (value == nullptr) {
    return wrong(name, found->source().begin, "\"" + std::string(key) + "\" must be a text in quotes");
  }
  return std::optional<std::string>(value->get());
}

}  // namespace wattlife
