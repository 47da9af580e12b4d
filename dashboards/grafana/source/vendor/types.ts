// The types that Grafana publishes of its dashboards and panels, gathered so that check.ts can
// make one JSON Schema of them. Nothing runs from here.
import type { Dashboard } from "../node_modules/@grafana/schema/dist/types/raw/dashboard/x/types.gen.js";
import type * as bargauge from "../node_modules/@grafana/schema/dist/types/raw/composable/bargauge/panelcfg/x/types.gen.js";
import type * as heatmap from "../node_modules/@grafana/schema/dist/types/raw/composable/heatmap/panelcfg/x/types.gen.js";
import type * as stat from "../node_modules/@grafana/schema/dist/types/raw/composable/stat/panelcfg/x/types.gen.js";
import type * as statetimeline from "../node_modules/@grafana/schema/dist/types/raw/composable/statetimeline/panelcfg/x/types.gen.js";
import type * as table from "../node_modules/@grafana/schema/dist/types/raw/composable/table/panelcfg/x/types.gen.js";
import type * as timeseries from "../node_modules/@grafana/schema/dist/types/raw/composable/timeseries/panelcfg/x/types.gen.js";

export interface Published {
  dashboard: Dashboard;
  options: {
    bargauge: bargauge.Options;
    heatmap: heatmap.Options;
    stat: stat.Options;
    "state-timeline": statetimeline.Options;
    table: table.Options;
    timeseries: timeseries.Options;
  };
  custom: {
    bargauge: Record<string, never>;
    heatmap: heatmap.FieldConfig;
    stat: Record<string, never>;
    "state-timeline": statetimeline.FieldConfig;
    table: table.FieldConfig;
    timeseries: timeseries.FieldConfig;
  };
}
