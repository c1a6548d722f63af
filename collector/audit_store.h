// SPDX-License-Identifier: EUPL-1.2
// The audit log in the database: one chain, however many collectors write. Functions over sql.h, so
// that an entry can stand in the same transaction as what it tells. Errors as sql.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collector/audit.h"
#include "collector/fleet_pages.h"
#include "collector/sql.h"

namespace wattlife {

// Adds an entry, within a transaction of `sql`. The head stays locked until that ends, so it comes
// last in it.
Done append_audit(Sql& sql, const AuditEntry& entry);

// Which entries to show: from a day on; about one object; of one kind. Empty: all.
struct AuditFilter {
  std::optional<UtcDay> from = {};
  std::optional<std::string> object = {};
  std::optional<AuditAction> action = {};
};
// In the order of their numbers. Malformed when an entry holds a name that this program does not
// know.
Result<std::vector<ChainedEntry>> audit_entries(Sql& sql, const AuditFilter& filter);

// A page of them, the newest first, as far as `reach` sees: of an organisation those about it.
Result<std::vector<ChainedEntry>> audit_page(Sql& sql, const Reach& reach,
                                             const AuditPageAsked& page);

// A closed segment: which entries it had, and where the chain stood after them.
struct AuditSegment {
  std::int64_t first = 0;
  std::int64_t last = 0;
  UtcDay first_day;
  UtcDay last_day;
  std::string hash;
};
Result<std::vector<AuditSegment>> audit_segments(Sql& sql);

struct AuditState {
  AuditCheckpoint head;
  std::int64_t entries = 0;   // that are kept
  std::int64_t segments = 0;  // that were closed
  std::optional<AuditBreak> broken;
  bool seen_is_gone = false;  // the entry that was seen was closed: nothing is left to compare
};
// Goes over the whole chain. `seen`: a head that was written down elsewhere.
Result<AuditState> check_audit(Sql& sql, const std::optional<AuditCheckpoint>& seen);

// Closes the segment of all entries before `day` and takes them away; what is kept is where it
// ended. Adds `entry`, which tells so. Denied, and nothing is closed, when the chain is broken
// there: that is to be looked into first. Empty when there is nothing before that day. A
// transaction of its own. Without `apply` it only looks.
Result<std::optional<AuditSegment>> close_audit(Sql& sql, UtcDay before, const AuditEntry& entry,
                                                bool apply);

}  // namespace wattlife
