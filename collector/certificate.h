// SPDX-License-Identifier: EUPL-1.2
// A private certificate authority and a server certificate, for a demonstration and for a first try
// on one machine. An organisation uses certificates of its own; the collector runs no authority.
#pragma once

#include <string>

#include "core/result.h"
#include "core/time.h"

namespace wattlife {

// Names of the files in the folder.
struct CertificateFiles {
  std::string authority;    // ca.pem: what a device or browser is told to trust
  std::string certificate;  // server.pem
  std::string key;          // server.key
};
CertificateFiles certificate_files(const std::string& folder);

// Makes ca.pem, server.pem and server.key (all mode 0600, ECDSA P-256) in `folder`, which is made
// when it is not there. The server certificate is for localhost, 127.0.0.1 and ::1 and is valid for
// a year from `now`. The authority's own key is thrown away when this returns, so nobody can make
// a second certificate with it. Nothing is ever overwritten.
// Errors: denied (one of the files is already there, or the folder cannot be written), io.
Done make_certificates(const std::string& folder, UtcTime now);

}  // namespace wattlife
