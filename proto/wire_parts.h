// SPDX-License-Identifier: EUPL-1.2
// What the bodies of proto/wire share: limits, texts on the way out, the strict reader, and one
// pair of functions for each message family. Private to proto/wire*.cpp; the generated message
// classes are known there and nowhere else.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/summary.h"
#include "core/text.h"
#include "proto/data_list.h"
#include "proto/wattlife.pb.h"
#include "proto/wire.h"

namespace wattlife::wire_parts {

// --- Limits, all of them; docs/wire.md repeats them ----------------------------------------------

inline constexpr std::size_t longest_text = 128;
inline constexpr std::size_t longest_name = 64;
inline constexpr std::size_t longest_version = 32;
inline constexpr int most_rows = 512;
inline constexpr int most_batteries = 8;
inline constexpr int most_disks = 16;
inline constexpr int most_serials = 32;
inline constexpr std::int64_t largest_sequence = 1'000'000'000'000;
inline constexpr std::int64_t largest_row_number = 1'000'000'000'000;
inline constexpr std::int64_t largest_count = 1'000'000'000'000'000;
inline constexpr std::int64_t largest_energy_mwh = 10'000'000;  // 10 kWh: no laptop pack comes near
inline constexpr std::int64_t largest_disk_bytes = std::int64_t{1} << 60;
inline constexpr std::int64_t largest_memory_mib = std::int64_t{64} << 20;
inline constexpr double largest_weight = 1000;  // W, or W/W
inline constexpr double largest_covariance = 1e6;
inline constexpr std::int64_t largest_windows = 100'000;
inline constexpr int most_firmware_batteries = 8;
inline constexpr std::int64_t most_packs = 10'000;  // of one installation
inline constexpr std::int64_t largest_processor_number = 65'535;
inline constexpr std::int64_t most_memory_slots = 64;
inline constexpr std::int64_t largest_panel_mm = 10'000;
inline constexpr std::int64_t largest_panel_px = 65'535;
inline constexpr std::int32_t last_day = 84'006;            // 2200-01-01
inline constexpr std::int64_t largest_power_w = 1000;       // any laptop with its adapter
inline constexpr std::int64_t energy_slack_mj = 1'000'000;  // a row may be short and rounded
// A clock that was set back makes hours happen twice; more than twice is no clock.
inline constexpr std::int64_t period_stretch = 2;

// --- Writing -------------------------------------------------------------------------------------

bool is_control(std::string_view text, std::size_t at);
// What reading accepts: valid UTF-8, no control characters, not too long, no white space around.
std::string sendable(const std::string& text, std::size_t limit);

template <class Set>
void put_text(const std::optional<std::string>& text, std::size_t limit, Set set) {
  if (!text) return;
  const std::string clean = sendable(*text, limit);
  if (!clean.empty()) set(clean);
}

template <class Set>
void put_number(const std::optional<std::int64_t>& number, Set set) {
  if (number) set(*number);
}

std::int32_t day_number(UtcDay day);

// proto/wire_energy.cpp
void put(const Summary& summary, const Id128& store_id, v1::Summary& message);
void put(const CalibrationSummary& calibration, v1::Calibration& message);
// proto/wire_inventory.cpp; with what the accepted list of collected data has, and nothing else.
void put(const Provision& provision, std::uint32_t list, v1::Provision& message);
void put(const Inventory& inventory, std::uint32_t list, v1::Inventory& message);
void put(const Serials& serials, std::uint32_t list, v1::Serials& message);

// --- Reading -------------------------------------------------------------------------------------

// The name of a field ("report.disks[2].model"), which is written out only when something is wrong
// with it: nearly always nothing is. A part refers to what it belongs to, which must outlive it.
class Field {
 public:
  Field(const char* name) : part_(name) {}  // not explicit: a literal is a name
  std::string text() const;
  // `outer` and the part of it, ".model".
  friend Field operator+(const Field& outer, std::string_view part) { return {&outer, part, -1}; }
  // One of several: `outer`, ".disks" and [2].
  friend Field at(const Field& outer, std::string_view part, int index) {
    return {&outer, part, index};
  }

 private:
  Field(const Field* outer, std::string_view part, int index)
      : outer_(outer), part_(part), index_(index) {}
  const Field* outer_ = nullptr;
  std::string_view part_;
  int index_ = -1;
};

// Remembers the first thing that is wrong; what is read after it does not matter.
class Reader {
 public:
  bool fine() const { return problem_.empty(); }
  Error error() const { return {Cause::malformed, problem_}; }

  void fail(const Field& field, std::string_view why) {
    if (problem_.empty()) problem_ = field.text() + ": " + std::string(why);
  }
  void require(bool holds, const Field& field, std::string_view why) {
    if (!holds) fail(field, why);
  }

  std::string id(const Field& field, const std::string& bytes, std::size_t length) {
    if (bytes.size() != length) {
      fail(field, std::to_string(bytes.size()) + " bytes instead of " + std::to_string(length));
    }
    return bytes;
  }

  std::string text(const Field& field, const std::string& text, std::size_t limit) {
    if (text.size() > limit) fail(field, "longer than " + std::to_string(limit) + " bytes");
    require(is_valid_utf8(text), field, "not UTF-8");
    require(trimmed(text).size() == text.size(), field, "begins or ends with white space");
    for (std::size_t i = 0; i < text.size() && fine(); ++i) {
      require(!is_control(text, i), field, "holds a control character");
    }
    return text;
  }

  // An empty text says nothing, so it is unknown.
  std::optional<std::string> optional_text(const Field& field, const std::string& value,
                                           std::size_t limit) {
    if (value.empty()) return std::nullopt;
    return text(field, value, limit);
  }

  std::int64_t number(const Field& field, std::int64_t value, std::int64_t low, std::int64_t high) {
    if (value < low || value > high) {
      fail(field, std::to_string(value) + " is not between " + std::to_string(low) + " and " +
                      std::to_string(high));
    }
    return value;
  }

  double real(const Field& field, double value, double low, double high) {
    require(std::isfinite(value) && value >= low && value <= high, field, "out of its bounds");
    return value;
  }

  int count(const Field& field, int size, int most) {
    if (size > most) {
      fail(field, std::to_string(size) + " of them, more than " + std::to_string(most));
    }
    return std::min(size, most);
  }

 private:
  std::string problem_;
};

template <class T>
T known_code(Reader& reader, const Field& field, const std::optional<T>& value) {
  reader.require(value.has_value(), field, "not a known code");
  return value.value_or(T{});
}

Summary summary_from(Reader& reader, const v1::Summary& message, const Field& field);
CalibrationSummary calibration_from(Reader& reader, const v1::Calibration& message,
                                    const Field& field);
Provision provision_from(Reader& reader, const v1::Provision& message, const Field& field);
Inventory inventory_from(Reader& reader, const v1::Inventory& message, const Field& field);
Serials serials_from(Reader& reader, const v1::Serials& message, const Field& field);

}  // namespace wattlife::wire_parts
