/** SQLSTATEs in words (PostgreSQL documentation, appendix A). Pure data. */
import type { NumberWords } from '../numbers.ts';

export const POSTGRESQL_WORDS: NumberWords[] = [
  {
    numbers: ['SQLSTATE 28P01'],
    zh: ['密码错误，或没有这个角色。', '核对凭据；角色须有 LOGIN，密码的加密方式须与 pg_hba.conf 一致（scram-sha-256 / md5）。'],
    en: [
      'Wrong password, or no such role.',
      'Check the credential; the role needs LOGIN, and a password of the kind that pg_hba.conf asks for (scram-sha-256, md5).',
    ],
  },
  {
    numbers: ['SQLSTATE 28000'],
    zh: [
      'pg_hba.conf 没有允许本机、该角色和该数据库的条目，或该角色不能登录。',
      '在 pg_hba.conf 中加入对应条目并重新加载；检查角色的 LOGIN 与 VALID UNTIL。',
    ],
    en: [
      'No entry of pg_hba.conf lets this machine, role and database in, or the role may not sign in.',
      'Add an entry to pg_hba.conf and reload; check LOGIN and VALID UNTIL of the role.',
    ],
  },
  {
    numbers: ['SQLSTATE 3D000'],
    zh: ['没有这个数据库。', '检查实例的数据库名；留空为 postgres。'],
    en: ['There is no such database.', 'Check the database of the instance; empty means postgres.'],
  },
  {
    numbers: ['SQLSTATE 42501'],
    zh: ['权限不足：不能进入数据库，或不能读取目录。', '授予 CONNECT，或授予 pg_monitor / pg_read_all_stats；能力面板列出缺少的授权。'],
    en: [
      'Privileges are missing to enter the database or to read a catalogue.',
      'GRANT CONNECT, or pg_monitor or pg_read_all_stats; the capability panel lists what is missing.',
    ],
  },
  {
    numbers: ['SQLSTATE 53300'],
    zh: [
      '连接数已达上限（max_connections、数据库或角色的 CONNECTION LIMIT）。',
      '提高上限、减少连接，或用 reserved_connections 为监控保留。',
    ],
    en: [
      'No more connections: max_connections, or the CONNECTION LIMIT of database or role.',
      'Raise it, use fewer, or keep some for monitoring with reserved_connections.',
    ],
  },
  {
    numbers: ['SQLSTATE 57014'],
    zh: ['语句被取消：超过 statement_timeout，或被人取消。', '检查服务器负载与该角色的 statement_timeout。'],
    en: ['The statement was cancelled: statement_timeout, or somebody.', 'See the load of the server and statement_timeout of the role.'],
  },
  {
    numbers: ['SQLSTATE 57P03'],
    zh: ['服务器正在启动、关闭或恢复，暂不接受连接。', '等待服务器就绪后重试。'],
    en: ['The server is starting, stopping or recovering, and takes no connections.', 'Wait until it is ready.'],
  },
];
