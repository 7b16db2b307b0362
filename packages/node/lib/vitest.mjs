// Hooks for Vitest.
import { afterAll, beforeAll, beforeEach } from "vitest";
import hooks from "./hooks.js";

export const useShop = (options) => hooks.useShop({ before: beforeAll, beforeEach, after: afterAll }, options);
