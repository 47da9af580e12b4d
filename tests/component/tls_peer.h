// A TLS server on loopback whose every session is handed to a function, with certificates as the
// test wants them: for what no server would do on purpose. One thread; connections are served one
// after the other.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "tests/component/probing.h"
#include "tests/component/raw_server.h"

struct ssl_ctx_st;
struct ssl_st;

namespace reinfer::tests {

struct TlsPeerCertificates {
  const char* common_name = "localhost";
  const char* alternative_names = "DNS:localhost";  // null: none, as before 2000
  int intermediates = 0;                            // between the root and the server's own
};

class TlsPeer {
 public:
  // Called after each handshake.
  using Serve = std::function<void(ssl_st* session, int socket)>;

  TlsPeer(const TlsPeerCertificates& certificates, Serve serve);
  ~TlsPeer();

  std::string base_url() const { return "https://localhost" + raw_->base_url().substr(16); }
  std::string ca_file() const { return folder_.path("ca.pem"); }
  int connections() const { return raw_->connections(); }

 private:
  void serve_connection(int socket);

  TemporaryFolder folder_;
  Serve serve_;
  struct FreeContext {
    void operator()(ssl_ctx_st* context) const;
  };
  std::unique_ptr<ssl_ctx_st, FreeContext> context_;
  std::unique_ptr<RawServer> raw_;  // last: its thread uses the others
};

// Reads up to the end of a request's head.
void read_request(ssl_st* session);
void send_text(ssl_st* session, const std::string& text);

}  // namespace reinfer::tests
