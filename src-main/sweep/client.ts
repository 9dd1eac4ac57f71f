import type { ContractRouterClient } from '@orpc/contract';
import type { pageContract } from '../contract/api';

/** An engine's answers to what a variant asks: over a socket, or in the engine's own process. */
export type SweepClient = ContractRouterClient<Pick<typeof pageContract, 'runs' | 'jobs' | 'explore'>>;
