import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { buildApp } from './app.ts';
import { type Config, parseConfig } from './config.ts';
import { DASHBOARD_DIRECTORY } from './dashboard/dashboard.ts';
import { type Demo, demoConfig, playDemo, prepareDemo } from './demo/demo.ts';
import { type DemoPayments, demoPayments } from './demo/payments.ts';
import { explain } from './explain.ts';
import { assertCanListen } from './listening.ts';
import { openServices, type Services } from './services.ts';
import { aborted, stopOnSignal } from './stopping.ts';
import { startProber } from './uptime/prober.ts';

interface Running {
  readonly app: FastifyInstance;
  readonly services: Services;
  readonly url: string;
  /** Undefined without a demo. */
  readonly demo: Demo | undefined;
  /** Where the demo is paid; undefined without one, or with a payment provider. */
  readonly sandbox: DemoPayments['sandbox'] | undefined;
}

async function start(environment: Config): Promise<Running> {
  await assertCanListen(environment.host, environment.port);
  let url = '';
  const { config, sandbox } = await withSandbox(environment, () => url);
  const services = await openServices(config, (line) => console.log(line));
  try {
    const demo = config.demo ? await prepareDemo(config, services, (line) => console.log(line)) : undefined;
    const app = await buildApp({ config, services, dashboardDirectory: DASHBOARD_DIRECTORY });
    url = await app.listen({ host: config.host, port: config.port });
    return { app, services, url, demo, sandbox };
  } catch (error) {
    await services.close();
    await sandbox?.stop();
    throw error;
  }
}

async function withSandbox(
  config: Config,
  application: () => string,
): Promise<Pick<Running, 'sandbox'> & { readonly config: Config }> {
  return config.demo && config.payments.provider === undefined
    ? demoPayments(config, application, pino({ level: config.logLevel }).child({ part: 'sandbox' }))
    : { config, sandbox: undefined };
}

function welcome({ url, demo }: Running, config: Config): string {
  const lines = [
    '',
    'Riwayat is ready.',
    '',
    `  Dashboard  ${config.publicUrl ?? url}`,
    `  API        ${url}/api-docs`,
  ];
  if (demo !== undefined && demo.logins.length > 0) {
    lines.push('', '  Log-ins, shown this once and kept nowhere:', '');
    lines.push(
      ...demo.logins.map(
        ({ role, email, password }) => `    ${role.padEnd(14)} ${email.padEnd(34)} ${password}`,
      ),
    );
  } else if (demo !== undefined) {
    lines.push('', `  Log-ins were shown at the first start. To begin anew, delete ${config.dataDirectory}.`);
  }
  return [...lines, '', 'Press Ctrl-C to stop.'].join('\n');
}

async function run(): Promise<void> {
  const environment = parseConfig();
  const config = environment.demo ? demoConfig(environment) : environment;
  const stopping = stopOnSignal((line) => console.log(line));
  const running = await start(config);
  if (!stopping.aborted) {
    console.log(welcome(running, config));
  }
  const { app, services, demo, url, sandbox } = running;
  const playing =
    demo &&
    playDemo({
      plan: demo.plan,
      target: url,
      rate: config.demoRate,
      logger: services.logger.child({ part: 'demo' }),
      signal: stopping,
    });
  const stopProbing = startProber({
    database: services.database,
    addresses: [
      { view: 'inside', url },
      ...(config.publicUrl === undefined ? [] : [{ view: 'outside' as const, url: config.publicUrl }]),
    ],
    logger: services.logger.child({ part: 'health probes' }),
  });
  await aborted(stopping);
  await stopProbing();
  await playing;
  await sandbox?.stop();
  await app.close();
  await services.close();
}

run().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(explain(error));
    process.exit(1);
  },
);
