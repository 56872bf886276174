import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ConfigError, parseConfig, pseudonymKey } from './config.ts';

const SECRET = 's'.repeat(32);

it('takes records of others, and trusts nobody’s forwarded address, unless told otherwise', () => {
  expect(parseConfig({})).toMatchObject({
    ingest: true,
    ingestPort: 4318,
    trustedProxies: [],
    clickhouseCluster: undefined,
  });
  expect(
    parseConfig({ INGEST: 'off', INGEST_PORT: '9', TRUST_PROXY: 'loopback, 10.0.0.0/8,::1, fd00::/8' }),
  ).toMatchObject({
    ingest: false,
    ingestPort: 9,
    trustedProxies: ['loopback', '10.0.0.0/8', '::1', 'fd00::/8'],
  });
});

it.each([
  { TRUST_PROXY: 'everybody' },
  { TRUST_PROXY: '10.0.0.0/33' },
  { TRUST_PROXY: '10.0.0.0/8/8' },
  { TRUST_PROXY: '127.0.0.1,' },
  { CLICKHOUSE_CLUSTER: 'main' },
  { CLICKHOUSE_CLUSTER: "main'", CLICKHOUSE_URL: 'http://localhost:8123' },
  { SPOOL_BYTES: '1000' },
  { S3_REGION: 'ap-southeast-1' },
  { S3_BUCKET: 'files' },
  { S3_BUCKET: 'Files!', S3_REGION: 'ap-southeast-1' },
  { S3_BUCKET: 'files', S3_ENDPOINT: 'ftp://localhost' },
  { S3_BUCKET: 'files', S3_REGION: 'ap-southeast-1', S3_ACCESS_KEY_ID: 'alone' },
  { S3_BUCKET: 'files', S3_REGION: 'ap-southeast-1', S3_SECRET_ACCESS_KEY: 'alone' },
  { PSEUDONYM_KEY: 'short' },
  { SELLER_ADDRESS: 'One||Three' },
  { SELLER_EMAIL: 'nobody' },
  { REDIS_URL: 'http://localhost:6379' },
  { PAYMENT_PROVIDER_URL: 'https://gateway.example' },
  { PAYMENT_PROVIDER_KEY: 'k'.repeat(16), PAYMENT_WEBHOOK_SECRET: SECRET },
  { PAYMENT_PROVIDER_URL: 'https://gateway.example', PAYMENT_PROVIDER_KEY: 'k'.repeat(16) },
  { BANK_ACCOUNTS: 'BCA 123-456-7890' },
  { BANK_ACCOUNTS: '[{"bank":"BCA","number":"none","holder":"PT Contoh"}]' },
  { QRIS_MERCHANT: '{"nmid":"ID1"}' },
  { PUSH_PRIVATE_KEY: 'short' },
  { PUSH_CONTACT: 'nobody' },
  { WHATSAPP_NUMBER_ID: '106540352242922' },
  { SMS_URL: 'ftp://gateway.example' },
  { SMS_HEADERS: '{"authorization":1}' },
  { WHATSAPP_TEMPLATES: '{"id":{}}' },
])('refuses %o', (env) => {
  expect(() => parseConfig(env)).toThrow(ConfigError);
});

it('wants the key of pseudonyms from outside where several processes share a store in production', () => {
  const production = { NODE_ENV: 'production', SESSION_SECRET: SECRET };
  expect(() => parseConfig(production)).not.toThrow();
  const shared = { ...production, CLICKHOUSE_URL: 'http://localhost:8123' };
  expect(() => parseConfig(shared)).toThrow('PSEUDONYM_KEY: is required');
  expect(() => parseConfig({ ...shared, PSEUDONYM_KEY: SECRET })).not.toThrow();
});

it('sends the payment provider’s key over https alone in production', () => {
  const provider = {
    NODE_ENV: 'production',
    SESSION_SECRET: SECRET,
    PAYMENT_PROVIDER_KEY: 'k'.repeat(16),
    PAYMENT_WEBHOOK_SECRET: SECRET,
  };
  expect(() => parseConfig({ ...provider, PAYMENT_PROVIDER_URL: 'http://gateway.example' })).toThrow(
    'PAYMENT_PROVIDER_URL: must be https://',
  );
  expect(parseConfig({ ...provider, PAYMENT_PROVIDER_URL: 'https://gateway.example' }).payments).toEqual({
    provider: { url: 'https://gateway.example', key: 'k'.repeat(16), webhookSecret: SECRET },
    bankAccounts: [],
    qrisMerchant: undefined,
  });
});

it('keeps files on disk, or in a bucket of Amazon’s or of another service', () => {
  expect(parseConfig({}).s3).toBeUndefined();
  expect(parseConfig({ S3_BUCKET: 'files', S3_REGION: 'ap-southeast-1' }).s3).toEqual({
    bucket: 'files',
    region: 'ap-southeast-1',
    endpoint: undefined,
    credentials: undefined,
  });
  const minio = { S3_ENDPOINT: 'http://localhost:9000', S3_ACCESS_KEY_ID: 'a', S3_SECRET_ACCESS_KEY: 'b' };
  expect(parseConfig({ S3_BUCKET: 'files', ...minio }).s3).toMatchObject({
    endpoint: 'http://localhost:9000',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  expect(() => parseConfig({ S3_ENDPOINT: 'http://localhost:9000', S3_ACCESS_KEY_ID: 'a' })).toThrow(
    /S3_ENDPOINT: needs S3_BUCKET.*S3_ACCESS_KEY_ID: needs S3_BUCKET.*S3_SECRET_ACCESS_KEY: is required/s,
  );
});

it('takes who invoices are from, with an address of several lines', () => {
  const seller = { SELLER_NAME: 'PT Contoh', SELLER_ADDRESS: 'Jl. Satu 1 | Jakarta', SELLER_TAX_ID: '01.2' };
  expect(parseConfig(seller).seller).toEqual({
    name: 'PT Contoh',
    address: ['Jl. Satu 1', 'Jakarta'],
    taxId: '01.2',
    email: undefined,
    phone: undefined,
  });
});

it('wants no secret for access tokens of a collector, which gives none', () => {
  expect(() => parseConfig({ NODE_ENV: 'production' })).toThrow('SESSION_SECRET: is required');
  expect(() => parseConfig({ NODE_ENV: 'production' }, 'collector')).not.toThrow();
});

it('makes a key of pseudonyms once, keeps it where only its owner reads it, and prefers the one it is given', () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'riwayat-config-'));
  const none = { dataDirectory, pseudonymKey: undefined };
  const made = pseudonymKey(none);
  expect(made.length).toBeGreaterThanOrEqual(32);
  expect(pseudonymKey(none)).toEqual(made);
  expect(statSync(join(dataDirectory, 'pseudonym-key')).mode & 0o777).toBe(0o600);
  expect(pseudonymKey({ dataDirectory, pseudonymKey: SECRET }).toString()).toBe(SECRET);
  rmSync(dataDirectory, { recursive: true });
});
