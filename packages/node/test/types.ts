// The types are those of what is there; compiled, not run.
import { Server, Shop, type Disruption, type Request } from "mockgento";
import { useShop } from "mockgento/node-test";
import { useShop as useShopOfVitest } from "mockgento/vitest";

export async function all(): Promise<string> {
  const server = new Server({ bridge: "none", wsi: true });
  const shop: Shop = await server.start();
  const id: number = await shop.create("customer", { email: "ann@example.com", firstname: "Ann" });
  const requests: Request[] = await shop.requests({ operation: "login", outcome: "fault" });
  const disruption: Disruption = { status: 503 };
  await shop.disrupt(disruption, { operation: "login", times: 0 });
  await shop.assertCalled("login", { times: 1, with: { username: "joe" } });
  // @ts-expect-error there is no such disruption
  await shop.disrupt("no-such");
  // @ts-expect-error the conditions are known
  await shop.disrupt("gzip", { opration: "login" });
  await server.stop();
  return `${id} ${requests[0]?.outcome.fault?.code} ${(useShop ?? useShopOfVitest)().wsdl}`;
}
