// SPDX-License-Identifier: EUPL-1.2
#include "collector/device_settings.h"

#include <gtest/gtest.h>

#include "collector/collector_settings.h"

namespace wattlife {
namespace {

const std::string good =
    "[certificates.werkplek]\n"
    "issuer = \"CN=Werkplek CA,O=Ministerie\"\n"
    "organisation = \"00000001003214345000\"\n";

TEST(DeviceSettings, rules_of_certificates) {
  const auto read = collector_settings_from(
      "[certificates]\nkey_file = \"keys/device.key\"\n" + good +
          "subject_oin = \"00000001003214345000\"\nconfirms = true\n"
          "[certificates.andere]\nissuer = \"CN=Other\"\nsubject = \"CN=*,OU=Laptop\"\n"
          "organisation = \"00000004000000062000\"\n",
      "/etc/w/collector.toml");
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->sign_in.way, SignInWay::open);  // certificates of devices sign nobody in
  const DeviceSettings& devices = read->devices;
  EXPECT_EQ(devices.key_file, "/etc/w/keys/device.key");
  ASSERT_EQ(devices.certificates.size(), 2u);
  EXPECT_EQ(devices.certificates[1],
            (CertificateRule{"werkplek", "CN=Werkplek CA,O=Ministerie", "00000001003214345000", "",
                             "", "00000001003214345000", true}));
  EXPECT_EQ(devices.certificates[0].subject, "CN=*,OU=Laptop");
  EXPECT_FALSE(devices.certificates[0].confirms);
}

TEST(DeviceSettings, none_is_token_mode_only) {
  const auto read = collector_settings_from("", "/etc/w/collector.toml");
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->devices.certificates.empty());
}

TEST(DeviceSettings, beside_sign_in_both_are_read) {
  const auto read = collector_settings_from(
      "[sign_in]\nway = \"local\"\n" + good + "subject = \"*\"\n", "/etc/w/collector.toml");
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->sign_in.way, SignInWay::local);
  EXPECT_EQ(read->devices.certificates.size(), 1u);
}

TEST(DeviceSettings, what_was_forgotten_or_mistyped_is_said) {
  struct Case {
    std::string text;
    const char* says;
  };
  const Case cases[] = {
      {good, "certificates.werkplek.give subject_oin"},
      {"[certificates.a]\norganisation = \"00000001003214345000\"\nsubject = \"*\"\n", "issuer"},
      {"[certificates.a]\nissuer = \"CN=x\"\norganisation = \"1\"\nsubject = \"*\"\n", "20 digits"},
      {"[certificates.a]\nissuer = \"CN=x\"\nsubject = \"*\"\n", "organisation"},
      {good + "subject_oin = \"12\"\n", "subject_oin"},
      {good + "subject = \"*\"\nconfirm = true\n", "certificates.werkplek.confirm: this setting"},
      {good + "subject = \"*\"\nconfirms = \"yes\"\n", "confirms: is true or false"},
      {"[certificates]\nkey = \"x\"\n" + good + "subject = \"*\"\n", "certificates.key"},
      {"[certificates]\nkey_file = \"x\"\n", "no certificate is accepted"},
      {"[certificate.a]\nissuer = \"CN=x\"\n", ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const auto read = collector_settings_from(c.text, "c.toml");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().cause, Cause::malformed);
    EXPECT_NE(read.error().text.find(c.says), std::string::npos) << read.error().text;
  }
}

}  // namespace
}  // namespace wattlife
