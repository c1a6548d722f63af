// SPDX-License-Identifier: EUPL-1.2
// The body of fleet_store.h over sql.h, in files by subject: opening and people (fleet_store.cpp),
// what devices send (fleet_receive.cpp), many reports at a time (fleet_batch.cpp), derived tables
// (fleet_derive.cpp), making them again (fleet_rebuild.cpp), retention (fleet_retention.cpp),
// reading (fleet_read.cpp, fleet_pages.cpp), rights of people (fleet_rights.cpp), certificates
// (fleet_certificates.cpp), owners and operators (fleet_operators.cpp). Only these include this
// header.
//
// Several collectors may write into one database. What a report changes is guarded by the row of
// its device: hold_devices_of() locks the devices of a batch, and those that they say they
// continue, in one order, before anything is read of them. What is shared between devices (a store
// that was copied, a serial number, the number of waiting enrolments) is guarded by names.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collector/fleet_store.h"
#include "collector/ingest.h"
#include "collector/sql.h"

namespace wattlife {

// Which set of derived tables: those that are read, or those that a rebuild or a check fills.
enum class DerivedTables { live, again, checked };
constexpr std::string_view prefix_of(DerivedTables tables) {
  switch (tables) {
    case DerivedTables::live:
      return "";
    case DerivedTables::again:
      return "again_";
    case DerivedTables::checked:
      return "check_";
  }
  return "";
}

// Rows that are written together (fleet_derive.cpp).
struct DerivedRows;

// Names for Sql::lock().
inline std::string lock_of_store(const Id128& store_id) { return "store " + store_id; }

// A question that is asked for many rows of values at once: `text` with $1, $2, … for the values of
// one of them, `row` with a CAST to its type for each. Must outlive the texts that it gives.
class QuestionOfRows {
 public:
  QuestionOfRows(std::string_view text, std::string_view row);
  RowsText text(const Sql& sql) const;

 private:
  std::string one_;
  std::string row_;
  std::string end_;
};

class SqlFleetStore final : public FleetStore {
 public:
  using FleetStore::devices;
  using FleetStore::energy;
  using FleetStore::energy_months;
  using FleetStore::rebuild;
  using FleetStore::retain;
  SqlFleetStore(std::unique_ptr<Sql> sql, RandomBytes random);

  Result<std::vector<EnrolmentOutcome>> enrol(const std::vector<EnrolmentArrival>& batch,
                                              UtcDay today) override;
  Result<std::vector<ReportOutcome>> receive(const std::vector<ReportArrival>& batch,
                                             UtcDay today) override;

  Done add_organisation(const Organisation& organisation) override;
  Result<std::vector<Organisation>> organisations() override;
  using FleetStore::create_token;
  Result<std::string> create_token(const std::string& oin, const std::string& note, UtcDay today,
                                   UtcDay expiry, const HandOver& hand_over,
                                   const std::string& operator_oin) override;
  Result<std::vector<TokenRow>> tokens() override;
  Done revoke_token(std::int64_t number) override;

  Result<std::vector<EnrolmentRow>> enrolments() override;
  Done confirm_these(const std::vector<Id128>& ids, const ConfirmHow& how) override;
  Result<int> confirm_all_pending() override;
  Done revoke_these(const std::vector<Id128>& ids, const std::string& reason) override;
  Done separate(const Id128& id) override;
  Done set_operator(const std::vector<Id128>& ids, const std::string& operator_oin) override;
  Result<int> set_operator_of(const std::string& owner_oin,
                              const std::string& operator_oin) override;
  Result<std::map<Id128, std::string>> system_serials(const std::vector<Id128>& ids) override;
  Result<std::vector<Id128>> enrolments_of_keys(const std::vector<std::string>& keys) override;
  Result<std::vector<SetAsideRow>> set_aside() override;
  Result<int> import_stock(const std::string& oin, const std::vector<StockRow>& rows) override;

  Result<std::vector<Organisation>> organisations(const Reach& reach) override;
  Result<DeviceRows> device_page(const Reach& reach, const DevicePage& page) override;
  Result<std::vector<EnrolmentRow>> enrolment_page(const Reach& reach,
                                                   const EnrolmentPage& page) override;
  Result<std::vector<ChainedEntry>> audit_page(const Reach& reach,
                                               const AuditPageAsked& page) override;
  Result<std::vector<FleetDevice>> devices(const Reach& reach) override;
  Result<std::vector<EnergyEntry>> energy(const Reach& reach) override;
  Result<std::vector<EnergyMonth>> energy_months(const Reach& reach) override;

  Result<CheckResult> rebuild(const Progress& progress) override;
  Result<CheckResult> check() override;
  Result<RetentionResult> retain(UtcDay today, int months, bool apply, const Pause& pause) override;
  Done backup(const std::string& path) override;

  Result<bool> take_duty(const std::string& duty, const std::string& holder, UtcTime now,
                         UtcTime until) override;
  Done end_duty(const std::string& duty, const std::string& holder,
                std::optional<UtcTime> done) override;
  Result<std::optional<UtcTime>> duty_done(const std::string& duty) override;

  Done audited(const AuditEntry& entry, const std::function<Done()>& change) override;
  Done append_audit(const AuditEntry& entry) override;
  Result<std::vector<ChainedEntry>> audit_entries(const AuditFilter& filter) override;
  Result<std::vector<AuditSegment>> audit_segments() override;
  Result<AuditState> check_audit(const std::optional<AuditCheckpoint>& seen) override;
  Result<std::optional<AuditSegment>> close_audit(UtcDay before, const AuditEntry& entry,
                                                  bool apply) override;

  Result<std::vector<Id128>> find_devices(const std::string& text) override;
  Result<HeldDevice> held(const Id128& device) override;
  Result<ErasedDevice> erase(const Id128& device, UtcDay today) override;

 private:
  // An enrolment as its row says.
  struct Sender {
    std::int64_t row = 0;
    std::int64_t device = 0;
    std::optional<std::int64_t> candidate;
    std::int64_t organisation = 0;
    EnrolmentState state = EnrolmentState::to_confirm;
    bool settled = false;
    KnownSecrets secrets;
    bool secret_used = false;
    UtcDay count_day;
    int count = 0;
    bool by_certificate = false;
    std::string key_hash;
  };

  // Whose a new device is: its owner's row, and that of who operates it for the owner.
  struct Holder {
    std::int64_t organisation = 0;
    std::optional<std::int64_t> operated_by;
  };

  // A sender with what its report needs to be judged, as far as nearly all of them need it.
  struct Seen {
    Sender sender;
    UtcDay enrolment_day;                          // last heard of
    UtcDay device_day;                             // last heard of
    std::optional<std::int64_t> last_contact;      // of this installation; empty: never heard of
    std::optional<std::int64_t> complete_through;  // of this installation
    std::int64_t newest = 0;                       // the highest sequence held of it; 0: none
    bool any_erased = false;                       // something was erased of some device
    bool alone = false;    // no other installation is this device or claims to be it
    bool changed = false;  // `sender` is not as its row is
  };
  // A report that is acknowledged, before anything of it is written.
  struct Judged {
    const Arrived* arrived = nullptr;
    const std::string* body = nullptr;
    Seen seen;
    bool accepted = false;  // otherwise it is held already
    std::int64_t through = 0;
  };
  struct Wave {
    std::set<std::int64_t> devices;
    std::set<Id128> stores;
    std::vector<Judged> reports;
    std::set<std::int64_t> written;  // devices of those before it
    bool has_device_of(const Seen& seen) const;
    bool wrote_device_of(const Seen& seen) const;
    void ends();
    // Whether the report is about another store than those in it; it then belongs to it.
    bool takes(const Seen& seen, const Arrived& arrived);
  };
  struct Numbers {
    std::int64_t report = 0;
    std::int64_t applied = 0;
    std::int64_t contact = 0;
  };

  // fleet_store.cpp
  static Sender sender_from(const SqlRow& row, int column);
  Done transaction(const std::function<Done()>& body);
  Done hold(const std::vector<std::string>& names);
  Done hold_devices_of(const std::vector<Id128>& enrolments);
  Done make_room(UtcDay today);
  Done write_down();
  AuditEntry about(AuditEntry entry) const;
  Done remember_owner(const Id128& id);
  Result<std::int64_t> organisation_row(const std::string& oin);
  Done confirm_row(const Sender& sender, bool as_new);
  Result<Sender> sender_of(const Id128& id);

  // fleet_receive.cpp
  Done step_counter(std::string_view sqlite);
  Done hold_enrolments_of(std::int64_t organisation);
  Result<EnrolmentOutcome> enrol_one(const EnrolmentArrival& arrival, UtcDay today);
  Done known_enrolment(const EnrolmentRequest& request, std::int64_t organisation,
                       EnrolmentKnown& known);
  Done known_hardware(const Serials& serials, std::int64_t organisation,
                      std::vector<KnownHardware>& hardware);
  Result<Serials> serials_of_enrolment(std::int64_t enrolment);
  Result<std::int64_t> insert_enrolment(const EnrolmentRequest& request, const Holder& holder,
                                        const EnrolmentVerdict& verdict, const Id128& id,
                                        UtcDay today);
  Done keep_serials(std::int64_t enrolment, const Serials& serials, UtcDay today);
  Done heard(std::int64_t enrolment, const Id128& install_id, UtcDay today);
  Done receive_all(const std::vector<ReportArrival>& batch, const std::vector<Arrived>& parsed,
                   UtcDay today, std::vector<ReportOutcome>& outcomes);
  bool holds_device_of(const Seen& seen) const;
  Result<ReportOutcome> receive_one(const ReportArrival& arrival, const Arrived& arrived,
                                    SecretMatch used, Seen& seen, UtcDay today);
  Result<ReportKnown> known_report(const Seen& seen, const Arrived& arrived, UtcDay today);
  Done rivals_of(const Sender& sender, const Arrived& arrived, std::vector<Rival>& rivals);
  Result<bool> serials_of_another(const Sender& sender, const Serials& serials);
  Done put_in_conflict(const std::vector<std::int64_t>& enrolments);
  Done withdraw(const std::vector<std::int64_t>& left_over);
  Done keep_body(std::int64_t report, const std::string& body, UtcDay today);
  Done keep_refused(const Sender& sender, const Arrived& arrived, const std::string& body,
                    const ReportVerdict& verdict, UtcDay today);
  Result<std::optional<std::int64_t>> erased_through(const Id128& install_id);
  Result<std::int64_t> complete_through(const Seen& seen, const Report& report, bool accepted);
  std::string offer_secret(Seen& seen, SecretMatch used, UtcDay today);

  // fleet_batch.cpp
  Result<std::vector<std::optional<Seen>>> look(const std::vector<ReportArrival>& batch,
                                                const std::vector<Arrived>& parsed,
                                                std::size_t begin, std::size_t count);
  Result<std::vector<Numbers>> next_numbers(std::size_t count);
  Done write_senders(const std::vector<Numbers>& numbers, UtcDay today);
  Done write_wave(UtcDay today);

  // fleet_certificates.cpp
  Done known_credential(const EnrolmentArrival& arrival, EnrolmentKnown& known, Holder& holder);
  Done known_certificate(const CertificateClaim& claim, EnrolmentKnown& known);
  Done bind_key(std::int64_t enrolment, const Id128& install_id, const std::string& key_hash,
                UtcDay today);
  Result<CredentialVerdict> credential_verdict(const Sender& sender, const ReportArrival& arrival);
  Done note_continued(UtcDay today);

  // fleet_operators.cpp
  Result<std::optional<std::int64_t>> operator_row(const std::string& oin);

  // fleet_pages.cpp
  Done part_of_page(const Reach& reach, DevicePart part, const DevicePage& page, DeviceRows& rows);

  // fleet_read.cpp: what stands of these devices in tables of their own. `rows`: their numbers with
  // commas between; empty: of all.
  Done read_details(const std::string& rows, std::map<std::int64_t, FleetDevice>& devices);

  // fleet_derive.cpp
  struct Applicable {
    std::int64_t report_row = 0;
    std::int64_t enrolment = 0;
    std::int64_t device = 0;
    UtcDay day;
    const Report* report = nullptr;
    std::int64_t applied = 0;      // its place in the order
    bool may_be_overtaken = true;  // a later report of its installation may have come before it
  };
  Done apply_waiting(std::int64_t enrolment);
  Result<std::int64_t> place_of(std::int64_t report_row);
  Done derive(DerivedTables tables, std::span<const Applicable> applicable);
  Done derive_wave(DerivedTables tables, std::span<const Applicable> applicable);
  Done summaries(DerivedTables tables, std::span<const Applicable> applicable, DerivedRows& rows);
  Result<bool> inventory_overtaken(const Applicable& applicable);

  // fleet_rebuild.cpp
  struct Replayed {
    std::int64_t applied = 0;  // the place of the last one
    std::int64_t reports = 0;
  };
  Result<std::int64_t> horizon_day();
  Result<CheckResult> derived_again(DerivedTables tables, const Progress& progress);
  Result<Replayed> resume_or_begin(DerivedTables tables);
  Done begin_derived(DerivedTables tables);
  Done drop_derived(DerivedTables tables);
  Result<std::int64_t> replay(DerivedTables tables, Replayed& from, std::int64_t last,
                              std::int64_t most);
  Done note_progress(DerivedTables tables, const Replayed& before, const Replayed& now);
  Done compare(DerivedTables tables, CheckResult& result);
  Done put_in_place(DerivedTables tables);

  // fleet_rights.cpp
  Result<std::int64_t> device_row(const Id128& device);
  Done remember_installations(std::int64_t device, UtcDay today);
  Done forget_months(std::int64_t device, ErasedDevice& result);
  Result<bool> others_count_now(std::int64_t device);
  Done erase_rows(std::int64_t device, ErasedDevice& result);

  // fleet_retention.cpp
  Done find_early(UtcDay horizon, std::int64_t after, std::int64_t last,
                  std::vector<Folded>& early);
  struct Unfinished {
    UtcDay horizon;
    std::int64_t device = 0;  // the last that was folded; INT64_MAX: all were
  };
  Result<std::int64_t> fold(UtcDay horizon, std::int64_t after, std::int64_t last,
                            std::set<std::string>& keys);
  Result<bool> fold_slice(Unfinished& work, std::set<std::string>& keys, RetentionResult& result);
  struct Slice {
    std::int64_t at = 0;  // how far, or how many by now
    bool more = false;
  };
  Result<Slice> forget_uncounted(UtcDay horizon, std::int64_t after);
  Done drop_months(UtcDay horizon);
  Result<Slice> forget_rows(const std::string& table, UtcDay horizon, std::int64_t count);
  Done count_expired(UtcDay horizon, RetentionResult& result);
  Result<std::optional<Unfinished>> unfinished_retention();
  Done in_slices(std::int64_t& at, const std::function<Result<Slice>()>& slice, const Pause& pause,
                 RetentionResult& result);
  Done finish_retention(const Pause& pause, RetentionResult& result);
  Done move_horizon(UtcDay horizon);

  std::unique_ptr<Sql> sql_;
  RandomBytes random_;
  std::set<std::int64_t> held_devices_;  // locked by the transaction that is running
  std::set<std::string> held_names_;
  Wave wave_;                          // of the transaction that is running
  std::optional<AuditEntry> pending_;  // of the change that is running
  std::vector<std::string> objects_;   // what it turned out to be about, an entry for each
  std::vector<Id128> continued_;       // enrolments that went on as a known device by themselves
  std::map<std::string, std::string> owners_;  // reference of a device -> OIN, for entries about it
  std::set<std::chrono::year_month> months_with_room_;  // for bodies of reports
};

// How an installation is remembered of which everything was erased: its random id does not follow
// from this.
std::string erased_installation(const Id128& install_id);

inline std::int64_t day_number(UtcDay day) { return day.time_since_epoch().count(); }
inline UtcDay day_from(std::int64_t number) { return UtcDay{std::chrono::days{number}}; }

}  // namespace wattlife
