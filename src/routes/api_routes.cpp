#include "routes/api_routes.h"

namespace reinfer {
namespace {

using Document = tl::expected<std::string, ApiError>;

HttpReply reply_of(Document document) {
  if (document) return {200, kApiType, std::move(*document), {}};
  return {document.error().http_status, kApiType, to_json(document.error()), {}};
}

Route route(std::string pattern, std::function<Document(const HttpRequest&)> document) {
  return {"GET", std::move(pattern), RouteAccess::users,
          [document = std::move(document)](const HttpRequest& request) {
            return reply_of(document(request));
          }};
}

}  // namespace

Routes api_routes(const Ledgers& ledgers, const Clock& clock, const ApiExporterNow& exporter) {
  const auto snapshot = [&ledgers, &clock] { return ledgers.snapshot(clock.now()); };
  const HistoryOf history = [&ledgers](std::string_view tenant, std::string_view probe) {
    return ledgers.history(tenant, probe);
  };
  return {
      route("/api/v1/status",
            [=](const HttpRequest& request) {
              return api_status(snapshot(), exporter(), request.query);
            }),
      route("/api/v1/targets",
            [=](const HttpRequest& request) { return api_targets(snapshot(), request.query); }),
      route("/api/v1/targets/{tenant}/{probe}",
            [=](const HttpRequest& request) {
              return api_target(snapshot(), history, request.place.at("tenant"),
                                request.place.at("probe"), request.query);
            }),
      route("/api/v1/failures",
            [=](const HttpRequest& request) {
              return api_failures(snapshot(), history, request.query);
            }),
      route("/api/v1/openapi.json",
            [](const HttpRequest&) { return Document(openapi_document()); }),
  };
}

}  // namespace reinfer
