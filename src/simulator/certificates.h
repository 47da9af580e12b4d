// A throw-away certificate authority with the server certificates a prober must tell apart. Made
// anew by each simulator, in memory; no private key is ever written to disk. Called once by
// Simulator::start(); the results are plain text, any thread. Not fit for anything but tests.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace reinfer::simulator {

enum class CertificateName { valid, expired, wrong_name };
inline constexpr std::array<CertificateName, 3> kCertificateNames = {
    CertificateName::valid, CertificateName::expired, CertificateName::wrong_name};

std::string_view to_text(CertificateName name);
std::optional<CertificateName> certificate_from_text(std::string_view text);

struct Certificate {
  std::string certificate_pem;
  std::string key_pem;
};

struct Certificates {
  std::string ca_pem;
  // Indexed by CertificateName. `valid` and `expired` name localhost, 127.0.0.1 and ::1;
  // `expired` ended yesterday; `wrong_name` names wrong-name.example only.
  std::array<Certificate, 3> leaves;
};

Certificates make_certificates();

}  // namespace reinfer::simulator
