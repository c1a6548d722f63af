// SPDX-License-Identifier: EUPL-1.2
#include "collector/service.h"

#include <chrono>
#include <utility>

#include "collector/site.h"
#include "platform/process.h"
#include "platform/stopwatch.h"

namespace wattlife {
namespace {

// Pages are dear and people few: a queue longer than this is never worth its wait.
constexpr DeskBounds people_bounds{256, std::size_t{16} * 1024 * 1024, 1, Duration{0}};

Response no_room() {
  return to_response({503,
                      "try-later",
                      "The collector is busy",
                      "Nothing was stored; send it again later.",
                      "Het is nu te druk; er is niets opgeslagen. Stuur het later opnieuw.",
                      retry_after_s(random_number()),
                      {}});
}

std::vector<Answer> serve_devices(DeviceApi& devices, Metrics& metrics,
                                  std::vector<WaitingRequest>&& batch) {
  const std::size_t size = batch.size();
  const std::chrono::nanoseconds began = ticks();
  std::vector<Answer> answers = devices.serve(std::move(batch), now());
  const std::chrono::duration<double> took = ticks() - began;
  metrics.add_batch(size, took.count());
  return answers;
}

std::vector<Answer> serve_people(const Service::Page& page, Metrics& metrics,
                                 const std::vector<WaitingRequest>& batch) {
  std::vector<Answer> answers;
  for (const WaitingRequest& waiting : batch) {
    answers.push_back({waiting.ticket, page(waiting.request)});
    metrics.add_request(route_of(waiting.request), answers.back().response.status);
  }
  return answers;
}

}  // namespace

Service::Service(const DeskBounds& device_bounds, DeviceApi& devices, Page page, Metrics& metrics,
                 RequestDesk::Send send)
    : metrics_(metrics),
      devices_(
          device_bounds,
          [&devices, &metrics](std::vector<WaitingRequest>&& batch) {
            return serve_devices(devices, metrics, std::move(batch));
          },
          send),
      people_(
          people_bounds,
          [page = std::move(page), &metrics](std::vector<WaitingRequest>&& batch) {
            return serve_people(page, metrics, batch);
          },
          send) {}

std::optional<Response> Service::take(Ticket ticket, Request&& request) {
  RequestDesk& desk = is_of_device(request) ? devices_ : people_;
  if (desk.put(ticket, request)) return std::nullopt;
  metrics_.add_no_room(route_of(request));
  return with_api_version(request, no_room());
}

}  // namespace wattlife
