-- Choices that hold for all integrations, such as how accounts are discovered: JSON by name.
CREATE TABLE "configuration" (
  "name" TEXT NOT NULL PRIMARY KEY,
  "value" TEXT NOT NULL
) STRICT;
