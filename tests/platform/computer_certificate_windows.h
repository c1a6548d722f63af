// SPDX-License-Identifier: EUPL-1.2
// A certificate of a test with a key of its own in LocalMachine\MY, gone at the end of the test.
// Its key is the user's who runs the test: Wine 8 does not find one of the machine beside a
// certificate.
#pragma once

#include <gtest/gtest.h>
#include <windows.h>
//
#include <wincrypt.h>

#include <ctime>
#include <string>
#include <vector>

#include "platform/certificate_store_windows.h"
#include "platform/wide_windows.h"

namespace wattlife {

inline SYSTEMTIME in_days(int days) {
  SYSTEMTIME system{};
  FILETIME file{};
  ::GetSystemTimeAsFileTime(&file);
  ULARGE_INTEGER ticks{{file.dwLowDateTime, file.dwHighDateTime}};
  ticks.QuadPart += static_cast<ULONGLONG>(days * 864'000'000'000LL);
  file = {ticks.LowPart, ticks.HighPart};
  ::FileTimeToSystemTime(&file, &system);
  return system;
}

class ComputerCertificate {
 public:
  struct Wishes {
    int from_days = -1;
    int until_days = 30;
    const char* usage = szOID_PKIX_KP_CLIENT_AUTH;  // null: none is named
  };
  ComputerCertificate(const std::string& name, const Wishes& wishes) : container_(wide(name)) {
    remove();
    std::wstring container = container_;
    CRYPT_KEY_PROV_INFO key{};
    key.pwszContainerName = container.data();
    key.dwProvType = PROV_RSA_FULL;
    key.dwFlags = CRYPT_SILENT;
    key.dwKeySpec = AT_KEYEXCHANGE;
    HCRYPTPROV provider = 0;
    ::CryptAcquireContextW(&provider, container.data(), nullptr, PROV_RSA_FULL,
                           CRYPT_NEWKEYSET | CRYPT_SILENT);
    HCRYPTKEY made = 0;
    EXPECT_NE(::CryptGenKey(provider, AT_KEYEXCHANGE, 2048U << 16, &made), 0) << ::GetLastError();
    ::CryptDestroyKey(made);

    std::vector<BYTE> subject = encoded_name(L"CN=" + container_ + L" end, O=Voorbeeld");
    CERT_NAME_BLOB blob{static_cast<DWORD>(subject.size()), subject.data()};
    std::vector<BYTE> usage = encoded_usage(wishes.usage);
    CERT_EXTENSION extension{};
    char oid[] = szOID_ENHANCED_KEY_USAGE;
    extension.pszObjId = oid;
    extension.Value = {static_cast<DWORD>(usage.size()), usage.data()};
    CERT_EXTENSIONS extensions{wishes.usage == nullptr ? 0U : 1U, &extension};
    SYSTEMTIME from = in_days(wishes.from_days);
    SYSTEMTIME until = in_days(wishes.until_days);
    const CertificateContext certificate(::CertCreateSelfSignCertificate(
        provider, &blob, 0, &key, nullptr, &from, &until, &extensions));
    ::CryptReleaseContext(provider, 0);
    EXPECT_TRUE(certificate) << ::GetLastError();
    if (!certificate) return;
    HCERTSTORE store =
        ::CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, CERT_SYSTEM_STORE_LOCAL_MACHINE, L"MY");
    const CERT_CONTEXT* kept = nullptr;
    EXPECT_NE(::CertAddCertificateContextToStore(store, certificate.get(),
                                                 CERT_STORE_ADD_REPLACE_EXISTING, &kept),
              0);
    facts_ = facts_of(*certificate);
    ::CertFreeCertificateContext(kept);
    ::CertCloseStore(store, 0);  // only now it is written
  }
  ComputerCertificate(const ComputerCertificate&) = delete;
  ComputerCertificate& operator=(const ComputerCertificate&) = delete;
  ~ComputerCertificate() { remove(); }
  const CertificateFacts& facts() const { return facts_; }

 private:
  static std::string upper_case(std::string text) {
    for (char& c : text) {
      if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
  }
  // Also what a test left that did not come to its end.
  void remove() {
    HCERTSTORE store =
        ::CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, CERT_SYSTEM_STORE_LOCAL_MACHINE, L"MY");
    constexpr int most = 10;
    for (int i = 0; i < most; ++i) {
      const CERT_CONTEXT* found =
          ::CertFindCertificateInStore(store, X509_ASN_ENCODING, 0, CERT_FIND_SUBJECT_STR_W,
                                       (container_ + L" end").c_str(), nullptr);
      if (found == nullptr) break;
      const std::string thumbprint = facts_of(*found).thumbprint;
      ::CertDeleteCertificateFromStore(found);  // gives it back too
      // Wine 8 leaves it in the registry all the same.
      ::RegDeleteTreeW(HKEY_LOCAL_MACHINE,
                       (LR"(Software\Microsoft\SystemCertificates\MY\Certificates\)" +
                        wide(upper_case(thumbprint)))
                           .c_str());
    }
    ::CertCloseStore(store, 0);
    HCRYPTPROV gone = 0;
    ::CryptAcquireContextW(&gone, container_.c_str(), nullptr, PROV_RSA_FULL,
                           CRYPT_DELETEKEYSET | CRYPT_SILENT);
  }
  static std::vector<BYTE> encoded_name(const std::wstring& name) {
    DWORD size = 0;
    ::CertStrToNameW(X509_ASN_ENCODING, name.c_str(), CERT_X500_NAME_STR, nullptr, nullptr, &size,
                     nullptr);
    std::vector<BYTE> bytes(size);
    ::CertStrToNameW(X509_ASN_ENCODING, name.c_str(), CERT_X500_NAME_STR, nullptr, bytes.data(),
                     &size, nullptr);
    return bytes;
  }
  static std::vector<BYTE> encoded_usage(const char* usage) {
    if (usage == nullptr) return {};
    std::string text(usage);
    char* one = text.data();
    CERT_ENHKEY_USAGE all{1, &one};
    DWORD size = 0;
    ::CryptEncodeObject(X509_ASN_ENCODING, szOID_ENHANCED_KEY_USAGE, &all, nullptr, &size);
    std::vector<BYTE> bytes(size);
    ::CryptEncodeObject(X509_ASN_ENCODING, szOID_ENHANCED_KEY_USAGE, &all, bytes.data(), &size);
    return bytes;
  }

  std::wstring container_;
  CertificateFacts facts_;
};

}  // namespace wattlife
