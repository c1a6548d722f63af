// SPDX-License-Identifier: EUPL-1.2
#include "platform/certificate_store_windows.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "core/text.h"
#include "platform/wide_windows.h"

namespace wattlife {
namespace {

struct CloseStore {
  void operator()(void* store) const { ::CertCloseStore(store, 0); }
};

std::string name_of(const CERT_CONTEXT& context, const CERT_NAME_BLOB& name) {
  CERT_NAME_BLOB copy = name;
  const DWORD length =
      ::CertNameToStrW(context.dwCertEncodingType, &copy,
                       CERT_X500_NAME_STR | CERT_NAME_STR_REVERSE_FLAG, nullptr, 0);
  std::wstring text(length, L'\0');
  const DWORD written =
      ::CertNameToStrW(context.dwCertEncodingType, &copy,
                       CERT_X500_NAME_STR | CERT_NAME_STR_REVERSE_FLAG, text.data(), length);
  text.resize(written == 0 ? 0 : written - 1);
  return narrow(text);
}

UtcTime utc_from(const FILETIME& time) {
  // In 100 ns since 1601.
  constexpr std::int64_t ms_to_1970 = 11'644'473'600'000;
  const std::uint64_t ticks = std::uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime;
  return UtcTime{Duration{static_cast<std::int64_t>(ticks / 10'000) - ms_to_1970}};
}

// Without a list of usages a certificate is for all of them.
bool is_for_clients(const CERT_CONTEXT& context) {
  DWORD size = 0;
  if (::CertGetEnhancedKeyUsage(&context, 0, nullptr, &size) == 0) return false;
  std::vector<std::uint64_t> memory(size / sizeof(std::uint64_t) + 1);  // aligned for pointers
  auto* usage = reinterpret_cast<CERT_ENHKEY_USAGE*>(memory.data());
  if (::CertGetEnhancedKeyUsage(&context, 0, usage, &size) == 0) return false;
  // Empty is "all" when the last error says that there was no list, and "none" otherwise.
  if (usage->cUsageIdentifier == 0)
    return ::GetLastError() == static_cast<DWORD>(CRYPT_E_NOT_FOUND);
  const std::span<LPSTR> usages(usage->rgpszUsageIdentifier, usage->cUsageIdentifier);
  return std::any_of(usages.begin(), usages.end(), [](const char* one) {
    return std::strcmp(one, szOID_PKIX_KP_CLIENT_AUTH) == 0;
  });
}

}  // namespace

CertificateFacts facts_of(const CERT_CONTEXT& context) {
  CertificateFacts facts;
  std::array<char, 20> digest{};
  DWORD size = static_cast<DWORD>(digest.size());
  if (::CertGetCertificateContextProperty(&context, CERT_SHA1_HASH_PROP_ID, digest.data(), &size) !=
      0) {
    facts.thumbprint = hex_from_bytes(std::string_view(digest.data(), size));
  }
  facts.subject = name_of(context, context.pCertInfo->Subject);
  facts.issuer = name_of(context, context.pCertInfo->Issuer);
  facts.valid_from = utc_from(context.pCertInfo->NotBefore);
  facts.valid_until = utc_from(context.pCertInfo->NotAfter);
  DWORD noted = 0;
  facts.has_key = ::CertGetCertificateContextProperty(&context, CERT_KEY_PROV_INFO_PROP_ID, nullptr,
                                                      &noted) != 0;
  facts.for_clients = is_for_clients(context);
  return facts;
}

Result<std::vector<StoreCertificate>> certificates_of_the_computer() {
  const std::unique_ptr<void, CloseStore> store(::CertOpenStore(
      CERT_STORE_PROV_SYSTEM_W, 0, 0,
      CERT_SYSTEM_STORE_LOCAL_MACHINE | CERT_STORE_READONLY_FLAG | CERT_STORE_OPEN_EXISTING_FLAG,
      L"MY"));
  if (!store) {
    const DWORD code = ::GetLastError();
    if (code == ERROR_FILE_NOT_FOUND) return std::vector<StoreCertificate>{};
    return Error{windows_cause(code),
                 "the certificates of the computer (LocalMachine\\MY) cannot be read: " +
                     windows_reason(code)};
  }
  std::vector<StoreCertificate> found;
  const CERT_CONTEXT* next = nullptr;
  // The call gives back the one it was given, so each is kept by a count of its own.
  while ((next = ::CertEnumCertificatesInStore(store.get(), next)) != nullptr) {
    found.push_back({facts_of(*next), CertificateContext(::CertDuplicateCertificateContext(next))});
  }
  return found;
}

}  // namespace wattlife
