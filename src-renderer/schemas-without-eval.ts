import { config } from 'zod';

/**
 * zod compiles checks with `new Function` where it may, and tries whether it may when a schema is made. The page's CSP
 * forbids it, and each try would be reported as a violation: so this stands before every import of the contract.
 */
config({ jitless: true });
