import { type Kysely, sql } from 'kysely';

/**
 * Sizes, kept by month so that old months are dropped and not deleted row by row. There is no DEFAULT partition: a row
 * for a month without one is an error, and writers call `ensurePartitions` first.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
CREATE TABLE database_size_stats (
  id bigserial,
  instance_id integer NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
  database_name varchar(255) COLLATE whalefall_names NOT NULL,
  size_mb bigint NOT NULL CHECK (size_mb >= 0),
  data_size_mb bigint CHECK (data_size_mb >= 0),
  log_size_mb bigint CHECK (log_size_mb >= 0),
  size_bytes bigint CHECK (size_bytes >= 0),
  data_size_bytes bigint CHECK (data_size_bytes >= 0),
  log_size_bytes bigint CHECK (log_size_bytes >= 0),
  collected_date date NOT NULL,
  collected_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, collected_date),
  CONSTRAINT uq_daily_database_size UNIQUE (instance_id, database_name, collected_date)
) PARTITION BY RANGE (collected_date);
CREATE INDEX ix_database_size_stats_date ON database_size_stats (collected_date);
CREATE INDEX ix_database_size_stats_instance_date ON database_size_stats (instance_id, collected_date);

CREATE TABLE instance_size_stats (
  id bigserial,
  instance_id integer NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
  total_size_mb bigint NOT NULL DEFAULT 0 CHECK (total_size_mb >= 0),
  total_size_bytes bigint CHECK (total_size_bytes >= 0),
  database_count integer NOT NULL DEFAULT 0 CHECK (database_count >= 0),
  collected_date date NOT NULL,
  collected_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, collected_date),
  CONSTRAINT uq_instance_size_stats_instance_date UNIQUE (instance_id, collected_date)
) PARTITION BY RANGE (collected_date);
CREATE INDEX ix_instance_size_stats_date ON instance_size_stats (collected_date);

-- Change and growth are NULL when there is no earlier period to compare with; 0 means "compared, and equal".
CREATE TABLE database_size_aggregations (
  id bigserial,
  instance_id integer NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
  database_name varchar(255) COLLATE whalefall_names NOT NULL,
  period_type varchar(20) NOT NULL CHECK (period_type IN ('daily', 'weekly', 'monthly', 'quarterly')),
  period_start date NOT NULL,
  period_end date NOT NULL,
  avg_size_mb bigint NOT NULL,
  max_size_mb bigint NOT NULL,
  min_size_mb bigint NOT NULL,
  data_count integer NOT NULL,
  avg_data_size_mb bigint,
  max_data_size_mb bigint,
  min_data_size_mb bigint,
  avg_log_size_mb bigint,
  max_log_size_mb bigint,
  min_log_size_mb bigint,
  avg_size_bytes bigint,
  max_size_bytes bigint,
  min_size_bytes bigint,
  size_change_mb bigint,
  size_change_bytes bigint,
  size_change_percent numeric(10, 2),
  data_size_change_mb bigint,
  data_size_change_percent numeric(10, 2),
  log_size_change_mb bigint,
  log_size_change_percent numeric(10, 2),
  growth_rate numeric(10, 2),
  calculated_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, period_start),
  CONSTRAINT uq_database_size_aggregation UNIQUE (instance_id, database_name, period_type, period_start),
  CHECK (period_end >= period_start)
) PARTITION BY RANGE (period_start);
CREATE INDEX ix_database_size_aggregations_instance ON database_size_aggregations (instance_id, period_type, period_start);
CREATE INDEX ix_database_size_aggregations_period ON database_size_aggregations (period_type, period_start);

CREATE TABLE instance_size_aggregations (
  id bigserial,
  instance_id integer NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
  period_type varchar(20) NOT NULL CHECK (period_type IN ('daily', 'weekly', 'monthly', 'quarterly')),
  period_start date NOT NULL,
  period_end date NOT NULL,
  total_size_mb bigint NOT NULL,
  avg_size_mb bigint NOT NULL,
  max_size_mb bigint NOT NULL,
  min_size_mb bigint NOT NULL,
  data_count integer NOT NULL,
  database_count integer NOT NULL,
  avg_database_count numeric(10, 2),
  max_database_count integer,
  min_database_count integer,
  total_size_bytes bigint,
  avg_size_bytes bigint,
  max_size_bytes bigint,
  min_size_bytes bigint,
  total_size_change_mb bigint,
  total_size_change_bytes bigint,
  total_size_change_percent numeric(10, 2),
  database_count_change integer,
  database_count_change_percent numeric(10, 2),
  growth_rate numeric(10, 2),
  trend_direction varchar(20) CHECK (trend_direction IN ('growing', 'shrinking', 'stable')),
  calculated_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, period_start),
  CONSTRAINT uq_instance_size_aggregation UNIQUE (instance_id, period_type, period_start),
  CHECK (period_end >= period_start)
) PARTITION BY RANGE (period_start);
CREATE INDEX ix_instance_size_aggregations_period ON instance_size_aggregations (period_type, period_start);
`,
    )
    .execute(db);
}
