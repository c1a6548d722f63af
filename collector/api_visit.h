// SPDX-License-Identifier: EUPL-1.2
// The answers of the REST API: one function for each operation of api_routes.h, from what is asked
// and how far who asks may see to a response. Everything is read through a Reach of one
// organisation (or of all, on a collector without sign-in), so that PostgreSQL's row-level security
// stands behind it.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "collector/access.h"
#include "collector/api_routes.h"
#include "collector/assessments.h"
#include "collector/fleet_energy.h"
#include "collector/fleet_store.h"
#include "collector/http.h"

namespace wattlife {

// The reaches that a sight is read through, one after the other; none: nothing is seen.
std::vector<Reach> reaches_of(const Sight& sight);

// Whether a device that one of these reaches gave is to be shown: not when it comes by its owner as
// well. Whoever operates it for the owner keeps it running and decides nothing: its locks are taken
// away, as from everyone whom they are not for.
bool shown_to(const Sight& sight, FleetDevice& device);

// One request that was let through.
struct ApiVisit {
  const ApiRoute& route;
  const Request& request;
  std::string id;  // the {id} of the address
  const Sight& sight;
  const Person* person;  // null: nobody is signed in
  UtcDay today;
  // Into the audit log, before anything is shown.
  std::function<Done(AuditAction action, const std::string& object, const std::string& oins)> note;
};

// 503: the database cannot be read now.
Response cannot_read(const Error& error);

class Api {
 public:
  using Energy = std::function<Result<FleetEnergy>(const Sight&)>;
  // `store` and `rules` must outlive this.
  Api(FleetStore& store, const RuleSet& rules, Energy energy)
      : store_(store), rules_(rules), energy_(std::move(energy)) {}

  Response answer(const ApiVisit& visit);

 private:
  struct Asked;
  Result<Response> answer_of(const Asked& asked);
  struct Devices;
  Result<Devices> next_devices(const Asked& asked, const DevicePage& page);
  Result<Response> devices(const Asked& asked);
  Result<Response> device(const Asked& asked);
  Result<Response> organisations(const Asked& asked);
  Result<Response> enrolments(const Asked& asked);
  Result<Response> audit_lines(const Asked& asked);
  Result<const FleetSlopes*> slopes_of(const Reach& reach, UtcDay today);

  FleetStore& store_;
  const RuleSet& rules_;
  Energy energy_;
  // How packs of one type age, of a sample of each organisation, made once a day.
  struct SlopesOfDay {
    UtcDay day;
    FleetSlopes slopes;
  };
  std::map<std::string, SlopesOfDay> slopes_;  // by OIN; empty: of all
};

}  // namespace wattlife
