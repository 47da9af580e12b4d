// The package's own declarations are not where its package.json says.
declare module "@prometheus-io/lezer-promql" {
  import type { LRParser } from "@lezer/lr";
  export const parser: LRParser;
}
