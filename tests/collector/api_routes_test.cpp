// SPDX-License-Identifier: EUPL-1.2
#include "collector/api_routes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "collector/site.h"
#include "core/text.h"

namespace wattlife {
namespace {

TEST(ApiRoutes, the_id_of_an_address_is_found) {
  EXPECT_EQ(id_in("/v1/apparaten", "/v1/apparaten"), "");
  EXPECT_EQ(id_in("/v1/apparaten/{id}", "/v1/apparaten/00ff"), "00ff");
  EXPECT_EQ(id_in("/v1/a/{id}/b", "/v1/a/1/b"), "1");
  for (const char* path : {"/v1/apparaten", "/v1/apparaten/", "/v1/apparaten/a/b",
                           "/v1/apparaten/a/", "/v1/apparatenx", "/V1/apparaten/a", ""}) {
    EXPECT_FALSE(id_in("/v1/apparaten/{id}", path)) << path;
  }
  for (const char* path : {"/v1/a/b", "/v1/a//b", "/v1/a/1/2/b"}) {
    EXPECT_FALSE(id_in("/v1/a/{id}/b", path)) << path;
  }
}

TEST(ApiRoutes, what_is_of_the_api) {
  for (const char* path : {"/v1", "/v1/", "/v1/nergens", "/v1//"}) {
    EXPECT_TRUE(is_of_api(path)) << path;
  }
  for (const char* path : {"/", "/v10", "/V1/x", "/device/v1/reports", ""}) {
    EXPECT_FALSE(is_of_api(path)) << path;
  }
}

bool is_small(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_letter(char c) { return is_small(c) || (c >= 'A' && c <= 'Z'); }
bool is_camel_case(std::string_view text) {
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::all_of(text.begin(), text.end(), is_letter);
}
bool is_kebab_case(std::string_view text) {
  return !text.empty() && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_small(c) || c == '-'; });
}

// NLGov API Design Rules that can be seen in the table.
TEST(ApiRoutes, names_are_as_the_design_rules_ask) {
  std::set<std::string_view> operations;
  std::set<std::string_view> tags;
  for (const ApiTag& tag : api_tags()) {
    EXPECT_TRUE(tags.insert(tag.name).second) << tag.name;
    EXPECT_TRUE(std::any_of(api_routes().begin(), api_routes().end(), [&](const ApiRoute& route) {
      return route.tag == tag.name;
    })) << tag.name;
  }
  for (const ApiRoute& route : api_routes()) {
    SCOPED_TRACE(std::string(route.path));
    EXPECT_TRUE(operations.insert(route.operation_id).second) << "an id is of one operation";
    EXPECT_TRUE(is_camel_case(route.operation_id)) << route.operation_id;
    EXPECT_EQ(tags.count(route.tag), 1u);
    EXPECT_FALSE(route.path.ends_with("/"));
    for (const std::string_view segment : split(route.path.substr(1), '/')) {
      EXPECT_TRUE(is_kebab_case(segment) || segment == "{id}" || segment == "openapi.json")
          << segment;
    }
    std::set<std::string_view> names;
    for (const ApiParameter& parameter : route.parameters) {
      EXPECT_TRUE(names.insert(parameter.name).second) << parameter.name;
      EXPECT_TRUE(is_camel_case(parameter.name)) << parameter.name;
      if (parameter.kind == ParameterKind::whole) {
        EXPECT_LE(parameter.least, parameter.otherwise);
        EXPECT_LE(parameter.otherwise, parameter.most);
      }
    }
    // Pages end: their size is bounded.
    EXPECT_EQ(names.count("paginaGrootte") == 1 && names.count("cursor") == 1, route.answer.pages);
    EXPECT_EQ(route.path.find("{id}") != std::string_view::npos, route.answer.of_one);
  }
}

// What the site serves under /v1 and what the document tells are one table.
TEST(ApiRoutes, nothing_is_served_under_v1_that_is_not_in_the_table) {
  std::multiset<std::string> served;
  for (const RouteDecision& route : Site::decisions()) {
    if (is_of_api(route.path)) {
      served.insert(std::string(route.method) + " " + std::string(route.path));
    }
  }
  std::multiset<std::string> told;
  for (const ApiRoute& route : api_routes()) {
    told.insert(std::string(route.method) + " " + std::string(route.path));
  }
  EXPECT_EQ(served, told);
  EXPECT_EQ(std::set<std::string>(told.begin(), told.end()).size(), told.size());
}

// Whoever looks at single devices, serial numbers or people is noted.
TEST(ApiRoutes, looks_at_devices_are_audited) {
  for (const ApiRoute& route : api_routes()) {
    const bool noted_itself = route.call == ApiCall::device;  // api_visit_test shows that
    const bool of_devices = route.call == ApiCall::devices || route.call == ApiCall::enrolments;
    EXPECT_EQ(route.audited.has_value(), of_devices && !noted_itself) << route.path;
  }
}

}  // namespace
}  // namespace wattlife
