import { config } from 'zod/mini';

// zod tries whether it may compile code, which the page's policy forbids and would report each time.
config({ jitless: true });
