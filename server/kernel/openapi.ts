import { z } from 'zod';
import { contract, type Route } from '@smart-union/contract';

/** Method and path of every route, as the client's committed table. No schema in it, so it weighs little on a phone. */
export function clientRoutes(): string {
  const lines = Object.entries(contract).map(([module, table]) => {
    const routes = Object.entries(table as Record<string, Route>).map(
      ([name, spec]) => `    ${name}: ['${spec.method}', '${spec.path}'],`,
    );
    return `  ${module}: {\n${routes.join('\n')}\n  },`;
  });
  return `// Generated from packages/contract by "npm run generate". Do not edit.\nexport const routes = {\n${lines.join('\n')}\n} as const;\n`;
}

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output') =>
  z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any', reused: 'inline' });

interface ObjectSchema {
  properties?: Record<string, unknown>;
  required?: string[];
}

function parameters(schema: z.ZodType | undefined, where: 'path' | 'query') {
  if (!schema) return [];
  const shape = jsonSchema(schema, 'input') as ObjectSchema;
  return Object.entries(shape.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || (shape.required ?? []).includes(name),
    schema: property,
  }));
}

function guardOf(spec: Route): string {
  if (spec.public) return 'public';
  return spec.self ? `self: ${spec.self}` : `permission: ${spec.permission}`;
}

function operation(module: string, name: string, spec: Route) {
  const body = spec.body
    ? { content: { 'application/json': { schema: jsonSchema(spec.body, 'input') } }, required: true }
    : spec.rawBody
      ? {
          content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
          required: true,
        }
      : undefined;
  const content =
    'raw' in spec.reply
      ? { [spec.reply.raw]: { schema: { type: 'string', format: 'binary' } } }
      : { 'application/json': { schema: jsonSchema(spec.reply, 'output') } };
  const key = {
    name: 'Idempotency-Key',
    in: 'header',
    required: true,
    schema: { type: 'string', maxLength: 255 },
  };
  return {
    operationId: `${module}.${name}`,
    tags: [module],
    summary: spec.summary,
    'x-guard': guardOf(spec),
    parameters: [
      ...parameters(spec.params, 'path'),
      ...parameters(spec.query, 'query'),
      ...(spec.idempotent ? [key] : []),
    ],
    ...(body ? { requestBody: body } : {}),
    responses: {
      200: { description: 'OK', content },
      default: {
        description: 'Refusal',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
      },
    },
    security: spec.public ? [] : [{ cookie: [] }, { bearer: [] }],
  };
}

/** The OpenAPI 3.1 document of the whole contract. */
export function openApiDocument() {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [module, table] of Object.entries(contract)) {
    for (const [name, spec] of Object.entries(table as Record<string, Route>)) {
      const path = `/api/v1${spec.path.replace(/:([a-zA-Z]+)/g, '{$1}')}`;
      paths[path] = { ...paths[path], [spec.method.toLowerCase()]: operation(module, name, spec) };
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: '智慧工会 Smart Union', version: '1', license: { name: 'Apache-2.0' } },
    paths,
    components: {
      securitySchemes: {
        cookie: { type: 'apiKey', in: 'cookie', name: 'su_session' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
      schemas: {
        Refusal: {
          type: 'object',
          properties: {
            error: {
              type: 'object',
              properties: {
                code: { type: 'string' },
                message: { type: 'string' },
                fields: {
                  type: 'array',
                  items: {
                    type: 'object',
                    properties: { field: { type: 'string' }, reason: { type: 'string' } },
                  },
                },
                requestId: { type: 'string' },
              },
              required: ['code', 'message'],
            },
          },
          required: ['error'],
        },
      },
    },
  };
}
