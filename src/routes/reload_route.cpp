#include "routes/reload_route.h"

#include "base/text.h"

namespace reinfer {

Route reload_route(std::function<ReloadReport()> reload) {
  return {"POST", "/-/reload", RouteAccess::users,
          [reload = std::move(reload)](const HttpRequest&) -> HttpReply {
            if (!reload)
              return {403,
                      kPlainText,
                      "reloading over HTTP is switched off, --web.enable-lifecycle allows it "
                      "(SIGHUP always does)\n",
                      {}};
            const ReloadReport report = reload();
            if (report.ok()) return {200, kPlainText, "reloaded\n", {}};
            return {500,
                    kPlainText,
                    "the old configuration stays in force:\n" + join(report.problems, "\n") + "\n",
                    {}};
          }};
}

}  // namespace reinfer
