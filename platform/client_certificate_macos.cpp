// SPDX-License-Identifier: EUPL-1.2
// The body of client_certificate.h on macOS: a file, or an identity of the Keychain by its label,
// which only libcurl over Secure Transport can use. Neither is looked at here: what is wrong with
// it is said when the connection is made, and when it expires is not known.
#include "platform/client_certificate.h"

namespace wattlife {

DeviceCertificate device_certificate(const CertificateSelector& selector,
                                     const std::string& password, UtcTime) {
  DeviceCertificate device;
  switch (selector.kind) {
    case CertificateSelector::Kind::keychain:
      device.use.certificate = selector.place;
      device.use.in_keychain = true;
      return device;
    case CertificateSelector::Kind::file: {
      const bool pkcs12 = selector.place.ends_with(".p12") || selector.place.ends_with(".pfx");
      device.use.certificate = selector.place;
      device.use.certificate_type = pkcs12 ? "P12" : "PEM";
      device.use.key = selector.key_path;
      device.use.key_type = selector.key_path.empty() ? "" : "PEM";
      device.use.password = password;
      return device;
    }
    case CertificateSelector::Kind::token:
    case CertificateSelector::Kind::store:
      break;
  }
  device.choice.trouble = CertificateTrouble::not_usable;
  device.choice.text =
      "ClientCertificateSelector: on macOS it is label=... for the Keychain, or the path of a PEM "
      "or PKCS#12 file";
  return device;
}

}  // namespace wattlife
