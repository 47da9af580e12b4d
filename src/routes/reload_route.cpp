#include "routes/reload_route.h"

#include "base/text.h"

namespace reinfer::routes {

http::Route reload_route(std::function<ReloadReport()> reload) {
  return {"POST", "/-/reload", http::RouteAccess::users,
          [reload = std::move(reload)](const http::HttpRequest&) -> http::HttpReply {
            if (!reload)
              return {403,
                      http::kPlainText,
                      "reloading over HTTP is switched off, --web.enable-lifecycle allows it "
                      "(SIGHUP always does)\n",
                      {}};
            const ReloadReport report = reload();
            if (report.ok()) return {200, http::kPlainText, "reloaded\n", {}};
            return {500,
                    http::kPlainText,
                    "the old configuration stays in force:\n" + base::join(report.problems, "\n") +
                        "\n",
                    {}};
          }};
}

}  // namespace reinfer::routes
