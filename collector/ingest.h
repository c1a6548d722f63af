// SPDX-License-Identifier: EUPL-1.2
// What to do with a report: accepted, the same one again, or refused with the reason. Judgement
// only: bytes and what is known of the device go in, a verdict comes out. The meaning of each
// answer to the device is docs/wire.md; the store does what the verdict says, in one transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/enrolment.h"
#include "collector/http.h"
#include "core/result.h"
#include "core/time.h"
#include "proto/wire.h"

namespace wattlife {

// Bounds on what one device may make the collector keep.
inline constexpr int most_reports_a_day = 200;
inline constexpr int most_reports_apart = 100;  // of an enrolment that nobody confirmed
inline constexpr int most_installations = 50;   // of one enrolment
inline constexpr int most_set_aside = 50;       // refused bodies kept of one enrolment

// A report with its key as it came in; read once, used twice.
struct Arrived {
  Result<Report> report;
  std::optional<ReportKey> key;  // also of a report that is refused, when that can be read
  std::string digest;            // SHA-256 of the bytes
};
Arrived arrived(std::string_view body);

// What the store holds under the same enrolment, installation and sequence.
struct HeldReport {
  std::string digest;
  bool refused = false;
};

// What is known of the sender, read in the transaction that will hold the outcome.
struct ReportKnown {
  Alive sender;
  std::vector<Rival> rivals;
  std::optional<HeldReport> held;
  // Reports of this installation up to here were taken in once and erased since.
  std::optional<std::int64_t> erased_through = std::nullopt;
  bool serials_of_another = false;  // the serials in it are those of another device
  int installations = 0;
  bool installation_known = false;
  int reports_today = 0;
  int reports_apart = 0;
};

struct ReportVerdict {
  enum class Kind {
    accepted,  // keep it; count it now, or when the enrolment is confirmed
    repeated,  // held already, byte by byte: acknowledge again, count nothing
    refused,   // `problem` is the answer
  };
  Kind kind = Kind::refused;
  Refusal problem;
  bool takes_place = false;             // refused: counts as held in its sequence
  bool set_aside = false;               // refused: the bytes are kept for a person to look at
  std::vector<std::int64_t> conflicts;  // enrolments that go into conflict, whatever the kind
  std::vector<std::int64_t> left_over;  // enrolments that come to nothing, whatever the kind
};

ReportVerdict judge_report(const Arrived& arrived, const ReportKnown& known, UtcDay today);

}  // namespace wattlife
