// SPDX-License-Identifier: EUPL-1.2
// The document of the REST API: the bytes that are committed, and the NLGov API Design Rules that
// can be tested in it. The whole rule set of the government's linter runs in tests/e2e.
#include "collector/api_document.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "collector/api_routes.h"
#include "tests/places.h"

namespace wattlife {
namespace {

using Json = nlohmann::json;

Json document() { return Json::parse(api_document()); }

// The place in the document that a reference names; the value itself when it is none.
const Json& resolved(const Json& root, const Json& value) {
  if (!value.is_object() || !value.contains("$ref")) return value;
  const std::string to = value["$ref"].get<std::string>();
  EXPECT_EQ(to.substr(0, 2), "#/");
  const Json::json_pointer place(to.substr(1));
  EXPECT_TRUE(root.contains(place)) << to << " leads nowhere";
  return root.at(place);
}

void each_reference(const Json& value, const std::function<void(const std::string&)>& visit) {
  if (value.is_object() && value.contains("$ref")) visit(value["$ref"].get<std::string>());
  if (!value.is_structured()) return;
  for (const Json& child : value) each_reference(child, visit);
}

TEST(ApiDocument, the_committed_document_is_what_the_program_says) {
  const std::string path = places::sources() + "/docs/generated/openapi.json";
  const std::string now = api_document();
  if (std::getenv("WATTLIFE_UPDATE") != nullptr) std::ofstream(path, std::ios::binary) << now;
  std::ifstream stream(path, std::ios::binary);
  std::stringstream committed;
  committed << stream.rdbuf();
  EXPECT_EQ(committed.str(), now)
      << "`wattlife-collector openapi > docs/generated/openapi.json` accepts it";
}

TEST(ApiDocument, says_what_it_is_and_whom_to_ask) {
  const Json root = document();
  EXPECT_EQ(root["openapi"], "3.0.3");
  EXPECT_EQ(root["info"]["version"], std::string(api_version));
  for (const char* field : {"name", "email", "url"}) {
    EXPECT_FALSE(root["info"]["contact"][field].get<std::string>().empty()) << field;
  }
  ASSERT_EQ(root["servers"].size(), 1u);
  EXPECT_TRUE(root["servers"][0]["url"].get<std::string>().ends_with("/v1"));
}

TEST(ApiDocument, every_operation_of_the_table_is_in_it_once) {
  const Json root = document();
  std::size_t operations = 0;
  for (const auto& [path, methods] : root["paths"].items()) operations += methods.size();
  EXPECT_EQ(operations, api_routes().size());
  for (const ApiRoute& route : api_routes()) {
    const std::string path(route.path.substr(api_prefix.size()));
    ASSERT_TRUE(root["paths"].contains(path)) << path;
    const Json& operation = root["paths"][path]["get"];
    EXPECT_EQ(operation["operationId"], std::string(route.operation_id));
    // No cookie is asked for where anyone may come, and one is everywhere else.
    EXPECT_EQ(operation["security"].empty(), route.access.who == Access::Who::anyone);
  }
}

TEST(ApiDocument, answers_carry_the_version_and_errors_are_problems) {
  const Json root = document();
  for (const auto& [path, methods] : root["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      for (const auto& [status, told] : operation["responses"].items()) {
        SCOPED_TRACE(path + " " + method + " " + status);
        const Json& response = resolved(root, told);
        EXPECT_TRUE(response["headers"].contains("API-Version"));
        if (status[0] != '4' && status[0] != '5') continue;
        EXPECT_NE(status, "422");
        ASSERT_TRUE(response["content"].contains("application/problem+json"));
        const Json& schema =
            resolved(root, response["content"]["application/problem+json"]["schema"]);
        for (const char* member : {"status", "title", "detail"}) {
          EXPECT_TRUE(schema["properties"].contains(member)) << member;
        }
      }
      EXPECT_TRUE(operation["responses"].contains("400"));
    }
  }
}

TEST(ApiDocument, dates_are_dates_and_every_property_is_described) {
  const Json root = document();
  for (const auto& [name, schema] : root["components"]["schemas"].items()) {
    EXPECT_TRUE(name[0] >= 'A' && name[0] <= 'Z') << name;
    for (const auto& [property, told] : schema["properties"].items()) {
      SCOPED_TRACE(name + "." + property);
      EXPECT_FALSE(told["description"].get<std::string>().empty());
      const bool day = property.ends_with("atum") || property.ends_with("Date");
      EXPECT_EQ(told.value("format", "") == "date", day);
    }
  }
}

TEST(ApiDocument, every_reference_leads_somewhere_and_nothing_is_left_over) {
  const Json root = document();
  std::set<std::string> used;
  each_reference(root, [&](const std::string& to) {
    used.insert(to);
    EXPECT_TRUE(root.contains(Json::json_pointer(to.substr(1)))) << to;
  });
  for (const char* kind : {"schemas", "responses", "headers", "parameters"}) {
    for (const auto& [name, value] : root["components"][kind].items()) {
      EXPECT_TRUE(used.count("#/components/" + std::string(kind) + "/" + name)) << name;
    }
  }
}

}  // namespace
}  // namespace wattlife
