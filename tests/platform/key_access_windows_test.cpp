// SPDX-License-Identifier: EUPL-1.2
// Who may use a key, as far as it can be tried without a Windows: the descriptor that is made, a
// key of an older provider (CSP) that gets its reader, and what is said when there is no agent.
// Keys of CNG, which Wine 8 does not keep, and of a TPM are not proven by this.
#include "platform/key_access_windows.h"

#include <gtest/gtest.h>
#include <sddl.h>

#include "platform/key_access.h"
#include "platform/process.h"
#include "platform/rights_windows.h"
#include "tests/platform/computer_certificate_windows.h"

namespace wattlife {
namespace {

// A service as Windows names one.
constexpr const wchar_t* service = L"S-1-5-80-1-2-3-4-5";

std::string descriptor_of(const wchar_t* words) {
  PSECURITY_DESCRIPTOR made = nullptr;
  ULONG size = 0;
  EXPECT_NE(
      ::ConvertStringSecurityDescriptorToSecurityDescriptorW(words, SDDL_REVISION_1, &made, &size),
      0);
  const Local<void> owned(made);
  return {static_cast<const char*>(made), size};
}

// With a list that is null, which is everything to everybody.
std::string open_to_everybody() {
  SECURITY_DESCRIPTOR whole{};
  ::InitializeSecurityDescriptor(&whole, SECURITY_DESCRIPTOR_REVISION);
  ::SetSecurityDescriptorDacl(&whole, TRUE, nullptr, FALSE);
  DWORD size = 0;
  ::MakeSelfRelativeSD(&whole, nullptr, &size);
  std::string bytes(size, '\0');
  EXPECT_NE(::MakeSelfRelativeSD(&whole, bytes.data(), &size), 0);
  return bytes;
}

std::string sid_of(const wchar_t* words) {
  PSID made = nullptr;
  EXPECT_NE(::ConvertStringSidToSidW(words, &made), 0);
  const Local<void> owned(made);
  return {static_cast<const char*>(made), ::GetLengthSid(made)};
}

std::string words_of(std::string descriptor) {
  LPWSTR words = nullptr;
  EXPECT_NE(::ConvertSecurityDescriptorToStringSecurityDescriptorW(
                descriptor.data(), SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &words, nullptr),
            0);
  const Local<wchar_t> owned(words);
  return narrow(words);
}

TEST(KeyAccessWindows, TheDescriptorOfAKeyGetsOneReaderMore) {
  const std::string sid = sid_of(service);
  const std::string before = descriptor_of(L"D:P(A;;GAGR;;;SY)(A;;GAGR;;;BA)");
  const Result<std::string> after = descriptor_with_reader(before, sid);
  ASSERT_TRUE(after) << after.error().text;
  const std::string words = words_of(*after);
  EXPECT_EQ(words, words_of(before) + "(A;;FR;;;S-1-5-80-1-2-3-4-5)");
  EXPECT_TRUE(words.starts_with("D:P")) << "still protected from what is above: " << words;
  const Result<std::string> again = descriptor_with_reader(*after, sid);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, "") << "nothing to change";
}

TEST(KeyAccessWindows, WhoForbidsItIsObeyedAndWhoAllowsEverybodyIsLeftAlone) {
  const std::string sid = sid_of(service);
  const Result<std::string> denied =
      descriptor_with_reader(descriptor_of(L"D:(D;;FR;;;S-1-5-80-1-2-3-4-5)(A;;FA;;;SY)"), sid);
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().cause, Cause::denied);
  const Result<std::string> open = descriptor_with_reader(open_to_everybody(), sid);
  ASSERT_TRUE(open) << open.error().text;
  EXPECT_EQ(*open, "");
}

CertificateSelector by_subject(const std::string& subject) {
  CertificateSelector selector;
  selector.kind = CertificateSelector::Kind::store;
  selector.subject = subject;
  return selector;
}

TEST(KeyAccessWindows, WithoutACertificateThereIsNothingToGive) {
  const Result<bool> none = let_agent_use_key(by_subject("no such laptop"), now().utc);
  ASSERT_TRUE(none) << none.error().text;
  EXPECT_FALSE(*none);
  CertificateSelector file;
  file.place = "C:\\laptop.pfx";
  const Result<bool> of_a_file = let_agent_use_key(file, now().utc);
  ASSERT_TRUE(of_a_file);
  EXPECT_FALSE(*of_a_file);
}

TEST(KeyAccessWindows, WithoutTheServiceOfTheAgentItSaysSo) {
  const ComputerCertificate made("Wattlife test key", {});
  const Result<bool> given = let_agent_use_key(by_subject("Wattlife test key"), now().utc);
  ASSERT_FALSE(given) << "is the agent installed where this test runs?";
  EXPECT_EQ(given.error().cause, Cause::absent) << given.error().text;
  EXPECT_NE(given.error().text.find("NT SERVICE\\WattlifeAgent"), std::string::npos);
}

TEST(KeyAccessWindows, AKeyGetsItsReaderOnce) {
  const ComputerCertificate made("Wattlife test reader", {});
  const Result<std::vector<StoreCertificate>> all = certificates_of_the_computer();
  ASSERT_TRUE(all);
  for (const StoreCertificate& one : *all) {
    if (one.facts.thumbprint != made.facts().thumbprint) continue;
    const Result<bool> given = let_account_use_key_of(*one.context, sid_of(service));
    ASSERT_TRUE(given) << given.error().text;
    EXPECT_TRUE(*given);
    const Result<bool> again = let_account_use_key_of(*one.context, sid_of(service));
    ASSERT_TRUE(again);
    EXPECT_FALSE(*again) << "a second time changes nothing";
    return;
  }
  FAIL() << "the certificate of this test is not in the store";
}

}  // namespace
}  // namespace wattlife
