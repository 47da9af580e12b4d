// Made by dashboards/palette/palette.py from palette.toml: change that.

export const VERDICT = {
  good: "#348667",
  warning: "#b88a00",
  bad: "#fb3b33",
  ownNetwork: "#2f6fb5",
} as const;

export const FAULT = {
  platform: "#fb3b33",
  edge: "#b46900",
  network: "#3f98f3",
  credentials: "#f755bc",
  request: "#8c8d43",
  monitor: "#7651c0",
} as const;

export const PHASE = {
  resolve: "#9a8f5a",
  connect: "#5f93c4",
  tls: "#2b858d",
  send: "#a08a78",
  server: "#87919d",
  path: "#3f82c4",
  unsplit: "#857d70",
  wait: "#87919d",
  receive: "#8a7fa8",
} as const;

export const FIGURE = {
  plain: "text",
  accent: "#2b858d",
  none: "#808891",
  p50: "#808891",
  p90: "#3aa0a8",
  p95: "#1d737b",
  p99: "text",
  exporter: "#2b858d",
} as const;

/** The character that is nearest to the shape on the status page. */
export const MARK = {
  good: "✓",
  ownNetwork: "△",
  platform: "■",
  edge: "◆",
  network: "▲",
  credentials: "▼",
  request: "✕",
  monitor: "●",
} as const;
