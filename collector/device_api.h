// SPDX-License-Identifier: EUPL-1.2
// The two requests of a device, from HTTP to the store and back. docs/wire.md is the contract.
#pragma once

#include <map>
#include <string>

#include "collector/fleet_store.h"
#include "collector/http.h"
#include "core/time.h"

namespace wattlife {

class DeviceApi {
 public:
  // `store` must outlive this.
  explicit DeviceApi(FleetStore& store) : store_(store) {}

  Response enrol(const Request& request, const Now& now);
  Response report(const Request& request, const Now& now);

 private:
  // The device keeps its report and comes again; the reason goes to the log.
  Response try_later(const Error& error, const Now& now);

  FleetStore& store_;
  std::map<std::string, RateState> rates_;  // by digest of the token
  std::string last_fault_;
  BootTime last_fault_at_;
};

}  // namespace wattlife
