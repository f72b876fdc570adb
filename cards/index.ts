// Each defines its card when it is loaded, in this order: what a later one needs and a browser lacks does not keep the earlier ones
// from being there. The first needs nothing but elements, the others Lit.
import './cached/index.ts';
import './daily-plan/index.ts';
import './todo/index.ts';
import './statistics/index.ts';
