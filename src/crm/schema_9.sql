-- What an export sent, attempt by attempt: a run that dies after the call does not know what came of it, and what comes back
-- from the shop then is the CRM's own edit.
ALTER TABLE "exportQueue" ADD COLUMN "sent" TEXT NOT NULL DEFAULT '[]';
