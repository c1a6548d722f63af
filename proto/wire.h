// SPDX-License-Identifier: EUPL-1.2
// Core values to bytes and back. The only files that know the generated message classes are the
// bodies of this one (wire*.cpp); agent and collector meet here and nowhere else. Limits and the
// HTTP contract: docs/wire.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/fingerprint.h"
#include "core/reading.h"
#include "core/result.h"
#include "core/summary.h"
#include "proto/data_list.h"

namespace wattlife {

// A body that is larger is refused before it is parsed.
inline constexpr std::size_t largest_report_bytes = std::size_t{64} * 1024;
inline constexpr std::size_t id_bytes = 16;
inline constexpr std::size_t secret_bytes = 32;

inline constexpr std::string_view enrolment_path = "/device/v1/enrolments";
inline constexpr std::string_view report_path = "/device/v1/reports";
inline constexpr std::string_view protobuf_media_type = "application/x-protobuf";
inline constexpr std::string_view problem_media_type = "application/problem+json";
// The `type` of every problem that a device may act on begins with this.
inline constexpr std::string_view problem_type_prefix = "urn:wattlife:problem:";

struct EnrolmentRequest {
  Id128 install_id;
  std::string agent_version;
  Inventory inventory;  // without serials
  Serials serials;
  std::uint32_t data_list_version = first_data_list;  // of the list that was accepted
  friend bool operator==(const EnrolmentRequest&, const EnrolmentRequest&) = default;
};
struct EnrolmentAnswer {
  Id128 device_id;
  std::string secret;  // 32 bytes
  bool pending = false;
  friend bool operator==(const EnrolmentAnswer&, const EnrolmentAnswer&) = default;
};
struct Report {
  Id128 install_id;
  std::int64_t sequence = 0;
  std::string agent_version;
  std::uint32_t data_list_version = 0;
  std::optional<Summary> summary;
  Id128 store_id;  // of the summary's rows; empty without a summary
  std::optional<Inventory> inventory;
  std::optional<Serials> serials;
  std::optional<CalibrationSummary> calibration = std::nullopt;
  friend bool operator==(const Report&, const Report&) = default;
};
// What names a report within its device.
struct ReportKey {
  Id128 install_id;
  std::int64_t sequence = 0;
  friend auto operator<=>(const ReportKey&, const ReportKey&) = default;
};
struct Acknowledgement {
  Id128 install_id;
  std::int64_t sequence = 0;
  std::int64_t complete_through = 0;
  std::string next_secret;  // 32 bytes, or empty
  bool pending = false;
  friend bool operator==(const Acknowledgement&, const Acknowledgement&) = default;
};

// Bytes of a message; the same value gives the same bytes. What the list of collected data that the
// message names does not have stays out of them (proto/data_list). Texts that hardware made badly
// are repaired on the way out (not UTF-8, control characters, too long), so that the collector does
// not refuse the whole message for them.
std::string to_bytes(const EnrolmentRequest& value);
std::string to_bytes(const EnrolmentAnswer& value);
std::string to_bytes(const Report& value);
std::string to_bytes(const Acknowledgement& value);

// The provision of an inventory by itself, for a table of what is derived. Without the asset tag,
// and whatever list it came under.
std::string to_bytes(const Provision& value);
Result<Provision> provision_from(std::string_view bytes);

// Values from bytes that came from outside. Malformed, naming the field, when the bytes are no such
// message or a value is out of its bounds: lengths of ids and texts, counts of rows, periods that
// are not one of core/time's, energies below zero or above what the time allows, rows that add up
// to more than twice the period (a clock that was set back makes hours happen twice), two rows with
// one key, texts that are not UTF-8 or hold control characters. An empty text is unknown. A later,
// unknown field is ignored.
Result<EnrolmentRequest> enrolment_request_from(std::string_view bytes);
Result<EnrolmentAnswer> enrolment_answer_from(std::string_view bytes);
Result<Report> report_from(std::string_view bytes);
// The name of a report that report_from() refuses, when at least that can be read: a refused report
// takes its place in the sequence.
std::optional<ReportKey> report_key_from(std::string_view bytes);
Result<Acknowledgement> acknowledgement_from(std::string_view bytes);

}  // namespace wattlife
