// SPDX-License-Identifier: EUPL-1.2
#include "agent/own_certificate.h"

#include <gtest/gtest.h>

#include <map>

namespace wattlife {
namespace {

const UtcTime now = *utc_from_iso8601("2026-11-24T10:00:00Z");

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Settings settings_of(const std::map<std::string, std::string>& values) {
  return Settings::from([&](std::string_view path) -> Result<std::string> {
    for (const auto& [key, value] : values) {
      if (path == "policy/" + key) return value;
    }
    return Error{Cause::absent, std::string(path)};
  });
}

// A system with one good certificate, and what it was asked.
struct World {
  std::map<std::string, Result<std::string>, std::less<>> handed;
  DeviceCertificate certificate;
  CertificateSelector asked;
  std::string password;
  int looks = 0;

  World() {
    CertificateFacts facts;
    facts.subject = "CN=laptop-1";
    facts.issuer = "CN=Voorbeeld CA";
    facts.valid_until = now + std::chrono::days(60);
    certificate.choice.certificate = facts;
    certificate.use.certificate = "/laptop.pem";
  }
  Introduction introduce(const std::map<std::string, std::string>& values) {
    return introduction_from(
        settings_of(values),
        [this](const CertificateSelector& selector, const std::string& with, UtcTime) {
          ++looks;
          asked = selector;
          password = with;
          return certificate;
        },
        [this](std::string_view name, std::size_t) -> Result<std::string> {
          const auto found = handed.find(name);
          if (found == handed.end()) return Error{Cause::absent, "none"};
          return found->second;
        },
        now);
  }
};

const std::map<std::string, std::string> by_certificate = {
    {"CollectorUrl", "https://c.example"},
    {"EnrollmentMode", "certificate"},
    {"EnrollmentToken", "token-of-settings"},
    {"ClientCertificateSelector", "/laptop.pem"}};

TEST(Introduction, ACertificateNeedsNoTokenAndSendsNone) {
  World world;
  const Introduction made = world.introduce(by_certificate);
  EXPECT_TRUE(made.collector.by_certificate);
  EXPECT_TRUE(made.collector.can_enrol());
  EXPECT_EQ(made.collector.token, "");
  EXPECT_EQ(made.certificate.certificate, "/laptop.pem");
  EXPECT_EQ(world.asked.place, "/laptop.pem");
  EXPECT_FALSE(made.problem);
  EXPECT_EQ(made.contact.mode, "certificate");
  EXPECT_EQ(made.contact.issuer, "CN=Voorbeeld CA");
  EXPECT_EQ(made.contact.valid_until, now + std::chrono::days(60));
  EXPECT_FALSE(has(contact_text(made.contact), "laptop-1")) << "no name of the device";
}

TEST(Introduction, ATokenNeedsNoCertificateAndShowsNone) {
  World world;
  auto values = by_certificate;
  values["EnrollmentMode"] = "token";
  const Introduction made = world.introduce(values);
  EXPECT_EQ(made.collector.token, "token-of-settings");
  EXPECT_FALSE(made.collector.by_certificate);
  EXPECT_EQ(made.certificate, ClientCertificate());
  EXPECT_EQ(world.looks, 0);
  values["EnrollmentMode"] = "none";
  const Introduction none = world.introduce(values);
  EXPECT_FALSE(none.collector.can_enrol());
  EXPECT_EQ(world.looks, 0);
}

TEST(Introduction, WithoutItsCertificateItDoesNotConnect) {
  World world;
  world.certificate = {};
  world.certificate.choice = {std::nullopt, CertificateTrouble::not_found, "there is none"};
  const Introduction missing = world.introduce(by_certificate);
  ASSERT_TRUE(missing.problem);
  EXPECT_EQ(missing.problem->text, "there is none");
  EXPECT_EQ(missing.contact.trouble, CertificateTrouble::not_found);

  auto values = by_certificate;
  for (const char* selector : {"", "laptop", "pkcs11:a?pin-value=1"}) {
    values["ClientCertificateSelector"] = selector;
    const Introduction wrong = world.introduce(values);
    ASSERT_TRUE(wrong.problem) << selector;
    EXPECT_TRUE(has(wrong.problem->text, "ClientCertificateSelector"));
    EXPECT_EQ(wrong.contact.trouble, CertificateTrouble::not_usable);
    EXPECT_EQ(wrong.certificate, ClientCertificate());
  }
  EXPECT_EQ(world.looks, 1) << "a selector that makes no sense leads nowhere";
}

TEST(Introduction, AnExpiredOneIsShownAndTold) {
  World world;
  world.certificate.choice.trouble = CertificateTrouble::expired;
  world.certificate.choice.text = "it expired";
  const Introduction made = world.introduce(by_certificate);
  EXPECT_FALSE(made.problem) << "the collector says what it makes of it";
  EXPECT_EQ(made.contact.trouble, CertificateTrouble::expired);
  EXPECT_EQ(made.contact.certificate_text, "it expired");
}

TEST(Introduction, WhatTheServiceManagerHandsOverCountsFirst) {
  World world;
  auto values = by_certificate;
  values["EnrollmentMode"] = "token";
  world.handed.emplace("EnrollmentToken", std::string("token-handed-over"));
  EXPECT_EQ(world.introduce(values).collector.token, "token-handed-over");
  values.erase("EnrollmentToken");
  EXPECT_EQ(world.introduce(values).collector.token, "token-handed-over");
  world.handed.emplace("ClientCertificatePassword", std::string("geheim"));
  world.introduce(by_certificate);
  EXPECT_EQ(world.password, "geheim");
  // What cannot be used leaves the settings in force.
  for (Result<std::string> bad : {Result<std::string>(Error{Cause::denied, "no"}),
                                  Result<std::string>(std::string("a\tb"))}) {
    world.handed.insert_or_assign("EnrollmentToken", bad);
    values["EnrollmentToken"] = "token-of-settings";
    EXPECT_EQ(world.introduce(values).collector.token, "token-of-settings");
  }
}

}  // namespace
}  // namespace wattlife
