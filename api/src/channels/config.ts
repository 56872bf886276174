import { z } from 'zod';
import { jsonVariable } from '../json-variable.ts';
import { LOCALES } from '../tenants/tenant.ts';

const CLOUD_API = 'https://graph.facebook.com/v23.0';
const P256_KEY_BYTES = 32;
const LONGEST_PATTERN = 4_000;

const onOff = z.enum(['on', 'off']).transform((value) => value === 'on');

/** A template as it was approved by WhatsApp. */
const templateSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9_]{1,512}$/, 'must be the name of a template'),
  language: z.string().regex(/^[a-z]{2,3}(?:_[A-Z]{2})?$/, 'must be a language, such as id or en_US'),
});
export type WhatsAppTemplate = z.infer<typeof templateSchema>;

const templatesSchema = z.record(
  z.enum(LOCALES),
  z.strictObject({ notice: templateSchema, code: templateSchema }),
);

const DEFAULT_TEMPLATES: z.infer<typeof templatesSchema> = {
  id: {
    notice: { name: 'riwayat_notice', language: 'id' },
    code: { name: 'riwayat_code', language: 'id' },
  },
  en: {
    notice: { name: 'riwayat_notice', language: 'en' },
    code: { name: 'riwayat_code', language: 'en' },
  },
};

/** The variables that say by what people can be told, for the environment's schema. */
export const CHANNEL_VARIABLES = {
  PUSH_PRIVATE_KEY: z
    .base64url()
    .refine((text) => Buffer.from(text, 'base64url').length === P256_KEY_BYTES, 'must be 32 bytes, base64url')
    .optional(),
  PUSH_CONTACT: z
    .string()
    .regex(/^(?:mailto:[^@\s]+@[\w.-]+|https:\/\/\S+)$/, 'must be mailto:… or https://…')
    .optional(),
  WHATSAPP_URL: z.url({ protocol: /^https?$/ }).default(CLOUD_API),
  WHATSAPP_NUMBER_ID: z
    .string()
    .regex(/^\d{5,30}$/, 'must be the id of a phone number')
    .optional(),
  WHATSAPP_TOKEN: z.string().min(16).optional(),
  WHATSAPP_APP_SECRET: z.string().min(16).optional(),
  WHATSAPP_VERIFY_TOKEN: z.string().min(16).optional(),
  WHATSAPP_TEMPLATES: jsonVariable(templatesSchema).default(DEFAULT_TEMPLATES),
  SMS_URL: z
    .string()
    .max(LONGEST_PATTERN)
    .regex(/^https?:\/\//, 'must be the address of a gateway')
    .optional(),
  SMS_METHOD: z.enum(['POST', 'PUT', 'GET']).default('POST'),
  SMS_HEADERS: jsonVariable(z.record(z.string().toLowerCase(), z.string())).default({
    'content-type': 'application/json',
  }),
  SMS_BODY: z.string().max(LONGEST_PATTERN).default('{"to":"{{to}}","text":"{{text}}","id":"{{id}}"}'),
  OUTGOING_PRIVATE_HOSTS: onOff.default(false),
};

const variables = z.object(CHANNEL_VARIABLES);
type Variables = z.infer<typeof variables>;

/** A number of WhatsApp's Cloud API, and what is shared with it. */
export interface WhatsApp {
  readonly url: string;
  readonly numberId: string;
  readonly token: string;
  /** What its webhooks are signed with. */
  readonly appSecret: string;
  /** By which it proves that it means us. */
  readonly verifyToken: string;
  readonly templates: z.infer<typeof templatesSchema>;
}

/** An SMS gateway. `{{to}}`, `{{text}}` and `{{id}}` in address and body stand for what is sent. */
export interface SmsGateway {
  readonly url: string;
  readonly method: 'POST' | 'PUT' | 'GET';
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** By what people and applications can be told, beside mail. */
export interface ChannelsConfig {
  readonly push: {
    /** Absent: made once and kept in Postgres. */
    readonly privateKey: string | undefined;
    /** Absent: the sender of mails, or where people reach the dashboard. */
    readonly contact: string | undefined;
  };
  /** Absent: nothing goes out by WhatsApp. */
  readonly whatsapp: WhatsApp | undefined;
  /** Absent: nothing goes out by SMS. */
  readonly sms: SmsGateway | undefined;
  /** Whether webhooks and push services may be at hosts that are not of the public Internet. */
  readonly privateHosts: boolean;
}

/** What the variables say. */
export function channelsConfig(values: Variables): ChannelsConfig {
  const {
    WHATSAPP_NUMBER_ID: numberId,
    WHATSAPP_TOKEN: token,
    WHATSAPP_APP_SECRET: appSecret,
    WHATSAPP_VERIFY_TOKEN: verifyToken,
  } = values;
  return {
    push: { privateKey: values.PUSH_PRIVATE_KEY, contact: values.PUSH_CONTACT },
    whatsapp:
      numberId === undefined || token === undefined || appSecret === undefined || verifyToken === undefined
        ? undefined
        : {
            url: values.WHATSAPP_URL.replace(/\/$/, ''),
            numberId,
            token,
            appSecret,
            verifyToken,
            templates: values.WHATSAPP_TEMPLATES,
          },
    sms:
      values.SMS_URL === undefined
        ? undefined
        : {
            url: values.SMS_URL,
            method: values.SMS_METHOD,
            headers: values.SMS_HEADERS,
            body: values.SMS_METHOD === 'GET' ? '' : values.SMS_BODY,
          },
    privateHosts: values.OUTGOING_PRIVATE_HOSTS,
  };
}

/** What of the variables is there without what belongs to it. */
export function channelContradictions(values: Variables): string[] {
  const names = [
    'WHATSAPP_NUMBER_ID',
    'WHATSAPP_TOKEN',
    'WHATSAPP_APP_SECRET',
    'WHATSAPP_VERIFY_TOKEN',
  ] as const;
  const missing = names.filter((name) => values[name] === undefined);
  return missing.length === names.length
    ? []
    : missing.map((name) => `${name}: is required with the other WHATSAPP_ variables; set all four or none`);
}

/** What must not be in production: tokens in plain sight, and a way into our own network. */
export function channelDangers(values: Variables): string[] {
  return [
    ...(values.WHATSAPP_URL.startsWith('http:')
      ? ['WHATSAPP_URL: must be https:// when NODE_ENV=production']
      : []),
    ...(values.SMS_URL?.startsWith('http:') ? ['SMS_URL: must be https:// when NODE_ENV=production'] : []),
    ...(values.OUTGOING_PRIVATE_HOSTS
      ? [
          'OUTGOING_PRIVATE_HOSTS: cannot be "on" when NODE_ENV=production; anybody could have us ask our own network',
        ]
      : []),
  ];
}
