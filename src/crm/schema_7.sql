-- What an e-mail address is looked up by, beside the address as it was written: one address has one key, whatever its case.
-- SQLite lower-cases ASCII only, so the program computes it, for the rows that are there too.
ALTER TABLE "contact" ADD COLUMN "emailKey" TEXT;
ALTER TABLE "customer" ADD COLUMN "emailKey" TEXT;
ALTER TABLE "order" ADD COLUMN "customerEmailKey" TEXT;
ALTER TABLE "cart" ADD COLUMN "emailKey" TEXT;
ALTER TABLE "newsletterSubscriber" ADD COLUMN "emailKey" TEXT;

DROP INDEX "contact_email";
CREATE INDEX "contact_email" ON "contact" ("emailKey");
DROP INDEX "customer_email";
CREATE INDEX "customer_email" ON "customer" ("emailKey", "channel", "website");
DROP INDEX "cart_email";
CREATE INDEX "cart_email" ON "cart" ("emailKey");
DROP INDEX "newsletterSubscriber_email";
CREATE INDEX "newsletterSubscriber_email" ON "newsletterSubscriber" ("emailKey");
