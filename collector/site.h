// SPDX-License-Identifier: EUPL-1.2
// Which request goes where, and who may. All routes stand in one table; what is not in it does not
// exist, and none is in it without a decision who may use it (access.h).
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "collector/access.h"
#include "collector/api_visit.h"
#include "collector/assessments.h"
#include "collector/audit.h"
#include "collector/deferred_audit.h"
#include "collector/device_api.h"
#include "collector/fleet_energy.h"
#include "collector/fleet_store.h"
#include "collector/http.h"
#include "collector/sign_in.h"
#include "core/time.h"

namespace wattlife {

// One row of the table, as the test of all decisions reads it.
struct RouteDecision {
  std::string_view method;
  std::string_view path;
  Access access;
};

class Site {
 public:
  // `store` and `later` must outlive this. Without `sign_in` everyone who can reach it sees
  // everything. Entries that wait in `later` this writes at the next request that finds them due,
  // or somebody else who has it too.
  Site(FleetStore& store, RuleSet rules, SignIn sign_in = SignIn(), DeferredAudit* later = nullptr);
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  // One request at a time.
  Response handle(const Request& request, const Now& now);

  static std::vector<RouteDecision> decisions();

 private:
  // A request that was let through, and how far its sender may look.
  struct Visit {
    const Request& request;
    const Now& now;
    const Visitor& visitor;
    const Sight& sight;
  };
  struct Route;
  static const Route routes[];

  // What a request is for: a row of the table of pages, or one of the API (api_routes.h).
  struct Found {
    Access access;
    std::optional<AuditAction> audited;
    const Route* page;
    const ApiRoute* api;
    std::string id;
  };

  Response admitted(const Found& route, const Request& request, const Now& now);
  Response answer(const Found& found, const Visit& visit);
  Response page(const Visit& visit);
  Response style(const Visit& visit);
  Response work_list_file(const Visit& visit);
  Response enrol(const Visit& visit) { return devices_.enrol(visit.request, visit.now); }
  Response report(const Visit& visit) { return devices_.report(visit.request, visit.now); }
  Response sign_in_form(const Visit& visit) {
    return sign_in_.form(visit.request, visit.visitor, visit.now);
  }
  Response sign_in_submit(const Visit& visit) {
    return with_entry(visit, sign_in_.submit(visit.request, visit.now));
  }
  Response sign_in_return(const Visit& visit) {
    return with_entry(visit, sign_in_.returned(visit.request, visit.now));
  }
  Response sign_out(const Visit& visit) {
    Response response = sign_in_.leave(visit.request, visit.visitor, visit.now);
    note_sign_out(visit);
    return response;
  }
  Response enrolments(const Visit& visit);         // site_enrolments.cpp
  Response change_enrolments(const Visit& visit);  // the same
  Response signed_out(const Visit& visit) { return sign_in_.left(visit.request); }

  // Into the audit log, before anything is shown or done; what cannot be noted does not happen.
  Done note(AuditAction action, const Person& person, const std::string& object,
            const Request& request, const Now& now);
  Done note_look(AuditAction action, const std::string& object, const std::string& oins,
                 const Visit& visit);
  // When it lets somebody in, that is noted before it is answered.
  Response with_entry(const Visit& visit, Entry entry);
  // After the session has ended, which it does also when that cannot be noted now.
  void note_sign_out(const Visit& visit);

  // What of the fleet the visit may see; everything else never leaves the store's answer.
  Result<std::vector<AssessedDevice>> visible_devices(const Visit& visit);
  Result<FleetEnergy> visible_energy(const Sight& sight);

  FleetStore& store_;
  RuleSet rules_;
  SignIn sign_in_;
  DeviceApi devices_;
  Api api_;
  std::unique_ptr<DeferredAudit> own_later_;
  DeferredAudit* later_;
};

// Every answer of the API tells its full version, also errors and those that the listener gives by
// itself.
Response with_api_version(const Request& request, Response response);

// Sent with every answer, also with those that the listener gives by itself.
Headers security_headers();

}  // namespace wattlife
