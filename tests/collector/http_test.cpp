// SPDX-License-Identifier: EUPL-1.2
#include "collector/http.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

TEST(Http, an_answer_as_bytes) {
  Response response{200, {{"Content-Type", "text/plain"}}, "hello"};
  EXPECT_EQ(to_http(response, {{"X-Common", "yes"}}, true, false),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Common: yes\r\n"
            "Content-Length: 5\r\n\r\nhello");
  EXPECT_EQ(to_http(response, {}, false, true),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n"
            "Content-Length: 5\r\n\r\n");
  EXPECT_EQ(to_http({204, {}, "ignored"}, {}, true, false), "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST(Http, what_the_answer_says_goes_before_what_all_say) {
  const Response response{
      200, {{"cache-control", "max-age=60"}, {"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}}, ""};
  const std::string text = to_http(response, {{"Cache-Control", "no-store"}}, true, false);
  EXPECT_EQ(text.find("no-store"), std::string::npos);
  EXPECT_NE(text.find("Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"), std::string::npos);
}

TEST(Http, no_header_can_begin_another) {
  const Response response{200,
                          {{"X-A", "a\r\nX-Evil: 1"},
                           {"X-B", std::string("b\0c", 3)},
                           {"X-C\r\nX-Evil", "1"},
                           {"X-D: x", "1"},
                           {"", "1"},
                           {"X-Good", "kept"}},
                          ""};
  const std::string text = to_http(response, {{"X-E", "e\nX-Evil: 1"}}, true, false);
  EXPECT_EQ(text, "HTTP/1.1 200 OK\r\nX-Good: kept\r\nContent-Length: 0\r\n\r\n");
}

TEST(Http, queries_and_percent_code) {
  EXPECT_EQ(query_value("a=1&b=x%20y+z%2B&c", "b"), "x y z+");
  EXPECT_EQ(query_value("a=1&b", "b"), "");
  EXPECT_EQ(query_value("", "b"), "");
  EXPECT_EQ(percent_decoded("a%20b+c%zz%4"), "a b+c%zz%4");
}

}  // namespace
}  // namespace wattlife
