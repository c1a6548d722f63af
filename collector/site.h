// SPDX-License-Identifier: EUPL-1.2
// Which request goes where. All routes stand in one table; what is not in it does not exist.
#pragma once

#include "collector/assessments.h"
#include "collector/device_api.h"
#include "collector/fleet_store.h"
#include "collector/http.h"
#include "core/time.h"

namespace wattlife {

class Site {
 public:
  // `store` must outlive this.
  Site(FleetStore& store, RuleSet rules);

  Response handle(const Request& request, const Now& now);

 private:
  struct Route;
  static const Route routes[];

  Response page(const Request& request, const Now& now);
  Response style(const Request& request, const Now& now);
  Response work_list_file(const Request& request, const Now& now);
  Response devices(const Request& request, const Now& now);
  Response energy(const Request& request, const Now& now);
  Response enrol(const Request& request, const Now& now) { return devices_.enrol(request, now); }
  Response report(const Request& request, const Now& now) { return devices_.report(request, now); }

  FleetStore& store_;
  RuleSet rules_;
  DeviceApi devices_;
};

// Sent with every answer, also with those that the listener gives by itself.
Headers security_headers();

}  // namespace wattlife
