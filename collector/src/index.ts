export * from './record/request-record.ts';
