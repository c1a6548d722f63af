// SPDX-License-Identifier: EUPL-1.2
#include "core/calibration_bytes.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <limits>
#include <random>
#include <utility>

#include "tests/core/example_laptop.h"

namespace wattlife {
namespace {

Calibration learned() {
  ExampleLaptop laptop(1);
  Calibration calibration;
  for (int session = 0; session < 4; ++session) {
    for (const bool mains : {false, true}) {
      laptop.mains = mains;
      laptop.platform_counter = true;
      Tick before = laptop.tick();
      for (int i = 0; i < 80; ++i) {
        const Tick after = laptop.minute();
        calibration = observed(std::move(calibration), before, after);
        before = after;
      }
    }
  }
  calibration.hardware.firmware = 42;
  return calibration;
}

TEST(CalibrationBytes, come_back_as_they_were) {
  Calibration calibration = refitted(interrupted(learned()));
  ASSERT_FALSE(calibration.windows.empty());
  ASSERT_FALSE(calibration.gains.empty());
  const std::string bytes = to_bytes(calibration);
  const Result<Calibration> read = calibration_from_bytes(bytes);
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(*read, calibration);
  EXPECT_EQ(to_bytes(*read), bytes);
  EXPECT_LT(bytes.size(), 24'000U);
}

TEST(CalibrationBytes, what_is_open_is_not_kept) {
  Calibration calibration = learned();
  ExampleLaptop laptop(2);
  Tick before = laptop.tick();
  for (int i = 0; i < 3; ++i) {
    const Tick after = laptop.minute();
    calibration = observed(std::move(calibration), before, after);
    before = after;
  }
  ASSERT_TRUE(calibration.session);
  ASSERT_FALSE(calibration.recent.empty());
  const Result<Calibration> read = calibration_from_bytes(to_bytes(calibration));
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->session);
  EXPECT_TRUE(read->recent.empty());
  EXPECT_EQ(read->windows, calibration.windows);
}

TEST(CalibrationBytes, a_new_one_and_a_full_one_fit) {
  EXPECT_EQ(*calibration_from_bytes(to_bytes(Calibration{})), refitted({}));
  Calibration full;
  full.windows.assign(most_windows, SteadyWindow{{4, 1, 0.5F, 0, 0, 0}, 9.0F, 8.0F, 1, 1, 20'000});
  full.gains.assign(most_gains, 1.0F);
  const std::string bytes = to_bytes(full);
  EXPECT_LT(bytes.size(), 24'000U);
  EXPECT_TRUE(calibration_from_bytes(bytes));
  full.windows.push_back(full.windows.back());
  EXPECT_FALSE(calibration_from_bytes(to_bytes(full))) << "more than there can be";
}

TEST(CalibrationBytes, cut_or_longer_is_malformed) {
  const std::string bytes = to_bytes(learned());
  for (std::size_t length = 0; length < bytes.size(); length += 7) {
    const auto read = calibration_from_bytes(std::string_view(bytes).substr(0, length));
    ASSERT_FALSE(read) << length;
    EXPECT_EQ(read.error().cause, Cause::malformed);
  }
  EXPECT_FALSE(calibration_from_bytes(bytes + '\0'));
}

TEST(CalibrationBytes, another_version_is_refused) {
  for (const char version : {'\0', '\3'}) {
    std::string bytes = to_bytes(Calibration{});
    bytes[5] = version;
    EXPECT_FALSE(calibration_from_bytes(bytes));
  }
}

// What was learned before panels were looked at is not learned anew.
TEST(CalibrationBytes, those_of_the_version_without_a_panel_are_read) {
  Calibration calibration = refitted(interrupted(learned()));
  std::string bytes = to_bytes(calibration);
  // Magic, version, form, prior, from the file, belief, carried, five parts of the hardware.
  constexpr std::size_t before_panel = 5 + 1 + 1 + 14 * 8 + 1 + 7 * 8 + 28 * 8 + 1 + 5 * 9;
  bytes[5] = 1;
  bytes.erase(before_panel, 9);
  const Result<Calibration> read = calibration_from_bytes(bytes);
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(*read, calibration);
  calibration.hardware.panel = 7;
  EXPECT_EQ(*calibration_from_bytes(to_bytes(calibration)), calibration);
}

// Whatever byte is wrong: refused, or a calibration that a model can be made of.
TEST(CalibrationBytes, any_changed_byte_gives_an_error_or_a_sound_model) {
  Calibration small = learned();
  small.windows.resize(8);
  const std::string whole = to_bytes(small);
  std::mt19937 chance(3);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = whole;
    bytes[chance() % bytes.size()] = static_cast<char>(chance());
    const auto read = calibration_from_bytes(bytes);
    refused += read ? 0 : 1;
    if (!read) continue;
    const PowerModel model = model_of(*read);
    for (const double weight : model.weights) {
      EXPECT_GE(weight, 0.0);
      EXPECT_LE(weight, 1e6);
    }
    EXPECT_EQ(to_bytes(*calibration_from_bytes(to_bytes(*read))), to_bytes(*read));
  }
  EXPECT_GT(refused, 100);
}

TEST(CalibrationBytes, numbers_that_are_none_are_refused) {
  Calibration calibration;
  calibration.belief.mean[1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(calibration_from_bytes(to_bytes(calibration)));
  calibration = {};
  calibration.belief.covariance(1, 1) = -1;
  EXPECT_FALSE(calibration_from_bytes(to_bytes(calibration)));
  calibration = {};
  calibration.windows.push_back({});  // a target of zero would be divided by
  EXPECT_FALSE(calibration_from_bytes(to_bytes(calibration)));
  calibration = {};
  calibration.mains_inputs[2] = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(calibration_from_bytes(to_bytes(calibration)));
}

}  // namespace
}  // namespace wattlife
