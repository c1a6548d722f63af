// SPDX-License-Identifier: EUPL-1.2
#include "collector/api_query.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

constexpr std::string_view colours[] = {"rood", "blauw"};
constexpr ApiParameter parameters[] = {
    {"kleur", "Een kleur", colours},
    {"naam", "Een naam", ParameterKind::text},
    {"vanaf", "Een dag", ParameterKind::day},
    {"aantal", "Hoeveel", 1, 500, 100},
    {"waar", "Of het waar is", ParameterKind::truth},
    {"organisatieOin", "Van wie", ParameterKind::oin},
    {"cursor", "Waar", ParameterKind::cursor},
};

std::vector<std::string> faulty(std::string_view query) {
  std::vector<std::string> names;
  for (const RequestFault& fault : read_query(query, parameters).faults) {
    names.push_back(fault.parameter);
    EXPECT_FALSE(fault.nl.empty());
    EXPECT_FALSE(fault.en.empty());
  }
  return names;
}

TEST(ApiQuery, values_that_fit_are_read) {
  const ReadQuery read = read_query(
      "kleur=rood&naam=A%26B+C%c3%a9&vanaf=2026-11-24&aantal=500&waar=nee&"
      "organisatieOin=00000001003214345000&cursor=00ff",
      parameters);
  EXPECT_TRUE(read.faults.empty());
  EXPECT_EQ(read.query.text("kleur"), "rood");
  EXPECT_EQ(read.query.text("naam"), "A&B C\u00e9");
  EXPECT_EQ(read.query.day("vanaf"), day_from_iso8601("2026-11-24"));
  EXPECT_EQ(read.query.whole("aantal"), 500);
  EXPECT_EQ(read.query.truth("waar"), false);
  EXPECT_FALSE(read.query.text("nooit"));
}

TEST(ApiQuery, an_empty_query_asks_for_nothing) {
  for (const char* query : {"", "&", "&&&"}) {
    const ReadQuery read = read_query(query, parameters);
    EXPECT_TRUE(read.faults.empty());
    EXPECT_FALSE(read.query.has("kleur"));
    EXPECT_EQ(read.query.whole("aantal"), std::nullopt);
  }
}

TEST(ApiQuery, what_does_not_fit_is_named) {
  struct Case {
    const char* query;
    const char* parameter;
  };
  const Case cases[] = {
      {"kleur=Rood", "kleur"},
      {"kleur=", "kleur"},
      {"kleur", "kleur"},
      {"kleur=groen", "kleur"},
      {"naam=", "naam"},
      {"naam=%00", "naam"},
      {"naam=%0a", "naam"},
      {"naam=%7f", "naam"},
      {"naam=%ff", "naam"},
      {"naam=%", "naam"},
      {"naam=%4", "naam"},
      {"naam=%zz", "naam"},
      {"vanaf=24-11-2026", "vanaf"},
      {"vanaf=2026-02-30", "vanaf"},
      {"vanaf=2026-11-24T00:00:00Z", "vanaf"},
      {"aantal=0", "aantal"},
      {"aantal=501", "aantal"},
      {"aantal=1e2", "aantal"},
      {"aantal=99999999999999999999", "aantal"},
      {"aantal=-1", "aantal"},
      {"waar=true", "waar"},
      {"organisatieOin=0000000100321434500", "organisatieOin"},
      {"organisatieOin=0000000100321434500x", "organisatieOin"},
      {"cursor=", "cursor"},
      {"kleur=rood&kleur=rood", "kleur"},
      {"Kleur=rood", "Kleur"},
      {"onzin=1", "onzin"},
      {"kl%65ur=groen", "kleur"},
      {"=1", ""},
      {"%ff=1", ""},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(faulty(c.query), (std::vector<std::string>{c.parameter})) << c.query;
  }
  EXPECT_EQ(faulty("naam=" + std::string(longest_parameter, 'x')), std::vector<std::string>{});
  EXPECT_EQ(faulty("naam=" + std::string(longest_parameter + 1, 'x')),
            (std::vector<std::string>{"naam"}));
}

TEST(ApiQuery, all_that_is_wrong_is_told_at_once_and_not_without_end) {
  EXPECT_EQ(faulty("kleur=x&vanaf=x&zomaar=1&naam=goed&aantal=0"),
            (std::vector<std::string>{"kleur", "vanaf", "zomaar", "aantal"}));
  std::string long_query;
  for (int i = 0; i < 5000; ++i) long_query += "x=1&";
  EXPECT_LE(faulty(long_query).size(), 20u);
}

TEST(ApiQuery, for_one_that_does_not_exist_it_tells_which_do) {
  const auto faults = read_query("zomaar=1", parameters).faults;
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_NE(faults[0].nl.find("bestaat hier niet; wel: kleur, "), std::string::npos)
      << faults[0].nl;
  EXPECT_NE(faults[0].en.find("; there are: kleur, "), std::string::npos) << faults[0].en;
  EXPECT_EQ(read_query("zomaar=1", {}).faults.at(0).nl, "deze parameter bestaat hier niet");
}

// What a stranger wrote is not sent back to them at length.
TEST(ApiQuery, a_long_name_is_not_repeated) {
  EXPECT_EQ(faulty(std::string(41, 'q') + "=1"), (std::vector<std::string>{""}));
}

TEST(ApiQuery, the_refusal_is_400_and_holds_every_fault) {
  const Response response =
      to_response(bad_parameters(read_query("kleur=x&vanaf=%22%0d%0a", parameters).faults));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body,
            "{\"type\": \"urn:wattlife:problem:bad-parameters\", \"status\": 400, "
            "\"title\": \"The parameters are not right\", "
            "\"detail\": \"2 parameters are not right; see `fouten`.\", "
            "\"detailNl\": \"2 parameters kloppen niet; zie `fouten`.\", \"fouten\": ["
            "{\"parameter\": \"kleur\", \"nl\": \"verwacht wordt een van: rood, blauw\", "
            "\"en\": \"expected is one of: rood, blauw\"}, "
            "{\"parameter\": \"vanaf\", \"nl\": \"is geen tekst in UTF-8 en procentcodes\", "
            "\"en\": \"is no text in UTF-8 and percent codes\"}]}\n");
}

}  // namespace
}  // namespace wattlife
