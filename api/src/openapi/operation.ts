import type { RouteOptions } from 'fastify';
import { problemResponses } from '../errors/problem.ts';
import { isSafeMethod } from '../hardening/origin.ts';
import { permissionsAskedBy } from '../identity/guard.ts';

type Schema = NonNullable<RouteOptions['schema']>;

/** What any route answers when it cannot do its work. */
const ALWAYS = problemResponses(429, 500, 503);

/**
 * Adds to a route's schema what follows from the route itself, so that no route can forget it: the operation's name,
 * the permission it asks for (`x-permission`: any one of them is enough), and the problems that the application
 * answers for it. What the route says of itself stays.
 */
export function describeOperation(route: RouteOptions): void {
  const { schema } = route;
  if (schema === undefined || schema.hide === true) {
    return;
  }
  const permissions = permissionsOfRoute(route);
  const described = {
    operationId: operationId(route),
    ...(permissions.length > 0 && { 'x-permission': permissions }),
    // Said of each: a document in which nothing is said of a route leaves open whether it was forgotten.
    security: [],
    ...schema,
    ...responses(route, schema, permissions.length > 0),
  };
  route.schema = described;
}

/** `POST /api/v1/tenant/keys/:id/rotate` is `postApiV1TenantKeysByIdRotate`. */
export function operationId({ method, url }: Pick<RouteOptions, 'method' | 'url'>): string {
  const words = url
    .replaceAll(/:(\w+)/g, 'by-$1')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
  const name = words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join('');
  return `${String(method).toLowerCase()}${name}`;
}

function permissionsOfRoute({ onRequest }: Pick<RouteOptions, 'onRequest'>): readonly string[] {
  const hooks: readonly unknown[] = Array.isArray(onRequest) ? onRequest : [onRequest];
  return hooks.flatMap((hook) => permissionsAskedBy(hook));
}

/** A route that documents no answer at all is not one of ours to complete. */
function responses(
  { method }: Pick<RouteOptions, 'method'>,
  schema: Schema,
  isProtected: boolean,
): Pick<Schema, 'response'> {
  const { response, body, querystring, params, headers } = schema;
  if (typeof response !== 'object' || response === null) {
    return {};
  }
  const takesInput = [body, querystring, params, headers].some((part) => part !== undefined);
  return {
    response: {
      ...ALWAYS,
      ...(isProtected && problemResponses(401, 403)),
      // Of another origin.
      ...(!isSafeMethod(String(method)) && problemResponses(403)),
      ...(takesInput && problemResponses(400)),
      ...(body !== undefined && problemResponses(413, 415)),
      ...response,
    },
  };
}
