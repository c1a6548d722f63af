// SPDX-License-Identifier: EUPL-1.2
#include "core/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace wattlife {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Error{Cause::malformed, std::to_string(number) + " is odd"};
  return number / 2;
}

TEST(Result, holds_a_value_or_an_error) {
  const Result<int> good = half(8);
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, 4);
  const Result<int> bad = half(7);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error(), (Error{Cause::malformed, "7 is odd"}));
}

TEST(Result, owns_what_it_holds) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(3);
  ASSERT_TRUE(result);
  EXPECT_EQ(**result, 3);
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 3);
}

TEST(Result, value_can_be_changed_and_reached_into) {
  Result<std::string> text = std::string("watt");
  *text += "life";
  EXPECT_EQ(text->size(), 8U);
  const Result<std::string> copy = text;
  EXPECT_EQ(*copy, "wattlife");
}

// A value type that an Error could be made into must not confuse the two.
TEST(Result, a_text_is_a_value_and_an_error_an_error) {
  const Result<std::string> text = std::string("io");
  EXPECT_TRUE(text);
  const Result<std::string> error = Error{Cause::io, "disk"};
  EXPECT_FALSE(error);
}

TEST(Result, done_is_good_and_nothing_more) {
  EXPECT_TRUE(done());
  const Done failed = Error{Cause::denied, "not yours"};
  EXPECT_FALSE(failed);
  EXPECT_EQ(failed.error().cause, Cause::denied);
}

TEST(Result, causes_have_stable_names) {
  EXPECT_STREQ(name_of(Cause::absent), "absent");
  EXPECT_STREQ(name_of(Cause::denied), "denied");
  EXPECT_STREQ(name_of(Cause::busy), "busy");
  EXPECT_STREQ(name_of(Cause::asleep), "asleep");
  EXPECT_STREQ(name_of(Cause::malformed), "malformed");
  EXPECT_STREQ(name_of(Cause::io), "io");
}

}  // namespace
}  // namespace wattlife
