// An HTTP/2 server on loopback that speaks TLS and the few frames that a test writes by itself
// (RFC 9113): for what no HTTP server would do on purpose. One thread; connections are served one
// after the other.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tests/component/probing.h"
#include "tests/component/raw_server.h"

struct ssl_ctx_st;
struct ssl_st;

namespace reinfer::tests {

enum class H2Frame : std::uint8_t {
  data = 0,
  headers = 1,
  rst_stream = 3,
  settings = 4,
  goaway = 7
};
inline constexpr std::uint8_t kAck = 1;
inline constexpr std::uint8_t kEndStream = 1;
inline constexpr std::uint8_t kEndHeaders = 4;
// Error codes in a frame's payload.
inline constexpr std::string_view kRefusedStream("\0\0\0\x07", 4);
// Indexed header field ":status: 200" of HPACK's static table (RFC 7541 appendix A).
inline constexpr std::string_view kStatus200 = "\x88";

class H2Server {
 public:
  class Stream {
   public:
    Stream(ssl_st* session, std::uint32_t id) : session_(session), id_(id) {}
    // False once the peer has closed.
    bool send(H2Frame type, std::uint8_t flags, std::string_view payload) const;
    // So many frames without payload, at once; settings are the connection's own.
    bool send_many(H2Frame type, int number) const;
    // On stream 0, the connection's own.
    bool send_to_connection(H2Frame type, std::string_view payload) const;
    std::uint32_t id() const { return id_; }

   private:
    ssl_st* session_;
    std::uint32_t id_;
  };
  using Serve = std::function<void(const Stream&)>;

  // `serve` is called for each request, once its HEADERS and the
  // acknowledgement of the settings have come.
  explicit H2Server(Serve serve);
  ~H2Server();

  std::string base_url() const { return "https://localhost" + raw_->base_url().substr(16); }
  std::string ca_file() const { return folder_.path("ca.pem"); }
  int connections() const { return raw_->connections(); }
  int requests() const { return requests_; }

 private:
  void serve_connection(int socket);

  TemporaryFolder folder_;
  Serve serve_;
  std::atomic<int> requests_{0};
  struct FreeContext {
    void operator()(ssl_ctx_st* context) const;
  };
  std::unique_ptr<ssl_ctx_st, FreeContext> context_;
  std::unique_ptr<RawServer> raw_;  // last: its thread uses the others
};

}  // namespace reinfer::tests
