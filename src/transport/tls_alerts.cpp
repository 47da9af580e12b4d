#include "transport/tls_alerts.h"

#include <openssl/ssl.h>

namespace reinfer::transport {
namespace {

// The two values that we attach to an SSL object. Their numbers are given once for the process.
int alert_sink_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

int alert_id_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

}  // namespace

void TlsAlerts::watch(ssl_st* ssl, ProbeId id, const char* failure) {
  exchanges_.try_emplace(id, Exchange{failure, TlsAlert::none});
  SSL_set_ex_data(ssl, alert_sink_index(), this);
  // The id itself, in the place of an address.
  SSL_set_ex_data(ssl, alert_id_index(), reinterpret_cast<void*>(static_cast<std::uintptr_t>(id)));
  SSL_set_info_callback(ssl, &TlsAlerts::on_info);
}

void TlsAlerts::on_info(const ssl_st* ssl, int where, int alert) {
  if ((where & SSL_CB_ALERT) == 0 || (alert >> 8) != SSL3_AL_FATAL) return;
  auto& self = *static_cast<TlsAlerts*>(SSL_get_ex_data(ssl, alert_sink_index()));
  const auto id = reinterpret_cast<std::uintptr_t>(SSL_get_ex_data(ssl, alert_id_index()));
  const auto found = self.exchanges_.find(ProbeId{id});
  if (found == self.exchanges_.end()) return;
  Exchange& exchange = found->second;
  if (exchange.seen != TlsAlert::none) return;
  const bool received = (where & SSL_CB_READ) != 0;
  // The peer's alert counts more than an earlier note of libcurl, such as that a reset
  // connection has no address.
  if (!received && *exchange.failure != '\0') return;
  exchange.seen = received ? TlsAlert::received : TlsAlert::sent;
}

TlsAlert TlsAlerts::seen(ProbeId id) const {
  const auto found = exchanges_.find(id);
  return found == exchanges_.end() ? TlsAlert::none : found->second.seen;
}

}  // namespace reinfer::transport
