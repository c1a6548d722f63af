// SPDX-License-Identifier: EUPL-1.2
#include "collector/peers.h"

#include <gtest/gtest.h>

namespace wattlife {
namespace {

const std::string one("\x0a\0\0\x01", 4);
const std::string two("\x0a\0\0\x02", 4);

TEST(Peers, each_address_has_its_share_and_gets_it_back) {
  Peers peers(2);
  EXPECT_TRUE(peers.take(one));
  EXPECT_TRUE(peers.take(one));
  EXPECT_FALSE(peers.take(one));
  EXPECT_TRUE(peers.take(two));
  peers.give_back(one);
  EXPECT_TRUE(peers.take(one));
  EXPECT_FALSE(peers.take(one));
  peers.give_back("never taken");
}

TEST(Peers, of_ipv6_the_network_counts) {
  Peers peers(1);
  std::string first(16, '\x20');
  std::string neighbour = first;
  neighbour.back() = '\x21';
  std::string elsewhere = first;
  elsewhere[7] = '\x21';
  EXPECT_TRUE(peers.take(first));
  EXPECT_FALSE(peers.take(neighbour));
  EXPECT_TRUE(peers.take(elsewhere));
}

TEST(Peers, a_unix_socket_is_never_counted) {
  Peers peers(1);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(peers.take(""));
}

TEST(Peers, ipv4_in_ipv6_is_ipv4) {
  EXPECT_EQ(plain_address(std::string(10, '\0') + "\xff\xff" + one), one);
  EXPECT_EQ(plain_address(one), one);
  EXPECT_EQ(plain_address(std::string(16, '\x01')), std::string(16, '\x01'));
}

}  // namespace
}  // namespace wattlife
