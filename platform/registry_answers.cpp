// SPDX-License-Identifier: EUPL-1.2
#include "platform/registry_answers.h"

#include <optional>
#include <utility>

#include "core/text.h"

namespace wattlife {
namespace {

// A list of lines, as long as one was found; else why one may be missing.
class Lines {
 public:
  void add(const std::string& line) { text_ += line + "\n"; }
  void missed(const Error& error) {
    if (error.cause != Cause::absent && !missed_) missed_ = error;
  }
  Result<std::string> answer() && {
    if (text_.empty() && missed_) return *std::move(missed_);
    return std::move(text_);
  }

 private:
  std::string text_;
  std::optional<Error> missed_;
};

}  // namespace

Result<std::string> enrolments_in(const RegistryAccess& access) {
  constexpr const char* key = R"(SOFTWARE\Microsoft\Enrollments)";
  Lines lines;
  const auto enrolments = access.keys(key);
  if (!enrolments) {
    lines.missed(enrolments.error());
    return std::move(lines).answer();
  }
  for (const std::string& one : *enrolments) {
    const auto provider = access.text(std::string(key) + "\\" + one, "ProviderID");
    if (provider) {
      lines.add(*provider);
    } else {
      lines.missed(provider.error());
    }
  }
  return std::move(lines).answer();
}

Result<std::string> entra_joins_in(const RegistryAccess& access) {
  const auto joins = access.keys(R"(SYSTEM\CurrentControlSet\Control\CloudDomainJoin\JoinInfo)");
  if (joins) return std::to_string(joins->size());
  if (joins.error().cause != Cause::absent) return joins.error();
  return std::string("0");
}

// A profile of Autopilot leaves the tenant that assigned it. Which one is not read out.
Result<std::string> autopilot_in(const RegistryAccess& access) {
  std::optional<Error> missed;
  for (const char* value : {"CloudAssignedTenantId", "CloudAssignedTenantDomain"}) {
    const auto tenant =
        access.text(R"(SOFTWARE\Microsoft\Provisioning\Diagnostics\Autopilot)", value);
    if (tenant && !trimmed(*tenant).empty()) return std::string("1");
    if (!tenant && tenant.error().cause != Cause::absent && !missed) missed = tenant.error();
  }
  if (missed) return *std::move(missed);
  return std::string("0");
}

Result<std::string> persistence_in(const RegistryAccess& access) {
  Lines lines;
  for (const char* service : {"rpcnet", "rpcnetp", "CtesHostSvc"}) {
    const std::string key = R"(SYSTEM\CurrentControlSet\Services\)" + std::string(service);
    const auto image = access.text(key, "ImagePath");
    if (image) {
      lines.add(service);
    } else {
      lines.missed(image.error());
    }
  }
  return std::move(lines).answer();
}

}  // namespace wattlife
