-- The CRM's tables. Column names are OroCRM's field names. Decimals are texts with their scale, dates
-- `YYYY-MM-DD`, times `YYYY-MM-DD HH:MM:SS` in UTC, booleans 0 and 1, lists JSON. Relations are row ids.

CREATE TABLE "integration" (
  "id" INTEGER PRIMARY KEY,
  "settings" TEXT NOT NULL,
  "apiUrl" TEXT NOT NULL,
  "apiKey" TEXT NOT NULL,
  "initialSyncStartDate" TEXT,
  "newsletterSubscriberSyncedToId" INTEGER
) STRICT;

-- One row per run of a connector.
CREATE TABLE "status" (
  "id" INTEGER PRIMARY KEY,
  "channel" INTEGER NOT NULL REFERENCES "integration"("id") ON DELETE CASCADE,
  "connector" TEXT NOT NULL,
  "code" TEXT NOT NULL,
  "date" TEXT NOT NULL,
  "message" TEXT NOT NULL,
  "data" TEXT NOT NULL
) STRICT;
CREATE INDEX "status_connector" ON "status" ("channel", "connector");

-- Where each connector stands, apart from its status records.
CREATE TABLE "bookmark" (
  "channel" INTEGER NOT NULL REFERENCES "integration"("id") ON DELETE CASCADE,
  "connector" TEXT NOT NULL,
  "syncedTo" TEXT NOT NULL,
  PRIMARY KEY ("channel", "connector")
) STRICT;

-- Rows whose details could not be loaded, to be asked for again.
CREATE TABLE "missingDetail" (
  "channel" INTEGER NOT NULL REFERENCES "integration"("id") ON DELETE CASCADE,
  "connector" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  PRIMARY KEY ("channel", "connector", "key")
) STRICT;

-- CRM edits that wait to be exported to Magento, oldest first.
CREATE TABLE "exportQueue" (
  "id" INTEGER PRIMARY KEY,
  "channel" INTEGER NOT NULL REFERENCES "integration"("id") ON DELETE CASCADE,
  "entity" TEXT NOT NULL,
  "row" INTEGER NOT NULL,
  "changeSet" TEXT NOT NULL,
  "createdAt" TEXT NOT NULL,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "lastError" TEXT
) STRICT;

CREATE TABLE "website" (
  "id" INTEGER PRIMARY KEY,
  "channel" INTEGER NOT NULL REFERENCES "integration"("id") ON DELETE CASCADE,
  "originId" INTEGER,
  "code" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "sortOrder" INTEGER,
  "defaultGroupId" INTEGER,
  "default" INTEGER,
  UNIQUE ("channel", "code", "originId")
) STRICT;
CREATE INDEX "website_originId" ON "website" ("originId");

CREATE TABLE "store" (
  "id" INTEGER PRIMARY KEY,
  "channel" INTEGER NOT NULL REFERENCES "integration"("id") ON DELETE CASCADE,
  "originId" INTEGER,
  "code" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "website" INTEGER REFERENCES "website"("id") ON DELETE SET NULL,
  UNIQUE ("channel", "code")
) STRICT;
CREATE INDEX "store_originId" ON "store" ("originId");
CREATE INDEX "store_website" ON "store" ("website");

CREATE TABLE "customerGroup" (
  "id" INTEGER PRIMARY KEY,
  "channel" INTEGER NOT NULL REFERENCES "integration"("id") ON DELETE CASCADE,
  "originId" INTEGER,
  "name" TEXT NOT NULL
) STRICT;
CREATE INDEX "customerGroup_originId" ON "customerGroup" ("originId");

CREATE TABLE "region" (
  "id" INTEGER PRIMARY KEY,
  "channel" INTEGER REFERENCES "integration"("id") ON DELETE SET NULL,
  "combinedCode" TEXT NOT NULL,
  "code" TEXT NOT NULL,
  "countryCode" TEXT NOT NULL,
  "name" TEXT,
  "regionId" INTEGER,
  UNIQUE ("channel", "combinedCode")
) STRICT;

CREATE TABLE "account" (
  "id" INTEGER PRIMARY KEY,
  "name" TEXT NOT NULL,
  "defaultContact" INTEGER REFERENCES "contact"("id") ON DELETE SET NULL,
  "owner" TEXT
) STRICT;
CREATE INDEX "account_defaultContact" ON "account" ("defaultContact");

CREATE TABLE "contact" (
  "id" INTEGER PRIMARY KEY,
  "account" INTEGER REFERENCES "account"("id") ON DELETE SET NULL,
  "namePrefix" TEXT,
  "firstName" TEXT,
  "middleName" TEXT,
  "lastName" TEXT,
  "nameSuffix" TEXT,
  "gender" TEXT,
  "birthday" TEXT,
  "email" TEXT,
  "owner" TEXT
) STRICT;
CREATE INDEX "contact_account" ON "contact" ("account");
CREATE INDEX "contact_email" ON "contact" ("email");

CREATE TABLE "contactPhone" (
  "id" INTEGER PRIMARY KEY,
  "contact" INTEGER NOT NULL REFERENCES "contact"("id") ON DELETE CASCADE,
  "phone" TEXT NOT NULL,
  "primary" INTEGER
) STRICT;
CREATE INDEX "contactPhone_contact" ON "contactPhone" ("contact");

CREATE TABLE "contactAddress" (
  "id" INTEGER PRIMARY KEY,
  "contact" INTEGER NOT NULL REFERENCES "contact"("id") ON DELETE CASCADE,
  "label" TEXT,
  "namePrefix" TEXT,
  "firstName" TEXT,
  "middleName" TEXT,
  "lastName" TEXT,
  "nameSuffix" TEXT,
  "organization" TEXT,
  "street" TEXT,
  "street2" TEXT,
  "city" TEXT,
  "postalCode" TEXT,
  "country" TEXT,
  "region" TEXT,
  "regionText" TEXT,
  "types" TEXT,
  "primary" INTEGER
) STRICT;
CREATE INDEX "contactAddress_contact" ON "contactAddress" ("contact");

CREATE TABLE "customer" (
  "id" INTEGER PRIMARY KEY,
  "channel" INTEGER NOT NULL REFERENCES "integration"("id") ON DELETE CASCADE,
  "originId" INTEGER,
  "email" TEXT,
  "namePrefix" TEXT,
  "firstName" TEXT,
  "middleName" TEXT,
  "lastName" TEXT,
  "nameSuffix" TEXT,
  "gender" TEXT,
  "birthday" TEXT,
  "vat" TEXT,
  "website" INTEGER REFERENCES "website"("id") ON DELETE SET NULL,
  "store" INTEGER REFERENCES "store"("id") ON DELETE SET NULL,
  "group" INTEGER REFERENCES "customerGroup"("id") ON DELETE SET NULL,
  "createdIn" TEXT,
  "confirmed" INTEGER DEFAULT 1,
  "guest" INTEGER DEFAULT 0,
  "isActive" INTEGER DEFAULT 0,
  "lifetime" TEXT DEFAULT '0',
  "currency" TEXT DEFAULT 'USD',
  "account" INTEGER REFERENCES "account"("id") ON DELETE SET NULL,
  "contact" INTEGER REFERENCES "contact"("id") ON DELETE SET NULL,
  "owner" TEXT,
  "syncState" INTEGER DEFAULT 0,
  "createdAt" TEXT,
  "updatedAt" TEXT,
  "importedAt" TEXT,
  "syncedAt" TEXT,
  "password" TEXT,
  UNIQUE ("channel", "originId")
) STRICT;
CREATE INDEX "customer_originId" ON "customer" ("originId");
CREATE INDEX "customer_email" ON "customer" ("email");
CREATE INDEX "customer_website" ON "customer" ("website");
CREATE INDEX "customer_store" ON "customer" ("store");
CREATE INDEX "customer_group" ON "customer" ("group");
CREATE INDEX "customer_account" ON "customer" ("account");
CREATE INDEX "customer_contact" ON "customer" ("contact");

CREATE TABLE "customerAddress" (
  "id" INTEGER PRIMARY KEY,
  "channel" INTEGER REFERENCES "integration"("id") ON DELETE SET NULL,
  "originId" INTEGER,
  "owner" INTEGER NOT NULL REFERENCES "customer"("id") ON DELETE CASCADE,
  "label" TEXT,
  "namePrefix" TEXT,
  "firstName" TEXT,
  "middleName" TEXT,
  "lastName" TEXT,
  "nameSuffix" TEXT,
  "organization" TEXT,
  "street" TEXT,
  "street2" TEXT,
  "city" TEXT,
  "postalCode" TEXT,
  "country" TEXT,
  "countryText" TEXT,
  "region" TEXT,
  "regionText" TEXT,
  "phone" TEXT,
  "types" TEXT,
  "primary" INTEGER,
  "syncState" INTEGER DEFAULT 0,
  "created" TEXT,
  "updated" TEXT
) STRICT;
CREATE INDEX "customerAddress_originId" ON "customerAddress" ("originId");
CREATE INDEX "customerAddress_owner" ON "customerAddress" ("owner");

CREATE TABLE "order" (
  "id" INTEGER PRIMARY KEY,
  "channel" INTEGER NOT NULL REFERENCES "integration"("id") ON DELETE CASCADE,
  "originId" INTEGER,
  "incrementId" TEXT NOT NULL,
  "customer" INTEGER REFERENCES "customer"("id") ON DELETE SET NULL,
  "cart" INTEGER REFERENCES "cart"("id") ON DELETE SET NULL,
  "store" INTEGER REFERENCES "store"("id") ON DELETE SET NULL,
  "status" TEXT,
  "isVirtual" INTEGER,
  "isGuest" INTEGER,
  "giftMessage" TEXT,
  "remoteIp" TEXT,
  "storeName" TEXT,
  "couponCode" TEXT,
  "shippingMethod" TEXT,
  "currency" TEXT,
  "subtotalAmount" TEXT,
  "shippingAmount" TEXT,
  "taxAmount" TEXT,
  "discountAmount" TEXT,
  "totalAmount" TEXT,
  "totalPaidAmount" TEXT,
  "totalInvoicedAmount" TEXT,
  "totalRefundedAmount" TEXT,
  "totalCanceledAmount" TEXT,
  "paymentMethod" TEXT,
  "paymentDetails" TEXT,
  "customerEmail" TEXT,
  "firstName" TEXT,
  "lastName" TEXT,
  "owner" TEXT,
  "createdAt" TEXT,
  "updatedAt" TEXT,
  "importedAt" TEXT,
  "syncedAt" TEXT,
  UNIQUE ("channel", "incrementId"),
  UNIQUE ("channel", "originId")
) STRICT;
CREATE INDEX "order_originId" ON "order" ("originId");
CREATE INDEX "order_customer" ON "order" ("customer");
CREATE INDEX "order_cart" ON "order" ("cart");
CREATE INDEX "order_store" ON "order" ("store");

CREATE TABLE "orderItem" (
  "id" INTEGER PRIMARY KEY,
  "channel" INTEGER REFERENCES "integration"("id") ON DELETE SET NULL,
  "originId" INTEGER,
  "order" INTEGER NOT NULL REFERENCES "order"("id") ON DELETE CASCADE,
  "sku" TEXT,
  "name" TEXT,
  "qty" TEXT,
  "price" TEXT,
  "cost" TEXT,
  "originalPrice" TEXT,
  "productType" TEXT,
  "productOptions" TEXT,
  "isVirtual" INTEGER,
  "weight" TEXT,
  "discountPercent" TEXT,
  "discountAmount" TEXT,
  "taxPercent" TEXT,
  "taxAmount" TEXT,
  "rowTotal" TEXT
) STRICT;
CREATE INDEX "orderItem_originId" ON "orderItem" ("originId");
CREATE INDEX "orderItem_order" ON "orderItem" ("order");

CREATE TABLE "orderAddress" (
  "id" INTEGER PRIMARY KEY,
  "originId" INTEGER,
  "owner" INTEGER NOT NULL REFERENCES "order"("id") ON DELETE CASCADE,
  "namePrefix" TEXT,
  "firstName" TEXT,
  "middleName" TEXT,
  "lastName" TEXT,
  "nameSuffix" TEXT,
  "organization" TEXT,
  "street" TEXT,
  "street2" TEXT,
  "city" TEXT,
  "postalCode" TEXT,
  "country" TEXT,
  "countryText" TEXT,
  "region" TEXT,
  "regionText" TEXT,
  "phone" TEXT,
  "fax" TEXT,
  "types" TEXT,
  "created" TEXT,
  "updated" TEXT
) STRICT;
CREATE INDEX "orderAddress_originId" ON "orderAddress" ("originId");
CREATE INDEX "orderAddress_owner" ON "orderAddress" ("owner");

CREATE TABLE "orderNote" (
  "id" INTEGER PRIMARY KEY,
  "channel" INTEGER REFERENCES "integration"("id") ON DELETE SET NULL,
  "originId" INTEGER,
  "order" INTEGER NOT NULL REFERENCES "order"("id") ON DELETE CASCADE,
  "message" TEXT,
  "owner" TEXT,
  "createdAt" TEXT,
  "updatedAt" TEXT,
  UNIQUE ("channel", "originId")
) STRICT;
CREATE INDEX "orderNote_originId" ON "orderNote" ("originId");
CREATE INDEX "orderNote_order" ON "orderNote" ("order");

CREATE TABLE "cart" (
  "id" INTEGER PRIMARY KEY,
  "channel" INTEGER NOT NULL REFERENCES "integration"("id") ON DELETE CASCADE,
  "originId" INTEGER,
  "customer" INTEGER REFERENCES "customer"("id") ON DELETE SET NULL,
  "store" INTEGER REFERENCES "store"("id") ON DELETE SET NULL,
  "email" TEXT,
  "isGuest" INTEGER,
  "itemsQty" TEXT,
  "itemsCount" INTEGER,
  "subTotal" TEXT,
  "grandTotal" TEXT,
  "storeToBaseRate" TEXT,
  "storeToQuoteRate" TEXT,
  "baseCurrencyCode" TEXT,
  "storeCurrencyCode" TEXT,
  "quoteCurrencyCode" TEXT,
  "paymentDetails" TEXT,
  "status" TEXT,
  "statusMessage" TEXT,
  "firstName" TEXT,
  "lastName" TEXT,
  "owner" TEXT,
  "createdAt" TEXT,
  "updatedAt" TEXT,
  "importedAt" TEXT,
  "syncedAt" TEXT,
  UNIQUE ("channel", "originId")
) STRICT;
CREATE INDEX "cart_originId" ON "cart" ("originId");
CREATE INDEX "cart_customer" ON "cart" ("customer");
CREATE INDEX "cart_store" ON "cart" ("store");
CREATE INDEX "cart_email" ON "cart" ("email");

CREATE TABLE "cartItem" (
  "id" INTEGER PRIMARY KEY,
  "channel" INTEGER REFERENCES "integration"("id") ON DELETE SET NULL,
  "originId" INTEGER,
  "cart" INTEGER NOT NULL REFERENCES "cart"("id") ON DELETE CASCADE,
  "productId" INTEGER,
  "parentItemId" INTEGER,
  "sku" TEXT,
  "name" TEXT,
  "description" TEXT,
  "qty" TEXT,
  "price" TEXT,
  "customPrice" TEXT,
  "priceInclTax" TEXT,
  "discountAmount" TEXT,
  "taxPercent" TEXT,
  "taxAmount" TEXT,
  "rowTotal" TEXT,
  "weight" TEXT,
  "freeShipping" TEXT,
  "giftMessage" TEXT,
  "taxClassId" TEXT,
  "isVirtual" INTEGER,
  "productType" TEXT,
  "productImageUrl" TEXT,
  "productUrl" TEXT,
  "removed" INTEGER,
  "createdAt" TEXT,
  "updatedAt" TEXT
) STRICT;
CREATE INDEX "cartItem_originId" ON "cartItem" ("originId");
CREATE INDEX "cartItem_cart" ON "cartItem" ("cart");

CREATE TABLE "cartAddress" (
  "id" INTEGER PRIMARY KEY,
  "channel" INTEGER REFERENCES "integration"("id") ON DELETE SET NULL,
  "originId" INTEGER,
  "cart" INTEGER NOT NULL REFERENCES "cart"("id") ON DELETE CASCADE,
  "kind" TEXT,
  "namePrefix" TEXT,
  "firstName" TEXT,
  "middleName" TEXT,
  "lastName" TEXT,
  "nameSuffix" TEXT,
  "organization" TEXT,
  "street" TEXT,
  "street2" TEXT,
  "city" TEXT,
  "postalCode" TEXT,
  "country" TEXT,
  "countryText" TEXT,
  "region" TEXT,
  "regionText" TEXT,
  "phone" TEXT,
  "created" TEXT,
  "updated" TEXT
) STRICT;
CREATE INDEX "cartAddress_originId" ON "cartAddress" ("originId");
CREATE INDEX "cartAddress_cart" ON "cartAddress" ("cart");

CREATE TABLE "creditMemo" (
  "id" INTEGER PRIMARY KEY,
  "channel" INTEGER NOT NULL REFERENCES "integration"("id") ON DELETE CASCADE,
  "originId" INTEGER,
  "incrementId" TEXT NOT NULL,
  "order" INTEGER REFERENCES "order"("id") ON DELETE SET NULL,
  "store" INTEGER REFERENCES "store"("id") ON DELETE SET NULL,
  "status" TEXT,
  "invoiceId" TEXT,
  "transactionId" TEXT,
  "emailSent" INTEGER,
  "adjustment" TEXT,
  "subtotal" TEXT,
  "adjustmentNegative" TEXT,
  "adjustmentPositive" TEXT,
  "shippingAmount" TEXT,
  "grandTotal" TEXT,
  "customerBalTotalRefunded" TEXT,
  "rewardPointsBalanceRefund" TEXT,
  "owner" TEXT,
  "createdAt" TEXT,
  "updatedAt" TEXT,
  "importedAt" TEXT,
  "syncedAt" TEXT,
  UNIQUE ("channel", "incrementId")
) STRICT;
CREATE INDEX "creditMemo_originId" ON "creditMemo" ("originId");
CREATE INDEX "creditMemo_order" ON "creditMemo" ("order");
CREATE INDEX "creditMemo_store" ON "creditMemo" ("store");

CREATE TABLE "creditMemoItem" (
  "id" INTEGER PRIMARY KEY,
  "channel" INTEGER REFERENCES "integration"("id") ON DELETE SET NULL,
  "originId" INTEGER,
  "creditMemo" INTEGER NOT NULL REFERENCES "creditMemo"("id") ON DELETE CASCADE,
  "orderItemId" INTEGER,
  "price" TEXT,
  "qty" TEXT,
  "taxAmount" TEXT,
  "discountAmount" TEXT,
  "rowTotal" TEXT,
  "sku" TEXT,
  "name" TEXT,
  "additionalData" TEXT,
  "description" TEXT
) STRICT;
CREATE INDEX "creditMemoItem_originId" ON "creditMemoItem" ("originId");
CREATE INDEX "creditMemoItem_creditMemo" ON "creditMemoItem" ("creditMemo");

CREATE TABLE "newsletterSubscriber" (
  "id" INTEGER PRIMARY KEY,
  "channel" INTEGER NOT NULL REFERENCES "integration"("id") ON DELETE CASCADE,
  "originId" INTEGER,
  "email" TEXT,
  "status" TEXT,
  "confirmCode" TEXT,
  "customer" INTEGER REFERENCES "customer"("id") ON DELETE SET NULL,
  "store" INTEGER REFERENCES "store"("id") ON DELETE SET NULL,
  "owner" TEXT,
  "changeStatusAt" TEXT,
  "createdAt" TEXT,
  "updatedAt" TEXT
) STRICT;
CREATE INDEX "newsletterSubscriber_originId" ON "newsletterSubscriber" ("originId");
CREATE INDEX "newsletterSubscriber_email" ON "newsletterSubscriber" ("email");
CREATE INDEX "newsletterSubscriber_customer" ON "newsletterSubscriber" ("customer");
CREATE INDEX "newsletterSubscriber_store" ON "newsletterSubscriber" ("store");

CREATE TABLE "lifetimeHistory" (
  "id" INTEGER PRIMARY KEY,
  "account" INTEGER NOT NULL REFERENCES "account"("id") ON DELETE CASCADE,
  "channel" INTEGER NOT NULL REFERENCES "integration"("id") ON DELETE CASCADE,
  "amount" TEXT,
  "createdAt" TEXT
) STRICT;
CREATE INDEX "lifetimeHistory_account" ON "lifetimeHistory" ("account");

-- Row ids are used again, so what waits for an export goes with its row.
CREATE TRIGGER "customer_gone" AFTER DELETE ON "customer" BEGIN
  DELETE FROM "exportQueue" WHERE "entity" = 'customer' AND "row" = OLD."id";
END;
CREATE TRIGGER "customerAddress_gone" AFTER DELETE ON "customerAddress" BEGIN
  DELETE FROM "exportQueue" WHERE "entity" = 'customerAddress' AND "row" = OLD."id";
END;
