// A client of our own server for component tests: httplib::Client for what a good client does, a
// bare socket for what none would. Loopback only; each call waits for its reply.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace reinfer::tests {

struct Page {
  int error = 0;  // an httplib::Error, 0: none
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

struct Fetch {
  std::string path = "/";
  const char* encoding = nullptr;
  std::string ca_file = {};  // set: over TLS
  std::string certificate = {};
  std::string key = {};
  std::string user_password = {};
  std::vector<std::string> headers = {};
  int tls_version = 0;       // of OpenSSL: TLS1_2_VERSION, ...; 0: any
  std::string ciphers = {};  // of TLS 1.2
  std::string curves = {};
  std::string body = {};  // set: POST
};

Page fetch(int port, const Fetch& what);

// A connected socket, closed with the value. Nothing waits for ever: a read that gets nothing for
// half a minute ends the conversation.
class RawClient {
 public:
  explicit RawClient(int port, const char* from = nullptr);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(const std::string& bytes) const;
  // No more will be sent.
  void finish() const;
  // All until the server closes.
  std::string read_to_end() const;
  // The next so many bytes, fewer if the server closes before.
  std::string read_some(std::size_t bytes_max) const;
  // At least up to `text`, or to the end.
  std::string read_until(const std::string& text) const;
  // Whether the server has closed.
  bool closed() const;

 private:
  int socket_;
};

}  // namespace reinfer::tests
