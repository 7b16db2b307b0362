import type { ServerOptions, Shop } from "./index.js";

/** One server for this test file, a shop as it was started for each test; to be called at the top of a file or of a suite. */
export function useShop(options?: ServerOptions): Shop;
