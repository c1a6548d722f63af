// SPDX-License-Identifier: EUPL-1.2
#include "core/text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace wattlife {
namespace {

using Parts = std::vector<std::string_view>;

std::string any_bytes(std::mt19937_64& chance) {
  // Small alphabet, rich in the bytes that UTF-8 gives a meaning, so that sequences do occur.
  constexpr std::string_view alphabet =
      "aZ\x7F\x80\xBF\xC0\xC2\xDF\xE0\xA0\x9F\xED\xEF\xF0\x90\xF4\x8F\xFF";
  std::uniform_int_distribution<std::size_t> length(0, 12);
  std::uniform_int_distribution<std::size_t> at(0, alphabet.size() - 1);
  std::string text;
  for (std::size_t i = length(chance); i > 0; --i) text += alphabet[at(chance)];
  return text;
}

TEST(Text, take_word_gives_each_word_once_and_nothing_at_the_end) {
  const struct {
    const char* text;
    std::vector<std::string_view> words;
  } cases[] = {{"", {}},
               {"   ", {}},
               {"one", {"one"}},
               {"  one  two three ", {"one", "two", "three"}},
               {"tab\tstays whole", {"tab\tstays", "whole"}}};
  for (const auto& c : cases) {
    std::string_view rest = c.text;
    std::vector<std::string_view> words;
    for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
      words.push_back(word);
    }
    EXPECT_EQ(words, c.words) << c.text;
    EXPECT_TRUE(take_word(rest).empty()) << c.text;
  }
}

TEST(Text, take_line_gives_what_split_gives) {
  for (const std::string_view text : {"", "\n", "a", "a\n", "a\n\nb", "\na\nbc\n"}) {
    std::string_view rest = text;
    std::vector<std::string_view> lines;
    while (!rest.empty()) lines.push_back(take_line(rest));
    std::vector<std::string_view> wanted = split(text, '\n');
    if (wanted.back().empty()) wanted.pop_back();  // after the last end of a line comes nothing
    EXPECT_EQ(lines, wanted) << text;
  }
}

TEST(Text, trimmed) {
  EXPECT_EQ(trimmed("  BAT0 \t\r\n"), "BAT0");
  EXPECT_EQ(trimmed(std::string_view("SN1\0\0\0", 6)), "SN1");
  EXPECT_EQ(trimmed("a b"), "a b");
  EXPECT_EQ(trimmed(" \n "), "");
  EXPECT_EQ(trimmed(""), "");
}

TEST(Text, split) {
  EXPECT_EQ(split("a|b|c", '|'), (Parts{"a", "b", "c"}));
  EXPECT_EQ(split("a", '|'), Parts{"a"});
  EXPECT_EQ(split("", '|'), Parts{""});
  EXPECT_EQ(split("|", '|'), (Parts{"", ""}));
  EXPECT_EQ(split("a||", '|'), (Parts{"a", "", ""}));
}

TEST(Text, lower_case_is_ascii_only) {
  EXPECT_EQ(lower_case("Text/HTML \xC3\x89"), "text/html \xC3\x89");
}

TEST(Text, integer_from) {
  EXPECT_EQ(integer_from("0"), 0);
  EXPECT_EQ(integer_from("-8724"), -8724);
  EXPECT_EQ(integer_from("007"), 7);
  EXPECT_EQ(integer_from("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(integer_from("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  // A current that macOS prints as unsigned does not fit: not known, rather than wrapped.
  for (const char* text : {"", "-", "+5", " 5", "5 ", "5.0", "1e3", "0x10", "abc", "5\n", "--5",
                           "9223372036854775808", "18446744073709550808"}) {
    EXPECT_FALSE(integer_from(text)) << text;
  }
  EXPECT_FALSE(integer_from(std::string_view("5\0", 2)));
}

TEST(Text, integer_law) {
  std::mt19937_64 chance(4);
  for (int i = 0; i < 10'000; ++i) {
    const auto number = static_cast<std::int64_t>(chance()) >> (chance() % 63);
    EXPECT_EQ(integer_from(std::to_string(number)), number);
  }
}

TEST(Text, hex) {
  EXPECT_EQ(hex_from_bytes(std::string_view("\x00\x7F\xFF", 3)), "007fff");
  EXPECT_EQ(hex_from_bytes(""), "");
  EXPECT_EQ(bytes_from_hex("007fFF"), std::string("\x00\x7F\xFF", 3));
  EXPECT_EQ(bytes_from_hex(""), "");
  for (const char* hex : {"0", "00 ", "0g", "g0", "0x", "-1"})
    EXPECT_FALSE(bytes_from_hex(hex)) << hex;
}

TEST(Text, hex_law) {
  std::mt19937_64 chance(5);
  for (int i = 0; i < 2'000; ++i) {
    const std::string bytes = any_bytes(chance);
    EXPECT_EQ(bytes_from_hex(hex_from_bytes(bytes)), bytes);
  }
}

TEST(Text, fixed) {
  EXPECT_EQ(fixed(1234.5, 1), "1234.5");
  EXPECT_EQ(fixed(0.25, 1), "0.3");
  EXPECT_EQ(fixed(-0.25, 1), "-0.3");
  EXPECT_EQ(fixed(2.5, 0), "3");
  EXPECT_EQ(fixed(-0.04, 1), "0.0");
  EXPECT_EQ(fixed(0.0, 2), "0.00");
  EXPECT_EQ(fixed(1e6, 0), "1000000");
  EXPECT_EQ(fixed(std::numeric_limits<double>::quiet_NaN(), 1), "");
  EXPECT_EQ(fixed(std::numeric_limits<double>::infinity(), 1), "");
}

// A number that is too large to scale must not come out as a word.
TEST(Text, fixed_of_the_largest_number_is_digits) {
  const std::string text = fixed(std::numeric_limits<double>::max(), 2);
  EXPECT_EQ(text.find_first_not_of("0123456789."), std::string::npos) << text;
  EXPECT_EQ(text.size(), 309U + 3U);
}

TEST(Text, for_people) {
  EXPECT_EQ(for_people(1234.5, 1, Language::dutch), "1.234,5");
  EXPECT_EQ(for_people(1234.5, 1, Language::english), "1,234.5");
  EXPECT_EQ(for_people(-1234567.0, 0, Language::dutch), "-1.234.567");
  EXPECT_EQ(for_people(-123.0, 0, Language::dutch), "-123");
  EXPECT_EQ(for_people(999.96, 1, Language::dutch), "1.000,0");
  EXPECT_EQ(for_people(0.5, 2, Language::dutch), "0,50");
  EXPECT_EQ(for_people(std::numeric_limits<double>::quiet_NaN(), 1, Language::dutch), "");
}

TEST(Text, valid_utf8) {
  for (const char* text : {"", "a", "\xC2\xA0", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                           "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "caf\xC3\xA9"}) {
    EXPECT_TRUE(is_valid_utf8(text)) << hex_from_bytes(text);
  }
  const struct {
    const char* why;
    const char* text;
  } invalid[] = {{"continuation alone", "\x80"},
                 {"overlong slash", "\xC0\xAF"},
                 {"overlong, two bytes", "\xC1\xBF"},
                 {"overlong, three bytes", "\xE0\x9F\xBF"},
                 {"overlong, four bytes", "\xF0\x8F\xBF\xBF"},
                 {"surrogate", "\xED\xA0\x80"},
                 {"above U+10FFFF", "\xF4\x90\x80\x80"},
                 {"no such first byte", "\xF5\x80\x80\x80"},
                 {"cut after one of two", "\xC3"},
                 {"cut after two of three", "\xE2\x82"},
                 {"cut after three of four", "\xF0\x9F\x92"},
                 {"letter inside a sequence", "\xE2\x41\x82"},
                 {"latin-1", "caf\xE9"}};
  for (const auto& c : invalid) EXPECT_FALSE(is_valid_utf8(c.text)) << c.why;
}

TEST(Text, to_valid_utf8_replaces_each_wrong_byte) {
  EXPECT_EQ(to_valid_utf8("caf\xE9!"), "caf\xEF\xBF\xBD!");
  EXPECT_EQ(to_valid_utf8("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Text, utf8_law) {
  std::mt19937_64 chance(6);
  int valid = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string bytes = any_bytes(chance);
    const std::string mended = to_valid_utf8(bytes);
    EXPECT_TRUE(is_valid_utf8(mended)) << hex_from_bytes(bytes);
    EXPECT_EQ(to_valid_utf8(mended), mended);
    if (is_valid_utf8(bytes)) {
      ++valid;
      EXPECT_EQ(mended, bytes);
    }
  }
  EXPECT_GT(valid, 500) << "the random texts no longer hold valid ones";
}

TEST(Text, shown_safely_leaves_nothing_that_moves_a_cursor) {
  EXPECT_EQ(shown_safely("plain caf\xC3\xA9", 100), "plain caf\xC3\xA9");
  EXPECT_EQ(shown_safely("a\x1B[2Jb\r\n\x7F", 100), "a?[2Jb???");
  EXPECT_EQ(shown_safely("a\xC2\x9B"
                         "b",
                         100),
            "a?b");
  EXPECT_EQ(shown_safely("a\xE2\x80\xAE"
                         "b\xE2\x81\xA6",
                         100),
            "a?b?");
  EXPECT_EQ(shown_safely("abcdef", 3), "abc");
}

TEST(Text, html_escaped) {
  EXPECT_EQ(html_escaped("<a href=\"x\" title='y'>&amp;"),
            "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;");
  EXPECT_EQ(html_escaped("Kantoor 3"), "Kantoor 3");
}

}  // namespace
}  // namespace wattlife
