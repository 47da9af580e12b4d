#include "http/rejection.h"

#include <array>

namespace reinfer::http {

std::string_view to_label(Rejection reason) {
  constexpr std::array<std::string_view, kRejectionCount> kLabels = {
      "slow",           "too_many_connections",
      "busy",           "too_many_passwords",
      "rate_limit",     "header_too_large",
      "body_too_large", "malformed",
      "unauthorized",   "tls"};
  return kLabels.at(static_cast<std::size_t>(reason));
}

}  // namespace reinfer::http
