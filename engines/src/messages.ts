/** For every error code what happened and what to do about it, in Chinese and English (pure data). */
import type { ErrorCode } from './engine.ts';

export interface Explanation {
  cause: string;
  remedy: string;
}

export const ERROR_MESSAGES: Record<ErrorCode, { zh: Explanation; en: Explanation }> = {
  AUTH_FAILED: {
    zh: {
      cause: '服务器拒绝了用户名或密码。',
      remedy:
        '检查凭据的用户名和密码，以及该账户是否允许从本机登录（MySQL 的主机部分、PostgreSQL 的 pg_hba.conf、SQL Server 的混合验证模式、Oracle 的密码版本）。',
    },
    en: {
      cause: 'The server refused the user name or the password.',
      remedy:
        'Check the credential, and whether the account may sign in from this machine (the host part in MySQL, pg_hba.conf in PostgreSQL, mixed mode in SQL Server, the version of the password in Oracle).',
    },
  },
  ACCOUNT_LOCKED: {
    zh: { cause: '该账户已被锁定。', remedy: '在服务器上解锁该账户；若因多次输错密码而锁定，先更正凭据再解锁。' },
    en: { cause: 'The account is locked.', remedy: 'Unlock it on the server; if wrong passwords locked it, correct the credential first.' },
  },
  PASSWORD_EXPIRED: {
    zh: { cause: '该账户的密码已过期。', remedy: '在服务器上设置新密码，然后更新凭据；监控账户宜设为密码不过期。' },
    en: {
      cause: 'The password of the account has expired.',
      remedy: 'Set a new one on the server and update the credential; let the password of a monitoring account not expire.',
    },
  },
  DATABASE_NOT_FOUND: {
    zh: { cause: '服务器上没有这个数据库（Oracle：服务名或 SID）。', remedy: '检查实例的数据库名；留空则使用该引擎的默认数据库。' },
    en: {
      cause: 'The server has no such database (Oracle: service name or SID).',
      remedy: 'Check the database of the instance; empty means the default of the engine.',
    },
  },
  PERMISSION_DENIED: {
    zh: {
      cause: '登录成功，但不允许进入该数据库，或不允许从本机连接。',
      remedy: '授予连接权限（PostgreSQL：GRANT CONNECT ON DATABASE），或放行本机地址。',
    },
    en: {
      cause: 'The account may not enter this database, or not from this machine.',
      remedy: 'Grant the right to connect (PostgreSQL: GRANT CONNECT ON DATABASE), or let this address in.',
    },
  },
  TOO_MANY_CONNECTIONS: {
    zh: { cause: '服务器的连接数已满。', remedy: '稍后重试；提高服务器的连接上限，或为监控账户保留连接。' },
    en: {
      cause: 'All connections of the server are taken.',
      remedy: 'Try again later; raise the limit, or reserve connections for monitoring.',
    },
  },
  HOST_NOT_FOUND: {
    zh: { cause: '无法解析主机名。', remedy: '检查主机名的拼写和本机的 DNS 设置。' },
    en: { cause: 'The host name could not be resolved.', remedy: 'Check its spelling and the DNS settings of this machine.' },
  },
  CONNECTION_REFUSED: {
    zh: { cause: '该地址和端口上没有服务应答，或服务器挂断了连接。', remedy: '检查端口、服务器是否在运行，以及它监听的地址。' },
    en: {
      cause: 'Nothing answers at this address and port, or the server hung up.',
      remedy: 'Check the port, whether the server runs, and which addresses it listens on.',
    },
  },
  NETWORK_UNREACHABLE: {
    zh: { cause: '网络不可达。', remedy: '检查路由、VPN 和防火墙。' },
    en: { cause: 'The network cannot be reached.', remedy: 'Check routes, VPN and firewalls.' },
  },
  TIMEOUT: {
    zh: { cause: '在规定时间内没有得到应答。', remedy: '检查防火墙是否丢弃数据包、服务器是否过载；必要时调大超时。' },
    en: {
      cause: 'No answer came within the time allowed.',
      remedy: 'Check for a firewall that drops packets and for an overloaded server; raise the timeout if need be.',
    },
  },
  TLS_ERROR: {
    zh: {
      cause: '无法建立加密连接，或证书未通过验证，或服务器要求在未加密的连接上发送明文密码。',
      remedy: '检查实例的 TLS 模式、CA 证书、服务器名称和最低 TLS 版本。',
    },
    en: {
      cause:
        'No encrypted connection could be made, the certificate was not accepted, or the server wants the password in clear on an open line.',
      remedy: 'Check TLS mode, CA certificate, server name and minimum TLS version of the instance.',
    },
  },
  CREDENTIAL_MISSING: {
    zh: { cause: '该实例没有设置凭据。', remedy: '为实例选择一个凭据。' },
    en: { cause: 'The instance has no credential.', remedy: 'Choose one for it.' },
  },
  CREDENTIAL_INACTIVE: {
    zh: { cause: '该实例的凭据已停用。', remedy: '启用该凭据，或换一个。' },
    en: { cause: 'The credential of the instance is disabled.', remedy: 'Enable it, or choose another.' },
  },
  CREDENTIAL_DECRYPT_FAILED: {
    zh: { cause: '无法解密该凭据。', remedy: '检查 CREDENTIAL_KEY 是否与加密时相同；否则重新填写密码。' },
    en: {
      cause: 'The credential could not be decrypted.',
      remedy: 'Check that CREDENTIAL_KEY is the one it was sealed with; otherwise type the password again.',
    },
  },
  TARGET_NOT_ALLOWED: {
    zh: { cause: '连接策略不允许连接该地址。', remedy: '更换主机，或由管理员调整 CONNECTION_TARGET_ALLOW 与 CONNECTION_TARGET_DENY。' },
    en: {
      cause: 'The policy does not allow connections to this address.',
      remedy: 'Use another host, or have CONNECTION_TARGET_ALLOW and CONNECTION_TARGET_DENY changed.',
    },
  },
  PRIVILEGE_MISSING: {
    zh: { cause: '监控账户缺少读取所需的权限。', remedy: '执行提示中的 GRANT 语句，或用监控账户脚本重新授权。' },
    en: {
      cause: 'The monitoring account lacks a privilege that the read needs.',
      remedy: 'Run the GRANT that is shown, or the script for monitoring accounts.',
    },
  },
  UNSUPPORTED_VERSION: {
    zh: { cause: '不支持该服务器的版本。', remedy: '查看文档（docs/engines）中支持的版本。' },
    en: {
      cause: 'The version of the server is not supported.',
      remedy: 'See the supported versions in docs/engines.',
    },
  },
  QUERY_FAILED: {
    zh: { cause: '服务器在执行查询时报错，或连接在查询中断开。', remedy: '查看日志中服务器的原文；偶发时重试即可。' },
    en: {
      cause: 'The server reported an error in a query, or the connection broke during one.',
      remedy: 'See what the server said in the log; if it happened once, try again.',
    },
  },
  EMPTY_INVENTORY: {
    zh: { cause: '读取到的列表为空，而监控账户自身必然存在，因此不可信。', remedy: '检查监控账户的权限；原有数据保持不变。' },
    en: {
      cause: 'The list came back empty, which cannot be: the monitoring account itself exists.',
      remedy: 'Check the privileges of the monitoring account; what was known is kept.',
    },
  },
  CANCELLED: {
    zh: { cause: '操作已被取消。', remedy: '需要时重新执行。' },
    en: { cause: 'The operation was cancelled.', remedy: 'Start it again when needed.' },
  },
  UNKNOWN: {
    zh: { cause: '未归类的错误。', remedy: '查看日志中服务器或驱动程序的原文。' },
    en: { cause: 'An error of no known kind.', remedy: 'See in the log what the server or the driver said.' },
  },
};
