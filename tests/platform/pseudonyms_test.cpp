// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include <cctype>

#include "platform/pseudonyms.h"

namespace wattlife {
namespace {

using namespace std::string_literals;

// The kind of each character: what has to stay.
std::string shape(std::string_view text) {
  std::string kinds;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isdigit(byte))
      kinds += '9';
    else if (std::isupper(byte))
      kinds += 'A';
    else if (std::islower(byte))
      kinds += 'a';
    else
      kinds += c;
  }
  return kinds;
}

TEST(Pseudonyms, KeepLengthAndKindOfCharacters) {
  Pseudonyms names(7);
  for (const std::string& original : {"PF1A2B3C"s, "5CG1234XYZ"s, ".7N62AI2.GRTCL6944100GP."s,
                                      " 1234 "s, "A1"s, "9"s, "x-1\n"s}) {
    SCOPED_TRACE(original);
    const std::string replaced = names.of_text(original);
    EXPECT_NE(replaced, original);
    EXPECT_EQ(shape(replaced), shape(original));
  }
}

TEST(Pseudonyms, AreTheSameForTheSameOriginalAndSaltOnly) {
  Pseudonyms names(7);
  Pseudonyms same(7);
  Pseudonyms other(8);
  EXPECT_EQ(names.of_text("PF1A2B3C"), same.of_text("PF1A2B3C"));
  EXPECT_EQ(" " + names.of_text("PF1A2B3C") + "\n", names.of_text(" PF1A2B3C\n"));
  EXPECT_NE(names.of_text("PF1A2B3C"), names.of_text("PF1A2B3D"));
  EXPECT_NE(names.of_text("PF1A2B3C"), other.of_text("PF1A2B3C"));
}

TEST(Pseudonyms, LeavePlaceholders) {
  Pseudonyms names(7);
  for (const std::string& text :
       {""s, " "s, "0000"s, "Default string"s, "To Be Filled By O.E.M."s}) {
    EXPECT_EQ(names.of_text(text), text);
  }
  EXPECT_EQ(names.of_hex("00000000-0000-0000-0000-000000000000"),
            "00000000-0000-0000-0000-000000000000");
  EXPECT_EQ(names.of_bytes("\0\0"s), "\0\0"s);
}

TEST(Pseudonyms, OfHexDoNotDependOnCase) {
  const Pseudonyms names(7);
  const std::string lower = names.of_hex("83340ca8-cb49-4474-8c29-d2088ca84dd9");
  std::string upper = names.of_hex("83340CA8-CB49-4474-8C29-D2088CA84DD9\n");
  EXPECT_EQ(upper.back(), '\n');
  upper.pop_back();
  for (char& c : upper) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  EXPECT_EQ(lower, upper);
  EXPECT_NE(lower, "83340ca8-cb49-4474-8c29-d2088ca84dd9");
  EXPECT_EQ(lower.size(), 36u);
  EXPECT_EQ(lower.find_first_not_of("0123456789abcdef-"), std::string::npos);
}

TEST(Pseudonyms, AreFoundAgainAsWordsOnly) {
  Pseudonyms names(7);
  const std::string serial = names.of_text("7N62AI2");
  EXPECT_EQ(names.in_text("SN=7N62AI2;x7N62AI2y"), "SN=" + serial + ";x7N62AI2y");
  EXPECT_EQ(names.inside_words("x7N62AI2y"), "x" + serial + "y");
  EXPECT_EQ(names.inside_words("nothing"), "");
  // A short number, and a word without a digit, stand elsewhere by accident.
  (void)names.of_text("12345");
  (void)names.of_text("Laptop");
  EXPECT_EQ(names.in_text("12345 Laptop"), "12345 Laptop");
}

}  // namespace
}  // namespace wattlife
