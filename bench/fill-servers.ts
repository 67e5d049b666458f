import { createRequire } from 'node:module';
import pg from 'pg';
import type { LiveServer } from '../engines/test/live.ts';

const GROUP = 250;
/** 5,000 roles with 20 table grants each over a few roles and databases: the accounts of a large shared server. */
export async function fillPostgres(server: LiveServer, accounts: number, grants: number): Promise<void> {
  const client = new pg.Client({
    host: server.host,
    port: server.port,
    user: server.username,
    password: server.password,
    database: 'postgres',
  });
  await client.connect();
  await client.query(`create database shop`).catch(() => {});
  await client.end();
  const shop = new pg.Client({ host: server.host, port: server.port, user: server.username, password: server.password, database: 'shop' });
  shop.on('error', () => undefined);
  await shop.connect();
  await shop.query(`do $$ begin
    for g in 1..20 loop execute format('create role team_%s nologin', g); end loop;
    for a in 1..${accounts} loop
      execute format('create role app_%s login', a);
      execute format('grant team_%s to app_%s', mod(a, 20) + 1, a);
    end loop;
  end $$`);
  // A table's grants are one row and must fit a page: each table is granted to 250 accounts. One transaction for each
  // such group: a transaction holds a lock for every table it makes.
  for (let k = 0; k < Math.ceil(accounts / GROUP); k++)
    await shop.query(`do $$ declare names text; begin
      select string_agg('app_' || a, ', ') into names
        from generate_series(${k * GROUP + 1}, ${Math.min((k + 1) * GROUP, accounts)}) a;
      for t in 1..${grants} loop
        execute format('create table t${k}_%s (id int)', t);
        execute format('grant select on t${k}_%s to %s', t, names);
      end loop;
    end $$`);
  await shop.end();
}

/** The same on MariaDB: user@host accounts with grants on tables of one database. */
export async function fillMariadb(server: LiveServer, accounts: number, grants: number): Promise<void> {
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
  await connection.query('create database if not exists shop; use shop');
  for (let t = 1; t <= grants; t++) await connection.query(`create table shop.t${t} (id int)`);
  // The grant tables are filled as rows: 100,000 GRANT statements would measure MariaDB's parser, not us.
  await connection.query(
    `insert into mysql.global_priv (Host, User, Priv) select '%', concat('app_', seq), '{"access":0,"plugin":"mysql_native_password","authentication_string":""}' from seq_1_to_${accounts}`,
  );
  await connection.query(
    `insert into mysql.tables_priv (Host, Db, User, Table_name, Grantor, Timestamp, Table_priv, Column_priv) select '%', 'shop', concat('app_', a.seq), concat('t', t.seq), 'root@localhost', now(), 'Select', '' from seq_1_to_${accounts} a join seq_1_to_${grants} t`,
  );
  await connection.query('flush privileges');
  await connection.end();
}
