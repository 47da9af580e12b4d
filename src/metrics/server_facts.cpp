#include "metrics/server_facts.h"

namespace reinfer::metrics {

std::string_view to_label(HttpRejection reason) {
  constexpr std::array<std::string_view, kHttpRejectionCount> kLabels = {"slow",
                                                                         "too_many_connections",
                                                                         "too_many_requests",
                                                                         "too_many_passwords",
                                                                         "rate_limit",
                                                                         "header_too_large",
                                                                         "body_too_large",
                                                                         "malformed",
                                                                         "unauthorized",
                                                                         "tls"};
  return kLabels.at(static_cast<std::size_t>(reason));
}

}  // namespace reinfer::metrics
