// The library expects the default export of this package where bundlers give the module.
export {
  Scrollbars as default,
  Scrollbars,
} from "./node_modules/react-custom-scrollbars-2/lib/index.js";
