#include "transport/ca_stores.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "simulator/certificates.h"
#include "tests/component/probing.h"

namespace reinfer::tests::ca_stores_test {
namespace {

void put(const std::string& path, const std::string& text) {
  // A file of its own that takes the old one's place.
  std::ofstream(path + ".new") << text;
  std::filesystem::rename(path + ".new", path);
}

TEST_CASE("the certificates of a CA file are read once, and again when the file has changed") {
  const TemporaryFolder folder;
  const std::string path = folder.path("ca.pem");
  const simulator::Certificates certificates = simulator::make_certificates();
  put(path, certificates.ca_pem);
  transport::CaStores stores;
  const auto first = stores.find(path);
  REQUIRE(first.has_value());
  CHECK(stores.find(path) == first);
  const std::string other = folder.path("other.pem");
  put(other, certificates.ca_pem);
  // Two files in turn do not push each other out.
  REQUIRE(stores.find(other).has_value());
  CHECK(stores.find(path) == first);
  put(path, "no certificate\n");
  CHECK(stores.find(path).error() == path + " holds no certificate");
  put(path, certificates.ca_pem);
  CHECK(stores.find(path).has_value());
}

TEST_CASE("a CA file that cannot be read is named, also if it could be before") {
  const TemporaryFolder folder;
  const std::string path = folder.path("ca.pem");
  transport::CaStores stores;
  CHECK(stores.find(path).error() == path + " No such file or directory");
  put(path, simulator::make_certificates().ca_pem);
  CHECK(stores.find(path).has_value());
  std::filesystem::remove(path);
  CHECK_FALSE(stores.find(path).has_value());
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  CHECK(stores.find(path).error() == path + " is not a regular file");
}

TEST_CASE("each tenant trusts its own CA file only, probe after probe over one loop") {
  SimulatedTenant tenant;
  const TemporaryFolder folder;
  const std::string stranger = folder.path("ca.pem");
  put(stranger, simulator::make_certificates().ca_pem);
  const std::string url = tenant->base_url(simulator::PortKind::https);
  const std::string probe = "use = \"dataset\"\nproject = \"demo\"\ndataset = \"support\"";
  for (const char* connection : {"fresh", "reuse"}) {
    CAPTURE(connection);
    const std::string settings = std::string("connection = \"") + connection + "\"";
    std::string toml = to_toml({url, tenant.ca_file(), settings, probe});
    std::string other = to_toml({url, stranger, settings, probe});
    other.replace(other.find("name = \"t\""), 10, "name = \"u\"");
    Probing probing(toml + other);
    for (int turn = 0; turn < 3; ++turn) {
      CHECK(label(probing.probe(0)) == "ok");
      CHECK(label(probing.probe(1)) == "tls_error");
    }
  }
}

TEST_CASE("a CA file that is replaced holds from the next probe on") {
  SimulatedTenant tenant;
  const TemporaryFolder folder;
  const std::string path = folder.path("ca.pem");
  put(path, simulator::make_certificates().ca_pem);
  Probing probing(to_toml({tenant->base_url(simulator::PortKind::https), path}));
  CHECK(label(probing.probe()) == "tls_error");
  std::filesystem::remove(path);
  std::filesystem::copy(tenant.ca_file(), path);
  CHECK(label(probing.probe()) == "ok");
}

}  // namespace
}  // namespace reinfer::tests::ca_stores_test
