// SPDX-License-Identifier: EUPL-1.2
// The body of fleet_store.h over sql.h, in files by subject: opening and people (fleet_store.cpp),
// what devices send (fleet_receive.cpp), derived tables (fleet_derive.cpp), making them again
// (fleet_rebuild.cpp), retention (fleet_retention.cpp), reading (fleet_read.cpp, fleet_pages.cpp),
// rights of people (fleet_rights.cpp). Only these include this header.
//
// Several collectors may write into one database. What a report changes is guarded by the row of
// its device: hold_devices_of() locks the devices of a batch, and those that they say they
// continue, in one order, before anything is read of them. What is shared between devices (a store
// that was copied, a serial number, the number of waiting enrolments) is guarded by names.
#pragma once

#include <memory>
#include <optional>
#include <set>
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

// Names for Sql::lock().
inline std::string lock_of_store(const Id128& store_id) { return "store " + store_id; }

class SqlFleetStore final : public FleetStore {
 public:
  using FleetStore::devices;
  using FleetStore::energy;
  using FleetStore::energy_months;
  using FleetStore::rebuild;
  SqlFleetStore(std::unique_ptr<Sql> sql, RandomBytes random);

  Result<std::vector<EnrolmentOutcome>> enrol(const std::vector<EnrolmentArrival>& batch,
                                              UtcDay today) override;
  Result<std::vector<ReportOutcome>> receive(const std::vector<ReportArrival>& batch,
                                             UtcDay today) override;

  Done add_organisation(const Organisation& organisation) override;
  Result<std::vector<Organisation>> organisations() override;
  Result<std::string> create_token(const std::string& oin, const std::string& note, UtcDay today,
                                   UtcDay expiry) override;
  Result<std::vector<TokenRow>> tokens() override;
  Done revoke_token(std::int64_t number) override;

  Result<std::vector<EnrolmentRow>> enrolments() override;
  Done confirm(const Id128& id, bool as_new) override;
  Result<int> confirm_all_pending() override;
  Done revoke(const Id128& id) override;
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
  Result<RetentionResult> retain(UtcDay today, int months, bool apply) override;
  Done backup(const std::string& path) override;

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
  };

  // fleet_store.cpp
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
  Result<EnrolmentOutcome> enrol_one(const EnrolmentArrival& arrival, UtcDay today);
  Done known_enrolment(const EnrolmentRequest& request, std::int64_t organisation,
                       EnrolmentKnown& known);
  Done known_hardware(const Serials& serials, std::int64_t organisation,
                      std::vector<KnownHardware>& hardware);
  Result<Serials> serials_of_enrolment(std::int64_t enrolment);
  Result<std::int64_t> insert_enrolment(const EnrolmentRequest& request, std::int64_t organisation,
                                        const EnrolmentVerdict& verdict, const Id128& id,
                                        UtcDay today);
  Done keep_serials(std::int64_t enrolment, const Serials& serials, UtcDay today);
  Done heard(std::int64_t enrolment, const Id128& install_id, UtcDay today);
  Result<Sender> sender_under_lock(const Id128& id);
  Result<ReportOutcome> receive_one(const ReportArrival& arrival, const Arrived& arrived,
                                    UtcDay today);
  Result<ReportKnown> known_report(const Sender& sender, const Arrived& arrived, UtcDay today);
  Done rivals_of(const Sender& sender, const Arrived& arrived, std::vector<Rival>& rivals);
  Result<bool> serials_of_another(const Sender& sender, const Serials& serials);
  Done put_in_conflict(const std::vector<std::int64_t>& enrolments);
  Done keep_report(const Sender& sender, const Arrived& arrived, const std::string& body,
                   UtcDay today);
  Done keep_body(std::int64_t report, const std::string& body, UtcDay today);
  Done keep_refused(const Sender& sender, const Arrived& arrived, const std::string& body,
                    const ReportVerdict& verdict, UtcDay today);
  Result<std::int64_t> complete_through(std::int64_t enrolment, const Id128& install_id);
  Result<std::string> offer_secret(const Sender& sender, SecretMatch used, UtcDay today);

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
  };
  Done apply_waiting(std::int64_t enrolment);
  Done apply(const Applicable& applicable);
  Done derive(DerivedTables tables, const Applicable& applicable);
  Done derive_summary(DerivedTables tables, const Applicable& applicable);
  Done derive_energy(DerivedTables tables, std::int64_t device, const Period& period,
                     const EnergyRow& row);
  Result<bool> inventory_overtaken(const Applicable& applicable);
  Done derive_inventory(DerivedTables tables, const Applicable& applicable);
  Done derive_provision(DerivedTables tables, std::int64_t device, UtcDay day,
                        const Provision& provision);

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
  Done find_early(UtcDay horizon, std::int64_t& after, std::vector<Folded>& early);
  Done fold(UtcDay horizon, RetentionResult& result);
  Done forget_uncounted(UtcDay horizon);
  Done forget_reports(UtcDay horizon);
  Done count_expired(UtcDay horizon, RetentionResult& result);

  std::unique_ptr<Sql> sql_;
  RandomBytes random_;
  std::set<std::int64_t> held_devices_;  // locked by the transaction that is running
  std::set<std::string> held_names_;
  std::optional<AuditEntry> pending_;          // of the change that is running
  std::vector<std::string> objects_;           // what it turned out to be about, an entry for each
  std::map<std::string, std::string> owners_;  // reference of a device -> OIN, for entries about it
  std::set<std::chrono::year_month> months_with_room_;  // for bodies of reports
};

// How an installation is remembered of which everything was erased: its random id does not follow
// from this.
std::string erased_installation(const Id128& install_id);

inline std::int64_t day_number(UtcDay day) { return day.time_since_epoch().count(); }
inline UtcDay day_from(std::int64_t number) { return UtcDay{std::chrono::days{number}}; }

}  // namespace wattlife
