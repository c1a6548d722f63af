// SPDX-License-Identifier: EUPL-1.2
#include "collector/site.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "collector/embedded.h"
#include "collector/rules.h"
#include "core/text.h"
#include "tests/collector/example_fleet.h"

namespace wattlife {
namespace {

using testing::example_day;
using testing::Fleet;
using testing::Laptop;

Now at(UtcDay day) {
  return {BootTime{std::chrono::hours(1)}, AwakeTime{std::chrono::hours(1)},
          UtcTime{day} + std::chrono::hours(10)};
}

class SiteTest : public ::testing::Test {
 protected:
  Response ask(const std::string& method, const std::string& target, Headers headers = {},
               std::string body = "") {
    const std::size_t question = target.find('?');
    Request request{method, target.substr(0, question),
                    question == std::string::npos ? "" : target.substr(question + 1),
                    std::move(headers), std::move(body)};
    return site_.handle(request, at(example_day));
  }
  static std::string header(const Response& response, const std::string& name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }
  Fleet fleet_;
  Site site_{fleet_.store(), *built_in_rules()};
};

TEST_F(SiteTest, empty_fleet_says_what_to_do_and_shows_no_numbers) {
  for (const char* target : {"/", "/?lang=en"}) {
    const Response page = ask("GET", target);
    EXPECT_EQ(page.status, 200);
    EXPECT_NE(page.body.find("token create"), std::string::npos);
    EXPECT_EQ(page.body.find("<table"), std::string::npos);
  }
  EXPECT_NE(ask("GET", "/").body.find("Nog geen 10 apparaten"), std::string::npos);
  EXPECT_EQ(ask("GET", "/v1/apparaten").body,
            "{\"apparaten\": [\n], \"_links\": {\"self\": {\"href\": \"/v1/apparaten\"}}}\n");
}

TEST_F(SiteTest, pages_and_lists_are_as_they_were) {
  testing::fill_with_examples(fleet_);
  testing::expect_golden("page-nl.html", ask("GET", "/").body);
  testing::expect_golden("page-en.html", ask("GET", "/?lang=en").body);
  testing::expect_golden("page-action.html", ask("GET", "/?actie=accu-vervangen").body);
  testing::expect_golden("worklist.csv", ask("GET", "/werklijst?formaat=csv").body);
  testing::expect_golden("devices.csv", ask("GET", "/v1/apparaten", {{"accept", "text/csv"}}).body);
  testing::expect_golden("devices.json", ask("GET", "/v1/apparaten").body);
  testing::expect_golden("energy.json", ask("GET", "/v1/energieoverzicht").body);
}

TEST_F(SiteTest, what_came_from_outside_is_text_and_nothing_else) {
  testing::fill_with_examples(fleet_);
  const std::string page = ask("GET", "/?actie=%3Cscript%3E&lang=%22%3E").body;
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Co&quot;"),
            std::string::npos);
}

TEST_F(SiteTest, no_energy_hours_or_serials_per_device) {
  testing::fill_with_examples(fleet_);
  for (const char* target : {"/v1/apparaten", "/werklijst?formaat=csv", "/"}) {
    SCOPED_TRACE(target);
    const std::string body = ask("GET", target).body;
    EXPECT_EQ(body.find("PF-ex"), std::string::npos);
    EXPECT_EQ(body.find("DISK-"), std::string::npos);
    EXPECT_EQ(body.find("uuid-"), std::string::npos);
    if (std::string(target) != "/") {
      EXPECT_EQ(body.find("kwh"), std::string::npos);
      EXPECT_EQ(body.find("_mj"), std::string::npos);
    }
  }
}

TEST_F(SiteTest, routes) {
  struct Case {
    const char* method;
    const char* target;
    int status;
    const char* type;
  };
  const Case cases[] = {
      {"GET", "/", 200, "text/html; charset=utf-8"},
      {"HEAD", "/", 200, "text/html; charset=utf-8"},
      {"GET", "/stijl.css", 200, "text/css; charset=utf-8"},
      {"GET", "/v1/apparaten", 200, "application/json"},
      {"GET", "/v1/energieoverzicht", 200, "application/json"},
      {"GET", "/werklijst?formaat=csv", 200, "text/csv; charset=utf-8"},
      {"GET", "/werklijst?formaat=xls", 400, "application/problem+json"},
      {"GET", "/v1/apparaten/", 404, "application/problem+json"},
      {"GET", "/v1/Apparaten", 404, "application/problem+json"},
      {"GET", "/v1/apparaten.csv", 404, "application/problem+json"},
      {"GET", "/../etc/passwd", 404, "application/problem+json"},
      {"POST", "/v1/apparaten", 405, "application/problem+json"},
      {"DELETE", "/", 405, "application/problem+json"},
      {"GET", "/device/v1/reports", 405, "application/problem+json"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.method) + " " + c.target);
    const Response response = ask(c.method, c.target);
    EXPECT_EQ(response.status, c.status);
    EXPECT_EQ(header(response, "Content-Type"), c.type);
    const bool api = std::string(c.target).rfind("/v1/", 0) == 0;
    EXPECT_EQ(header(response, "API-Version"), api ? "1.0.0" : "");
    if (c.status == 405) {
      EXPECT_FALSE(header(response, "Allow").empty());
    }
    if (c.status >= 400) {
      EXPECT_NE(response.body.find("urn:wattlife:problem:"), std::string::npos);
    }
  }
  EXPECT_EQ(header(ask("GET", "/nergens", {{"accept", "text/html"}}), "Content-Type"),
            "text/html; charset=utf-8");
}

TEST_F(SiteTest, a_device_enrols_and_reports_over_http) {
  Laptop laptop = testing::laptop("a");
  const std::string body = to_bytes(laptop.enrolment());
  const Headers headers = {{"authorization", "Bearer " + fleet_.token},
                           {"content-type", "application/x-protobuf"}};
  const Response enrolled = ask("POST", "/device/v1/enrolments", headers, body);
  ASSERT_EQ(enrolled.status, 202);
  EXPECT_EQ(header(enrolled, "Content-Type"), "application/x-protobuf");
  const auto answer = enrolment_answer_from(enrolled.body);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->pending);

  const Headers own = {{"authorization", "Bearer " + hex_from_bytes(answer->device_id) + "." +
                                             hex_from_bytes(answer->secret)},
                       {"content-type", "application/x-protobuf"}};
  const Response reported = ask("POST", "/device/v1/reports", own, to_bytes(laptop.health()));
  ASSERT_EQ(reported.status, 200);
  const auto acknowledged = acknowledgement_from(reported.body);
  ASSERT_TRUE(acknowledged);
  EXPECT_EQ(acknowledged->install_id, laptop.install_id);
  EXPECT_EQ(acknowledged->sequence, 1);
  EXPECT_TRUE(acknowledged->pending);
}

TEST_F(SiteTest, what_a_device_may_not_send) {
  const std::string token = "Bearer " + fleet_.token;
  const std::string body = to_bytes(testing::laptop("a").enrolment());
  struct Case {
    const char* name;
    const char* path;
    Headers headers;
    std::string body;
    int status;
    const char* problem;
  };
  const Case cases[] = {
      {"no token",
       "/device/v1/enrolments",
       {{"content-type", "application/x-protobuf"}},
       body,
       401,
       "unknown-token"},
      {"compressed",
       "/device/v1/enrolments",
       {{"authorization", token},
        {"content-type", "application/x-protobuf"},
        {"content-encoding", "gzip"}},
       body,
       415,
       "encoding"},
      {"JSON",
       "/device/v1/enrolments",
       {{"authorization", token}, {"content-type", "application/json"}},
       body,
       415,
       "media-type"},
      {"too large",
       "/device/v1/enrolments",
       {{"authorization", token}, {"content-type", "application/x-protobuf"}},
       std::string(largest_report_bytes + 1, 'x'),
       413,
       "too-large"},
      {"garbage",
       "/device/v1/enrolments",
       {{"authorization", token}, {"content-type", "application/x-protobuf"}},
       "garbage",
       400,
       "malformed-enrolment"},
      {"a report without a credential",
       "/device/v1/reports",
       {{"content-type", "application/x-protobuf"}},
       "x",
       401,
       "unknown-device"},
      {"a report with a token",
       "/device/v1/reports",
       {{"authorization", token}, {"content-type", "application/x-protobuf"}},
       "x",
       401,
       "unknown-device"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Response response = ask("POST", c.path, c.headers, c.body);
    EXPECT_EQ(response.status, c.status);
    EXPECT_NE(response.body.find(std::string("urn:wattlife:problem:") + c.problem),
              std::string::npos)
        << response.body;
    EXPECT_EQ(header(response, "Content-Type"), "application/problem+json");
  }
}

TEST_F(SiteTest, identity_encoding_is_no_encoding) {
  const Response response = ask("POST", "/device/v1/enrolments",
                                {{"authorization", "Bearer " + fleet_.token},
                                 {"content-type", "application/x-protobuf"},
                                 {"content-encoding", "identity"}},
                                to_bytes(testing::laptop("a").enrolment()));
  EXPECT_EQ(response.status, 202);
}

TEST_F(SiteTest, enrolments_of_one_token_are_slowed_down) {
  const Headers headers = {{"authorization", "Bearer " + fleet_.token},
                           {"content-type", "application/x-protobuf"}};
  std::set<int> statuses;
  Response last;
  for (int i = 0; i < 130; ++i) {
    Laptop laptop = testing::laptop(std::to_string(i));
    last = ask("POST", "/device/v1/enrolments", headers, to_bytes(laptop.enrolment()));
    statuses.insert(last.status);
  }
  EXPECT_EQ(statuses, (std::set<int>{202, 429}));
  EXPECT_EQ(header(last, "Retry-After"), "60");
}

TEST(Headers, security_headers_are_those_of_the_design) {
  std::set<std::string> names;
  for (const auto& [name, value] : security_headers()) names.insert(name);
  for (const char* name : {"Cache-Control", "Content-Security-Policy", "Strict-Transport-Security",
                           "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"}) {
    EXPECT_TRUE(names.count(name)) << name;
  }
}

// --- Contrast: WCAG 2.2, 1.4.3 and 1.4.11 -------------------------------------------------------

double luminance(const std::string& hex) {
  const auto bytes = *bytes_from_hex(hex.substr(1));
  const auto channel = [&](std::size_t i) {
    const double value = static_cast<unsigned char>(bytes[i]) / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2);
}

double contrast(const std::string& a, const std::string& b) {
  const double x = luminance(a);
  const double y = luminance(b);
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

// The colours of the n-th `:root {…}` of the style.
std::map<std::string, std::string> colours(std::string_view style, int which) {
  for (int i = 0; i <= which; ++i) style.remove_prefix(style.find(":root {") + 7);
  std::map<std::string, std::string> found;
  for (const std::string_view line : split(style.substr(0, style.find('}')), ';')) {
    const std::string_view pair = trimmed(line);
    const std::size_t colon = pair.find(": #");
    if (colon != std::string_view::npos) {
      found[std::string(pair.substr(0, colon))] = std::string(pair.substr(colon + 2));
    }
  }
  return found;
}

TEST(Style, colours_can_be_told_apart_by_everyone) {
  for (int theme : {0, 1}) {
    SCOPED_TRACE(theme == 0 ? "light" : "dark");
    const auto colour = colours(embedded_style(), theme);
    ASSERT_EQ(colour.size(), 16u);
    for (const char* surface : {"--card", "--paper", "--accent-soft"}) {
      for (const char* text : {"--ink", "--quiet", "--accent"}) {
        EXPECT_GE(contrast(colour.at(text), colour.at(surface)), 4.5) << text << " on " << surface;
      }
    }
    for (const char* text : {"--good", "--watch", "--replace", "--fail"}) {
      EXPECT_GE(contrast(colour.at(text), colour.at("--card")), 4.5) << text;
    }
    for (const char* shape : {"--part-0", "--part-1", "--part-2", "--part-3", "--focus"}) {
      EXPECT_GE(contrast(colour.at(shape), colour.at("--card")), 3.0) << shape;
    }
  }
}

TEST(Query, values_are_decoded) {
  EXPECT_EQ(query_value("a=1&b=2", "b"), "2");
  EXPECT_EQ(query_value("a=%41+b%2", "a"), "A b%2");
  EXPECT_EQ(query_value("aa=1", "a"), "");
  EXPECT_EQ(query_value("", "a"), "");
  EXPECT_EQ(query_value("a", "a"), "");
}

}  // namespace
}  // namespace wattlife
