#include "proxy/upstream/http/network.h"

#include <gtest/gtest.h>

namespace pullgate::proxy {
namespace {

Network at(const char* address) {
  return network_of(boost::asio::ip::make_address(address));
}

TEST(Network, TellsTheInternetFromWhatIsInside) {
  for (const auto* address : {"140.82.112.33", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1",
                              "2001:200::1", "2001:4860:4860::8888", "3ffe::1", "168.63.129.17"})
    EXPECT_EQ(at(address), Network::kInternet) << address;
  for (const auto* address :
       {"127.0.0.1", "169.254.169.254", "10.1.2.3", "100.100.100.200", "0.0.0.0", "::", "::1", "fe80::1",
        "fd00:ec2::254", "::ffff:169.254.169.254", "64:ff9b::10.0.0.1", "2002:7f00:1::", "ff02::1", "168.63.129.16",
        "192.88.99.1", "2001::1", "2001:1ff::1", "2001:db8::1", "3fff:fff::1"})
    EXPECT_EQ(at(address), Network::kInternal) << address;
}

}  // namespace
}  // namespace pullgate::proxy
