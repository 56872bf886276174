import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

/** What a page of ours may load and do: nothing inline. Styles that scripts set by name are no inline styles. */
export const CONTENT_SECURITY_POLICY = {
  'default-src': ["'self'"],
  'base-uri': ["'none'"],
  // Sockets of the same origin are meant, too.
  'connect-src': ["'self'"],
  'font-src': ["'self'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'img-src': ["'self'", 'data:'],
  'object-src': ["'none'"],
  'script-src': ["'self'"],
  'script-src-attr': ["'none'"],
  'style-src': ["'self'"],
};

/** The features of a browser that no page of ours uses, so that nothing smuggled into one can. */
const PERMISSIONS_POLICY = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'usb',
]
  .map((feature) => `${feature}=()`)
  .join(', ');

export interface SecurityHeadersOptions {
  /** True when people reach the application by https only. */
  readonly https: boolean;
}

/** What every answer tells browsers not to do with it. */
export const securityHeaders = fastifyPlugin(
  async (app: FastifyInstance, { https }: SecurityHeadersOptions) => {
    await app.register(helmet, {
      contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
      crossOriginOpenerPolicy: { policy: 'same-origin' },
      crossOriginResourcePolicy: { policy: 'same-origin' },
      referrerPolicy: { policy: 'no-referrer' },
      strictTransportSecurity: https,
    });
    app.addHook('onRequest', function addPermissionsPolicy(_request, reply, done) {
      reply.header('permissions-policy', PERMISSIONS_POLICY);
      done();
    });
  },
  { name: 'security-headers' },
);
