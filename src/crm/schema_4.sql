-- Statuses in the grids' words, and grids of what the pages of customers, orders and carts list.
DROP VIEW "grid_credit_memos";
CREATE VIEW "grid_credit_memos" AS
SELECT m."incrementId" AS "Credit memo ID", o."incrementId" AS "Order ID",
  CASE m."status" WHEN '1' THEN 'Pending' WHEN '2' THEN 'Refunded' WHEN '3' THEN 'Canceled' ELSE m."status" END AS "Status",
  CAST(m."grandTotal" AS REAL) AS "Refunded", s."name" AS "Store",
  json_extract(i."settings", '$.name') AS "Channel", m."owner" AS "Owner", m."createdAt" AS "Created at",
  m."updatedAt" AS "Updated at"
FROM "creditMemo" m
JOIN "integration" i ON i."id" = m."channel"
LEFT JOIN "order" o ON o."id" = m."order"
LEFT JOIN "store" s ON s."id" = m."store";

DROP VIEW "grid_newsletter_subscribers";
CREATE VIEW "grid_newsletter_subscribers" AS
SELECT n."originId" AS "Magento id", n."email" AS "Email",
  CASE n."status" WHEN '1' THEN 'Subscribed' WHEN '2' THEN 'Not active' WHEN '3' THEN 'Unsubscribed'
    WHEN '4' THEN 'Unconfirmed' ELSE n."status" END AS "Status",
  c."email" AS "Customer", s."name" AS "Store", json_extract(i."settings", '$.name') AS "Channel",
  n."changeStatusAt" AS "Status changed at", n."createdAt" AS "Created at"
FROM "newsletterSubscriber" n
JOIN "integration" i ON i."id" = n."channel"
LEFT JOIN "customer" c ON c."id" = n."customer"
LEFT JOIN "store" s ON s."id" = n."store";

CREATE VIEW "grid_customer_addresses" AS
SELECT a."originId" AS "Magento id", c."email" AS "Customer", a."firstName" AS "First name", a."lastName" AS "Last name",
  a."organization" AS "Organization", a."street" AS "Street", a."street2" AS "Street 2", a."postalCode" AS "Postal code",
  a."city" AS "City", COALESCE(r."name", a."regionText") AS "Region", COALESCE(a."country", a."countryText") AS "Country",
  a."phone" AS "Phone",
  (SELECT group_concat(t."value", ', ') FROM json_each(a."types") t) AS "Types"
FROM "customerAddress" a
JOIN "customer" c ON c."id" = a."owner"
LEFT JOIN "region" r ON r."id" = (
  SELECT MIN(d."id") FROM "region" d
  WHERE d."combinedCode" = a."region" AND (d."channel" IS NULL OR d."channel" = c."channel"));

CREATE VIEW "grid_order_items" AS
SELECT o."incrementId" AS "Order ID", n."sku" AS "SKU", n."name" AS "Product", CAST(n."qty" AS REAL) AS "Quantity",
  CAST(n."price" AS REAL) AS "Price", CAST(n."originalPrice" AS REAL) AS "Original price",
  CAST(n."discountPercent" AS REAL) * 100 AS "Discount %", CAST(n."discountAmount" AS REAL) AS "Discount",
  CAST(n."taxPercent" AS REAL) * 100 AS "Tax %", CAST(n."taxAmount" AS REAL) AS "Tax",
  CAST(n."rowTotal" AS REAL) AS "Row total", o."currency" AS "Currency"
FROM "orderItem" n
JOIN "order" o ON o."id" = n."order";

CREATE VIEW "grid_order_notes" AS
SELECT o."incrementId" AS "Order ID", c."email" AS "Customer", n."message" AS "Message", n."owner" AS "Owner",
  n."createdAt" AS "Created at", n."updatedAt" AS "Updated at"
FROM "orderNote" n
JOIN "order" o ON o."id" = n."order"
LEFT JOIN "customer" c ON c."id" = o."customer";

CREATE VIEW "grid_cart_items" AS
SELECT q."originId" AS "Cart ID", n."sku" AS "SKU", n."name" AS "Product", CAST(n."qty" AS REAL) AS "Quantity",
  CAST(n."price" AS REAL) AS "Price", CAST(n."discountAmount" AS REAL) AS "Discount",
  CAST(n."taxAmount" AS REAL) AS "Tax", CAST(n."rowTotal" AS REAL) AS "Row total",
  q."quoteCurrencyCode" AS "Currency", CASE n."removed" WHEN 1 THEN 'Yes' ELSE 'No' END AS "Removed"
FROM "cartItem" n
JOIN "cart" q ON q."id" = n."cart";

CREATE VIEW "grid_credit_memo_items" AS
SELECT m."incrementId" AS "Credit memo ID", n."sku" AS "SKU", n."name" AS "Product", CAST(n."qty" AS REAL) AS "Quantity",
  CAST(n."price" AS REAL) AS "Price", CAST(n."taxAmount" AS REAL) AS "Tax",
  CAST(n."discountAmount" AS REAL) AS "Discount", CAST(n."rowTotal" AS REAL) AS "Row total"
FROM "creditMemoItem" n
JOIN "creditMemo" m ON m."id" = n."creditMemo";

CREATE VIEW "grid_jobs" AS
SELECT json_extract(i."settings", '$.name') AS "Integration", j."topic" AS "Topic", j."status" AS "Status",
  CASE j."force" WHEN 1 THEN 'Yes' ELSE 'No' END AS "Full", j."createdAt" AS "Created at", j."startedAt" AS "Started at",
  j."finishedAt" AS "Finished at", j."message" AS "Message"
FROM "job" j
JOIN "integration" i ON i."id" = j."channel";

CREATE VIEW "grid_pending_edits" AS
SELECT json_extract(i."settings", '$.name') AS "Integration", e."entity" AS "Entity",
  COALESCE(c."email", o."email") AS "Customer", COALESCE(c."originId", a."originId") AS "Magento id",
  COALESCE((SELECT group_concat(f."key", ', ') FROM json_each(e."changeSet") f), '(new)') AS "Fields", e."createdAt" AS "Created at",
  e."attempts" AS "Refused", e."lastError" AS "Last error"
FROM "exportQueue" e
JOIN "integration" i ON i."id" = e."channel"
LEFT JOIN "customer" c ON e."entity" = 'customer' AND c."id" = e."row"
LEFT JOIN "customerAddress" a ON e."entity" = 'customerAddress' AND a."id" = e."row"
LEFT JOIN "customer" o ON o."id" = a."owner";
