-- Orders and carts whose customer was unknown when they came, by Magento's id of the customer, who takes them when they come.
CREATE TABLE "unclaimed" (
  "entity" TEXT NOT NULL,
  "row" INTEGER NOT NULL,
  "channel" INTEGER NOT NULL REFERENCES "integration"("id") ON DELETE CASCADE,
  "customer" INTEGER NOT NULL,
  PRIMARY KEY ("entity", "row")
) STRICT;
CREATE INDEX "unclaimed_customer" ON "unclaimed" ("channel", "customer");

-- A customer who comes later looks for the orders of their address.
CREATE INDEX "order_customerEmail" ON "order" ("customerEmailKey");
