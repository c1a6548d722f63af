// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/markup.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

// Each event on a line of its own: "<name", ">name", "=text".
std::string events_of(std::string_view document) {
  MarkupReader reader(document);
  std::string events;
  for (auto kind = reader.next(); kind != MarkupReader::Kind::end; kind = reader.next()) {
    if (kind == MarkupReader::Kind::open) {
      events += "<" + std::string(reader.name()) + (reader.closed() ? "/" : "") + "\n";
    } else if (kind == MarkupReader::Kind::close) {
      events += ">" + std::string(reader.name()) + "\n";
    } else {
      events += "=" + std::string(reader.text()) + "\n";
    }
  }
  EXPECT_EQ(reader.next(), MarkupReader::Kind::end) << "stays at the end";
  return events;
}

TEST(Markup, tags_and_texts_in_order) {
  EXPECT_EQ(events_of("<a><b x='1'/>text</a>"), "<a\n<b/\n=text\n>a\n");
  EXPECT_EQ(events_of("<x:a>1</x:a>"), "<a\n=1\n>a\n");
  EXPECT_EQ(events_of(""), "");
}

TEST(Markup, what_is_not_content_is_passed_over) {
  EXPECT_EQ(events_of("<?xml version='1.0'?><!DOCTYPE html><!-- <a> --><b/>"), "<b/\n");
  EXPECT_EQ(events_of("<script>if (a<b) x('<td>')</script><td>1</td>"), "<script\n<td\n=1\n>td\n");
  EXPECT_EQ(events_of("<style>td > a {}</style>2"), "<style\n=2\n");
}

TEST(Markup, unfinished_things_end_the_reading) {
  EXPECT_EQ(events_of("<a>1<b x='"), "<a\n=1\n");
  EXPECT_EQ(events_of("<a>1<!-- "), "<a\n=1\n");
  EXPECT_EQ(events_of("<a>1<script> "), "<a\n=1\n<script\n");
  EXPECT_EQ(events_of("1 < 2"), "=1 \n=<\n= 2\n");
}

TEST(Markup, attributes) {
  MarkupReader reader("<a one=\"1\" two='b>c'\n  x:three = \"3\" four=4 five=\"5\">");
  ASSERT_EQ(reader.next(), MarkupReader::Kind::open);
  EXPECT_EQ(reader.attribute("one"), "1");
  EXPECT_EQ(reader.attribute("two"), "b>c");
  EXPECT_EQ(reader.attribute("three"), "3");
  EXPECT_EQ(reader.attribute("four"), std::nullopt) << "without quotes is not what we read";
  EXPECT_EQ(reader.attribute("none"), std::nullopt);
}

TEST(Markup, entities) {
  EXPECT_EQ(without_entities("a&amp;b&lt;&gt;&quot;&apos;"), "a&b<>\"'");
  EXPECT_EQ(without_entities("1&nbsp;2&#160;3&#xA0;4"),
            "1\xC2\xA0"
            "2\xC2\xA0"
            "3\xC2\xA0"
            "4");
  EXPECT_EQ(without_entities("&#x20AC;&#128267;"), "\xE2\x82\xAC\xF0\x9F\x94\x8B");
  EXPECT_EQ(without_entities("&unknown; & &#; &#9999999; &#xD800;"),
            "&unknown; & &#; \xEF\xBF\xBD \xEF\xBF\xBD");
}

TEST(Markup, collapsed_text) {
  EXPECT_EQ(collapsed("\r\r\n  2020-08-28\r\n   - 2020-09-04 "), "2020-08-28 - 2020-09-04");
  EXPECT_EQ(collapsed(" \n"), "");
}

}  // namespace
}  // namespace wattlife
