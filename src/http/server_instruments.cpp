#include "http/server_instruments.h"

namespace reinfer::http {
namespace {

std::vector<std::string_view> rejection_labels() {
  std::vector<std::string_view> labels;
  for (std::size_t i = 0; i < kRejectionCount; ++i)
    labels.push_back(to_label(static_cast<Rejection>(i)));
  return labels;
}

}  // namespace

ServerInstruments::ServerInstruments(base::Instruments& instruments,
                                     std::string_view telemetry_path)
    : requests_(instruments.counters("reinfer_exporter_http_requests_total",
                                     "HTTP requests answered, by path and status code.",
                                     {"path", "code"})),
      rejections_(instruments.counters_by("reinfer_exporter_http_rejected_total",
                                          "Clients turned away or cut off, by reason.", "reason",
                                          rejection_labels())),
      connections_(instruments.gauge("reinfer_exporter_http_connections",
                                     "Clients connected at this moment.")),
      web_reload_successful_(instruments.optional_gauge(
          "reinfer_exporter_web_config_last_reload_successful",
          "1 if the files that say who may ask are in force as they stand, 0 if former ones are.")),
      web_certificate_expiry_(instruments.optional_gauge(
          "reinfer_exporter_web_certificate_expiry_timestamp_seconds",
          "When the certificate shown to clients expires, in seconds since the Unix epoch.")) {
  requests_.with({telemetry_path, "200"});
}

void ServerInstruments::count_request(std::string_view path, int status) {
  requests_.with({path, std::to_string(status)}).add();
}

void ServerInstruments::count_rejection(Rejection reason) {
  rejections_.at(static_cast<std::size_t>(reason)).add();
}

void ServerInstruments::set_connections(std::size_t connections) {
  connections_.set(static_cast<double>(connections));
}

void ServerInstruments::set_web_reload(bool successful,
                                       std::optional<base::WallTime> certificate_expiry) {
  web_reload_successful_.set(successful ? 1 : 0);
  if (certificate_expiry)
    web_certificate_expiry_.set(base::to_unix_seconds(*certificate_expiry));
  else
    web_certificate_expiry_.clear();
}

std::uint64_t ServerInstruments::rejections(Rejection reason) const {
  return static_cast<std::uint64_t>(rejections_.at(static_cast<std::size_t>(reason)).value());
}

std::size_t ServerInstruments::connections() const {
  return static_cast<std::size_t>(connections_.value());
}

std::optional<bool> ServerInstruments::web_reload_successful() const {
  const std::optional<double> value = web_reload_successful_.value();
  if (!value) return std::nullopt;
  return *value != 0;
}

bool ServerInstruments::has_web_certificate_expiry() const {
  return web_certificate_expiry_.value().has_value();
}

}  // namespace reinfer::http
