-- Choices that hold for all integrations, such as how accounts are discovered: JSON by name.
CREATE TABLE "configuration" (
  "name" TEXT NOT NULL PRIMARY KEY,
  "value" TEXT NOT NULL
) STRICT;

-- A long walk leaves a status for each of its windows; the newest is asked for with every window.
DROP INDEX "status_connector";
CREATE INDEX "status_newest" ON "status" ("channel", "connector", "code", "date", "id");
