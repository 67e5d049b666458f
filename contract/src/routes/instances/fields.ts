import { z } from 'zod';
import { because, dbType } from '../../shapes.ts';

/** 20 §4: what an instance may be called and where it may be. The browser's form and the server use these. */
export const instanceName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .superRefine((v, ctx) => {
    if (!/^[A-Za-z0-9_\-\u4e00-\u9fa5](?:[A-Za-z0-9_\-. \u4e00-\u9fa5]*[A-Za-z0-9_\-\u4e00-\u9fa5])?$/.test(v))
      ctx.addIssue({
        code: 'custom',
        ...because(
          'NAME_INVALID',
          '只能包含字母、数字、汉字、下划线、连字符、点与中间空格',
          'Letters, digits, Chinese characters, underscores, hyphens, dots and inner spaces only',
        ),
      });
  });

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|$)){4}$/;
const HOSTNAME =
  /^(?=.{1,253}\.?$)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)(?:\.(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?))*\.?$/;
const IPV6 = /^(?=.*:.*:)[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9]+)?$/;
export const host = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .superRefine((v, ctx) => {
    const dotted = /^[\d.]+$/.test(v);
    if (!(dotted ? IPV4.test(v) && v.split('.').length === 4 : HOSTNAME.test(v) || IPV6.test(v)))
      ctx.addIssue({ code: 'custom', ...because('HOST_INVALID', '不是有效的主机名或 IP 地址', 'Not a host name or an IP address') });
  });
export const port = z.number().int().min(1).max(65535);
export const databaseName = z
  .string()
  .trim()
  .max(64)
  .superRefine((v, ctx) => {
    if (v !== '' && !/^[A-Za-z0-9_.$#\- \u4e00-\u9fa5]+$/.test(v))
      ctx.addIssue({ code: 'custom', ...because('DATABASE_NAME_INVALID', '包含不允许的字符', 'Has a character that is not allowed') });
  })
  .nullable()
  .transform((v) => (v === '' ? null : v))
  .optional();
export const engineName = z.preprocess((v) => (typeof v === 'string' ? v.trim().toLowerCase() : v), dbType);

/** Per-instance options of a connection (00-overview §14); each engine reads its own. */
export const connectionOptions = z.object({
  tls_mode: z.enum(['disable', 'prefer', 'require', 'verify-full']).optional(),
  ca: z.string().max(65536).optional(),
  server_name: z.string().max(255).optional(),
  min_tls: z.enum(['TLSv1.2', 'TLSv1.3']).optional(),
  service_name: z.string().max(255).optional(),
  sid: z.string().max(64).optional(),
  wallet: z.string().max(4096).optional(),
  instance_name: z.string().max(255).optional(),
  domain: z.string().max(255).optional(),
  trust_server_certificate: z.boolean().optional(),
});

/** Tag names: an array, or one comma list as forms send it. */
export const tagNames = z
  .union([z.array(z.string().trim().min(1).max(50)), z.string().max(2000)])
  .transform((v) => [...new Set((typeof v === 'string' ? v.split(',') : v).map((one) => one.trim()).filter(Boolean))])
  .optional();
