// SPDX-License-Identifier: EUPL-1.2
#include "platform/ip_address.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

TEST(IpAddress, text_is_read_whole_or_not_at_all) {
  for (const char* text : {"127.0.0.1", "::1", "2001:db8::1", "::ffff:10.0.0.1", "0.0.0.0"}) {
    EXPECT_TRUE(ip_address_from(text)) << text;
  }
  for (const char* text : {"", "localhost", "127.0.0.1 ", " 127.0.0.1", "127.1", "1.2.3.4.5",
                           "[::1]", "fe80::1%eth0", "127.0.0.1:443", "10.0.0.0/8"}) {
    EXPECT_FALSE(ip_address_from(text)) << text;
  }
  EXPECT_FALSE(ip_address_from(std::string_view("127.0.0.1\0x", 11)));
  EXPECT_FALSE(ip_address_from(std::string(5000, '1')));
  EXPECT_EQ(ip_address_from("10.0.0.1"), ip_address_from("::ffff:10.0.0.1"));
}

TEST(IpAddress, loopback_is_this_machine_only) {
  for (const char* text : {"127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_loopback(*ip_address_from(text))) << text;
  }
  for (const char* text :
       {"0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "::2", "::127.0.0.1", "7f00::1"}) {
    EXPECT_FALSE(is_loopback(*ip_address_from(text))) << text;
  }
}

TEST(IpAddress, networks) {
  struct Case {
    const char* network;
    const char* address;
    bool inside;
  };
  const Case cases[] = {
      {"10.1.0.0/16", "10.1.255.255", true},
      {"10.1.0.0/16", "10.2.0.0", false},
      {"10.1.0.0/16", "::ffff:10.1.0.9", true},
      {"10.1.2.3", "10.1.2.3", true},
      {"10.1.2.3", "10.1.2.4", false},
      {"10.1.2.0/23", "10.1.3.255", true},
      {"10.1.2.0/23", "10.1.4.0", false},
      {"2001:db8::/33", "2001:db8:7fff::1", true},
      {"2001:db8::/33", "2001:db8:8000::1", false},
      {"0.0.0.0/0", "192.0.2.1", true},
      {"0.0.0.0/0", "2001:db8::1", false},
      {"::/0", "192.0.2.1", true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.network) + " " + c.address);
    const auto network = ip_network_from(c.network);
    ASSERT_TRUE(network);
    EXPECT_EQ(contains(*network, *ip_address_from(c.address)), c.inside);
  }
  for (const char* text : {"10.1.2.3/16", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "/8",
                           "proxy", "10.0.0.0/8/8", "10.0.0.0/ 8"}) {
    EXPECT_FALSE(ip_network_from(text)) << text;
  }
}

}  // namespace
}  // namespace wattlife
