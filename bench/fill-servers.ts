import { createRequire } from 'node:module';
import pg from 'pg';
import type { LiveServer } from '../engines/test/live.ts';

const GROUP = 250;
export interface ServerSize {
  accounts: number;
  /** Grants on tables, for each account. */
  grants: number;
  databases: number;
}
const databaseNames = (n: number): string[] => Array.from({ length: n }, (_, i) => `shop_${i + 1}`);

/** Accounts of a large shared server: logins in 20 roles, each with its grants spread over the databases. */
export async function fillPostgres(server: LiveServer, { accounts, grants, databases }: ServerSize): Promise<void> {
  const open = async (database: string): Promise<pg.Client> => {
    const { host, port, username: user, password } = server;
    const client = new pg.Client({ host, port, user, password, database });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const main = await open('postgres');
  const names = databaseNames(databases);
  for (const name of names) await main.query(`create database ${name}`);
  await main.query(`do $$ begin
    for g in 1..20 loop execute format('create role team_%s nologin', g); end loop;
    for a in 1..${accounts} loop
      execute format('create role app_%s login', a);
      execute format('grant team_%s to app_%s', mod(a, 20) + 1, a);
    end loop;
  end $$`);
  await main.end();
  // A table's grants are one row and must fit a page, so each table is granted to 250 accounts: for each such group there
  // are as many tables as an account has grants, one after the other in the next database.
  const groups = Math.ceil(accounts / GROUP);
  for (const [at, name] of names.entries()) {
    const client = await open(name);
    await client.query(`do $$ declare names text; begin
      for k in 0..${groups - 1} loop
        select string_agg('app_' || a, ', ') into names from generate_series(k * ${GROUP} + 1, least((k + 1) * ${GROUP}, ${accounts})) a;
        for t in 1..${grants} loop
          if mod(k * ${grants} + t, ${databases}) = ${at} then
            execute format('create table t%s_%s (id int)', k, t);
            execute format('grant select on t%s_%s to %s', k, t, names);
          end if;
        end loop;
      end loop;
    end $$`);
    await client.end();
  }
}

/** The same on MariaDB: user@host accounts with grants on tables. */
export async function fillMariadb(server: LiveServer, { accounts, grants, databases }: ServerSize): Promise<void> {
  const mysql = createRequire(new URL('../engines/package.json', import.meta.url))('mysql2/promise') as {
    createConnection(o: object): Promise<{ query(sql: string, values?: unknown[]): Promise<unknown>; end(): Promise<void> }>;
  };
  const connection = await mysql.createConnection({
    host: server.host,
    port: server.port,
    user: server.username,
    password: server.password,
    multipleStatements: true,
  });
  for (const name of databaseNames(databases)) await connection.query(`create database ${name}`);
  await connection.query(`use shop_1`);
  // The grant tables are filled as rows: 200,000 GRANT statements would measure MariaDB's parser, not us.
  await connection.query(
    `insert into mysql.global_priv (Host, User, Priv) select '%', concat('app_', seq), '{"access":0,"plugin":"mysql_native_password","authentication_string":""}' from seq_1_to_${accounts}`,
  );
  await connection.query(
    `insert into mysql.tables_priv (Host, Db, User, Table_name, Grantor, Timestamp, Table_priv, Column_priv) select '%', concat('shop_', mod(a.seq + t.seq, ${databases}) + 1), concat('app_', a.seq), concat('t', t.seq), 'root@localhost', now(), 'Select', '' from seq_1_to_${accounts} a join seq_1_to_${grants} t`,
  );
  await connection.query('flush privileges');
  await connection.end();
}
