import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { Documented } from '../testing/documented.ts';

const PROBLEM = '#/components/schemas/Problem';

describe('the OpenAPI document', () => {
  let application: TestApplication;
  let documented: Documented;

  beforeAll(async () => {
    application = await startApplication();
    documented = new Documented((await application.app.inject('/api-docs/json')).json());
  });
  afterAll(() => application.stop());

  it('gives every operation a name of its own', () => {
    const names = documented.routes.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('postApiV1TenantKeysByIdRotate');
    expect(names.filter((name) => !/^[a-z][A-Za-z0-9]+$/.test(name))).toEqual([]);
  });

  it('explains every tag that an operation has', () => {
    const known = new Set(documented.document.tags.map(({ name }) => name));
    const unknown = documented.routes.filter(
      ({ operation }) => !operation.tags.every((tag) => known.has(tag)),
    );
    expect(unknown.map(({ route, operation }) => `${route}: ${operation.tags.join(', ')}`)).toEqual([]);
  });

  it('asks for an access token wherever a permission is wanted, and says what happens without', () => {
    const schemes = Object.keys(documented.document.components.securitySchemes);
    const wrong = documented.routes.filter(
      ({ operation: { 'x-permission': permission, security, responses } }) => {
        const asksForToken = security.some((scheme) => 'bearer' in scheme);
        const named = security.flatMap(Object.keys);
        return (
          asksForToken !== (permission !== undefined) ||
          !named.every((name) => schemes.includes(name)) ||
          (asksForToken && !('401' in responses && '403' in responses))
        );
      },
    );
    // The live socket is not in the document.
    expect(wrong.map(({ route }) => route)).toEqual([]);
  });

  it('says of every operation that it may fail, and every failure is a problem document', () => {
    const wrong = documented.routes.flatMap(({ route, operation: { responses, security } }) => {
      const missing = ['429', '500', '503'].filter((status) => !(status in responses));
      const ownKind = security.some((scheme) => 'apiKey' in scheme) || route === 'GET /health-check';
      const others = Object.entries(responses)
        .filter(([status]) => Number(status) >= 400 && !ownKind)
        .filter(([, answer]) => answer.content?.['application/problem+json']?.schema['$ref'] !== PROBLEM)
        .map(([status]) => status);
      return [...missing, ...others].map((status) => `${route}: ${status}`);
    });
    expect(wrong).toEqual([]);
  });

  it('says how long to wait, wherever somebody is told to', () => {
    for (const { operation } of documented.routes) {
      expect(Object.keys(operation.responses['429']?.headers ?? {})).toEqual([
        'Retry-After',
        'RateLimit-Limit',
        'RateLimit-Remaining',
        'RateLimit-Reset',
      ]);
      expect(operation.responses['503']?.headers).toHaveProperty('Retry-After');
    }
  });

  it('describes every answer that has a body', () => {
    const silent = documented.routes.flatMap(({ route, operation: { responses } }) =>
      Object.entries(responses)
        .filter(
          ([status, answer]) => status.startsWith('2') && status !== '204' && answer.content === undefined,
        )
        .map(([status]) => `${route}: ${status}`),
    );
    expect(silent).toEqual([]);
  });

  it('has an example for every JSON body, and the example keeps the rules', () => {
    const wrong = documented.routes.flatMap(({ route, operation }) => {
      const body = operation.requestBody?.content['application/json'];
      if (body === undefined) {
        return [];
      }
      const examples = documented.examples(operation);
      const rules = documented.rules(body.schema);
      const broken = examples.flatMap((example) => rules.safeParse(example).error?.message ?? []);
      return (examples.length === 0 ? ['no example'] : broken).map((message) => `${route}: ${message}`);
    });
    expect(wrong).toEqual([]);
  });

  it('has rules for every parameter', () => {
    const open = documented.routes.flatMap(({ route, operation: { parameters } }) =>
      parameters
        .filter(({ schema: rules }) => Object.keys(rules).length === 0)
        .map(({ name }) => `${route}: ${name}`),
    );
    expect(open).toEqual([]);
  });
});
