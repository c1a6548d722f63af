// SPDX-License-Identifier: EUPL-1.2
// The two requests of a device, from HTTP to the store and back, many at a time: all that wait are
// one transaction, and each is answered after it. docs/wire.md is the contract.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collector/certificate_mode.h"
#include "collector/fleet_store.h"
#include "collector/http.h"
#include "collector/metrics.h"
#include "collector/rates.h"
#include "core/time.h"

namespace wattlife {

// Whether a request is one of a device.
bool is_of_device(const Request& request);
// "enrolment", "report" or "people", for counting.
std::string_view route_of(const Request& request);

class DeviceApi {
 public:
  // `store` and `metrics` (which may be nullptr) must outlive this. With `certificate_required` a
  // device without a client certificate is refused. With `certificates` some devices come by their
  // certificate alone; those that fit none of its rules need a token or secret as before.
  explicit DeviceApi(FleetStore& store, Metrics* metrics = nullptr,
                     bool certificate_required = false, CertificateMode certificates = {})
      : store_(store),
        metrics_(metrics),
        certificate_required_(certificate_required),
        certificates_(std::move(certificates)) {}

  // An answer for each, when all that they bring is on disk.
  std::vector<Answer> serve(std::vector<WaitingRequest>&& requests, const Now& now);

  Response enrol(const Request& request, const Now& now);
  Response report(const Request& request, const Now& now);

 private:
  // What is left to do: nothing, because the answer stands, or to ask the store.
  using Admitted = std::variant<Response, EnrolmentArrival, ReportArrival>;
  std::optional<Refusal> problem_of(const Request& request, const Now& now, std::string& body);
  std::optional<CertificateClaim> claim_of(const Request& request) const;
  Admitted admit_enrolment(const Request& request, const Now& now);
  Admitted admit_report(const Request& request, const Now& now);

  std::vector<Response> enrol_all(const std::vector<EnrolmentArrival>& batch, const Now& now);
  std::vector<Response> receive_all(std::vector<ReportArrival> batch, const Now& now);
  // Who those are that showed nothing but a certificate.
  Done name_by_certificate(std::vector<ReportArrival>& batch);
  void count(std::string_view route, const Response& response);
  Response answer_to(const EnrolmentOutcome& outcome);
  Response answer_to(const ReportOutcome& outcome);
  // The device keeps its report and comes again; the reason goes to the log.
  Response try_later(const Error& error, const Now& now);

  FleetStore& store_;
  Metrics* metrics_;
  bool certificate_required_;
  CertificateMode certificates_;
  Rates rates_{1000};      // by digest of the token
  Rates key_rates_{1000};  // by hash of the certificate's key
  std::string last_fault_;
  BootTime last_fault_at_;
};

}  // namespace wattlife
