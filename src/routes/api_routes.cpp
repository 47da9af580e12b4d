#include "routes/api_routes.h"

namespace reinfer::routes {
namespace {

using Document = tl::expected<std::string, api::ApiError>;

http::HttpReply reply_of(Document document) {
  if (document) return {200, api::kApiType, std::move(*document), {}};
  return {document.error().http_status, api::kApiType, api::to_json(document.error()), {}};
}

http::Route route(std::string pattern, std::function<Document(const http::HttpRequest&)> document) {
  return {"GET", std::move(pattern), http::RouteAccess::users,
          [document = std::move(document)](const http::HttpRequest& request) {
            return reply_of(document(request));
          }};
}

}  // namespace

http::Routes api_routes(const record::Ledgers& ledgers, const base::Clock& clock,
                        const ApiExporterNow& exporter, const page::WebPlace& place) {
  const auto snapshot = [&ledgers, &clock] { return ledgers.snapshot(clock.now()); };
  const api::EvidenceOf evidence_of = [&ledgers](std::string_view tenant, std::string_view probe) {
    return ledgers.evidence(tenant, probe);
  };
  return {
      route("/api/v1/status",
            [=](const http::HttpRequest& request) {
              return api::api_status(snapshot(), exporter(), request.query);
            }),
      route("/api/v1/targets",
            [=](const http::HttpRequest& request) {
              return api::api_targets(snapshot(), request.query);
            }),
      route("/api/v1/targets/{tenant}/{probe}",
            [=](const http::HttpRequest& request) {
              return api::api_target(snapshot(), evidence_of, request.place.at("tenant"),
                                     request.place.at("probe"), request.query);
            }),
      route("/api/v1/failures",
            [=](const http::HttpRequest& request) {
              return api::api_failures(snapshot(), evidence_of, request.query);
            }),
      route("/api/v1/openapi.json",
            [description = api::openapi_document(place.external_url, place.route_prefix)](
                const http::HttpRequest&) { return Document(description); }),
  };
}

}  // namespace reinfer::routes
