// SPDX-License-Identifier: EUPL-1.2
// The collector at work: each request goes to the desk of devices or to that of people, and its
// answer goes out when the desk has it. Who finds no room is told when to come again.
#pragma once

#include <functional>
#include <optional>

#include "collector/admin.h"
#include "collector/device_api.h"
#include "collector/metrics.h"
#include "collector/request_desk.h"

namespace wattlife {

class Service {
 public:
  using Page = std::function<Response(const Request&)>;

  // `devices` and `metrics` must outlive this. `page` answers people, on a thread of its own, and
  // must not use the store of `devices`. `send` must be safe from any thread.
  Service(const DeskBounds& device_bounds, DeviceApi& devices, Page page, Metrics& metrics,
          RequestDesk::Send send);

  // An answer at once only when there is no room.
  std::optional<Response> take(Ticket ticket, Request&& request);

  Gauges gauges() const { return {devices_.waiting(), people_.waiting()}; }
  bool moves(BootTime now) const { return devices_.alive(now) && people_.alive(now); }

 private:
  Metrics& metrics_;
  RequestDesk devices_;
  RequestDesk people_;
};

}  // namespace wattlife
