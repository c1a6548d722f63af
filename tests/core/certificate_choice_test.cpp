// SPDX-License-Identifier: EUPL-1.2
#include "core/certificate_choice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace wattlife {
namespace {

using std::chrono::days;
using Kind = CertificateSelector::Kind;
using Trouble = CertificateTrouble;

const UtcTime now = *utc_from_iso8601("2026-11-24T10:00:00Z");

CertificateFacts certificate(const std::string& digit, days until, days from = days(-30)) {
  CertificateFacts facts;
  facts.thumbprint = std::string(40, digit[0]);
  facts.subject = "CN=laptop-" + digit + ",O=Voorbeeld";
  facts.issuer = "CN=Voorbeeld Apparaten CA,O=Voorbeeld";
  facts.valid_from = now + from;
  facts.valid_until = now + until;
  facts.has_key = true;
  facts.for_clients = true;
  return facts;
}

CertificateSelector by_issuer(const std::string& issuer = "apparaten ca") {
  CertificateSelector selector;
  selector.kind = Kind::store;
  selector.issuer = issuer;
  return selector;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(CertificateSelector, EachFormIsReadAsWhatItIs) {
  const std::string forty(40, 'a');
  struct Case {
    const char* text;
    CertificateSelector want;
  };
  const Case cases[] = {
      {"/etc/pki/laptop.pem", {Kind::file, "/etc/pki/laptop.pem", "", "", "", ""}},
      {"  /etc/pki/laptop.p12 ", {Kind::file, "/etc/pki/laptop.p12", "", "", "", ""}},
      {"/a.pem;key=/b.key", {Kind::file, "/a.pem", "/b.key", "", "", ""}},
      {"C:\\certs\\laptop.pfx", {Kind::file, "C:\\certs\\laptop.pfx", "", "", "", ""}},
      {"pkcs11:token=A;object=B?pin-source=file:/p",
       {Kind::token, "pkcs11:token=A;object=B?pin-source=file:/p", "", "", "", ""}},
      {"issuer=CN=Voorbeeld CA, O=Voorbeeld",
       {Kind::store, "", "", "CN=Voorbeeld CA, O=Voorbeeld", "", ""}},
      {"Issuer = Voorbeeld CA ; Subject = laptop ;",
       {Kind::store, "", "", "Voorbeeld CA", "laptop", ""}},
      {"thumbprint=AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA",
       {Kind::store, "", "", "", "", forty}},
      // As the certificate window of Windows gives it when it is copied.
      {"thumbprint=\xE2\x80\x8E"
       "aa aa aa aa aa aa aa aa aa aa aa aa aa aa aa aa aa aa aa aa",
       {Kind::store, "", "", "", "", forty}},
      {"label=Wattlife laptop", {Kind::keychain, "Wattlife laptop", "", "", "", ""}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const auto selector = certificate_selector_from(c.text);
    ASSERT_TRUE(selector) << selector.error().text;
    EXPECT_EQ(*selector, c.want);
  }
}

TEST(CertificateSelector, WhatMakesNoSenseIsRefusedWithWhatThereIs) {
  const char* const cases[] = {"",
                               "   ",
                               "laptop.pem",
                               "~/laptop.pem",
                               "issuer=",
                               ";",
                               " ; ; ",
                               "issuer=A;issuer=B",
                               "serial=7",
                               "issuer",
                               "thumbprint=1234",
                               "thumbprint=zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
                               "label=",
                               "pkcs11:",
                               "/a.pem;key=b.key"};
  for (const char* text : cases) {
    SCOPED_TRACE(text);
    const auto selector = certificate_selector_from(text);
    ASSERT_FALSE(selector);
    EXPECT_EQ(selector.error().cause, Cause::malformed);
    EXPECT_TRUE(has(selector.error().text, "ClientCertificateSelector"));
    EXPECT_TRUE(has(selector.error().text, "it takes a path")) << selector.error().text;
  }
}

TEST(CertificateSelector, APinInASettingIsRefused) {
  for (const char* text : {"pkcs11:token=A?pin-value=1234", "PKCS11:token=A?PIN-VALUE=1234"}) {
    const auto selector = certificate_selector_from(text);
    ASSERT_FALSE(selector) << text;
    EXPECT_TRUE(has(selector.error().text, "pin-source"));
    EXPECT_FALSE(has(selector.error().text, "1234")) << "the PIN must not reach a log";
  }
}

struct Case {
  const char* name;
  std::vector<CertificateFacts> found;
  CertificateSelector selector;
  const char* chosen;  // first digit of the thumbprint; empty: none
  Trouble trouble;
};

std::vector<Case> cases() {
  CertificateFacts keyless = certificate("4", days(900));
  keyless.has_key = false;
  CertificateFacts server = certificate("5", days(900));
  server.for_clients = false;
  CertificateFacts other = certificate("6", days(900));
  other.issuer = "CN=Iemand anders";
  CertificateSelector this_one = by_issuer("");
  this_one.thumbprint = std::string(40, '1');
  CertificateSelector subject = by_issuer();
  subject.subject = "LAPTOP-2";
  const CertificateFacts old = certificate("0", days(-1), days(-400));
  const CertificateFacts older = certificate("9", days(-3), days(-400));
  const CertificateFacts future = certificate("7", days(300), days(1));
  const CertificateFacts one = certificate("1", days(10));
  const CertificateFacts two = certificate("2", days(80));
  return {
      {"a whole name, written with a space after the comma",
       {one},
       by_issuer("CN=Voorbeeld Apparaten CA, O=Voorbeeld"),
       "1",
       Trouble::none},
      {"none at all", {}, by_issuer(), "", Trouble::not_found},
      {"only another issuer's", {other}, by_issuer(), "", Trouble::not_found},
      {"one", {one}, by_issuer(), "1", Trouble::none},
      {"the renewed one beside the old one", {one, two}, by_issuer(), "2", Trouble::none},
      {"a later end without a key", {one, keyless}, by_issuer(), "1", Trouble::none},
      {"a later end that is for servers", {one, server}, by_issuer(), "1", Trouble::none},
      {"a later end of another issuer", {one, other}, by_issuer(), "1", Trouble::none},
      {"a later end that has not begun", {one, future}, by_issuer(), "1", Trouble::none},
      {"an expired one beside a good one", {old, one}, by_issuer(), "1", Trouble::none},
      {"by thumbprint, though another is better", {one, two}, this_one, "1", Trouble::none},
      {"by subject, in any case", {one, two}, subject, "2", Trouble::none},
      {"one that begins tomorrow", {future}, by_issuer(), "7", Trouble::not_yet_valid},
      {"expired ones only: the last one", {older, old}, by_issuer(), "0", Trouble::expired},
      {"expired before not begun", {future, old}, by_issuer(), "0", Trouble::expired},
      {"for servers only", {server}, by_issuer(), "", Trouble::not_for_clients},
      {"without a key only", {keyless}, by_issuer(), "", Trouble::no_key},
  };
}

TEST(ChosenCertificate, TheGoodOneThatLastsLongest) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    const CertificateChoice choice = chosen_certificate(c.found, c.selector, now);
    EXPECT_EQ(choice.certificate ? choice.certificate->thumbprint.substr(0, 1) : "", c.chosen);
    EXPECT_EQ(choice.trouble, c.trouble);
    EXPECT_EQ(choice.text.empty(), c.trouble == Trouble::none);
    EXPECT_EQ(choice.certificate.has_value(), can_be_shown(c.trouble));
  }
}

// A law: the system may list them in any order.
TEST(ChosenCertificate, TheOrderDoesNotMatter) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    std::vector<std::size_t> order(c.found.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const CertificateChoice want = chosen_certificate(c.found, c.selector, now);
    while (std::next_permutation(order.begin(), order.end())) {
      std::vector<CertificateFacts> other;
      for (const std::size_t index : order) other.push_back(c.found[index]);
      EXPECT_EQ(chosen_certificate(other, c.selector, now), want);
    }
  }
  // Two that differ in nothing but the number.
  const CertificateFacts a = certificate("a", days(5));
  const CertificateFacts b = certificate("b", days(5));
  EXPECT_EQ(chosen_certificate({a, b}, by_issuer(), now),
            chosen_certificate({b, a}, by_issuer(), now));
}

TEST(ChosenCertificate, ValidFromTheFirstToTheLastMoment) {
  const CertificateFacts one = certificate("1", days(10));
  const std::chrono::milliseconds moment(1);
  EXPECT_EQ(trouble_of(one, one.valid_from - moment), Trouble::not_yet_valid);
  EXPECT_EQ(trouble_of(one, one.valid_from), Trouble::none);
  EXPECT_EQ(trouble_of(one, one.valid_until), Trouble::none);
  EXPECT_EQ(trouble_of(one, one.valid_until + moment), Trouble::expired);
}

TEST(TroubleText, EachSaysWhatAndWhereAndWhatToDo) {
  const CertificateFacts one = certificate("1", days(-2), days(-100));
  struct Words {
    Trouble trouble;
    const char* what;
    const char* act;
  };
  const Words words[] = {
      {Trouble::expired, "expired on 2026-11-22", "device management must renew it"},
      {Trouble::not_yet_valid, "valid from 2026-08-16", "set the clock"},
      {Trouble::not_for_clients, "not for signing in", "Client Authentication"},
      {Trouble::no_key, "no private key", "deliver it with its key"},
      {Trouble::not_found, "no certificate", "ClientCertificateSelector"},
      {Trouble::key_unreadable, "may not be used by the agent", "right to read"},
      {Trouble::not_usable, "cannot be used", "issuer=apparaten ca"},
  };
  for (const Words& row : words) {
    const std::string text = trouble_text(row.trouble, by_issuer(), one);
    EXPECT_TRUE(has(text, row.what)) << text;
    EXPECT_TRUE(has(text, row.act)) << text;
    EXPECT_TRUE(has(text, "issuer=apparaten ca")) << text;
    EXPECT_FALSE(has(text, "laptop-1")) << "the name of the device is nobody's business: " << text;
    EXPECT_EQ(certificate_trouble_from(name_of(row.trouble)), row.trouble);
  }
  EXPECT_EQ(trouble_text(Trouble::none, by_issuer(), one), "");
  EXPECT_EQ(certificate_trouble_from("none"), Trouble::none);
  EXPECT_EQ(certificate_trouble_from("fine"), std::nullopt);
}

}  // namespace
}  // namespace wattlife
