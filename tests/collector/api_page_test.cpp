// SPDX-License-Identifier: EUPL-1.2
#include "collector/api_page.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/text.h"

namespace wattlife {
namespace {

TEST(ApiPage, a_cursor_leads_back_to_its_place) {
  const PagePlace places[] = {
      {0, ""},
      {0, std::string(16, '\0')},
      {20'780, std::string(16, '\xFF')},
      {-1, "a b"},
      {std::numeric_limits<std::int64_t>::max(), "x"},
      {std::numeric_limits<std::int64_t>::min(), "x"},
  };
  for (const PagePlace& place : places) {
    const std::string cursor = cursor_of("-eersteDatum", place);
    EXPECT_EQ(cursor.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_LE(cursor.size(), 200u);
    EXPECT_EQ(place_from("-eersteDatum", cursor), place);
    EXPECT_FALSE(place_from("eersteDatum", cursor)) << "of another order";
  }
}

TEST(ApiPage, what_is_no_cursor_of_ours_is_none) {
  const std::string good = cursor_of("id", {5, "abc"});
  const auto made_up = [](const std::string& text) { return hex_from_bytes(text); };
  for (const std::string& bad :
       {std::string(), good + "0", good.substr(1), good + "20", "x" + good, made_up("id 5"),
        made_up("id 05 616263"), made_up("id +5 616263"), made_up("id 5 6162 63"),
        made_up("id 5 61626"), made_up("id 5 6162FF"), made_up("id 5x 616263"),
        made_up("id 5 " + std::string(66, 'a')), made_up("id 99999999999999999999 61")}) {
    EXPECT_FALSE(place_from("id", bad)) << bad;
  }
  std::string capital = good;
  for (char& c : capital) c = static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
  if (capital != good) {
    EXPECT_FALSE(place_from("id", capital)) << "one place, one cursor";
  }
}

TEST(ApiPage, the_next_page_keeps_what_was_asked) {
  const PageLinks links = links_of("/v1/apparaten", "merk=HP&cursor=00ff&paginaGrootte=5", "aabb");
  EXPECT_EQ(links.self, "/v1/apparaten?merk=HP&cursor=00ff&paginaGrootte=5");
  EXPECT_EQ(links.next, "/v1/apparaten?merk=HP&paginaGrootte=5&cursor=aabb");
  EXPECT_EQ(link_header(links),
            "</v1/apparaten?merk=HP&cursor=00ff&paginaGrootte=5>; rel=\"self\", "
            "</v1/apparaten?merk=HP&paginaGrootte=5&cursor=aabb>; rel=\"next\"");
  EXPECT_EQ(links_json(links_of("/v1/x", "", std::nullopt)), "{\"self\": {\"href\": \"/v1/x\"}}");
  EXPECT_EQ(links_of("/v1/x", "", "aa").next, "/v1/x?cursor=aa");
  EXPECT_EQ(links_of("/v1/x", "%63ursor=00ff&a=1", "aa").next, "/v1/x?a=1&cursor=aa");
}

// What came in a query goes into a header and into JSON.
TEST(ApiPage, a_link_holds_nothing_that_could_end_it) {
  const PageLinks links = links_of("/v1/x", "a=<>\"\r\nSet-Cookie: b\xFF", "aa");
  for (const std::string& text : {links.self, *links.next}) {
    EXPECT_EQ(text.find_first_of("<>\"\r\n \xFF"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace wattlife
