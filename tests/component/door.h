// A server of ours with files that say who may ask, in a folder of its own, and routes to ask for.
// For component tests of access and limits. It counts like the real one.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "http/server.h"
#include "simulator/certificates.h"
#include "tests/component/http_client.h"
#include "tests/component/probing.h"

namespace reinfer::tests {

// Of "secret".
inline constexpr const char* kUsers =
    "basic_auth_users:\n  alice: $2b$04$aaaaaaaaaaaaaaaaaaaaaOGY9KrC7e/pHj3EXQPxs8hKEBbvQhsvG\n";
inline constexpr const char* kToken = "a-bearer-token-of-some-length";

inline void write(const std::string& path, const std::string& text) {
  // A file of its own that takes the old one's place, as every careful writer does.
  std::ofstream(path + ".new") << text;
  std::filesystem::rename(path + ".new", path);
}

// A server with the files of one folder, and what it counted.
class Door {
 public:
  explicit Door(const std::string& yaml, http::ServerLimits limits = {}, bool tokens = false)
      : limits_(limits) {
    write_certificates();
    write(folder.path("web.yml"), yaml);
    options.files.config = folder.path("web.yml");
    if (tokens) {
      write(folder.path("tokens"), std::string("# of the API\n") + kToken + "\n");
      options.files.tokens = folder.path("tokens");
    }
  }

  // What a former call made stays valid for the old connections only.
  void write_certificates() {
    certificates = simulator::make_certificates();
    write(folder.path("ca.pem"), certificates.ca_pem);
    for (const auto& [name, leaf] : {std::pair("web", 0U), {"old", 1U}, {"other", 2U}}) {
      write(folder.path(std::string(name) + ".crt"), certificates.leaves.at(leaf).certificate_pem);
      write(folder.path(std::string(name) + ".key"), certificates.leaves.at(leaf).key_pem);
    }
  }

  int open() {
    options.addresses = {{"127.0.0.1", 0}};
    options.limits = limits_;
    server = std::make_unique<http::Server>(options, routes(), server_instruments, log);
    port = server->bind().value();
    server->start();
    return port;
  }

  std::uint64_t rejected(http::Rejection reason) const {
    return server_instruments.rejections(reason);
  }

  // How many, once there are as many as that: a client may learn of its end before it is counted.
  std::uint64_t rejected(http::Rejection reason, std::uint64_t at_least) const {
    while (rejected(reason) < at_least)
      std::this_thread::yield();
    return rejected(reason);
  }

  // Waits until the files as they stand are in force, or known to be wrong.
  void await_reload(bool successful) const {
    while (server_instruments.web_reload_successful() != successful)
      std::this_thread::yield();
  }

  Fetch tls(const std::string& path = "/secret") const {
    return {.path = path, .ca_file = folder.path("ca.pem")};
  }

  TemporaryFolder folder;
  simulator::Certificates certificates;
  base::Log log = base::Log::silent();
  base::Instruments instruments;
  http::ServerInstruments server_instruments{instruments, "/metrics"};
  http::ServerOptions options;
  std::unique_ptr<http::Server> server;
  int port = 0;
  std::promise<void> gate;  // what /slow waits for
  std::atomic<int> waiting{0};
  std::atomic<int> left{0};  // whose /until-left has ended

 private:
  http::Routes routes() {
    const auto echo = [](const http::HttpRequest& request) {
      return http::HttpReply{200, http::kPlainText, request.client + " " + request.body, {}};
    };
    const std::shared_future<void> opened = gate.get_future().share();
    return {
        {"GET", "/-/healthy", http::RouteAccess::open, [](auto&) { return http::HttpReply{}; }},
        {"GET", "/secret", http::RouteAccess::users, echo},
        {"POST", "/echo", http::RouteAccess::users, echo},
        {"GET", "/large", http::RouteAccess::users,
         [](auto&) {
           return http::HttpReply{200, http::kPlainText, std::string(32 << 20, 'x'), {}};
         }},
        {"GET", "/framed", http::RouteAccess::users,
         [](auto&) {
           return http::HttpReply{200, http::kPlainText, "", {{"X-Frame-Options", "sameorigin"}}};
         }},
        {"GET", "/until-left", http::RouteAccess::users,
         [this](const http::HttpRequest& request) {
           ++waiting;
           while (!request.left.stop_requested())
             std::this_thread::yield();
           ++left;
           return http::HttpReply{200, http::kPlainText, "you have left", {}};
         }},
        {"GET", "/slow", http::RouteAccess::users, [this, opened](auto&) {
           ++waiting;
           opened.wait();
           return http::HttpReply{200, http::kPlainText, "at last", {}};
         }}};
  }

  http::ServerLimits limits_;
};

// A web configuration with the server's certificate, and `more` lines of the table.
inline std::string tls_config(const std::string& more = "") {
  return "tls_server_config:\n  cert_file: web.crt\n  key_file: web.key\n" + more;
}

}  // namespace reinfer::tests
