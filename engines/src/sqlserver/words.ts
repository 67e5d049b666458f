/** The numbers of SQL Server in words (Microsoft documentation, "Database Engine events and errors"). Pure data. */
import type { NumberWords } from '../numbers.ts';

export const SQLSERVER_WORDS: NumberWords[] = [
  {
    numbers: ['SQL Server 18456'],
    zh: [
      '登录失败：用户名或密码错误，或该登录名不能登录。',
      '客户端得到的状态通常是 1；真正的状态在服务器的错误日志里：2、5 无此登录名，7 已禁用，8 密码错误，11、12 无服务器访问权，18 必须改密码，38、40 数据库打不开，58 服务器只允许 Windows 验证。',
    ],
    en: [
      'Login failed: wrong name or password, or the login may not sign in.',
      'Clients are mostly told state 1; the real one is in the error log of the server: 2 and 5 no such login, 7 disabled, 8 wrong password, 11 and 12 no access to the server, 18 the password must be changed, 38 and 40 the database does not open, 58 Windows authentication only.',
    ],
  },
  {
    numbers: ['SQL Server 18456/2', 'SQL Server 18456/5'],
    zh: ['服务器上没有这个登录名。', '核对凭据的用户名，或创建该登录名。'],
    en: ['The server has no such login.', 'Check the user name of the credential, or create the login.'],
  },
  {
    numbers: ['SQL Server 18456/7', 'SQL Server 18470'],
    zh: ['该登录名已禁用。', '执行 ALTER LOGIN … ENABLE。'],
    en: ['The login is disabled.', 'ALTER LOGIN … ENABLE.'],
  },
  {
    numbers: ['SQL Server 18456/8', 'SQL Server 18456/9'],
    zh: ['密码错误。', '更新凭据的密码；多次失败会按策略锁定登录名。'],
    en: ['Wrong password.', 'Update the credential; the policy locks a login after too many failures.'],
  },
  {
    numbers: ['SQL Server 18456/11', 'SQL Server 18456/12'],
    zh: ['登录名有效，但没有连接服务器的权限。', '授予 CONNECT SQL，并检查是否有 DENY CONNECT SQL。'],
    en: ['The login is valid and may not connect to the server.', 'GRANT CONNECT SQL, and look for a DENY CONNECT SQL.'],
  },
  {
    numbers: ['SQL Server 18456/38', 'SQL Server 18456/40', 'SQL Server 911', 'SQL Server 4060', 'SQL Server 4063', 'SQL Server 4064'],
    zh: ['请求的数据库不存在、未联机，或该登录名不能进入它。', '检查实例的数据库名（留空为 master），以及该登录名在其中是否有用户。'],
    en: [
      'The database does not exist, is not online, or the login may not enter it.',
      'Check the database of the instance (empty means master), and whether the login has a user in it.',
    ],
  },
  {
    numbers: ['SQL Server 18456/58', 'SQL Server 18452'],
    zh: ['服务器只允许 Windows 身份验证，或该登录来自不受信任的域。', '启用混合验证模式，或在连接选项中填写域以使用 NTLM。'],
    en: [
      'The server allows Windows authentication only, or the login is from a domain it does not trust.',
      'Turn on mixed mode, or give the domain in the options of the instance (NTLM).',
    ],
  },
  {
    numbers: ['SQL Server 18486'],
    zh: ['该登录名因多次密码错误被锁定。', '更正凭据后执行 ALTER LOGIN … WITH PASSWORD = … UNLOCK。'],
    en: ['The login was locked by wrong passwords.', 'Correct the credential, then ALTER LOGIN … WITH PASSWORD = … UNLOCK.'],
  },
  {
    numbers: ['SQL Server 18487', 'SQL Server 18488', 'SQL Server 18456/18'],
    zh: ['密码已过期或必须更改。', '设置新密码并更新凭据；监控登录名宜设 CHECK_EXPIRATION = OFF。'],
    en: [
      'The password has expired or must be changed.',
      'Set a new one and update the credential; a monitoring login wants CHECK_EXPIRATION = OFF.',
    ],
  },
  {
    numbers: ['SQL Server 916'],
    zh: ['该登录名在此数据库中没有用户。', '授予 CONNECT ANY DATABASE，或在该数据库中创建用户。'],
    en: ['The login has no user in this database.', 'GRANT CONNECT ANY DATABASE, or create a user there.'],
  },
  {
    numbers: ['SQL Server 17892'],
    zh: ['登录触发器拒绝了该登录。', '检查登录触发器（sys.server_triggers）是否允许监控账户。'],
    en: ['A logon trigger refused the login.', 'See whether the logon triggers (sys.server_triggers) let the monitoring account in.'],
  },
  {
    numbers: ['SQL Server 18461'],
    zh: ['服务器处于单用户模式。', '等待维护结束，或以多用户模式重启。'],
    en: ['The server is in single-user mode.', 'Wait for the maintenance to end, or restart it for many users.'],
  },
  {
    numbers: ['SQL Server 10928', 'SQL Server 10929', 'SQL Server 17809'],
    zh: ['服务器的连接或工作线程已用尽。', '稍后重试；检查 user connections 设置或 Azure 的资源上限。'],
    en: [
      'Connections or workers of the server are used up.',
      'Try again later; see the option user connections, or the limits of the Azure tier.',
    ],
  },
  {
    numbers: ['SQL Server 17142', 'SQL Server 18401', 'SQL Server 18451'],
    zh: ['服务器正在启动、关闭或已暂停。', '等待服务器就绪后重试。'],
    en: ['The server is starting, stopping or paused.', 'Wait until it is ready.'],
  },
  {
    numbers: [
      'SQL Server 229',
      'SQL Server 230',
      'SQL Server 262',
      'SQL Server 297',
      'SQL Server 300',
      'SQL Server 371',
      'SQL Server 15247',
    ],
    zh: ['监控登录名缺少读取所需的权限。', '授予 VIEW ANY DEFINITION、VIEW SERVER STATE 与 CONNECT ANY DATABASE；能力面板列出缺少的授权。'],
    en: [
      'The monitoring login lacks a permission that the read needs.',
      'GRANT VIEW ANY DEFINITION, VIEW SERVER STATE and CONNECT ANY DATABASE; the capability panel lists what is missing.',
    ],
  },
  {
    numbers: ['SQL Server 1222'],
    zh: ['等待锁超时。', '检查是谁锁住了系统目录（长事务、DDL），稍后重试。'],
    en: ['Waiting for a lock took too long.', 'See who locks the catalogue (long transactions, DDL), and try again later.'],
  },
];
