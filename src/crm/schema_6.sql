-- Who has an address, in a channel, on a website: an import asks so for every customer and guest. SQLite takes an index
-- of one column for as good as any other, and must not take that of the website.
DROP INDEX "customer_email";
CREATE INDEX "customer_email" ON "customer" ("email", "channel", "website");
