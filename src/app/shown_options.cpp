#include "app/shown_options.h"

#include <string>

namespace reinfer::app {

void show_options(const Options& options, base::Instruments& instruments) {
  if (options.sharded)
    instruments.fact("reinfer_exporter_shard_info",
                     "Always 1, which of how many shards this exporter is.",
                     {{"shard", std::to_string(options.shard.index)},
                      {"shards", std::to_string(options.shard.count)}});
  if (!options.telemetry.place.external_url.empty())
    instruments.fact("reinfer_exporter_web_info",
                     "Always 1, the URL under which people reach this exporter.",
                     {{"external_url", options.telemetry.place.external_url}});
}

}  // namespace reinfer::app
