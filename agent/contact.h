// SPDX-License-Identifier: EUPL-1.2
// What came of the agent's last attempts to reach the collector, and how its certificate stands:
// agent/contact.txt, which everybody on the laptop may read, so that `doctor` and `status`, which
// have neither network nor the agent's rights, can say it. It holds no secret and no name of the
// device. Its bytes are not trusted when they are read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/certificate_choice.h"
#include "core/result.h"
#include "core/time.h"

namespace wattlife {

struct Contact {
  enum class Outcome {
    none,         // no attempt was made yet, or none since what stood in its way is gone
    accepted,     // what was sent was taken
    refused,      // the collector answered that it does not take it
    later,        // the collector said to come back
    unreachable,  // nothing that counts answered
    not_set_up,   // no attempt can be made: a setting, or the certificate, is missing
    failed,       // something on this laptop
  };
  std::string mode;              // EnrollmentMode
  std::optional<UtcTime> ran;    // when the agent ran last, with an attempt or without
  std::optional<UtcTime> tried;  // when the last attempt was made
  Outcome outcome = Outcome::none;
  std::string text;  // why; for people
  // With EnrollmentMode certificate, as it was at the last run of the agent.
  CertificateTrouble trouble = CertificateTrouble::none;
  std::string certificate_text;        // empty without trouble
  std::string issuer;                  // empty: not looked at
  std::optional<UtcTime> valid_until;  // empty: not looked at
  friend bool operator==(const Contact&, const Contact&) = default;
};
const char* name_of(Contact::Outcome outcome);  // "accepted", "refused", ...

inline constexpr std::size_t largest_contact_bytes = std::size_t{16} * 1024;

// The text of the file, and back. Reading: malformed with the line that is wrong; names of lines
// that a later version wrote are passed over, and texts are safe for a terminal.
std::string contact_text(const Contact& contact);
Result<Contact> contact_from(std::string_view text, std::string_view name);

// What the last attempt said, for a run that made none: that says nothing new of the collector.
// What stood in the way of an attempt is gone by then, and is not taken over.
void keep_last_attempt(Contact& contact, const Contact& before);

std::string contact_path(const std::string& state_folder);
// Errors: absent (the agent has not run yet), denied, malformed, io.
Result<Contact> read_contact(const std::string& state_folder);

}  // namespace wattlife
