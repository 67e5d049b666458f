import { type Kysely, sql } from 'kysely';

/**
 * The log's search over a million rows. Message and context stand once more as one lower-case text, so that comparing
 * costs no conversion; the index over its windows finds candidates, and of a long question only the eight windows that
 * are likely to be rare are looked up: the text itself decides.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
CREATE FUNCTION search_grams_asked(value text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT array_agg(gram COLLATE pg_catalog."C") FROM (
    SELECT gram FROM unnest(search_grams(value)) AS grams (gram)
    ORDER BY (gram ~ '^[a-z ]+$'), md5(gram) LIMIT 8) AS rare;
$$;
-- What it costs: nobody should plan to compute it row by row.
ALTER FUNCTION search_grams(text) COST 20000;

DROP INDEX ix_unified_logs_search;
ALTER TABLE unified_logs ADD COLUMN search_text text COLLATE "C" GENERATED ALWAYS AS
  (lower((message || E'\\n' || coalesce(context::text, '')) COLLATE pg_catalog."und-x-icu")) STORED;
CREATE INDEX ix_unified_logs_search ON unified_logs USING gin (search_grams(search_text));
CREATE INDEX ix_unified_logs_session ON unified_logs ((context->>'session_id'), id) WHERE context->>'session_id' IS NOT NULL;
`,
    )
    .execute(db);
}
