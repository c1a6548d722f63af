// SPDX-License-Identifier: EUPL-1.2
// How a value of the REST API is described where it is written: one table of fields makes both the
// JSON and its description in OpenAPI, so that a field without a description does not compile and
// one that is described but not written does not exist.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/table.h"

namespace wattlife {

enum class ApiKind { text, day, instant, whole, number, truth, texts, object, objects };

struct ApiSchema;
using SchemaOf = const ApiSchema& (*)();

// The words that a text may be. Of a list: each of its texts.
struct ApiWords {
  const std::string_view* begin = nullptr;
  std::size_t count = 0;

  constexpr ApiWords() = default;
  template <std::size_t N>
  constexpr ApiWords(const std::string_view (&words)[N]) : begin(words), count(N) {}
  constexpr bool empty() const { return count == 0; }
  constexpr std::string_view at(std::size_t i) const { return begin[i]; }
};

struct ApiType {
  ApiKind kind = ApiKind::text;
  ApiWords words = {};
  SchemaOf of = nullptr;  // object, objects
  bool nullable = false;  // null: unknown, or not for who asks
  bool left_out = false;  // may be absent
  std::string_view pattern = {};

  constexpr ApiType or_null() const {
    ApiType type = *this;
    type.nullable = true;
    return type;
  }
  constexpr ApiType or_absent() const {
    ApiType type = *this;
    type.left_out = true;
    return type;
  }
};

inline constexpr ApiType api_text{ApiKind::text};
inline constexpr ApiType api_id{ApiKind::text, {}, nullptr, false, false, "^[0-9a-f]{32}$"};
inline constexpr ApiType api_oin{ApiKind::text, {}, nullptr, false, false, "^[0-9]{20}$"};
inline constexpr ApiType api_day{ApiKind::day};
inline constexpr ApiType api_instant{ApiKind::instant};
inline constexpr ApiType api_whole{ApiKind::whole};
inline constexpr ApiType api_number{ApiKind::number};
inline constexpr ApiType api_truth{ApiKind::truth};
inline constexpr ApiType api_texts{ApiKind::texts};
constexpr ApiType api_word(ApiWords words) { return {ApiKind::text, words}; }
constexpr ApiType api_list_of_words(ApiWords words) { return {ApiKind::texts, words}; }
constexpr ApiType api_object(SchemaOf of) { return {ApiKind::object, {}, of}; }
constexpr ApiType api_objects(SchemaOf of) { return {ApiKind::objects, {}, of}; }

// One member of an object, as the document tells it.
struct ApiMember {
  std::string_view name;
  std::string_view nl;  // what it is
  ApiType type;
};

struct ApiSchema {
  std::string_view name;  // "Apparaat"
  std::string_view nl;
  std::vector<ApiMember> members;
};

// A table that leaves out what it must say calls this, which the compiler cannot do while it makes
// the table: then it names this function in its error.
inline void api_words_are_missing() {}

// One member of the JSON of a `Value`: its name, what it is, its type, and how it is written. What
// is one cell of a table may stand in a CSV file too; JSON that is empty is left out.
template <class Value>
struct ApiField {
  std::string_view name;
  std::string_view nl;
  ApiType type;
  Cell (*cell)(const Value&) = nullptr;
  std::string (*json)(const Value&) = nullptr;

  template <std::convertible_to<Cell (*)(const Value&)> Write>
  consteval ApiField(std::string_view its_name, std::string_view means, ApiType its_type,
                     Write write)
      : name(its_name), nl(means), type(its_type), cell(write) {
    check();
  }
  template <std::convertible_to<std::string (*)(const Value&)> Write>
  consteval ApiField(std::string_view its_name, std::string_view means, ApiType its_type,
                     Write write)
      : name(its_name), nl(means), type(its_type), json(write) {
    check();
  }

 private:
  consteval void check() const {
    if (name.empty() || nl.size() < 3) api_words_are_missing();
  }
};

template <class Value, std::size_t N>
std::string api_json(const ApiField<Value> (&fields)[N], const Value& value) {
  std::string json = "{";
  for (const ApiField<Value>& field : fields) {
    const std::string written =
        field.cell != nullptr ? json_cell(field.cell(value)) : field.json(value);
    if (written.empty()) continue;
    if (json.size() > 1) json += ", ";
    json += json_string(field.name) + ": " + written;
  }
  return json + "}";
}

template <class Value, std::size_t N>
ApiSchema api_schema(std::string_view name, std::string_view nl,
                     const ApiField<Value> (&fields)[N]) {
  ApiSchema schema{name, nl, {}};
  for (const ApiField<Value>& field : fields) {
    schema.members.push_back({field.name, field.nl, field.type});
  }
  return schema;
}

// The cells of each value, under the names of the API; lists and objects have no column.
template <class Values, class Value, std::size_t N>
Table api_table(const ApiField<Value> (&fields)[N], const Values& values) {
  Table table;
  for (const ApiField<Value>& field : fields) {
    if (field.cell != nullptr) table.columns.emplace_back(field.name);
  }
  for (const Value& value : values) {
    std::vector<Cell> row;
    for (const ApiField<Value>& field : fields) {
      if (field.cell != nullptr) row.push_back(field.cell(value));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

template <class List, class Write>
std::string api_array(const List& list, Write write, std::string_view separator = ", ") {
  std::string json;
  for (const auto& item : list) json += (json.empty() ? "" : std::string(separator)) + write(item);
  return "[" + json + "]";
}
inline std::string api_array_of_texts(const std::vector<std::string>& texts) {
  return api_array(texts, [](const std::string& text) { return json_string(text); });
}

}  // namespace wattlife
