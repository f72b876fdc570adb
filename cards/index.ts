// Each module defines its card when it is loaded, in this order. If a browser lacks what a later one needs, the earlier ones still work.
// The first needs only custom elements, the others Lit.
import './cached/index.ts';
import './daily-plan/index.ts';
import './todo/index.ts';
import './statistics/index.ts';
