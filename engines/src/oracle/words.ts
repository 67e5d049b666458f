/** The numbers of Oracle and of its driver in words (Oracle Database Error Messages; the driver's own list). Pure data. */
import type { NumberWords } from '../numbers.ts';

export const ORACLE_WORDS: NumberWords[] = [
  {
    numbers: ['DPI-1047'],
    zh: [
      '找不到或无法加载 Oracle 客户端库（ORACLE_CLIENT_LIB_DIR 所指的目录中没有与本程序同架构的 64 位库，或缺少 libaio 等依赖）。',
      '在该目录安装 Oracle Instant Client（Basic 或 Basic Light）及 libaio；或去掉 ORACLE_CLIENT_LIB_DIR，使用无需客户端的 thin 模式。',
    ],
    en: [
      'The Oracle Client library cannot be found or loaded: the folder in ORACLE_CLIENT_LIB_DIR holds none for this machine, or what it needs itself (libaio) is missing.',
      'Install Oracle Instant Client (Basic or Basic Light) there, and libaio; or take ORACLE_CLIENT_LIB_DIR away, and the driver works without a client.',
    ],
  },
  {
    numbers: ['DPI-1050', 'DPI-1072'],
    zh: ['Oracle 客户端库的版本不受支持。', '在 ORACLE_CLIENT_LIB_DIR 所指的目录安装 19 或更新的 Instant Client。'],
    en: [
      'This release of the Oracle Client library is not supported.',
      'Install Instant Client 19 or later in the folder of ORACLE_CLIENT_LIB_DIR.',
    ],
  },
  {
    numbers: ['NJS-118'],
    zh: ['驱动已以 thin 模式建立过连接，不能再加载客户端库。', '重新启动 WhaleFall。'],
    en: ['The driver has connected without the client library already and cannot load it any more.', 'Restart WhaleFall.'],
  },
  {
    numbers: ['ORA-00018', 'ORA-00020'],
    zh: ['会话或进程数已达 SESSIONS / PROCESSES 上限。', '提高 SESSIONS 或 PROCESSES（SCOPE=SPFILE 后重启），或减少空闲会话。'],
    en: ['SESSIONS or PROCESSES are used up.', 'Raise SESSIONS or PROCESSES (SCOPE=SPFILE, then restart), or let fewer sessions idle.'],
  },
  {
    numbers: ['ORA-00942'],
    zh: [
      '视图不存在，或监控账户看不到它（Oracle 不区分这两种情况）。',
      '对该字典视图授予 SELECT，或授予 SELECT_CATALOG_ROLE；能力面板列出缺少的授权。',
    ],
    en: [
      'The view does not exist, or the monitoring account may not see it; Oracle does not tell which.',
      'Grant SELECT on the dictionary view, or SELECT_CATALOG_ROLE; the capability panel lists what is missing.',
    ],
  },
  {
    numbers: ['ORA-01005', 'ORA-01017', 'NJS-101'],
    zh: ['用户名或密码错误（Oracle 不说明是哪一个）。', '核对凭据；密码区分大小写。注意 FAILED_LOGIN_ATTEMPTS 次失败后账户会被锁定。'],
    en: [
      'Wrong user name or password; Oracle does not tell which.',
      'Check the credential; passwords are case-sensitive. After FAILED_LOGIN_ATTEMPTS failures the account is locked.',
    ],
  },
  {
    numbers: ['ORA-01013', 'ORA-03136', 'ORA-12170', 'NJS-123', 'NJS-510'],
    zh: ['服务器在时限内没有应答。', '检查网络、防火墙和监听器负载；登录阶段的时限由 SQLNET.INBOUND_CONNECT_TIMEOUT 决定。'],
    en: [
      'The server did not answer in time.',
      'Check network, firewall and load of the listener; SQLNET.INBOUND_CONNECT_TIMEOUT limits the sign-in.',
    ],
  },
  {
    numbers: ['ORA-01031'],
    zh: ['权限不足。', '授予所缺的权限；能力面板列出每项功能所需的授权。'],
    en: ['Privileges are missing.', 'Grant what is missing; the capability panel lists what each feature needs.'],
  },
  {
    numbers: ['ORA-01033', 'ORA-01034', 'ORA-12528'],
    zh: ['实例尚未打开：正在启动、关闭或未启动。', '等待启动完成，或执行 STARTUP / ALTER DATABASE OPEN。'],
    en: ['The instance is not open: starting, stopping, or not started.', 'Wait for it, or STARTUP, or ALTER DATABASE OPEN.'],
  },
  {
    numbers: ['ORA-01035', 'ORA-12526', 'ORA-12527'],
    zh: ['实例处于受限模式。', '执行 ALTER SYSTEM DISABLE RESTRICTED SESSION，或授予 RESTRICTED SESSION。'],
    en: ['The instance is in restricted mode.', 'ALTER SYSTEM DISABLE RESTRICTED SESSION, or GRANT RESTRICTED SESSION.'],
  },
  {
    numbers: ['ORA-01045'],
    zh: ['账户没有 CREATE SESSION 权限。', '执行 GRANT CREATE SESSION。'],
    en: ['The account lacks CREATE SESSION.', 'GRANT CREATE SESSION to it.'],
  },
  {
    numbers: ['ORA-01109'],
    zh: ['数据库或 PDB 已装载但未打开。', '执行 ALTER DATABASE OPEN 或 ALTER PLUGGABLE DATABASE … OPEN。'],
    en: ['The database or PDB is mounted and not open.', 'ALTER DATABASE OPEN, or ALTER PLUGGABLE DATABASE … OPEN.'],
  },
  {
    numbers: ['ORA-02391'],
    zh: ['该账户的并发会话数超过了概要文件的 SESSIONS_PER_USER。', '提高概要文件的 SESSIONS_PER_USER，或给监控账户单独的概要文件。'],
    en: [
      'The account has as many sessions as its profile allows.',
      'Raise SESSIONS_PER_USER, or give the monitoring account a profile of its own.',
    ],
  },
  {
    numbers: ['ORA-02399'],
    zh: ['会话超过了概要文件的 CONNECT_TIME。', '提高概要文件的 CONNECT_TIME，或给监控账户单独的概要文件。'],
    en: [
      'The session lasted longer than CONNECT_TIME of its profile.',
      'Raise CONNECT_TIME, or give the monitoring account a profile of its own.',
    ],
  },
  {
    numbers: ['ORA-12504', 'ORA-12514', 'NJS-518'],
    zh: ['监听器不认识请求的服务名，或没有给出服务名。', '在实例的连接选项中填写 LSNRCTL SERVICES 列出的服务名；多租户库填 PDB 的服务名。'],
    en: [
      'The listener knows no such service, or none was named.',
      'Name a service that LSNRCTL SERVICES lists in the options of the instance; for a PDB its own service.',
    ],
  },
  {
    numbers: ['ORA-12505', 'NJS-519'],
    zh: ['监听器不认识请求的 SID。', '填写 LSNRCTL STATUS 列出的 SID；PDB 没有 SID，应改填服务名。'],
    en: ['The listener knows no such SID.', 'Name a SID that LSNRCTL STATUS lists; a PDB has none: name its service.'],
  },
  {
    numbers: ['ORA-12516', 'ORA-12518', 'ORA-12519', 'ORA-12520'],
    zh: ['监听器没有可用的处理进程。', '提高 PROCESSES，或减少会话；稍后重试。'],
    en: ['The listener has no free handler.', 'Raise PROCESSES, or let there be fewer sessions; try again later.'],
  },
  {
    numbers: ['ORA-12533', 'ORA-12541', 'ORA-12547', 'ORA-12560', 'NJS-503', 'NJS-511', 'NJS-521', 'NJS-536'],
    zh: ['该地址和端口上没有监听器应答。', '检查主机和端口，确认监听器已启动（LSNRCTL STATUS）且防火墙放行。'],
    en: [
      'No listener answers at this address and port.',
      'Check host and port, that the listener runs (LSNRCTL STATUS), and the firewall.',
    ],
  },
  {
    numbers: ['ORA-12537'],
    zh: ['监听器接受后立即断开了连接。', '检查监听器的 TCP.VALIDNODE_CHECKING：本机地址应在 TCP.INVITED_NODES 中。'],
    en: ['The listener closed the connection at once.', 'Check TCP.VALIDNODE_CHECKING: this address has to be among TCP.INVITED_NODES.'],
  },
  {
    numbers: ['ORA-12545', 'NJS-530'],
    zh: ['无法解析主机名。', '检查主机名的拼写和本机的 DNS 设置；监听器重定向到的主机名也必须可解析。'],
    en: [
      'The host name could not be resolved.',
      'Check its spelling and the DNS of this machine; a name that the listener redirects to has to resolve too.',
    ],
  },
  {
    numbers: ['ORA-12660', 'NJS-533'],
    zh: [
      '服务器要求 Oracle 原生网络加密，瘦模式驱动不支持。',
      '改用 TCPS，或将 SQLNET.ENCRYPTION_SERVER 与 SQLNET.CRYPTO_CHECKSUM_SERVER 设为非 REQUIRED。',
    ],
    en: [
      'The server demands native network encryption, which the thin driver does not speak.',
      'Use TCPS, or let SQLNET.ENCRYPTION_SERVER and SQLNET.CRYPTO_CHECKSUM_SERVER not be REQUIRED.',
    ],
  },
  {
    numbers: ['ORA-28000'],
    zh: ['账户已被锁定。', '更正凭据后执行 ALTER USER … ACCOUNT UNLOCK；DBA_USERS.LOCK_DATE 说明锁定时间。'],
    en: ['The account is locked.', 'Correct the credential, then ALTER USER … ACCOUNT UNLOCK; DBA_USERS.LOCK_DATE says since when.'],
  },
  {
    numbers: ['ORA-28001'],
    zh: ['密码已过期。', '设置新密码并更新凭据；监控账户的概要文件宜设 PASSWORD_LIFE_TIME UNLIMITED。'],
    en: ['The password has expired.', 'Set a new one and update the credential; a monitoring account wants PASSWORD_LIFE_TIME UNLIMITED.'],
  },
  {
    numbers: ['ORA-28009'],
    zh: ['SYS 只能以 SYSDBA 或 SYSOPER 登录。', '使用 SYS 以外的监控账户。'],
    en: ['SYS may sign in as SYSDBA or SYSOPER only.', 'Use a monitoring account other than SYS.'],
  },
  {
    numbers: ['ORA-28040', 'NJS-116'],
    zh: [
      '账户只有旧版（10G）密码校验值，或服务器不接受驱动的登录协议版本。',
      '重设密码以生成 11G/12C 校验值；SQLNET.ALLOWED_LOGON_VERSION_SERVER 设为 12 或更低。',
    ],
    en: [
      'The account has a 10G password verifier only, or the server does not accept the sign-in protocol of the driver.',
      'Set the password anew, so that it gets an 11G or 12C verifier; SQLNET.ALLOWED_LOGON_VERSION_SERVER at 12 or lower.',
    ],
  },
  {
    numbers: ['ORA-28759', 'NJS-505', 'NJS-529'],
    zh: ['钱包打不开：文件不存在、不是 PEM 格式，或其私钥需要密码。', '提供私钥无密码的 ewallet.pem 及其所在文件夹的完整路径。'],
    en: [
      'The wallet does not open: not there, not PEM, or its key needs a password.',
      'Give the whole path of a folder with an ewallet.pem whose key needs no password.',
    ],
  },
  {
    numbers: ['ORA-28860', 'ORA-28864', 'ORA-29024', 'NJS-506', 'NJS-507', 'NJS-508'],
    zh: ['TLS 握手失败：证书不受信任、名称不符，或协议版本不同。', '检查实例的 CA、服务器证书名称和最低 TLS 版本。'],
    en: [
      'The TLS handshake failed: authority not trusted, another name, or another version.',
      'Check authority, name of the certificate and lowest TLS version of the instance.',
    ],
  },
  {
    numbers: ['NJS-138'],
    zh: ['服务器版本过旧，瘦模式驱动需要 12.1 或更新。', '升级服务器，或不纳管该实例。'],
    en: ['The server is too old: the thin driver needs 12.1 or later.', 'Upgrade it, or do not watch it.'],
  },
  {
    numbers: ['NJS-500', 'NJS-501'],
    zh: ['连接在使用中被断开。', '检查服务器是否重启、会话是否被终止，以及中间的防火墙空闲超时。'],
    en: [
      'The connection was closed while in use.',
      'See whether the server restarted or ended the session, and the idle timeout of firewalls between.',
    ],
  },
];
