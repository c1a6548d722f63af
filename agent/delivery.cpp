// SPDX-License-Identifier: EUPL-1.2
#include "agent/delivery.h"

#include "core/text.h"
#include "platform/process.h"

namespace wattlife {
namespace {

// More than a device can have waiting: 35 days of sent reports again, and a year of queued ones.
constexpr int most_attempts = 1000;

std::string address(const Collector& collector, std::string_view path) {
  std::string url = collector.url;
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url + std::string(path);
}

// Without a bearer there is no such header: the certificate of the connection stands for it.
HttpRequest request_to(const std::string& url, const std::string& bearer, std::string body) {
  HttpRequest request{
      url,
      std::move(body),
      {{"Content-Type", std::string(protobuf_media_type)},
       {"Accept", std::string(protobuf_media_type) + ", " + std::string(problem_media_type)}}};
  if (!bearer.empty()) request.headers.emplace_back("Authorization", "Bearer " + bearer);
  return request;
}

// What a run that ended with this outcome exits with.
Exit exit_for(const Outcome& outcome) {
  switch (outcome.kind) {
    case Outcome::Kind::accepted:
    case Outcome::Kind::set_aside:
      return Exit::fine;
    case Outcome::Kind::unauthorised:
    case Outcome::Kind::forbidden:
      return Exit::permission;
    case Outcome::Kind::conflict:
    case Outcome::Kind::throttled:
      return Exit::retry;
    case Outcome::Kind::no_answer:
      return outcome.reached ? Exit::retry : Exit::unavailable;
  }
  return Exit::internal;
}

// One run over the outbox.
class Run {
 public:
  Run(Outbox& outbox, const Collector& collector, const std::optional<Shipped>& identity,
      UtcDay today, const World& world)
      : outbox_(outbox), collector_(collector), identity_(identity), today_(today), world_(world) {}

  Result<Delivered> all(bool at_once) {
    for (int attempt = 0; attempt < most_attempts && !world_.stop(); ++attempt) {
      Result<UploadState> state = outbox_.upload_state();
      if (!state) return state.error();
      state->can_enrol = collector_.can_enrol() && identity_.has_value();
      if (at_once) state->not_before = UtcTime{};
      at_once = false;
      const Action action = plan(*state, world_.now());
      bool ended = true;
      if (action.kind == Action::Kind::send) {
        const Result<bool> stop = send_next(*state);
        if (!stop) return stop.error();
        ended = *stop;
      } else if (action.kind == Action::Kind::enrol) {
        const Result<bool> stop = enrol(*state);
        if (!stop) return stop.error();
        ended = *stop;
      } else {
        idle(action);
      }
      if (ended) break;
    }
    return delivered_;
  }

 private:
  // Both: true when the run ends with this.
  Result<bool> send_next(const UploadState& state) {
    const auto report = outbox_.next();
    if (!report) return report.error();
    const auto credential = outbox_.credential();
    if (!credential) return credential.error();
    const Result<Id128> install_id = outbox_.install_id();
    if (!install_id) return install_id.error();
    if (!*report || !*credential) return true;
    const std::int64_t sequence = (*report)->sequence;
    ++delivered_.attempts;
    const auto answer = world_.send(report_request(collector_, **credential, **report));
    const Outcome outcome = judge_report(answer, {*install_id, sequence}, world_.now());
    const UploadState after = after_report(state, outcome, world_.now(), world_.dice());
    const Done recorded = outbox_.record_report(sequence, outcome, after, today_);
    if (!recorded) return recorded.error();
    if (outcome.kind == Outcome::Kind::accepted) ++delivered_.accepted;
    if (outcome.kind == Outcome::Kind::set_aside) ++delivered_.set_aside;
    return ends_with(outcome, after.secret_refused);
  }

  Result<bool> enrol(const UploadState& state) {
    const Result<Id128> install_id = outbox_.install_id();
    if (!install_id) return install_id.error();
    ++delivered_.attempts;
    const auto answer =
        world_.send(enrolment_request(collector_, enrolment_of(*install_id, *identity_)));
    const Outcome outcome = judge_enrolment(answer, world_.now());
    const UploadState after = after_enrolment(state, outcome, world_.now(), world_.dice());
    const Done recorded = outbox_.record_enrolment(outcome, after, identity_->serials);
    if (!recorded) return recorded.error();
    return ends_with(outcome, false);
  }

  bool ends_with(const Outcome& outcome, bool enrol_next) {
    delivered_.text = outcome.text;
    if (outcome.kind == Outcome::Kind::set_aside) {
      log(LogLevel::warning, "a report was refused for good and is set aside: " + outcome.text);
    }
    delivered_.exit = exit_for(outcome);
    return delivered_.exit != Exit::fine && !enrol_next;
  }

  void idle(const Action& action) {
    if (action.kind == Action::Kind::wait) {
      delivered_.text = "reports wait until " + to_iso8601(action.until);
    } else if (action.kind == Action::Kind::cannot_enrol) {
      delivered_.exit = Exit::configuration;
      delivered_.text = collector_.can_enrol()
                            ? "this laptop cannot enrol before the sampler has looked at it"
                            : "this laptop is not known to the collector: set EnrollmentToken";
    }
  }

  Outbox& outbox_;
  const Collector& collector_;
  const std::optional<Shipped>& identity_;
  UtcDay today_;
  const World& world_;
  Delivered delivered_;
};

}  // namespace

Result<Delivered> deliver(Outbox& outbox, const Collector& collector,
                          const std::optional<Shipped>& identity, UtcDay today, bool at_once,
                          const World& world) {
  return Run(outbox, collector, identity, today, world).all(at_once);
}

EnrolmentRequest enrolment_of(const Id128& install_id, const Shipped& identity) {
  return {install_id, WATTLIFE_VERSION, identity.inventory, identity.serials, identity.data_list};
}

HttpRequest enrolment_request(const Collector& collector, const EnrolmentRequest& enrolment) {
  return request_to(address(collector, enrolment_path),
                    collector.by_certificate ? "" : collector.token, to_bytes(enrolment));
}

HttpRequest report_request(const Collector& collector, const Credential& credential,
                           const QueuedReport& report) {
  return request_to(address(collector, report_path),
                    hex_from_bytes(credential.device_id) + "." + hex_from_bytes(credential.secret),
                    report.bytes);
}

}  // namespace wattlife
