// SPDX-License-Identifier: EUPL-1.2
#include "core/units.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace wattlife {
namespace {

template <class A, class B>
concept can_be_added = requires(A a, B b) {
  a + b;
};
template <class A, class B>
concept can_be_compared = requires(A a, B b) {
  a < b;
};
template <class To, class From>
concept can_be_given = requires(From from) {
  To{from};
};

// A watt is no joule: these are promises of the compiler.
static_assert(can_be_added<Energy, Energy>);
static_assert(!can_be_added<Energy, Power>);
static_assert(!can_be_added<Energy, int>);
static_assert(!can_be_compared<Power, Voltage>);
static_assert(!can_be_given<Energy, Power>);
static_assert(!can_be_given<Energy, double>, "a fraction would be cut off");

static_assert(joules(5).milli == 5'000);
static_assert(watts(45).milli == 45'000);
static_assert(milliwatt_hours(1).milli == 3'600);
static_assert(joules(2) + joules(3) == joules(5));
static_assert(joules(2) - joules(3) == -joules(1));
static_assert(joules(2) < joules(3));

TEST(Units, adding_in_place_is_adding) {
  Energy sum;
  for (int i = 1; i <= 100; ++i) sum += joules(i);
  EXPECT_EQ(sum, joules(5'050));
}

TEST(Units, milliwatt_hours_go_there_and_back) {
  for (std::int64_t mwh = -200'000; mwh <= 200'000; mwh += 37) {
    EXPECT_EQ(to_milliwatt_hours(milliwatt_hours(mwh)), mwh);
  }
}

TEST(Units, milliwatt_hours_are_rounded_half_away_from_zero) {
  const struct {
    std::int64_t mj;
    std::int64_t mwh;
  } cases[] = {{0, 0},     {1'799, 0},  {1'800, 1},   {5'399, 1},
               {5'400, 2}, {-1'799, 0}, {-1'800, -1}, {-5'400, -2}};
  for (const auto& c : cases) EXPECT_EQ(to_milliwatt_hours(Energy{c.mj}), c.mwh) << c.mj;
}

TEST(Units, kilowatt_hours_for_presentation) {
  EXPECT_DOUBLE_EQ(to_kilowatt_hours(milliwatt_hours(1'500'000)), 1.5);
  EXPECT_DOUBLE_EQ(to_kilowatt_hours(Energy{}), 0.0);
}

// The largest sum that is ever made: a year of the whole government, as the header promises.
TEST(Units, a_year_of_200000_laptops_fits_many_times) {
  const Energy year = milliwatt_hours(50'000'000);  // 50 kWh, a laptop of more than average use
  Energy fleet;
  for (int laptop = 0; laptop < 200'000; ++laptop) fleet += year;
  EXPECT_EQ(to_milliwatt_hours(fleet), std::int64_t{10'000'000'000'000});
  EXPECT_GT(INT64_MAX / fleet.milli, 200);
}

}  // namespace
}  // namespace wattlife
