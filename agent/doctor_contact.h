// SPDX-License-Identifier: EUPL-1.2
// The rows of `wattlife doctor` about the collector and the certificate that is shown to it, from
// what the agent left of its last runs (WL-13xx). Pure.
#pragma once

#include <optional>
#include <vector>

#include "agent/contact.h"
#include "agent/doctor_rows.h"
#include "core/result.h"
#include "core/time.h"

namespace wattlife {

// What the agent left of its last runs.
struct CollectorNews {
  bool wanted = false;           // CollectorUrl is set
  std::optional<Error> problem;  // why contact.txt could not be read; absent: it has not run yet
  std::optional<Contact> contact;
};

// "certificate", in that mode, and "collector"; none where no collector is set.
std::vector<Check> contact_checks(const CollectorNews& news, UtcDay today);
// The codes of these rows.
const std::vector<DoctorCode>& contact_codes();

}  // namespace wattlife
