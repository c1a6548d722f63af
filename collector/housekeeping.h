// SPDX-License-Identifier: EUPL-1.2
// What a collector that serves does beside serving, a look a minute: entries of the audit log that
// wait (deferred_audit.h), and the daily retention (retention_plan.h). On a thread and a handle on
// the store of its own; the caller has the thread and the clock. Nothing here stops a collector:
// what fails is logged, counted, and tried again.
#pragma once

#include <cstdint>
#include <string>

#include "collector/deferred_audit.h"
#include "collector/fleet_store.h"
#include "collector/metrics.h"
#include "collector/retention_plan.h"
#include "core/time.h"

namespace wattlife {

class Housekeeping {
 public:
  // All must outlive this. `dice`: random; it also tells this process from others.
  Housekeeping(FleetStore& store, DeferredAudit& later, Metrics& metrics,
               const RetentionSettings& retention, std::uint64_t dice, UtcTime started);

  void tick(UtcTime now);
  // Before the process ends: nothing waits any longer.
  void finish(UtcTime now);

 private:
  void write_audit(UtcTime now, bool all);
  bool retention_is_due_now(UtcTime now);
  void retain(UtcTime now);

  FleetStore& store_;
  DeferredAudit& later_;
  Metrics& metrics_;
  RetentionSettings retention_;
  std::uint64_t dice_;
  RetentionPast past_;
  std::string audit_problem_;  // told once
};

}  // namespace wattlife
