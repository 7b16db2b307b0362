// The hooks for Jest, in Jest.
const { useShop } = require("mockgento/jest");

const shop = useShop({ bridge: "none" });

test("a shop is there", async () => {
  expect((await shop.settings()).bridge).toBe("none");
  await shop.create("customer", { email: "left@example.com", firstname: "L", lastname: "O" });
});

test("and as new", async () => {
  expect((await shop.state("customer", { containing: "left@example.com" })).customer).toEqual([]);
});

test("assertions are failures of the test", async () => {
  await expect(shop.assertCalled("login")).rejects.toThrow("0 calls of login, expected at least one");
});
