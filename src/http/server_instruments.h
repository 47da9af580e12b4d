// The instruments of the HTTP side: requests by route and code, rejections by reason, connections,
// and the state of the web configuration. Made by the App; the parts of the server count with it
// where things happen. Any thread, but for set_web_reload(). It holds handles, and no figures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/instruments.h"
#include "http/rejection.h"

namespace reinfer::http {

class ServerInstruments {
 public:
  // Registers in `instruments`, which outlives this. Scrapes of `telemetry_path` are counted from
  // 0, before the first one comes.
  ServerInstruments(base::Instruments& instruments, std::string_view telemetry_path);

  // `path`: the pattern of a route, or "other"; never text of a client.
  void count_request(std::string_view path, int status);
  void count_rejection(Rejection reason);
  void set_connections(std::size_t connections);
  // Once for each attempt to load the web configuration, by one thread at a time. The expiry is
  // absent without TLS.
  void set_web_reload(bool successful, std::optional<base::WallTime> certificate_expiry);

  std::uint64_t rejections(Rejection reason) const;
  std::size_t connections() const;
  // Absent before the first set_web_reload().
  std::optional<bool> web_reload_successful() const;
  bool has_web_certificate_expiry() const;

 private:
  base::CounterFamily requests_;
  std::vector<base::Counter> rejections_;  // by Rejection
  base::Gauge connections_;
  base::OptionalGauge web_reload_successful_;
  base::OptionalGauge web_certificate_expiry_;
};

}  // namespace reinfer::http
