// SPDX-License-Identifier: EUPL-1.2
// Whether an answer of the REST API is what the document says: every member that is described, no
// other, of its type, its words and its shape.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "collector/api_schema.h"
#include "core/time.h"

namespace wattlife::testing {

using Json = nlohmann::ordered_json;

void expect_described(const Json& value, const ApiSchema& schema);

inline void expect_text(const Json& value, const ApiType& type) {
  ASSERT_TRUE(value.is_string()) << value;
  const std::string text = value.get<std::string>();
  bool listed = type.words.empty();
  for (std::size_t i = 0; i < type.words.count; ++i) listed = listed || type.words.at(i) == text;
  EXPECT_TRUE(listed) << text << " is none of the words";
  if (type.pattern.empty()) return;
  const bool is_id = type.pattern == api_id.pattern;
  EXPECT_TRUE(is_id || type.pattern == api_oin.pattern) << type.pattern << " is not known here";
  EXPECT_EQ(text.size(), is_id ? 32u : 20u);
  EXPECT_EQ(text.find_first_not_of(is_id ? "0123456789abcdef" : "0123456789"), std::string::npos);
}

inline void expect_of_type(const Json& value, const ApiType& type) {
  if (value.is_null()) {
    EXPECT_TRUE(type.nullable) << "null, and that was not said";
    return;
  }
  switch (type.kind) {
    case ApiKind::text:
      expect_text(value, type);
      break;
    case ApiKind::day:
      EXPECT_TRUE(day_from_iso8601(value.get<std::string>())) << value;
      break;
    case ApiKind::instant:
      EXPECT_TRUE(utc_from_iso8601(value.get<std::string>())) << value;
      break;
    case ApiKind::whole:
      EXPECT_TRUE(value.is_number_integer()) << value;
      break;
    case ApiKind::number:
      EXPECT_TRUE(value.is_number()) << value;
      break;
    case ApiKind::truth:
      EXPECT_TRUE(value.is_boolean()) << value;
      break;
    case ApiKind::texts:
      ASSERT_TRUE(value.is_array()) << value;
      for (const Json& item : value) expect_text(item, type);
      break;
    case ApiKind::object:
      expect_described(value, type.of());
      break;
    case ApiKind::objects:
      ASSERT_TRUE(value.is_array()) << value;
      for (const Json& item : value) expect_described(item, type.of());
      break;
  }
}

inline void expect_described(const Json& value, const ApiSchema& schema) {
  SCOPED_TRACE(std::string(schema.name));
  ASSERT_TRUE(value.is_object()) << value;
  std::size_t seen = 0;
  for (const ApiMember& member : schema.members) {
    SCOPED_TRACE(std::string(member.name));
    const auto found = value.find(std::string(member.name));
    if (found == value.end()) {
      EXPECT_TRUE(member.type.left_out) << "is not there";
      continue;
    }
    ++seen;
    expect_of_type(*found, member.type);
  }
  EXPECT_EQ(seen, value.size()) << "something is there that is not described: " << value;
}

inline void expect_described(const std::string& body, const ApiSchema& schema) {
  const Json value = Json::parse(body, nullptr, false);
  ASSERT_FALSE(value.is_discarded()) << body;
  expect_described(value, schema);
}

}  // namespace wattlife::testing
