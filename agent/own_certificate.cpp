// SPDX-License-Identifier: EUPL-1.2
#include "agent/own_certificate.h"

#include "platform/process.h"

namespace wattlife {
namespace {

constexpr std::size_t longest_password = 256;

// Empty when none was handed over; one that cannot be used is told, and not silently left out.
std::string handed_secret(const ServiceCredential& handed, std::string_view name,
                          std::size_t limit) {
  Result<std::string> secret = handed(name, limit);
  if (secret) return *std::move(secret);
  if (secret.error().cause != Cause::absent) {
    log(LogLevel::error,
        "the service manager hands over " + std::string(name) + ": " + secret.error().text);
  }
  return "";
}

std::string token_from(const Settings& settings, const ServiceCredential& handed) {
  const Setting& row = *setting("EnrollmentToken");
  const std::string token =
      handed_secret(handed, "EnrollmentToken", static_cast<std::size_t>(row.high));
  if (token.empty()) return settings.text("EnrollmentToken");
  if (Done checked = valid(row, token); !checked) {
    log(LogLevel::error, checked.error().text + " (as the service manager hands it over)");
    return settings.text("EnrollmentToken");
  }
  return token;
}

void take_certificate(Introduction& introduction, const DeviceCertificate& found) {
  introduction.certificate = found.use;
  introduction.contact.trouble = found.choice.trouble;
  introduction.contact.certificate_text = found.choice.text;
  if (found.choice.certificate) {
    introduction.contact.issuer = found.choice.certificate->issuer;
    introduction.contact.valid_until = found.choice.certificate->valid_until;
  }
  if (found.use.certificate.empty()) {
    introduction.problem = Error{Cause::absent, found.choice.text};
  }
}

}  // namespace

Introduction introduction_from(const Settings& settings, const FindCertificate& find,
                               const ServiceCredential& handed, UtcTime now) {
  Introduction introduction;
  introduction.contact.mode = settings.text("EnrollmentMode");
  introduction.collector.url = settings.text("CollectorUrl");
  if (introduction.contact.mode == "token") {
    introduction.collector.token = token_from(settings, handed);
  }
  if (introduction.contact.mode != "certificate") return introduction;
  introduction.collector.by_certificate = true;
  const Result<CertificateSelector> selector =
      certificate_selector_from(settings.text("ClientCertificateSelector"));
  if (selector) {
    const std::string password =
        handed_secret(handed, "ClientCertificatePassword", longest_password);
    take_certificate(introduction, find(*selector, password, now));
  } else {
    take_certificate(introduction,
                     {{std::nullopt, CertificateTrouble::not_usable, selector.error().text}, {}});
  }
  return introduction;
}

}  // namespace wattlife
