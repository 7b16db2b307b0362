-- Jobs of the message queue, oldest first (sync spec 10.1).
CREATE TABLE "job" (
  "id" INTEGER PRIMARY KEY,
  "channel" INTEGER NOT NULL REFERENCES "integration"("id") ON DELETE CASCADE,
  "topic" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "force" INTEGER NOT NULL DEFAULT 0,
  "createdAt" TEXT NOT NULL,
  "startedAt" TEXT,
  "finishedAt" TEXT,
  "message" TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX "job_status" ON "job" ("channel", "status");

-- Regions are looked up for every address.
CREATE INDEX "region_regionId" ON "region" ("regionId");
CREATE INDEX "region_combinedCode" ON "region" ("combinedCode");
