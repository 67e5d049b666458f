import { type Access, errorEnvelope, isFilePath, type Named, pathParams, type RouteDef } from '@whalefall/contract';
import { z } from 'zod';

type Route = RouteDef & Named;
type Json = Record<string, unknown>;

const json = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as Json;
  return rest;
};

function parameters(route: Route): Json[] {
  const path = pathParams(route.path).map(({ name, int }) => ({
    name,
    in: 'path',
    required: true,
    schema: int ? { type: 'integer', minimum: 1, maximum: 2_147_483_647 } : { type: 'string' },
  }));
  const query = Object.entries(route.query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: !(schema as z.ZodType).safeParse(undefined).success,
    schema: json(schema as z.ZodType, 'output'),
  }));
  return [...path, ...query];
}

function success(route: Route): Json {
  if (route.kind === 'file')
    return {
      description: route.summary.en,
      content: { [route.media ?? 'application/octet-stream']: { schema: { type: 'string', format: 'binary' } } },
    };
  if (route.kind === 'events') return { description: route.summary.en, content: { 'text/event-stream': { schema: { type: 'string' } } } };
  const data = route.reply ? { data: json(route.reply, 'input') } : {};
  const schema = {
    type: 'object',
    required: ['success', 'error', 'message', 'timestamp', ...Object.keys(data)],
    properties: {
      success: { const: true },
      error: { const: false },
      message: { type: 'string' },
      timestamp: { type: 'string', format: 'date-time' },
      ...data,
      meta: { type: 'object' },
    },
  };
  return { description: route.summary.en, content: { 'application/json': { schema } } };
}

const SECURITY: Partial<Record<Access, unknown>> = { public: [] };

function operation(route: Route): Json {
  const failure = { description: 'Refused', content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } };
  const body = route.upload
    ? {
        requestBody: {
          required: true,
          content: {
            'multipart/form-data': {
              schema: { type: 'object', required: ['file'], properties: { file: { type: 'string', format: 'binary' } } },
            },
          },
        },
      }
    : route.body
      ? { requestBody: { required: !route.bodyOptional, content: { 'application/json': { schema: json(route.body, 'input') } } } }
      : {};
  return {
    operationId: route.id,
    tags: [route.file],
    summary: route.summary.en,
    description: `${route.summary.zh}\n\nAccess: \`${route.access}\``,
    'x-summary-zh': route.summary.zh,
    'x-access': route.access,
    parameters: parameters(route),
    ...body,
    responses: { [String(route.status ?? 200)]: success(route), default: failure },
    security: SECURITY[route.access] ?? [{ session: [] }, { bearer: [] }],
  };
}

/** OpenAPI 3.1 of the mounted API routes; pages, forms, files of the site and the original's spellings are left out. */
export function openApi(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    if (route.kind === 'page' || route.kind === 'form' || isFilePath(route.path)) continue;
    const path = route.path.replace(/<(?:int:)?([a-z_]+)>/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'WhaleFall 鲸落',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: 'Sign in with the session cookie and the header X-CSRFToken, or with `Authorization: Bearer <personal token>`.',
    },
    paths,
    components: {
      schemas: { Error: json(errorEnvelope, 'input') },
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'whalefall_session' }, bearer: { type: 'http', scheme: 'bearer' } },
    },
  };
}
