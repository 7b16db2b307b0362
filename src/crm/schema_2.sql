-- Views that read like the CRM's grids. The columns have the grids' labels; docs/crm-schema.md lists them.
CREATE VIEW "grid_customers" AS
SELECT c."originId" AS "Magento id", c."firstName" AS "First name", c."lastName" AS "Last name", c."email" AS "Email",
  CAST(c."lifetime" AS REAL) AS "Lifetime sales", g."name" AS "Customer group", w."name" AS "Website",
  s."name" AS "Store", CASE c."guest" WHEN 1 THEN 'Yes' ELSE 'No' END AS "Guest", a."name" AS "Account",
  json_extract(i."settings", '$.name') AS "Channel", c."owner" AS "Owner", c."createdAt" AS "Created at",
  c."updatedAt" AS "Updated at", c."syncedAt" AS "Synced at"
FROM "customer" c
JOIN "integration" i ON i."id" = c."channel"
LEFT JOIN "customerGroup" g ON g."id" = c."group"
LEFT JOIN "website" w ON w."id" = c."website"
LEFT JOIN "store" s ON s."id" = c."store"
LEFT JOIN "account" a ON a."id" = c."account";

CREATE VIEW "grid_orders" AS
SELECT o."incrementId" AS "Order ID", o."status" AS "Status", o."firstName" AS "First name", o."lastName" AS "Last name",
  o."customerEmail" AS "Email", CAST(o."subtotalAmount" AS REAL) AS "Subtotal", CAST(o."totalAmount" AS REAL) AS "Total",
  CAST(o."totalPaidAmount" AS REAL) AS "Total paid", o."currency" AS "Currency",
  (SELECT COUNT(*) FROM "orderItem" n WHERE n."order" = o."id") AS "Items", c."email" AS "Customer",
  CASE o."isGuest" WHEN 1 THEN 'Yes' ELSE 'No' END AS "Guest", s."name" AS "Store",
  o."paymentMethod" AS "Payment method", o."paymentDetails" AS "Payment details",
  json_extract(i."settings", '$.name') AS "Channel", o."owner" AS "Owner", o."createdAt" AS "Created at",
  o."updatedAt" AS "Updated at"
FROM "order" o
JOIN "integration" i ON i."id" = o."channel"
LEFT JOIN "customer" c ON c."id" = o."customer"
LEFT JOIN "store" s ON s."id" = o."store";

CREATE VIEW "grid_carts" AS
SELECT q."originId" AS "Cart ID", q."status" AS "Status", q."firstName" AS "First name", q."lastName" AS "Last name",
  q."email" AS "Email", CAST(q."grandTotal" AS REAL) AS "Grand total", q."baseCurrencyCode" AS "Currency",
  CAST(q."itemsQty" AS REAL) AS "Items", c."email" AS "Customer", s."name" AS "Store",
  json_extract(i."settings", '$.name') AS "Channel", q."owner" AS "Owner", q."createdAt" AS "Created at",
  q."updatedAt" AS "Updated at"
FROM "cart" q
JOIN "integration" i ON i."id" = q."channel"
LEFT JOIN "customer" c ON c."id" = q."customer"
LEFT JOIN "store" s ON s."id" = q."store";

CREATE VIEW "grid_credit_memos" AS
SELECT m."incrementId" AS "Credit memo ID", o."incrementId" AS "Order ID", m."status" AS "Status",
  CAST(m."grandTotal" AS REAL) AS "Refunded", s."name" AS "Store",
  json_extract(i."settings", '$.name') AS "Channel", m."owner" AS "Owner", m."createdAt" AS "Created at",
  m."updatedAt" AS "Updated at"
FROM "creditMemo" m
JOIN "integration" i ON i."id" = m."channel"
LEFT JOIN "order" o ON o."id" = m."order"
LEFT JOIN "store" s ON s."id" = m."store";

CREATE VIEW "grid_newsletter_subscribers" AS
SELECT n."originId" AS "Magento id", n."email" AS "Email", n."status" AS "Status", c."email" AS "Customer",
  s."name" AS "Store", json_extract(i."settings", '$.name') AS "Channel", n."changeStatusAt" AS "Status changed at",
  n."createdAt" AS "Created at"
FROM "newsletterSubscriber" n
JOIN "integration" i ON i."id" = n."channel"
LEFT JOIN "customer" c ON c."id" = n."customer"
LEFT JOIN "store" s ON s."id" = n."store";

CREATE VIEW "grid_accounts" AS
SELECT a."name" AS "Account name", TRIM(COALESCE(p."firstName", '') || ' ' || COALESCE(p."lastName", '')) AS "Contact name",
  p."email" AS "Contact email",
  (SELECT COUNT(*) FROM "customer" c WHERE c."account" = a."id") AS "Customers",
  (SELECT COALESCE(SUM(CAST(c."lifetime" AS REAL)), 0) FROM "customer" c WHERE c."account" = a."id") AS "Lifetime sales",
  a."owner" AS "Owner"
FROM "account" a
LEFT JOIN "contact" p ON p."id" = a."defaultContact";

CREATE VIEW "grid_contacts" AS
SELECT p."firstName" AS "First name", p."lastName" AS "Last name", p."email" AS "Email",
  (SELECT t."phone" FROM "contactPhone" t WHERE t."contact" = p."id" ORDER BY t."primary" DESC, t."id" LIMIT 1) AS "Phone",
  (SELECT d."country" FROM "contactAddress" d WHERE d."contact" = p."id" ORDER BY d."primary" DESC, d."id" LIMIT 1) AS "Country",
  a."name" AS "Account", p."owner" AS "Owner"
FROM "contact" p
LEFT JOIN "account" a ON a."id" = p."account";

CREATE VIEW "grid_statuses" AS
SELECT json_extract(i."settings", '$.name') AS "Integration", t."connector" AS "Connector", t."code" AS "Status",
  t."date" AS "Date", t."message" AS "Message", b."syncedTo" AS "Synced to"
FROM "status" t
JOIN "integration" i ON i."id" = t."channel"
LEFT JOIN "bookmark" b ON b."channel" = t."channel" AND b."connector" = t."connector";
