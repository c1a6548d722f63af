// SPDX-License-Identifier: EUPL-1.2
// outbox.db: reports that wait to be sent, those that were, who this device is for the collector,
// and how its last attempts went (docs/outbox.md). One process at a time (the agent holds a lock);
// write-ahead log, mode 0600, because the device's secret is in it, sealed where the system can do
// that (platform/secret_store).
//
// Life of a report: queued -> sent, or set_aside when the collector will never take it. Its bytes
// are made once and never change. A sent report stays 35 days and is queued again when the
// collector says that it holds less than before (it was restored from a backup).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/due_reports.h"
#include "agent/upload.h"
#include "core/result.h"
#include "core/summary.h"
#include "core/time.h"
#include "platform/database.h"
#include "platform/secret_store.h"
#include "proto/wire.h"

namespace wattlife {

inline constexpr std::chrono::days sent_retention{35};
inline constexpr std::chrono::days set_aside_retention{400};

// Who this device is for the collector.
struct Credential {
  Id128 device_id;
  std::string secret;
  bool pending = false;  // a person still has to confirm the device
};

struct QueuedReport {
  std::int64_t sequence = 0;
  std::string bytes;
};

// Errors of all functions: those of platform/database.
class Outbox {
 public:
  // Opens or makes the file; a new one gets an install id of its own. A secret that an earlier
  // version left as it is, is sealed in `secrets`.
  static Result<Outbox> open(const std::string& path, SecretStore secrets = kept_by_file_mode());
  // For a look only: nothing is made or changed. Absent when there is none.
  static Result<Outbox> open_read_only(const std::string& path,
                                       SecretStore secrets = kept_by_file_mode());

  Result<Id128> install_id();
  // Empty too when the secret is sealed and will never open here (another account, another
  // machine); the log says so, and the device has to enrol again.
  Result<std::optional<Credential>> credential();
  // `can_enrol` is the caller's to know and comes back as false.
  Result<UploadState> upload_state();

  // What is in earlier reports; `rows` are those of `store_id`.
  Result<Reported> reported(const Id128& store_id);

  // Makes reports of `due` and queues them with the next sequence numbers, all or none. `today` is
  // the day that the device goes by.
  Done add(const std::vector<DueReport>& due, const Id128& store_id, UtcDay today);

  // The next one to send, and the last one that was.
  Result<std::optional<QueuedReport>> next();
  Result<std::optional<QueuedReport>> last_sent();
  Result<std::int64_t> count_queued();
  Result<std::vector<QueuedReport>> queued();  // oldest first
  Result<std::int64_t> last_sequence();

  // What came of sending report `sequence`: the report, the secret, the pace, in one transaction.
  Done record_report(std::int64_t sequence, const Outcome& outcome, const UploadState& after,
                     UtcDay today);
  // The same for an enrolment that told `serials` to the collector.
  Done record_enrolment(const Outcome& outcome, const UploadState& after, const Serials& serials);

  // Removes what was sent or set aside long ago.
  Done remove_old(UtcDay today);

 private:
  Outbox(Database database, SecretStore secrets)
      : database_(std::move(database)), secrets_(std::move(secrets)) {}
  // What is in the file for a secret.
  struct Kept {
    std::string bytes;
    std::string kind;  // of the store; empty: the secret itself
  };
  Result<std::optional<Kept>> kept();
  Kept sealed(const std::string& secret);
  Done seal_what_is_plain();
  Done forgetting_the_old_one(const std::function<Done()>& body);
  Done add_one(const DueReport& due, const Id128& store_id, UtcDay today);
  Done claim(const Id128& store_id, const RowRange& range);
  Done read_calibration(Reported& reported);
  Done read_counters(Reported& reported);
  Done remember_counters(const DueReport& due);
  Done remember_inventory(const DueReport& due, UtcDay today);
  Done accept(std::int64_t sequence, const Acknowledgement& acknowledgement, UtcDay today);
  Done store_state(const UploadState& state);
  Result<std::optional<QueuedReport>> one(std::string_view sql);

  Database database_;
  SecretStore secrets_;
  bool told_ = false;  // that sealing, or opening, does not work
};

}  // namespace wattlife
