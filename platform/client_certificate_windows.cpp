// SPDX-License-Identifier: EUPL-1.2
// The body of client_certificate.h on Windows: a certificate of the computer, named to Schannel by
// its thumbprint, so that its key may be one that never leaves the TPM; or a PKCS#12 file.
#include "platform/client_certificate.h"

#include "platform/certificate_store_windows.h"
#include "platform/wide_windows.h"

namespace wattlife {
namespace {

DeviceCertificate in_trouble(CertificateTrouble trouble, std::string text) {
  return {{std::nullopt, trouble, std::move(text)}, {}};
}

// A handle of either kind to the private key, or why there is none. Silent: nobody sits there.
std::optional<Error> key_problem(const CERT_CONTEXT& context) {
  HCRYPTPROV_OR_NCRYPT_KEY_HANDLE key = 0;
  DWORD kind = 0;
  BOOL ours = FALSE;
  constexpr DWORD flags =
      CRYPT_ACQUIRE_SILENT_FLAG | CRYPT_ACQUIRE_CACHE_FLAG | CRYPT_ACQUIRE_ALLOW_NCRYPT_KEY_FLAG;
  // Cached: the handle goes with the certificate.
  if (::CryptAcquireCertificatePrivateKey(&context, flags, nullptr, &key, &kind, &ours) != 0) {
    return std::nullopt;
  }
  const DWORD code = ::GetLastError();
  return Error{windows_cause(code), windows_reason(code)};
}

DeviceCertificate from_store(const CertificateSelector& selector, UtcTime now) {
  const Result<std::vector<StoreCertificate>> found = certificates_of_the_computer();
  if (!found) return in_trouble(CertificateTrouble::not_usable, found.error().text);
  std::vector<CertificateFacts> all;
  for (const StoreCertificate& one : *found) all.push_back(one.facts);
  DeviceCertificate device;
  device.choice = chosen_certificate(all, selector, now);
  if (!device.choice.certificate) return device;
  for (const StoreCertificate& one : *found) {
    if (one.facts != *device.choice.certificate) continue;
    if (const auto problem = key_problem(*one.context)) {
      const CertificateTrouble trouble = CertificateTrouble::key_unreadable;
      device.choice.trouble = trouble;
      device.choice.text = trouble_text(trouble, selector) + " (" + problem->text + ")";
      return device;
    }
  }
  device.use.certificate = "LocalMachine\\MY\\" + device.choice.certificate->thumbprint;
  return device;
}

}  // namespace

DeviceCertificate device_certificate(const CertificateSelector& selector,
                                     const std::string& password, UtcTime now) {
  switch (selector.kind) {
    case CertificateSelector::Kind::store:
      return from_store(selector, now);
    case CertificateSelector::Kind::file: {
      // Schannel opens it; what it thinks of it is said when the connection is made.
      DeviceCertificate device;
      device.use = {selector.place, "P12", "", "", password, false};
      return device;
    }
    case CertificateSelector::Kind::token:
    case CertificateSelector::Kind::keychain:
      break;
  }
  return in_trouble(CertificateTrouble::not_usable,
                    "ClientCertificateSelector: on Windows it is issuer=...;subject=..., "
                    "thumbprint=..., or the path of a PKCS#12 file");
}

}  // namespace wattlife
