/** The error numbers of MySQL and MariaDB in words (their own reference manuals). Pure data. */
import type { NumberWords } from '../numbers.ts';

export const MYSQL_WORDS: NumberWords[] = [
  {
    numbers: ['MySQL 1045', 'MySQL 1698'],
    zh: [
      '用户名或密码错误，或没有与来源主机匹配的账户（user@host）。',
      '核对凭据，并在服务器上检查该用户的主机部分是否包含本机地址；1698 表示该账户使用 unix_socket 等非密码方式。',
    ],
    en: [
      'Wrong name or password, or no account matches the host we come from (user@host).',
      'Check the credential, and whether the host part of the account covers this machine; 1698 is an account that signs in without a password (unix_socket).',
    ],
  },
  {
    numbers: ['MySQL 1251', 'MySQL 1524'],
    zh: ['服务器要求的身份验证插件不可用。', '改用 caching_sha2_password、mysql_native_password 或 ed25519，并确认插件已安装。'],
    en: [
      'The authentication plugin of the account cannot be used.',
      'Use caching_sha2_password, mysql_native_password or ed25519, and see that the plugin is installed.',
    ],
  },
  {
    numbers: ['MySQL 1129'],
    zh: ['来源主机因连续的连接错误被服务器屏蔽。', '在服务器上执行 FLUSH HOSTS（或 mysqladmin flush-hosts），并查明错误原因。'],
    en: ['The server blocks this host after too many connection errors.', 'FLUSH HOSTS on the server, and find out what caused them.'],
  },
  {
    numbers: ['MySQL 1130'],
    zh: ['服务器不允许本机地址连接。', '创建主机部分包含本机地址的账户（例如 user@10.0.0.%）。'],
    en: ['The server lets nobody in from this address.', 'Create the account with a host part that covers this machine (user@10.0.0.%).'],
  },
  {
    numbers: ['MySQL 3118', 'MySQL 4151'],
    zh: ['账户已被锁定。', '执行 ALTER USER … ACCOUNT UNLOCK。'],
    en: ['The account is locked.', 'ALTER USER … ACCOUNT UNLOCK.'],
  },
  {
    numbers: ['MySQL 3955'],
    zh: [
      '账户因连续输错密码被临时锁定（FAILED_LOGIN_ATTEMPTS）。',
      '更正凭据；等待 PASSWORD_LOCK_TIME 到期或执行 ALTER USER … ACCOUNT UNLOCK。',
    ],
    en: [
      'Wrong passwords locked the account for a while (FAILED_LOGIN_ATTEMPTS).',
      'Correct the credential; wait for PASSWORD_LOCK_TIME, or ALTER USER … ACCOUNT UNLOCK.',
    ],
  },
  {
    numbers: ['MySQL 1820', 'MySQL 1862'],
    zh: ['密码已过期。', '设置新密码并更新凭据；监控账户宜设 PASSWORD EXPIRE NEVER。'],
    en: ['The password has expired.', 'Set a new one and update the credential; a monitoring account wants PASSWORD EXPIRE NEVER.'],
  },
  {
    numbers: ['MySQL 1049'],
    zh: ['没有这个数据库。', '检查实例的数据库名；留空即可。'],
    en: ['There is no such database.', 'Check the database of the instance; it may be empty.'],
  },
  {
    numbers: ['MySQL 1044'],
    zh: ['账户不能进入该数据库。', '把实例的数据库名留空，或授予该数据库上的权限。'],
    en: ['The account may not enter this database.', 'Leave the database of the instance empty, or grant something on it.'],
  },
  {
    numbers: ['MySQL 1040', 'MySQL 1203', 'MySQL 1226'],
    zh: ['连接数已达上限（服务器的 max_connections，或该账户的 max_user_connections）。', '提高上限，或减少连接；稍后重试。'],
    en: [
      'No more connections: max_connections of the server, or max_user_connections of the account.',
      'Raise the limit, or use fewer; try again later.',
    ],
  },
  {
    numbers: ['MySQL 2026'],
    zh: ['TLS 握手失败。', '检查实例的 CA、服务器证书名称和最低 TLS 版本。'],
    en: ['The TLS handshake failed.', 'Check authority, name of the certificate and lowest TLS version of the instance.'],
  },
  {
    numbers: ['MySQL 3159'],
    zh: ['服务器只接受加密连接（require_secure_transport）。', '把实例的 TLS 模式设为“要求”或更高。'],
    en: [
      'The server accepts encrypted connections only (require_secure_transport).',
      'Set the TLS mode of the instance to require or higher.',
    ],
  },
  {
    numbers: ['MySQL 3024', 'MySQL 1969'],
    zh: ['语句超过了时限（max_execution_time / max_statement_time）。', '检查服务器负载；账户很多时提高时限。'],
    en: [
      'The statement took longer than allowed (max_execution_time, max_statement_time).',
      'See the load of the server; with very many accounts raise the limit.',
    ],
  },
  {
    numbers: ['MySQL 1142', 'MySQL 1143', 'MySQL 1227', 'MySQL 1356', 'MySQL 1370'],
    zh: ['监控账户缺少读取所需的权限。', '授予 mysql 库中各权限表的 SELECT；能力面板列出缺少的授权。'],
    en: [
      'The monitoring account lacks a privilege that the read needs.',
      'GRANT SELECT on the grant tables of schema mysql; the capability panel lists what is missing.',
    ],
  },
];
