#include <fmt/format.h>

#include "simulator/fault.h"

namespace reinfer::simulator {
namespace {

using enum ParameterKind;
using enum FaultScope;

constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kPortalPage =
    "<!doctype html><html><head><title>UiPath Automation Cloud</title></head>"
    "<body><div id=\"root\"></div><script src=\"/portal_/main.js\"></script></body></html>";
constexpr std::string_view kLoginPage =
    "<!doctype html><html><head><title>Sign in</title></head>"
    "<body><form action=\"/identity_/web/\"></form></body></html>";
constexpr std::string_view kChallengePage =
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head>"
    "<body>Enable JavaScript and cookies to continue</body></html>";
constexpr std::string_view kRateLimitedJson =
    R"({"type":"https://developers.cloudflare.com/support/troubleshooting/error-1015/",)"
    R"("title":"Error 1015: You are being rate limited","status":429,"error_code":1015,)"
    R"("retry_after":30})";
constexpr std::string_view kOriginDnsPage =
    "<!DOCTYPE html><html><head><title>Origin DNS error</title></head>"
    "<body><h1>Error 1016</h1></body></html>";
constexpr std::string_view kCaptiveJson = R"({"login_required":true,"portal":"http://10.0.0.1/"})";

std::string nginx_page(int status) {
  return fmt::format(
      "<html>\r\n<head><title>{0} {1}</title></head>\r\n<body>\r\n<center><h1>{0} {1}</h1>"
      "</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
      status, reason_phrase(status));
}

template <int kStatus>
void nginx(const FaultContext&, Reply& reply) {
  reply = edge_reply(kStatus, "text/html", nginx_page(kStatus));
}

// Relative to our own host: a prober that follows meets the portal's page, not the real service.
template <const char* kPage>
void redirect(const FaultContext& context, Reply& reply) {
  const std::string organisation = context.tenant.substr(0, context.tenant.find('/'));
  const std::string tenant = context.tenant.substr(context.tenant.find('/') + 1);
  reply = edge_reply(302, "", "");
  reply.headers.push_back(
      {"location", fmt::format("/{0}/portal_/{1}?serviceType=reinfer&organizationName={0}"
                               "&tenantName={2}",
                               organisation, kPage, tenant)});
}

constexpr char kUnregistered[] = "unregistered";
constexpr char kDisabled[] = "servicedisabled";

void captive_portal(const FaultContext&, Reply& reply) {
  reply = edge_reply(200, "application/json", kCaptiveJson);
  reply.author = Author::stranger;
}

void rate_limited(const FaultContext&, Reply& reply) {
  reply = edge_reply(429, "application/json", kRateLimitedJson);
  reply.headers.push_back({"retry-after", "30"});
}

void challenge(const FaultContext&, Reply& reply) {
  reply = edge_reply(403, kHtml, kChallengePage);
  reply.headers.push_back({"cf-mitigated", "challenge"});
}

void html_of_status(const FaultContext& context, Reply& reply) {
  const auto code = static_cast<int>(context.parameter.number);
  reply = edge_reply(code, kHtml, nginx_page(code));
}

void any_page(int status, std::string_view type, std::string_view body, Reply& reply) {
  reply = edge_reply(status, type, body);
}

constexpr auto kEdgeFaults = std::to_array<FaultMode>({
    {"http_html", status_code, "500", request, "gateway_error", "an HTML page with that status",
     html_of_status},
    {"cf_text", none, "", request, "gateway_error",
     "502 whose body the edge replaced by its own short text",
     [](const FaultContext&, Reply& reply) {
       any_page(502, "text/plain; charset=UTF-8", "error code: 502", reply);
     }},
    {"cf_json_1015", none, "", request, "throttled", "429 of the edge as JSON, with Retry-After 30",
     rate_limited},
    {"cf_challenge_403", none, "", request, "edge_blocked", "a browser challenge", challenge},
    {"cf_530", none, "", request, "gateway_error", "530: the edge cannot find the origin",
     [](const FaultContext&, Reply& reply) { any_page(530, kHtml, kOriginDnsPage, reply); }},
    {"redirect_portal", none, "", request, "redirected",
     "302 to a portal page that answers 200 with HTML", redirect<kUnregistered>},
    {"service_disabled", none, "", request, "redirected",
     "302 because the service is disabled for the tenant", redirect<kDisabled>},
    {"portal_html_200", none, "", request, "not_the_api", "the portal's page with 200",
     [](const FaultContext&, Reply& reply) { any_page(200, kHtml, kPortalPage, reply); }},
    {"captive_json_200", none, "", request, "not_the_api",
     "JSON with 200 from somebody else on the way", captive_portal},
    {"login_401_html", none, "", request, "unauthorized", "a sign-in page with 401",
     [](const FaultContext&, Reply& reply) { any_page(401, kHtml, kLoginPage, reply); }},
    {"gateway_404_html", none, "", request, "gateway_not_found",
     "404 of the gateway, which knows no such organisation", nginx<404>},
    {"nginx_502_html", none, "", request, "gateway_error", "502 page of the ingress", nginx<502>},
    {"nginx_503_html", none, "", request, "gateway_error", "503 page of the ingress", nginx<503>},
    {"empty_200", none, "", request, "not_the_api", "200 with an empty body",
     [](const FaultContext&, Reply& reply) { any_page(200, "", "", reply); }},
    {"no_content_204", none, "", request, "not_the_api", "204 without a body",
     [](const FaultContext&, Reply& reply) { any_page(204, "", "", reply); }},
});

}  // namespace

std::span<const FaultMode> edge_faults() {
  return kEdgeFaults;
}

}  // namespace reinfer::simulator
