// SPDX-License-Identifier: EUPL-1.2
#include "core/json_members.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

TEST(JsonMembers, stand_in_their_order_and_unknown_is_null) {
  EXPECT_EQ(Members().object(), "{}");
  EXPECT_EQ(Members()
                .add("b", std::int64_t{1})
                .add("a\"", known(std::optional<bool>()))
                .raw("c", json_texts({"x", "y\n"}))
                .object(),
            R"({"b":1,"a\"":null,"c":["x","y\n"]})");
  EXPECT_EQ(json_texts({}), "[]");
}

}  // namespace
}  // namespace wattlife
