// SPDX-License-Identifier: EUPL-1.2
// What the collector keeps: organisations, tokens, enrolments, the reports exactly as they came,
// and tables derived from them. Reports never change; derived rows can be made again from them at
// any time and come out the same (`rebuild`, `check`). A report and all that follows from it are
// written in one transaction, so an acknowledgement means that all of it is on disk.
//
// One body, written once over sql.h; the database is chosen at run time by its URL.
//
// Errors of all functions: busy (locked; try again), io (a full disk says so), malformed (damaged),
// absent (no such organisation, token or device), denied (not allowed in this state; says why).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/audit_store.h"
#include "collector/enrolment.h"
#include "collector/fleet_pages.h"
#include "collector/http.h"
#include "collector/retention_plan.h"
#include "collector/sql.h"
#include "core/reading.h"
#include "core/result.h"
#include "core/summary.h"
#include "core/table.h"
#include "core/time.h"
#include "proto/wire.h"

namespace wattlife {

// --- From devices
// ---------------------------------------------------------------------------------

// A certificate that an organisation accepts, as far as anything of it goes into the store.
struct CertificateClaim {
  std::string key_hash;  // keyed: certificate_mode.h
  std::string oin;
  bool confirms = false;
  std::string operator_oin = {};  // who operates a new device; empty: the owner
};
struct EnrolmentArrival {
  std::string token;
  std::string body;
  bool within_rate = true;
  std::optional<CertificateClaim> certificate = std::nullopt;  // then the token is not looked at
};
struct EnrolmentOutcome {
  std::optional<EnrolmentAnswer> answer;
  Refusal problem;  // when there is no answer
};

struct ReportArrival {
  Credential credential;  // without a secret: the certificate alone says who it is
  std::string body;
  std::string key_hash = {};  // of its certificate, when an organisation accepts that; else empty
};
struct ReportOutcome {
  std::optional<Acknowledgement> acknowledgement;
  Refusal problem;  // when there is none
};

// --- For people
// -----------------------------------------------------------------------------------

struct Organisation {
  std::string oin;
  std::string name;
};
struct TokenRow {
  std::int64_t number = 0;
  std::string oin;
  std::string note;
  UtcDay made;
  UtcDay expiry;
  bool revoked = false;
  std::string operator_oin = {};  // who operates what enrols with it; empty: the owner
};
struct EnrolmentRow {
  Id128 id;         // what the device sends
  Id128 device_id;  // the device that it is; its own id until it continues another
  EnrolmentState state = EnrolmentState::to_confirm;
  bool unproven = false;
  bool simulated = false;
  bool continues_known = false;  // the same hardware was known: confirming continues its history
  std::string oin;
  std::optional<std::string> manufacturer;
  std::optional<std::string> model;
  UtcDay first_day;
  UtcDay last_day;
  std::string operator_oin = {};  // who runs it for the owner; empty: the owner itself
  bool by_certificate = false;    // else by token
  bool continued = false;         // went on as a known device without a person
  bool first_of_device = true;    // no earlier enrolment of the same device
  bool in_stock = false;          // its system serial stands in the owner's imported inventory
  std::string revoked_for = {};   // code of revoke_reasons; empty: none was given
};
// How to confirm.
struct ConfirmHow {
  bool as_new = false;        // a device of its own, although the hardware looks known
  bool only_waiting = false;  // denied for what is no longer 'te bevestigen' (a list may be old)
};
struct SetAsideRow {
  UtcDay day;
  Id128 id;  // enrolment
  std::string reason;
  std::int64_t bytes = 0;
};
struct StockRow {
  std::string serial;
  std::string asset_tag;
};

struct InventoryOfDay {
  UtcDay day;  // of receipt
  Inventory inventory;
};
struct BatteriesOfDay {
  UtcDay day;
  std::vector<Battery> batteries;
};

// One device, as far as it may be shown: no serials, no energy, no hours.
struct FleetDevice {
  Id128 id;
  std::string oin;
  EnrolmentState state = EnrolmentState::to_confirm;
  bool unproven = false;
  bool simulated = false;
  bool continues_known = false;
  std::optional<std::string> manufacturer;
  std::optional<std::string> model;
  UtcDay first_day;
  UtcDay last_day;
  std::string operator_oin = {};            // who runs it for the owner; empty: the owner itself
  bool locks_hidden = false;                // locks were taken away: not for who looks
  std::optional<InventoryOfDay> inventory;  // the latest; confirmed devices only
  std::vector<BatteriesOfDay> battery_history;  // oldest first
  std::vector<Period> periods;                  // of which energy was reported, oldest first
};

// A page of them. `next`: where the one after it begins; empty: nothing comes after. A page of a
// filter may be short, and have a next one all the same.
struct DeviceRows {
  std::vector<FleetDevice> devices;
  std::optional<PagePlace> next;
};

// A row of energy, for sums over groups only.
struct EnergyEntry {
  std::int64_t device = 0;
  std::string device_model;  // maker and model: deviations are shared within it
  Period period;
  EnergyRow row;
  int organisation = 0;  // in a sum of several: which; the caller numbers them
};

// What `check` found.
struct CheckResult {
  std::int64_t reports = 0;
  std::int64_t derived_rows = 0;
  std::vector<std::string> different_tables;  // derived tables that a rebuild would change
};

// How far a long piece of work is: done, of all. Called now and then, from within it.
using Progress = std::function<void(std::int64_t reports, std::int64_t of)>;

// What retention takes away, or would take away.
struct RetentionResult {
  UtcDay horizon;  // the first day that is kept
  std::int64_t reports = 0;
  std::int64_t set_aside = 0;
  std::int64_t energy_rows = 0;  // weekly rows of devices
  std::int64_t month_rows = 0;   // rows of organisation, model and month that hold their sums now
  bool finished = true;          // false: `pause` stopped it; the next one goes on from there
};
// Called between two pieces of long work, while nothing is locked: the place to wait, so that
// others come first. False stops the work.
using Pause = std::function<bool()>;
// Energy is shown of groups of at least this many devices.
inline constexpr int smallest_kept_group = 10;

// Energy of a month that is no longer kept by device: the sums of a model in an organisation.
struct EnergyMonth {
  std::string oin;
  std::string device_model;
  UtcDay month;  // its first day
  std::int64_t devices = 0;
  EnergyRow row;      // sums; time of all rows
  Duration known{0};  // time of which the energy is known
  Duration wall_known{0};
};

// A period of a device whose energy stands in the months already.
struct Folded {
  std::int64_t device = 0;
  Period period;
};

// --- Rights of people (AVG 15 and 17)
// ------------------------------------------------------------

// A report as it came, with what became of it.
struct HeldBody {
  UtcDay day;  // of receipt
  std::int64_t sequence = 0;
  std::optional<std::string> refused;  // why
  std::string body;
};
// Rows of one table; days as ISO 8601, ids and digests in hexadecimal.
struct HeldTable {
  std::string name;
  Table rows;
};
// All that is kept of one device. Secrets are not in it: of those only a digest is kept.
struct HeldDevice {
  Id128 id;
  std::string oin;
  std::vector<HeldTable> tables;
  std::vector<HeldBody> reports;
  std::vector<HeldBody> set_aside;       // without a sequence
  std::optional<std::string> provision;  // bytes of the message
  std::vector<ChainedEntry> audit;       // entries about it
};

// What erasing took away.
struct ErasedDevice {
  std::int64_t reports = 0;  // those set aside included
  std::int64_t serials = 0;
  std::int64_t stock = 0;  // rows of imported inventory with its serial numbers
  std::int64_t derived_rows = 0;
  std::int64_t month_rows = 0;  // of groups that were too small to hide it
  // Rows of another device that were not counted beside its own count now: rebuild() does that.
  bool rebuild_needed = false;
  // Somebody is reading, so that the write-ahead log of the file still holds the bytes.
  bool still_in_log = false;
};

// Whether people may mean `id` by this: hexadecimal as `device list` prints it, in capitals or not,
// the whole of it or its beginning of at least fewest_digits_of_an_id.
inline constexpr std::size_t fewest_digits_of_an_id = 8;
bool begins_id(std::string_view text, const Id128& id);

// Random bytes; a test gives its own.
using RandomBytes = std::function<std::string(std::size_t)>;

class FleetStore {
 public:
  virtual ~FleetStore() = default;

  // One outcome for each arrival, in order. When an error comes back nothing of the batch was kept,
  // and every sender must be told to try again later.
  virtual Result<std::vector<EnrolmentOutcome>> enrol(const std::vector<EnrolmentArrival>& batch,
                                                      UtcDay today) = 0;
  virtual Result<std::vector<ReportOutcome>> receive(const std::vector<ReportArrival>& batch,
                                                     UtcDay today) = 0;

  virtual Done add_organisation(const Organisation& organisation) = 0;
  virtual Result<std::vector<Organisation>> organisations() = 0;
  // The token's text, which is kept nowhere. `hand_over` gets it before the token is kept: when it
  // cannot (a file that cannot be written), there is no token. `operator_oin`: who operates what
  // enrols with it; empty: the owner.
  using HandOver = std::function<Done(const std::string& token)>;
  virtual Result<std::string> create_token(const std::string& oin, const std::string& note,
                                           UtcDay today, UtcDay expiry, const HandOver& hand_over,
                                           const std::string& operator_oin) = 0;
  Result<std::string> create_token(const std::string& oin, const std::string& note, UtcDay today,
                                   UtcDay expiry) {
    return create_token(
        oin, note, today, expiry, [](const std::string&) { return done(); }, "");
  }
  virtual Result<std::vector<TokenRow>> tokens() = 0;
  virtual Done revoke_token(std::int64_t number) = 0;

  virtual Result<std::vector<EnrolmentRow>> enrolments() = 0;
  // Confirms enrolments, or chooses them in a conflict: their reports count from now on, those that
  // were kept apart included. With the same hardware known one continues that device, unless
  // `as_new`. All of them or none.
  virtual Done confirm_these(const std::vector<Id128>& ids, const ConfirmHow& how) = 0;
  Done confirm(const Id128& id, bool as_new) { return confirm_these({id}, {as_new, false}); }
  // Confirms all that wait; conflicts stay. How many.
  virtual Result<int> confirm_all_pending() = 0;
  // `reason` is a code of revoke_reasons, or empty. All of them or none.
  virtual Done revoke_these(const std::vector<Id128>& ids, const std::string& reason) = 0;
  Done revoke(const Id128& id) { return revoke_these({id}, ""); }
  // Undoes that an enrolment went on as a known device: a device of its own from its first report
  // on. Denied for the first enrolment of a device. rebuild() must follow.
  virtual Done separate(const Id128& id) = 0;
  // Who operates the devices of these enrolments for their owner; an empty OIN: the owner itself.
  virtual Done set_operator(const std::vector<Id128>& ids, const std::string& operator_oin) = 0;
  // The same for all devices of an owner that are there now. How many.
  virtual Result<int> set_operator_of(const std::string& owner_oin,
                                      const std::string& operator_oin) = 0;
  // The system serials of these enrolments, of those that told one. The caller notes the look.
  virtual Result<std::map<Id128, std::string>> system_serials(const std::vector<Id128>& ids) = 0;
  // For each key (a keyed hash) the enrolment that it is bound to; empty: none.
  virtual Result<std::vector<Id128>> enrolments_of_keys(const std::vector<std::string>& keys) = 0;
  virtual Result<std::vector<SetAsideRow>> set_aside() = 0;

  // Inventory of an organisation, by serial number. How many rows were new.
  virtual Result<int> import_stock(const std::string& oin, const std::vector<StockRow>& rows) = 0;

  // Of one organisation or of all; in PostgreSQL row-level security stands behind it.
  virtual Result<std::vector<FleetDevice>> devices(const Reach& reach) = 0;
  virtual Result<std::vector<EnergyEntry>> energy(const Reach& reach) = 0;

  // A page of them (fleet_pages.h); no more is read than is on it.
  virtual Result<DeviceRows> device_page(const Reach& reach, const DevicePage& page) = 0;
  virtual Result<std::vector<EnrolmentRow>> enrolment_page(const Reach& reach,
                                                           const EnrolmentPage& page) = 0;
  virtual Result<std::vector<ChainedEntry>> audit_page(const Reach& reach,
                                                       const AuditPageAsked& page) = 0;
  virtual Result<std::vector<Organisation>> organisations(const Reach& reach) = 0;

  // The months that retention made.
  virtual Result<std::vector<EnergyMonth>> energy_months(const Reach& reach) = 0;
  Result<std::vector<FleetDevice>> devices() { return devices({}); }
  Result<std::vector<EnergyEntry>> energy() { return energy({}); }
  Result<std::vector<EnergyMonth>> energy_months() { return energy_months({}); }

  // Makes all derived rows again from the reports, beside the ones that are read, and puts them in
  // their place at the end. Reports go on coming in. A rebuild that was broken off goes on where it
  // was. What is older than the horizon stays as it is: it is the oldest truth that is kept.
  virtual Result<CheckResult> rebuild(const Progress& progress) = 0;
  Result<CheckResult> rebuild() { return rebuild({}); }
  // Whether what is stored is sound, and whether a rebuild would change anything.
  virtual Result<CheckResult> check() = 0;
  // Reports and weekly rows older than `months` whole months (1 to most_months_kept) become rows of
  // organisation, model and month; health stays. Without `apply` it only counts. Nothing older is
  // shown from the start; the work is done in slices of 100 devices or 1,000 rows, between which
  // reports come in and `pause` is called. Does nothing when that horizon was reached before.
  virtual Result<RetentionResult> retain(UtcDay today, int months, bool apply,
                                         const Pause& pause) = 0;
  Result<RetentionResult> retain(UtcDay today, int months, bool apply) {
    return retain(today, months, apply, {});
  }

  // --- Audit (audit.h). `audited` runs a change of people, one call of a function above, and adds
  // the entry in the same transaction: neither is there without the other. When the change does not
  // happen an entry with the reason's kind is added by itself.
  virtual Done audited(const AuditEntry& entry, const std::function<Done()>& change) = 0;
  virtual Done append_audit(const AuditEntry& entry) = 0;
  virtual Result<std::vector<ChainedEntry>> audit_entries(const AuditFilter& filter) = 0;
  virtual Result<std::vector<AuditSegment>> audit_segments() = 0;
  virtual Result<AuditState> check_audit(const std::optional<AuditCheckpoint>& seen) = 0;
  virtual Result<std::optional<AuditSegment>> close_audit(UtcDay before, const AuditEntry& entry,
                                                          bool apply) = 0;

  // --- Rights of people. Devices whose id or that of an enrolment begins with `text` (at least
  // eight hexadecimal digits), or that have it as a serial number.
  virtual Result<std::vector<Id128>> find_devices(const std::string& text) = 0;
  virtual Result<HeldDevice> held(const Id128& device) = 0;
  // Takes away everything of the device that could lead to it. Sums of groups of at least
  // smallest_kept_group devices stay. What its installation had sent is not taken in again when it
  // is sent once more.
  virtual Result<ErasedDevice> erase(const Id128& device, UtcDay today) = 0;

  // --- Work that one of several collectors does for all of them, by name. True: `holder` has it
  // until then, since nobody had it, its time was over, or it was its own. A time more than a day
  // ahead of `now` was written by a clock that was wrong, and is over.
  virtual Result<bool> take_duty(const std::string& duty, const std::string& holder, UtcTime now,
                                 UtcTime until) = 0;
  // Gives it back; `done`: it went well, then.
  virtual Done end_duty(const std::string& duty, const std::string& holder,
                        std::optional<UtcTime> done) = 0;
  // When it last went well, whoever did it; empty: never.
  virtual Result<std::optional<UtcTime>> duty_done(const std::string& duty) = 0;

  // A copy of the whole database as one file, which must not exist. Denied with PostgreSQL, whose
  // own tools do that better: the text says how.
  virtual Done backup(const std::string& path) = 0;
};

// For the web side: entries go to `store`, which must outlive it, on the thread that uses it.
inline AuditSink audit_sink(FleetStore& store) {
  return [&store](const AuditEntry& entry) { return store.append_audit(entry); };
}

// `url` is sqlite:///absolute/path or sqlite://relative/path. `existing` refuses a database that is
// not there, so that a typing error makes no empty one. Brings the schema up to date.
Result<std::unique_ptr<FleetStore>> open_fleet_store(const std::string& url, StoreOpen mode,
                                                     RandomBytes random);

}  // namespace wattlife
