import type { Category, MessageCode, Severity, Text } from '@whalefall/contract';

interface Code extends Text {
  status: number;
  category: Category;
  severity: Severity;
}
const code = (status: number, category: Category, severity: Severity, zh: string, en: string): Code => ({
  status,
  category,
  severity,
  zh,
  en,
});

/** The one table from code to status, category, severity and sentence. */
export const CODES: Record<MessageCode, Code> = {
  INTERNAL_ERROR: code(500, 'system', 'high', '服务器内部错误', 'Something went wrong on the server'),
  VALIDATION_ERROR: code(400, 'validation', 'low', '提交的内容有误，请检查标出的字段', 'Some fields need attention'),
  INVALID_REQUEST: code(400, 'validation', 'low', '请求无法处理', 'The request cannot be handled'),
  RESOURCE_NOT_FOUND: code(404, 'business', 'low', '找不到请求的内容', 'Not found'),
  METHOD_NOT_ALLOWED: code(405, 'business', 'low', '此地址不支持该请求方法', 'This address does not take that method'),
  UNSUPPORTED_MEDIA_TYPE: code(415, 'validation', 'low', '不支持的内容类型', 'Unsupported content type'),
  PAYLOAD_TOO_LARGE: code(413, 'validation', 'low', '内容过大', 'Too large'),
  AUTHENTICATION_REQUIRED: code(401, 'authentication', 'medium', '请先登录', 'Sign in first'),
  INVALID_CREDENTIALS: code(401, 'authentication', 'medium', '用户名或密码错误', 'Wrong user name or password'),
  TOKEN_EXPIRED: code(401, 'authentication', 'medium', '令牌已过期', 'The token has expired'),
  TOKEN_INVALID: code(401, 'authentication', 'medium', '令牌无效', 'The token is not valid'),
  ACCOUNT_DISABLED: code(403, 'authentication', 'medium', '账号已停用', 'This user is disabled'),
  ACCOUNT_LOCKED: code(429, 'security', 'medium', '失败次数过多，已暂时锁定，请稍后再试', 'Locked for a while after too many failures'),
  RATE_LIMIT_EXCEEDED: code(429, 'security', 'medium', '请求过于频繁，请稍后再试', 'Too many requests, try again later'),
  PASSWORD_CHANGE_REQUIRED: code(403, 'authorization', 'medium', '请先修改初始密码', 'Change the first password before going on'),
  PERMISSION_REQUIRED: code(403, 'authorization', 'medium', '没有执行此操作的权限', 'You may not do this'),
  ADMIN_PERMISSION_REQUIRED: code(403, 'authorization', 'medium', '需要管理员权限', 'Only an administrator may do this'),
  PERMISSION_DENIED: code(403, 'authorization', 'medium', '操作被拒绝', 'Refused'),
  CSRF_MISSING: code(403, 'security', 'medium', '缺少 CSRF 令牌，请刷新页面重试', 'The CSRF token is missing, reload the page'),
  CSRF_INVALID: code(403, 'security', 'medium', 'CSRF 令牌无效，请刷新页面重试', 'The CSRF token is not valid, reload the page'),
  INVALID_OLD_PASSWORD: code(401, 'authentication', 'medium', '当前密码不正确', 'The current password is wrong'),
  PASSWORD_MISMATCH: code(400, 'validation', 'low', '两次输入的新密码不一致', 'The two new passwords differ'),
  PASSWORD_DUPLICATED: code(400, 'validation', 'low', '新密码不能与当前密码相同', 'The new password must differ from the current one'),
  PASSWORD_INVALID: code(400, 'validation', 'low', '新密码不符合要求', 'The new password does not meet the policy'),
  USERNAME_EXISTS: code(409, 'business', 'medium', '用户名已存在', 'This user name is already taken'),
  LAST_ADMIN_REQUIRED: code(400, 'business', 'medium', '至少要保留一个启用的管理员', 'At least one active administrator must remain'),
  SELF_DELETE: code(400, 'business', 'medium', '不能删除自己', 'You cannot delete yourself'),
  DATABASE_UNAVAILABLE: code(
    503,
    'database',
    'critical',
    '产品自身的数据库暂不可用，恢复后自动继续',
    'The product’s own database is away; work goes on by itself when it is back',
  ),
  DATABASE_QUERY_ERROR: code(500, 'database', 'high', '数据库查询失败', 'A query of our own failed'),
  DATABASE_TIMEOUT: code(503, 'database', 'high', '数据库响应超时', 'The product’s own database took too long'),
  DATABASE_FULL: code(
    503,
    'database',
    'critical',
    '产品自身数据库的磁盘已满，腾出空间后自动继续',
    'The disk of the product’s own database is full; work goes on by itself when there is room again',
  ),
  CONSTRAINT_VIOLATION: code(409, 'business', 'medium', '与现有数据冲突', 'In conflict with what is there'),
  NAME_EXISTS: code(409, 'business', 'medium', '名称已被使用', 'This name is already taken'),
  EXPRESSION_DUPLICATED: code(409, 'business', 'medium', '相同的规则已存在', 'The same rule exists already'),
  TAG_IN_USE: code(409, 'business', 'medium', '标签正在被实例使用', 'The tag is in use'),
  CLASSIFICATION_IN_USE: code(409, 'business', 'medium', '分类正在使用', 'The classification is in use'),
  SYSTEM_CLASSIFICATION: code(400, 'business', 'low', '系统分类不能删除', 'A system classification cannot be deleted'),
  CREDENTIAL_IN_USE: code(409, 'business', 'medium', '凭据正在被实例使用', 'The credential is in use'),
  INSTANCE_DISABLED: code(409, 'business', 'medium', '实例已停用', 'The instance is disabled'),
  SYNC_IN_PROGRESS: code(409, 'business', 'medium', '已有任务在运行', 'Already running'),
  SYNC_FAILED: code(502, 'external', 'high', '被监控的服务器读取失败', 'The watched server could not be read'),
  SYNC_TIMEOUT: code(504, 'external', 'high', '被监控的服务器响应超时', 'The watched server did not answer in time'),
  SESSION_ENDED: code(409, 'business', 'medium', '会话已经结束', 'The session has already ended'),
  SERVICE_UNHEALTHY: code(503, 'system', 'high', '服务尚未就绪', 'Not ready'),
  NO_ACTIVE_INSTANCES: code(400, 'business', 'low', '没有启用的实例', 'There is no active instance'),
};

const hint = (zh1: string, zh2: string, en1: string, en2: string) => ({ zh: [zh1, zh2], en: [en1, en2] });
const ASK_ADMIN = hint('联系管理员', '查看错误日志', 'Ask an administrator', 'Read the error log');
export const HINTS: Record<Category, { zh: string[]; en: string[] }> = {
  validation: hint('检查输入数据', '按提示修正参数', 'Check the input', 'Correct what is marked'),
  business: hint('检查当前数据状态', '请管理员检查数据', 'Check the state of the data', 'Ask an administrator to look at it'),
  authentication: hint('重新登录', '检查用户名与密码', 'Sign in again', 'Check name and password'),
  authorization: hint('检查角色权限', '联系管理员', 'Check the role', 'Ask an administrator'),
  security: hint('稍后重试', '联系管理员', 'Try again later', 'Ask an administrator'),
  database: hint('检查数据库连接', '联系 DBA', 'Check the database connection', 'Ask the DBA'),
  external: hint('检查目标服务器', '稍后重试', 'Check the watched server', 'Try again later'),
  network: hint('检查网络', '稍后重试', 'Check the network', 'Try again later'),
  system: ASK_ADMIN,
  unknown: ASK_ADMIN,
};
