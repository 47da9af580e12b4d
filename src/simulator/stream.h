// One accepted connection as a byte stream, plain or under TLS. Every wait ends at its deadline, at
// the peer's end, or when the simulator stops. Owned by the connection's thread alone. It knows
// nothing of HTTP; tls_context is the only other file that sees OpenSSL's TLS side.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/clock.h"
#include "base/descriptor.h"
#include "simulator/stop_signal.h"

struct ssl_st;
struct ssl_ctx_st;

namespace reinfer::simulator {

enum class StreamStatus { ok, closed, timed_out, stopped };

class Stream {
 public:
  // `stop` outlives the stream. The socket must be non-blocking.
  Stream(base::Descriptor socket, const StopSignal& stop);
  ~Stream();

  StreamStatus start_tls(ssl_ctx_st* context, base::MonoTime deadline);

  struct ReadResult {
    StreamStatus status;
    std::size_t bytes;  // > 0 exactly when ok
  };
  ReadResult read(char* to, std::size_t size, base::MonoTime deadline);

  // All of it, or the reason why not.
  StreamStatus write(std::string_view bytes, base::MonoTime deadline);

  // ok when `until` has come with the peer still there.
  StreamStatus pause_until(base::MonoTime until);

  // Sends nothing and discards input until the peer closes or the simulator stops.
  void hold();

  // An orderly end: close_notify and FIN, then input is read for a moment, because closing with
  // unread input would send RST, which could destroy our last reply on its way.
  void finish();

  // RST instead of FIN.
  void reset();

 private:
  struct Free {
    void operator()(ssl_st* ssl) const;
  };

  StreamStatus wait(short events, base::MonoTime deadline);
  // Runs an OpenSSL call until it is done; `result` is its return value.
  template <class Call>
  StreamStatus run_tls(base::MonoTime deadline, int& result, Call call);

  base::Descriptor socket_;
  const StopSignal& stop_;
  std::unique_ptr<ssl_st, Free> ssl_;
};

}  // namespace reinfer::simulator
