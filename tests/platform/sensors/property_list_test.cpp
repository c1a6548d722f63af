// SPDX-License-Identifier: EUPL-1.2
#include "platform/sensors/property_list.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

constexpr const char* heading =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST "
    "1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n";

std::string xml(const std::string& inside) {
  return heading + ("<dict>\n" + inside + "\n</dict>\n</plist>\n");
}

TEST(PropertyList, EachKindOfXml) {
  const auto root = parse_property_list(
      xml("<key>whole</key>\n\t<integer>-731</integer>\n<key>large</key>"
          "<integer>18446744073709550616</integer><key>yes</key><true/><key>no</key><false/>"
          "<key>name</key><string>A &amp; B &lt;c&gt;</string><key>empty</key><string/>"
          "<key>bytes</key>\n<data>\n\tQXBwbGUg\n\tSW5jLgA=\n</data><key>share</key>"
          "<real>0.5</real><key>day</key><date>2026-01-05T08:00:00Z</date>"
          "<!-- a remark --><key>cells</key><array><integer>4</integer><array/></array>"
          "<key>inside</key><dict><key>Watts</key><integer>96</integer></dict>"));
  ASSERT_TRUE(root) << root.error().text;
  EXPECT_EQ(root->integer_at("whole"), -731);
  EXPECT_EQ(root->integer_at("large"), -1000);
  EXPECT_EQ(root->truth_at("yes"), true);
  EXPECT_EQ(root->truth_at("no"), false);
  EXPECT_EQ(root->text_at("name"), "A & B <c>");
  EXPECT_EQ(root->text_at("empty"), "");
  EXPECT_EQ(root->text_at("bytes"), "Apple Inc.");
  EXPECT_EQ(root->find("share")->kind, Property::Kind::real);
  EXPECT_EQ(root->text_at("day"), "2026-01-05T08:00:00Z");
  EXPECT_EQ(root->find("cells")->items.size(), 2U);
  EXPECT_EQ(root->find("inside")->integer_at("Watts"), 96);
  EXPECT_EQ(root->find("none"), nullptr);
  EXPECT_EQ(root->integer_at("name"), std::nullopt) << "another kind";
  EXPECT_EQ(root->truth_at("whole"), std::nullopt);
  EXPECT_EQ(root->text_at("yes"), std::nullopt);
}

TEST(PropertyList, EachKindOfIoreg) {
  const auto root = parse_property_list(
      "+-o AppleSmartBattery  <class AppleSmartBattery, id 0x1000002c9, busy 0 (0 ms)>\n"
      "  | {\n"
      "  |   \"TimeRemaining\" = 585\n"
      "  |   \"Amperage\" = 18446744073709551183\n"
      "  |   \"IsCharging\" = No\n"
      "  |   \"FullyCharged\" = Yes\n"
      "  |   \"Cells\" = (4109,4118,4099,0)\n"
      "  |   \"Set\" = [\"a\",\"b\"]\n"
      "  |   \"Details\" = {\"Watts\"=96,\"Inner\"={\"x\"=(),\"y\"=-5}}\n"
      "  |   \"Raw\" = <0102ff>\n"
      "  |   \"manufacturer\" = <\"Apple Inc.\">\n"
      "  |   \"Empty\" = {}\n"
      "  | }\n"
      "  |\n"
      "  +-o Other  <class Other>\n");
  ASSERT_TRUE(root) << root.error().text;
  EXPECT_EQ(root->integer_at("TimeRemaining"), 585);
  EXPECT_EQ(root->integer_at("Amperage"), -433);
  EXPECT_EQ(root->truth_at("IsCharging"), false);
  EXPECT_EQ(root->truth_at("FullyCharged"), true);
  EXPECT_EQ(root->find("Cells")->items.at(2).integer, 4099);
  EXPECT_EQ(root->find("Set")->items.at(1).text, "b");
  EXPECT_EQ(root->find("Details")->find("Inner")->integer_at("y"), -5);
  EXPECT_EQ(root->find("Raw")->text, "\x01\x02\xff");
  EXPECT_EQ(root->text_at("manufacturer"), "Apple Inc.");
  EXPECT_TRUE(root->find("Empty")->items.empty());
  EXPECT_EQ(root->find("Other"), nullptr);
}

TEST(PropertyList, WhatIsNeitherIsMalformed) {
  const std::string cases[] = {
      "",
      "hello",
      "{",
      "{ \"a\" }",
      "{ \"a\" = }",
      "{ \"a\" = Maybe }",
      "{ \"a\" = <0g> }",
      "{ \"a\" = 99999999999999999999 }",
      "{ a = 1 }",
      "<plist>",
      "<plist><array></array></plist>",
      xml("<integer>1</integer>"),
      xml("<key>a</key>"),
      xml("<key>a</key><integer></integer>"),
      xml("<key>a</key><integer>1.5</integer>"),
      xml("<key>a</key><integer>18446744073709551616</integer>"),
      xml("<key>a</key><unheard>1</unheard>"),
      xml("<key>a</key><data>*</data>"),
      xml("<key>a</key><string>x</integer>"),
      xml("<key>a</key><true>x</true>"),
      xml("<key>a</key><true>"),
  };
  for (const std::string& text : cases) {
    const auto root = parse_property_list(text);
    ASSERT_FALSE(root) << text;
    EXPECT_EQ(root.error().cause, Cause::malformed);
  }
}

TEST(PropertyList, AnyCutIsMalformedAndNeverReadBeyond) {
  const std::string texts[] = {
      xml("<key>a</key><integer>1</integer><key>b</key><array><true/></array>"),
      "{\n \"a\" = 1\n \"b\" = (\"x\",<00>,Yes)\n}"};
  for (const std::string& text : texts) {
    ASSERT_TRUE(parse_property_list(text));
    const std::size_t whole = text.find("</dict>") == std::string::npos
                                  ? text.size()
                                  : text.find("</dict>") + std::string("</dict>").size();
    for (std::size_t size = 0; size < whole; ++size) {
      EXPECT_FALSE(parse_property_list(text.substr(0, size))) << text.substr(0, size);
    }
  }
}

TEST(PropertyList, HasLimits) {
  const auto nested = [](std::size_t depth) {
    std::string text = "{\"a\"=";
    for (std::size_t i = 0; i < depth; ++i) text += "(";
    for (std::size_t i = 0; i < depth; ++i) text += ")";
    return text + "}";
  };
  EXPECT_TRUE(parse_property_list(nested(deepest_property)));
  EXPECT_FALSE(parse_property_list(nested(deepest_property + 1)));
  EXPECT_FALSE(parse_property_list(nested(400'000))) << "and the stack holds";
  std::string arrays;
  for (int i = 0; i < 100'000; ++i) arrays += "<array>";
  EXPECT_FALSE(parse_property_list(xml("<key>a</key>" + arrays)));
  std::string many = "{\"a\"=(";
  for (std::size_t i = 0; i < most_properties; ++i) many += "1,";
  EXPECT_FALSE(parse_property_list(many + ")}"));
}

}  // namespace
}  // namespace wattlife
