// One connection of the truth server: HTTP/1.1 requests in, one small reply each out, over TCP or
// TLS. It does the reading, the cipher and the writing, and knows from the kernel when each request
// had arrived and each reply left; how long a request is held is for its owner to say.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/descriptor.h"
#include "socket_stamps.h"

struct bio_st;
struct ssl_ctx_st;
struct ssl_st;

namespace reinfer::bench {

// One request and its reply. Stamps are absent where the kernel had none.
struct TruthRecord {
  std::string id;  // of the header x-request-id, or of `id=` in the request line
  bool tls = false;
  unsigned number = 0;  // on its connection, from 1
  std::uint16_t client_port = 0;
  std::uint32_t request_end = 0;  // bytes of the stream up to the request's last
  std::uint32_t reply_end = 0;    // bytes of the stream up to the reply's last
  std::optional<WallNanoseconds> arrival;
  std::optional<WallNanoseconds> departure;
};

class TruthConnection {
 public:
  // `tls`: null for plain HTTP.
  TruthConnection(base::Descriptor socket, std::uint16_t client_port, ssl_ctx_st* tls);
  ~TruthConnection();
  TruthConnection(const TruthConnection&) = delete;
  TruthConnection& operator=(const TruthConnection&) = delete;

  enum class State : std::uint8_t { waiting, asked, over };
  // Reads what has come. `asked`: a request is complete and has no reply yet.
  State on_readable();
  // Sends the reply.
  State answer();
  // Takes what the kernel reports about replies that have left; a finished record, if that was all
  // it waited for.
  std::optional<TruthRecord> take_finished();

 private:
  struct FreeTls {
    void operator()(ssl_st* tls) const;
  };

  bool take_bytes(const char* bytes, std::size_t count);
  bool decipher();
  bool flush_cipher();
  bool send_all(const char* bytes, std::size_t count);
  void begin_record();

  base::Descriptor socket_;
  const std::uint16_t client_port_;
  std::unique_ptr<ssl_st, FreeTls> tls_;
  bio_st* in_ = nullptr;   // owned by tls_
  bio_st* out_ = nullptr;  // owned by tls_

  std::string text_;  // of the request under way
  std::optional<WallNanoseconds> last_arrival_;
  std::uint32_t bytes_in_ = 0;
  std::uint32_t bytes_out_ = 0;
  unsigned requests_ = 0;
  bool close_after_ = false;
  bool asked_ = false;
  std::optional<TruthRecord> record_;
  bool answered_ = false;
};

}  // namespace reinfer::bench
