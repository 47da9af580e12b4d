// How many lookups of names may be under way. libcurl starts a thread for each, which lives on when
// the lookup is given up, for as long as the C library asks a name server that does not answer: 10
// s by default (resolv.conf(5)). So a host whose lookups were given up lately gets no further one
// while the process has many threads; others go on. CurlTransport asks before each start; one probe
// thread, while the threads that count are those of the whole process.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace reinfer::transport {

class LookupLimit {
 public:
  static constexpr std::size_t kThreadsMax = 192;

  // No address came within the time.
  void given_up(const std::string& host, base::MonoTime now);
  // Whether a lookup of the host may begin.
  bool allows(const std::string& host, base::MonoTime now);

 private:
  std::unordered_map<std::string, base::MonoTime> given_up_;  // when the host's last one was
};

}  // namespace reinfer::transport
