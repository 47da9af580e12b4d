// The names that a web configuration may use, as Prometheus' exporter-toolkit has them, and what
// they mean here. Tables; used by web_config.cpp alone.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "http/web_config.h"

namespace reinfer::http {

struct Name {
  std::string_view given;
  std::string_view openssl;
};

// Those that Go calls secure (crypto/tls, CipherSuites), and the RSA ones that it did until 1.22.
// The three of TLS 1.3 cannot be chosen there either: they are always on.
inline constexpr std::array kCiphers = {
    Name{"TLS_AES_128_GCM_SHA256", ""},
    Name{"TLS_AES_256_GCM_SHA384", ""},
    Name{"TLS_CHACHA20_POLY1305_SHA256", ""},
    Name{"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"},
    Name{"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"},
    Name{"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"},
    Name{"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"},
    Name{"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"},
    Name{"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
    Name{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"},
    Name{"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"},
    Name{"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"},
    Name{"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"},
    Name{"TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA"},
    Name{"TLS_RSA_WITH_AES_256_CBC_SHA", "AES256-SHA"},
    Name{"TLS_RSA_WITH_AES_128_GCM_SHA256", "AES128-GCM-SHA256"},
    Name{"TLS_RSA_WITH_AES_256_GCM_SHA384", "AES256-GCM-SHA384"}};
inline constexpr std::array kCurves = {Name{"CurveP256", "P-256"}, Name{"CurveP384", "P-384"},
                                       Name{"CurveP521", "P-521"}, Name{"X25519", "X25519"}};

struct AuthName {
  std::string_view given;
  ClientAuth value;
};
inline constexpr std::array kClientAuths = {
    AuthName{"NoClientCert", ClientAuth::none}, AuthName{"RequestClientCert", ClientAuth::request},
    AuthName{"RequireAnyClientCert", ClientAuth::require_any},
    AuthName{"VerifyClientCertIfGiven", ClientAuth::verify_if_given},
    AuthName{"RequireAndVerifyClientCert", ClientAuth::require_and_verify},
    // The toolkit's former name of RequireAnyClientCert.
    AuthName{"RequireClientCert", ClientAuth::require_any}};

struct HeaderName {
  std::string_view name;
  std::vector<std::string_view> values;  // none: any
};
inline const std::array<HeaderName, 5>& header_names() {
  static const std::array<HeaderName, 5> names = {
      HeaderName{"Content-Security-Policy", {}}, HeaderName{"Strict-Transport-Security", {}},
      HeaderName{"X-Content-Type-Options", {"nosniff"}},
      HeaderName{"X-Frame-Options", {"deny", "sameorigin"}}, HeaderName{"X-XSS-Protection", {}}};
  return names;
}

}  // namespace reinfer::http
